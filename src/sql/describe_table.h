// DESCRIBE of a DynamoDB table, with the reasons behind names and types, which DuckDB's own
// DESCRIBE leaves out.
#pragma once

#include <optional>
#include <string>

#include "sql/duckdb_bridge.h"

namespace stator::sql {

// For `DESCRIBE table` and `SHOW table` of a table in our catalog: the query whose answer has the
// same columns as DuckDB's, with the comment of each column under "extra". nullopt for every other
// statement.
std::optional<std::string> DescribeQuery(duckdb::ClientContext& context,
                                         const duckdb::SQLStatement& statement);

}  // namespace stator::sql
