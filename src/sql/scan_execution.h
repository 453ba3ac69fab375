// Running a scan: threads of DuckDB take pages from a PageSource and turn them into chunks.
#pragma once

#include "sql/duckdb_bridge.h"

namespace stator::sql {

// Plans the scan for good, with the filters that joins made meanwhile, and makes its PageSource.
duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartScan(
    duckdb::ClientContext& context, duckdb::TableFunctionInitInput& input);

// The state of one thread.
duckdb::unique_ptr<duckdb::LocalTableFunctionState> StartScanThread(
    duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput& input,
    duckdb::GlobalTableFunctionState* global_state);

// Fills `output` with the next rows that pass the filters left to the scan; none at the end. An
// item that does not fit its columns widens them for the statements to come and ends this one with
// SqlSchemaChanged.
void ScanNextChunk(duckdb::ClientContext& context, duckdb::TableFunctionInput& data,
                   duckdb::DataChunk& output);

// Requests, items evaluated and read units used, for EXPLAIN ANALYZE.
duckdb::InsertionOrderPreservingMap<std::string> ScanCounters(
    duckdb::TableFunctionDynamicToStringInput& input);

}  // namespace stator::sql
