// FilterExpression: what a store can check of a predicate, within DynamoDB's limits on expressions.
//
// The expression holds for a superset of the predicate's rows. A text column also shows numbers,
// maps and other values that a later item may hold there, as text, so a comparison with text lets
// every value that is no S pass; SQL decides.
#pragma once

#include <string>
#include <vector>

#include "dynamo/table.h"
#include "expression/render.h"
#include "sql/predicate.h"

namespace stator::sql {

// An expression and what it says.
struct FilterExpression {
  std::string text;  // empty: nothing can be said
  std::string sql;   // the conjuncts in it, for EXPLAIN
};

// Writes as many of `conjuncts` as can be said in 4,096 bytes, 300 operators and 100 operands an
// IN, names and values through `writer`. Conjuncts over attributes of `without` (may be null) are
// left out.
FilterExpression WriteFilter(const std::vector<Predicate>& conjuncts,
                             const dynamo::KeySchema* without,
                             expression::ExpressionWriter& writer);

// "#n0.#n1" for a path.
std::string WritePath(const AttributePath& path, expression::ExpressionWriter& writer);

// ":v0" for a literal.
std::string WriteLiteral(const Literal& literal, expression::ExpressionWriter& writer);

}  // namespace stator::sql
