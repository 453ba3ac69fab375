// KeyConditionExpression: which partition a Query reads, and which range of its sort keys.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "dynamo/attribute_value.h"
#include "expression/expression_tree.h"

namespace stator::expression {

// The condition names the partition key with "=", and perhaps the sort key once, joined by AND, in
// either order and with any parentheses.
//
// A parsed key condition; knows no names, values or keys, so that it may be kept by its text.
struct KeyConditionExpression final : ExpressionTree {
  using ExpressionTree::ExpressionTree;
};

// Parses a key condition; the grammar is that of conditions, and what of it a key condition may not
// have is found by Binder::BindKeyCondition. ERRORS: as ParseCondition.
base::Result<std::shared_ptr<const KeyConditionExpression>> ParseKeyCondition(
    std::string_view text);

// What the condition on a sort key may be. A condition with the name on the right ("5 < sk") is
// turned round.
enum class SortKeyOperator : std::uint8_t {
  kEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kBetween,
  kBeginsWith
};

// A condition on the sort key. Values have the type of the key attribute.
struct SortKeyCondition {
  // How a sort key is compared with `low`, and with `high`.
  SortKeyOperator op;
  // The operand; of kBetween the lower bound, included.
  dynamo::AttributeValue low;
  // Of kBetween alone: the upper bound, included. Not below `low`.
  std::optional<dynamo::AttributeValue> high;

  // Whether a sort key of the right type fulfils the condition.
  bool Matches(dynamo::AttributeValue sort_key) const;
};

// What Binder::BindKeyCondition finds: views of the request's values.
struct KeyCondition {
  // What the partition key must equal; of the type of the key.
  dynamo::AttributeValue partition;
  // nullopt: the whole partition.
  std::optional<SortKeyCondition> sort;
};

}  // namespace stator::expression
