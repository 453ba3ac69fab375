// What runs after DuckDB's own optimizer: it tells our scans what stands above them, and our
// catalog what a list of tables is for.
#pragma once

#include "sql/duckdb_bridge.h"

namespace stator::sql {

// Registers the hooks: the columns that remain, for EXPLAIN; a LIMIT that stands directly above a
// scan, so that the scan stops asking for pages (DuckDB's own LIMIT stays in place); whether a list
// of tables needs more than their names (QueryControl::names_only). Call before the instance has
// other threads.
void RegisterOptimizerHooks(duckdb::DatabaseInstance& database);

}  // namespace stator::sql
