// DuckDB's chunks to and from features::ColumnBatch.
#pragma once

#include <string>

#include "features/column.h"
#include "sql/duckdb_bridge.h"

namespace stator::sql {

// A column of this type without rows: kind, width and children as features/column.h lists them.
features::Column EmptyColumn(const std::string& name, const duckdb::LogicalType& type);

// Replaces the rows of `batch` by those of `chunk`; the columns must be made by EmptyColumn for its
// types. Memory is reused.
void FillBatch(duckdb::ClientContext& context, duckdb::DataChunk& chunk,
               features::ColumnBatch& batch);

// Makes a temporary table of a batch of scalar columns. ERRORS: DataFileInvalid for nested columns.
base::Status MakeTable(duckdb::Connection& connection, const std::string& table,
                       const features::ColumnBatch& batch);

// The type of a table's column that holds a scalar column: kTimestamp is a timestamp with time
// zone.
duckdb::LogicalType TypeOfColumn(const features::Column& column);

}  // namespace stator::sql
