#include "expression/expression_tree.h"

namespace stator::expression {

std::string_view NodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kAnd: return "AND";
    case NodeKind::kOr: return "OR";
    case NodeKind::kNot: return "NOT";
    case NodeKind::kEqual: return "=";
    case NodeKind::kNotEqual: return "<>";
    case NodeKind::kLess: return "<";
    case NodeKind::kLessOrEqual: return "<=";
    case NodeKind::kGreater: return ">";
    case NodeKind::kGreaterOrEqual: return ">=";
    case NodeKind::kBetween: return "BETWEEN";
    case NodeKind::kIn: return "IN";
    case NodeKind::kAttributeExists: return "attribute_exists";
    case NodeKind::kAttributeNotExists: return "attribute_not_exists";
    case NodeKind::kAttributeType: return "attribute_type";
    case NodeKind::kBeginsWith: return "begins_with";
    case NodeKind::kContains: return "contains";
    case NodeKind::kSize: return "size";
    case NodeKind::kIfNotExists: return "if_not_exists";
    case NodeKind::kListAppend: return "list_append";
    case NodeKind::kPlus: return "+";
    case NodeKind::kMinus: return "-";
    case NodeKind::kPath:
    case NodeKind::kValue:
    case NodeKind::kNoFunction: return "";
  }
  return "";
}

std::size_t ExpressionTree::MemoryBytes() const {
  return sizeof *this + text.capacity() + nodes.capacity() * sizeof(Node) +
         links.capacity() * sizeof(std::uint32_t) + elements.capacity() * sizeof(PathElement) +
         values.capacity() * sizeof(std::string_view) + operand_count_fault.capacity();
}

}  // namespace stator::expression
