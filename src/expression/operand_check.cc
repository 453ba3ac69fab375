#include "expression/operand_check.h"

#include <optional>
#include <string>

#include "dynamo/errors.h"
#include "expression/compare.h"

namespace stator::expression {
namespace {

using base::Error;
using base::Status;
using dynamo::AttributeType;
using dynamo::AttributeTypeName;
using dynamo::AttributeValue;

constexpr std::string_view kTypeNames[] = {"B",  "NULL", "SS", "BOOL", "L",
                                           "BS", "N",    "NS", "S",    "M"};

// AWS's longer names of types, in faults of ADD and DELETE alone. They never show a set.
std::string_view LongTypeName(AttributeType type) {
  switch (type) {
    case AttributeType::kString: return "STRING";
    case AttributeType::kNumber: return "NUMBER";
    case AttributeType::kBinary: return "BINARY";
    case AttributeType::kBool: return "BOOLEAN";
    case AttributeType::kNull: return "NULL";
    case AttributeType::kList: return "LIST";
    case AttributeType::kMap: return "MAP";
    default: return AttributeTypeName(type);
  }
}

bool IsSet(AttributeType type) { return type >= AttributeType::kStringSet; }

std::string BoundText(AttributeValue value) {
  std::string text = "AttributeValue: {";
  text.append(AttributeTypeName(value.type())).append(":");
  if (value.type() == AttributeType::kNumber)
    value.number().AppendText(text);
  else if (value.type() == AttributeType::kString)
    text.append(value.bytes());
  else
    text.append("<").append(std::to_string(value.bytes().size())).append(" bytes>");
  return text += '}';
}

// The checks of one expression's functions and operators.
class OperandChecker {
 public:
  explicit OperandChecker(const BoundTree& bound) : bound_(bound), tree_(bound.tree()) {}

  Status Run() const {
    if (!tree_.operand_count_fault.empty()) {
      return InvalidExpression(tree_.kind, tree_.operand_count_fault);
    }
    for (const Node& node : tree_.nodes) STATOR_RETURN_IF_ERROR(CheckDistinct(node));
    for (const Node& node : tree_.nodes) STATOR_RETURN_IF_ERROR(CheckTypes(node));
    return base::OkStatus();
  }

 private:
  const Node& Child(const Node& node, std::uint32_t index) const {
    return tree_.nodes[tree_.links[node.first + index]];
  }

  // The type of an operand as far as it shows without an item.
  std::optional<AttributeType> TypeOf(const Node& node) const {
    if (node.kind == NodeKind::kValue) return bound_.Value(node).type();
    if (node.kind == NodeKind::kSize) return AttributeType::kNumber;
    return std::nullopt;
  }

  Error WrongType(const Node& node, std::string_view type) const {
    return InvalidExpression(
        tree_.kind, "Incorrect operand type for operator or function; operator or function: " +
                        std::string(NodeKindName(node.kind)) +
                        ", operand type: " + std::string(type));
  }

  template <typename Allowed>
  Status CheckEach(const Node& node, Allowed allowed) const {
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const std::optional<AttributeType> type = TypeOf(Child(node, i));
      if (type && !allowed(*type)) return WrongType(node, AttributeTypeName(*type));
    }
    return base::OkStatus();
  }

  Status CheckIsPath(const Node& node) const {
    if (Child(node, 0).kind == NodeKind::kPath) return base::OkStatus();
    return InvalidExpression(
        tree_.kind, "Operator or function requires a document path; operator or function: " +
                        std::string(NodeKindName(node.kind)));
  }

  Status CheckDistinct(const Node& node) const {
    const bool comparator = node.kind >= NodeKind::kEqual && node.kind <= NodeKind::kGreaterOrEqual;
    const bool function = node.kind == NodeKind::kBeginsWith || node.kind == NodeKind::kContains;
    if (!comparator && !function) return base::OkStatus();
    const Node& left = Child(node, 0);
    const Node& right = Child(node, 1);
    if (left.kind != NodeKind::kPath || right.kind != NodeKind::kPath) return base::OkStatus();
    const DocumentPath path = bound_.Path(left);
    if (!std::ranges::equal(path, bound_.Path(right))) return base::OkStatus();
    return InvalidExpression(tree_.kind,
                             "The first operand must be distinct from the remaining operands for "
                             "this operator or function; operator: " +
                                 std::string(NodeKindName(node.kind)) +
                                 ", first operand: " + PathText(path));
  }

