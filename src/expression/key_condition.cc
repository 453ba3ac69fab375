#include "expression/key_condition.h"

#include <string>

#include "dynamo/errors.h"
#include "dynamo/key.h"
#include "expression/compare.h"
#include "expression/operand_check.h"

namespace stator::expression {
namespace {

using base::Error;
using base::Result;
using base::Status;
using dynamo::AttributeValue;
using dynamo::KeyAttribute;

// One comparison of a key attribute with one or two values.
struct Term {
  std::string_view name;
  SortKeyCondition condition;
};

Error InvalidCondition(std::string_view reason) {
  return InvalidExpression(ExpressionKind::kKeyCondition, reason);
}

SortKeyOperator OperatorOf(NodeKind kind, bool name_on_the_right) {
  switch (kind) {
    case NodeKind::kLess:
      return name_on_the_right ? SortKeyOperator::kGreater : SortKeyOperator::kLess;
    case NodeKind::kLessOrEqual:
      return name_on_the_right ? SortKeyOperator::kGreaterOrEqual : SortKeyOperator::kLessOrEqual;
    case NodeKind::kGreater:
      return name_on_the_right ? SortKeyOperator::kLess : SortKeyOperator::kGreater;
    case NodeKind::kGreaterOrEqual:
      return name_on_the_right ? SortKeyOperator::kLessOrEqual : SortKeyOperator::kGreaterOrEqual;
    case NodeKind::kBetween: return SortKeyOperator::kBetween;
    case NodeKind::kBeginsWith: return SortKeyOperator::kBeginsWith;
    default: return SortKeyOperator::kEqual;
  }
}

bool IsAllowed(NodeKind kind) {
  return kind != NodeKind::kNotEqual && kind != NodeKind::kIn && kind != NodeKind::kOr &&
         kind != NodeKind::kNot && kind != NodeKind::kAttributeExists &&
         kind != NodeKind::kAttributeNotExists && kind != NodeKind::kAttributeType &&
         kind != NodeKind::kContains;
}

// Reads the comparisons that ANDs join.
class TermReader {
 public:
  explicit TermReader(const BoundTree& bound) : bound_(bound), tree_(bound.tree()) {}

  Status Read(const Node& node) {
    if (!IsAllowed(node.kind)) {
      return InvalidCondition("Invalid operator used in KeyConditionExpression: " +
                              std::string(NodeKindName(node.kind)));
    }
    if (node.kind == NodeKind::kAnd) {
      for (std::uint32_t i = 0; i < node.count; ++i) STATOR_RETURN_IF_ERROR(Read(Child(node, i)));
      return base::OkStatus();
    }
    return ReadTerm(node);
  }

  const std::vector<Term>& terms() const { return terms_; }

 private:
  const Node& Child(const Node& node, std::uint32_t index) const {
    return tree_.nodes[tree_.links[node.first + index]];
  }

  Status ReadTerm(const Node& node) {
    const bool ordered = node.kind == NodeKind::kBetween || node.kind == NodeKind::kBeginsWith;
    if (ordered && Child(node, 0).kind != NodeKind::kPath) {
      return InvalidCondition(
          "Invalid condition in KeyConditionExpression: " + std::string(NodeKindName(node.kind)) +
          " operator must have the key attribute as its first operand");
    }
    std::optional<std::uint32_t> name_at;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const Node& operand = Child(node, i);
      if (operand.kind == NodeKind::kSize) {
        return InvalidCondition("KeyConditionExpressions cannot contain nested operations");
      }
      if (operand.kind != NodeKind::kPath) continue;
      if (name_at) {
        return InvalidCondition(
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
            "condition");
      }
      if (operand.count > 1) {
        return InvalidCondition(
            "KeyConditionExpressions cannot have conditions on nested attributes");
      }
      name_at = i;
    }
    if (!name_at) {
      return InvalidCondition(
          "Invalid condition in KeyConditionExpression: No key attribute specified");
    }
    return AddTerm(node, *name_at);
  }

  Status AddTerm(const Node& node, std::uint32_t name_at) {
    const std::string_view name = bound_.Path(Child(node, name_at)).front().name();
    for (const Term& term : terms_) {
      if (term.name == name) {
        return InvalidCondition("KeyConditionExpressions must only contain one condition per key");
      }
    }
    SortKeyCondition condition{OperatorOf(node.kind, name_at == 1),
                               bound_.Value(Child(node, name_at == 1 ? 0 : 1)), std::nullopt};
    if (node.count == 3) condition.high = bound_.Value(Child(node, 2));
    terms_.push_back(Term{name, condition});
    return base::OkStatus();
  }

  const BoundTree& bound_;
  const ExpressionTree& tree_;
  std::vector<Term> terms_;
};

const Term* FindTerm(const std::vector<Term>& terms, const KeyAttribute& key) {
  for (const Term& term : terms) {
    if (term.name == key.name) return &term;
  }
  return nullptr;
}

Error MissesKey(const KeyAttribute& key) {
  return dynamo::ValidationError("Query condition missed key schema element: " + key.name);
}

Error NotSupported() { return dynamo::ValidationError("Query key condition not supported"); }

Status CheckValue(const KeyAttribute& key, AttributeValue value, bool sort) {
  if (value.type() != key.type) {
    return dynamo::ValidationError(
        "One or more parameter values were invalid: Condition parameter type does not match schema "
        "type");
  }
  return dynamo::ValidateKeyValue(key.name, value, sort);
}

}  // namespace

bool SortKeyCondition::Matches(AttributeValue sort_key) const {
  switch (op) {
    case SortKeyOperator::kEqual: return sort_key == low;
    case SortKeyOperator::kLess: return Order(sort_key, low) < 0;
    case SortKeyOperator::kLessOrEqual: return Order(sort_key, low) <= 0;
    case SortKeyOperator::kGreater: return Order(sort_key, low) > 0;
    case SortKeyOperator::kGreaterOrEqual: return Order(sort_key, low) >= 0;
    case SortKeyOperator::kBetween: return Order(sort_key, low) >= 0 && Order(sort_key, *high) <= 0;
    case SortKeyOperator::kBeginsWith: return BeginsWith(sort_key, low);
  }
  return false;
}

Result<KeyCondition> MatchKeySchema(const BoundTree& bound, const dynamo::KeySchema& schema) {
  TermReader reader(bound);
  STATOR_RETURN_IF_ERROR(reader.Read(bound.tree().nodes.back()));
  const std::vector<Term>& terms = reader.terms();

  const Term* partition = FindTerm(terms, schema.partition);
  if (partition == nullptr) return MissesKey(schema.partition);
  if (terms.size() > (schema.sort ? 2 : 1)) return NotSupported();
  const Term* sort = schema.sort ? FindTerm(terms, *schema.sort) : nullptr;
  if (terms.size() == 2 && sort == nullptr) return MissesKey(*schema.sort);

  if (partition->condition.op != SortKeyOperator::kEqual) return NotSupported();
  STATOR_RETURN_IF_ERROR(CheckValue(schema.partition, partition->condition.low, false));
  KeyCondition result{partition->condition.low, std::nullopt};
  if (sort == nullptr) return result;
  if (sort->condition.op == SortKeyOperator::kBeginsWith &&
      schema.sort->type == dynamo::AttributeType::kNumber) {
    return NotSupported();
  }
  STATOR_RETURN_IF_ERROR(CheckValue(*schema.sort, sort->condition.low, true));
  if (sort->condition.high) {
    STATOR_RETURN_IF_ERROR(CheckValue(*schema.sort, *sort->condition.high, true));
  }
  result.sort = sort->condition;
  return result;
}

}  // namespace stator::expression
