// ConditionExpression and FilterExpression: parse once, bind to a request, evaluate on items.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/table.h"
#include "expression/bound_tree.h"
#include "expression/expression_tree.h"

namespace stator::expression {

// A parsed condition or filter; knows no names or values, so that it may be kept by its text.
struct ConditionExpression final : ExpressionTree {
  using ExpressionTree::ExpressionTree;
};

// Parses a condition. Linear in the length of `text`. `kind` (kCondition or kFilter) is for
// messages. ERRORS: ValidationException in AWS's words, for syntax, size over 4,096 bytes, more
// than 300 operators, paths deeper than 32, more than 100 operands of IN, redundant parentheses,
// unknown or misused functions, reserved words.
base::Result<std::shared_ptr<const ConditionExpression>> ParseCondition(
    std::string_view text, ExpressionKind kind = ExpressionKind::kCondition);

// A condition with names and values (Binder::Bind).
class BoundCondition : public BoundTree {};

// Whether `item` fulfils the condition. An item that does not exist is the empty item.
//
// A comparison with a missing attribute is false, but "<>" is true; so is one between types. Ranges
// compare S, N and B only. size() counts bytes of S and B, elements of the others; of other types
// it is missing. Never fails, never allocates.
bool Evaluate(const BoundCondition& condition, dynamo::ItemView item);

// A Query's filter must not name key attributes of the table or index it reads (a Scan's may).
// ERRORS: ValidationException "Filter Expression can only contain non-primary key attributes:
// Primary key attribute: pk".
base::Status CheckFilterNamesNoKey(const BoundCondition& filter, const dynamo::KeySchema& schema);

}  // namespace stator::expression