  Status CheckTypes(const Node& node) const {
    switch (node.kind) {
      case NodeKind::kLess:
      case NodeKind::kLessOrEqual:
      case NodeKind::kGreater:
      case NodeKind::kGreaterOrEqual: return CheckEach(node, HasOrder);
      case NodeKind::kBetween:
        STATOR_RETURN_IF_ERROR(CheckEach(node, HasOrder));
        return CheckBounds(Child(node, 1), Child(node, 2));
      case NodeKind::kAttributeExists:
      case NodeKind::kAttributeNotExists:
      case NodeKind::kIfNotExists: return CheckIsPath(node);
      case NodeKind::kAttributeType: return CheckTypeName(node);
      case NodeKind::kBeginsWith:
        return CheckEach(node, [](AttributeType type) {
          return type == AttributeType::kString || type == AttributeType::kBinary;
        });
      case NodeKind::kSize:
        return CheckEach(node, [](AttributeType type) {
          return type != AttributeType::kNumber && type != AttributeType::kBool &&
                 type != AttributeType::kNull;
        });
      case NodeKind::kListAppend:
        return CheckEach(node, [](AttributeType type) { return type == AttributeType::kList; });
      case NodeKind::kPlus:
      case NodeKind::kMinus:
        return CheckEach(node, [](AttributeType type) { return type == AttributeType::kNumber; });
      default: return base::OkStatus();
    }
  }

  Status CheckTypeName(const Node& node) const {
    const Node& name = Child(node, 1);
    const std::optional<AttributeType> type = TypeOf(name);
    if (!type) return WrongType(node, "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
    if (*type != AttributeType::kString) return WrongType(node, AttributeTypeName(*type));
    const std::string_view text = bound_.Value(name).bytes();
    for (const std::string_view known : kTypeNames) {
      if (text == known) return base::OkStatus();
    }
    return InvalidExpression(tree_.kind,
                             "Invalid attribute type name found; type: " + std::string(text) +
                                 ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
  }

  Status CheckBounds(const Node& low, const Node& high) const {
    if (low.kind != NodeKind::kValue || high.kind != NodeKind::kValue) return base::OkStatus();
    const AttributeValue lower = bound_.Value(low);
    const AttributeValue upper = bound_.Value(high);
    const bool same_type = lower.type() == upper.type();
    if (same_type && Order(lower, upper) <= 0) return base::OkStatus();
    return InvalidExpression(
        tree_.kind, std::string("The BETWEEN operator requires ") +
                        (same_type ? "upper bound to be greater than or equal to lower bound"
                                   : "same data type for lower and upper bounds") +
                        "; lower bound operand: " + BoundText(lower) +
                        ", upper bound operand: " + BoundText(upper));
  }

  const BoundTree& bound_;
  const ExpressionTree& tree_;
};

}  // namespace

Status CheckOperands(const BoundTree& bound) { return OperandChecker(bound).Run(); }

Status CheckActionOperands(const BoundUpdate& update) {
  for (const UpdateAction& action : update.actions()) {
    if (action.kind != UpdateKind::kAdd && action.kind != UpdateKind::kDelete) continue;
    const AttributeType type = update.Value(update.tree().nodes[action.operand]).type();
    const bool add = action.kind == UpdateKind::kAdd;
    if (IsSet(type) || (add && type == AttributeType::kNumber)) continue;
    const std::string name = add ? "ADD" : "DELETE";
    return InvalidExpression(update.tree().kind,
                             "Incorrect operand type for operator or function; operator: " + name +
                                 ", operand type: " + std::string(LongTypeName(type)) +
                                 ", typeSet: ALLOWED_FOR_" + name + "_OPERAND");
  }
  return base::OkStatus();
}

}  // namespace stator::expression
