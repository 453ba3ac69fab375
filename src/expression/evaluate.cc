#include <array>
#include <cstring>

#include "dynamo/errors.h"
#include "expression/compare.h"
#include "expression/condition.h"

namespace stator::expression {
namespace {

using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::ItemView;

std::optional<std::size_t> SizeOf(AttributeValue value) {
  switch (value.type()) {
    case AttributeType::kString:
    case AttributeType::kBinary: return value.bytes().size();
    case AttributeType::kList: return value.list().size();
    case AttributeType::kMap: return value.map().size();
    case AttributeType::kStringSet:
    case AttributeType::kNumberSet:
    case AttributeType::kBinarySet: return value.set().size();
    default: return std::nullopt;
  }
}

// An operand's value, or none when the item does not have it. Holds the result of size().
class Operand {
 public:
  Operand() = default;
  void Set(std::optional<AttributeValue> value) { value_ = value; }
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  explicit operator bool() const { return value_.has_value(); }
  const AttributeValue& operator*() const { return *value_; }
  const AttributeValue* operator->() const { return &*value_; }

  void SetSize(std::size_t size) {
    const dynamo::Number number = dynamo::Number::FromInt64(static_cast<std::int64_t>(size));
    const std::string_view bytes = number.sortable();
    encoded_[0] = static_cast<char>(AttributeValue::kTagNumber);
    encoded_[1] = static_cast<char>(bytes.size());
    std::memcpy(encoded_.data() + 2, bytes.data(), bytes.size());
    value_.emplace(encoded_.data());
  }

 private:
  std::optional<AttributeValue> value_;
  std::array<char, 2 + dynamo::Number::kBytesMax> encoded_;
};

bool Contains(AttributeValue in, AttributeValue sought) {
  switch (in.type()) {
    case AttributeType::kString:
    case AttributeType::kBinary:
      return sought.type() == in.type() &&
             in.bytes().find(sought.bytes()) != std::string_view::npos;
    case AttributeType::kList:
      for (const AttributeValue element : in.list()) {
        if (element == sought) return true;
      }
      return false;
    case AttributeType::kStringSet:
    case AttributeType::kNumberSet:
    case AttributeType::kBinarySet: {
      const dynamo::SetView set = in.set();
      if (sought.type() != set.member_type()) return false;
      return set.Contains(sought.type() == AttributeType::kNumber ? sought.number_bytes()
                                                                  : sought.bytes());
    }
    default: return false;
  }
}

// One condition on one item.
class Evaluation {
 public:
  Evaluation(const BoundCondition& condition, ItemView item)
      : condition_(condition), tree_(condition.tree()), item_(item) {}

  bool Holds(const Node& node) const {
    switch (node.kind) {
      case NodeKind::kAnd:
      case NodeKind::kOr: return HoldsChain(node);
      case NodeKind::kNot: return !Holds(Child(node, 0));
      case NodeKind::kBetween: return HoldsBetween(node);
      case NodeKind::kIn: return HoldsIn(node);
      case NodeKind::kAttributeExists: return Find(Child(node, 0)).has_value();
      case NodeKind::kAttributeNotExists: return !Find(Child(node, 0)).has_value();
      default: return HoldsOfTwo(node);
    }
  }

 private:
  const Node& Child(const Node& node, std::uint32_t index) const {
    return tree_.nodes[tree_.links[node.first + index]];
  }

  std::optional<AttributeValue> Find(const Node& path) const {
    return FindPath(item_, condition_.Path(path));
  }

  // Operands are as deep as size() of a path or a value.
  std::optional<AttributeValue> Plain(const Node& node) const {
    if (node.kind == NodeKind::kValue) return condition_.Value(node);
    return Find(node);
  }

  void Read(const Node& node, Operand& operand) const {
    if (node.kind != NodeKind::kSize) {
      operand.Set(Plain(node));
      return;
    }
    const std::optional<AttributeValue> of = Plain(Child(node, 0));
    const std::optional<std::size_t> size = of ? SizeOf(*of) : std::nullopt;
    if (size) operand.SetSize(*size);
  }

  bool HoldsChain(const Node& node) const {
    const bool decisive = node.kind == NodeKind::kOr;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (Holds(Child(node, i)) == decisive) return decisive;
    }
    return !decisive;
  }

  bool HoldsBetween(const Node& node) const {
    Operand value, low, high;
    Read(Child(node, 0), value);
    Read(Child(node, 1), low);
    Read(Child(node, 2), high);
    if (!value || !low || !high || !HasOrder(value->type())) return false;
    if (low->type() != value->type() || high->type() != value->type()) return false;
    return Order(*low, *value) <= 0 && Order(*value, *high) <= 0;
  }

  bool HoldsIn(const Node& node) const {
    Operand value;
    Read(Child(node, 0), value);
    if (!value) return false;
    for (std::uint32_t i = 1; i < node.count; ++i) {
      Operand candidate;
      Read(Child(node, i), candidate);
      if (candidate && *candidate == *value) return true;
    }
    return false;
  }

  bool HoldsOfTwo(const Node& node) const {
    Operand left, right;
    Read(Child(node, 0), left);
    Read(Child(node, 1), right);
    if (!left || !right) return node.kind == NodeKind::kNotEqual;
    switch (node.kind) {
      case NodeKind::kEqual: return *left == *right;
      case NodeKind::kNotEqual: return !(*left == *right);
      case NodeKind::kAttributeType:
        return dynamo::AttributeTypeName(left->type()) == right->bytes();
      case NodeKind::kBeginsWith: return BeginsWith(*left, *right);
      case NodeKind::kContains: return Contains(*left, *right);
      default: return HoldsOrder(node.kind, *left, *right);
    }
  }

  static bool HoldsOrder(NodeKind kind, AttributeValue left, AttributeValue right) {
    if (left.type() != right.type() || !HasOrder(left.type())) return false;
    const int order = Order(left, right);
    switch (kind) {
      case NodeKind::kLess: return order < 0;
      case NodeKind::kLessOrEqual: return order <= 0;
      case NodeKind::kGreater: return order > 0;
      default: return order >= 0;
    }
  }

  const BoundCondition& condition_;
  const ExpressionTree& tree_;
  const ItemView item_;
};

}  // namespace

bool Evaluate(const BoundCondition& condition, ItemView item) {
  return Evaluation(condition, item).Holds(condition.tree().nodes.back());
}

base::Status CheckFilterNamesNoKey(const BoundCondition& filter, const dynamo::KeySchema& schema) {
  const auto check = [&](const dynamo::KeyAttribute& key) -> base::Status {
    if (!NamesTopLevel(filter, key.name)) return base::OkStatus();
    return dynamo::ValidationError(
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: " +
        key.name);
  };
  STATOR_RETURN_IF_ERROR(check(schema.partition));
  return schema.sort ? check(*schema.sort) : base::OkStatus();
}

}  // namespace stator::expression
