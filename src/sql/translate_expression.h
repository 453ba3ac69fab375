// From DuckDB's bound expressions to a Predicate: the only translator, for WHERE clauses and for
// filters that joins make at run time alike.
#pragma once

#include <functional>
#include <optional>

#include "sql/duckdb_bridge.h"
#include "sql/predicate.h"

namespace stator::sql {

// An attribute with the type of what is there, while a path is followed.
struct TypedPath {
  AttributePath path;
  const ColumnType* type = nullptr;
};

// Finds the column that an expression stands for; nullopt when it is none of the scanned table's.
using ColumnResolver = std::function<std::optional<TypedPath>(const duckdb::Expression&)>;

// The path of a top-level column.
TypedPath PathOfColumn(const Column& column);

// What `expression` says, as far as DynamoDB could understand it; Opaque() for the rest.
// Comparisons whose column is cast to another kind of type are opaque, except from one exact number
// to another.
Predicate TranslateExpression(const duckdb::Expression& expression, const ColumnResolver& resolve);

}  // namespace stator::sql
