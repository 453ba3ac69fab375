// Conditions, filters and key conditions: one grammar. Weakest first: OR, AND, NOT, then
// comparators, BETWEEN and IN, then functions and parentheses.
#include <utility>

#include "dynamo/limits.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/parser.h"

namespace stator::expression {
namespace {

using base::Result;
using base::Status;

std::optional<NodeKind> ComparatorOf(const Token& token) {
  if (token.kind != TokenKind::kSymbol) return std::nullopt;
  for (auto kind = NodeKind::kEqual; kind <= NodeKind::kGreaterOrEqual;
       kind = static_cast<NodeKind>(static_cast<int>(kind) + 1)) {
    if (token.text == NodeKindName(kind)) return kind;
  }
  return std::nullopt;
}

class ConditionParser : public Parser {
 public:
  using Parser::Parser;

  Status Run() {
    STATOR_RETURN_IF_ERROR(CheckText());
    STATOR_ASSIGN_OR_RETURN(const Parsed root, ParseChain(NodeKind::kOr));
    STATOR_RETURN_IF_ERROR(CheckIsCondition(root));
    return Finish();
  }

 private:
  // What OR or AND joins; one element stays as it is, perhaps an operand in parentheses.
  Result<Parsed> ParseChain(NodeKind joint) {
    STATOR_ASSIGN_OR_RETURN(const Parsed first, ParseLink(joint));
    if (!lexer_.current().IsKeyword(NodeKindName(joint))) return first;
    STATOR_RETURN_IF_ERROR(CheckIsCondition(first));
    Operands children = {first.node};
    while (lexer_.current().IsKeyword(NodeKindName(joint))) {
      CountOperator();
      lexer_.Advance();
      STATOR_ASSIGN_OR_RETURN(const Parsed next, ParseLink(joint));
      STATOR_RETURN_IF_ERROR(CheckIsCondition(next));
      children.push_back(next.node);
    }
    return Parsed{AddNode(joint, children)};
  }

  Result<Parsed> ParseLink(NodeKind joint) {
    return joint == NodeKind::kOr ? ParseChain(NodeKind::kAnd) : ParseNot();
  }

  Result<Parsed> ParseNot() {
    if (!lexer_.current().IsKeyword("NOT")) return ParseComparison();
    CountOperator();
    STATOR_RETURN_IF_ERROR(Enter());
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed inner, ParseNot());
    Leave();
    STATOR_RETURN_IF_ERROR(CheckIsCondition(inner));
    return Parsed{AddNode(NodeKind::kNot, {inner.node})};
  }

  Result<Parsed> ParseComparison() {
    STATOR_ASSIGN_OR_RETURN(const Parsed left, ParsePrimary());
    if (const auto comparator = ComparatorOf(lexer_.current())) {
      STATOR_RETURN_IF_ERROR(TakeOperator(left));
      STATOR_ASSIGN_OR_RETURN(const Parsed right, ParseOperand());
      return AddChecked(*comparator, {left.node, right.node});
    }
    if (lexer_.current().IsKeyword("BETWEEN")) return ParseBetween(left);
    if (lexer_.current().IsKeyword("IN")) return ParseIn(left);
    return left;
  }

  Result<Parsed> ParseBetween(const Parsed& left) {
    STATOR_RETURN_IF_ERROR(TakeOperator(left));
    STATOR_ASSIGN_OR_RETURN(const Parsed low, ParseOperand());
    if (!lexer_.current().IsKeyword("AND")) return SyntaxError();
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed high, ParseOperand());
    return AddChecked(NodeKind::kBetween, {left.node, low.node, high.node});
  }

  Result<Parsed> ParseIn(const Parsed& left) {
    STATOR_RETURN_IF_ERROR(TakeOperator(left));
    STATOR_RETURN_IF_ERROR(Take("("));
    STATOR_ASSIGN_OR_RETURN(Operands operands, ParseOperands());
    if (operands.size() > dynamo::kInOperandsMax) {
      Note(Fault::kTooManyOperands,
           "The IN operator is provided with too many operands; number of operands: " +
               std::to_string(operands.size()));
    }
    operands.insert(operands.begin(), left.node);
    return AddChecked(NodeKind::kIn, operands);
  }

  // Parentheses hold a condition, or the operand of a comparison: what follows tells.
  Result<Parsed> ParsePrimary() {
    if (!lexer_.current().IsSymbol("(")) return ParseOperand();
    STATOR_RETURN_IF_ERROR(Enter());
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed inner, ParseChain(NodeKind::kOr));
    STATOR_RETURN_IF_ERROR(Take(")"));
    Leave();
    NoteParentheses(inner);
    return Parsed{inner.node, true};
  }

  // Steps over a comparator, BETWEEN or IN behind `left`, which must be able to be an operand.
  Status TakeOperator(const Parsed& left) {
    const NodeKind kind = node(left.node).kind;
    if (kind >= NodeKind::kAnd && kind <= NodeKind::kIn) return SyntaxError();
    CountOperator();
    lexer_.Advance();
    return base::OkStatus();
  }

  Parsed AddChecked(NodeKind kind, const Operands& operands) {
    for (const std::uint32_t operand : operands) CheckGivesValue(operand);
    return Parsed{AddNode(kind, operands)};
  }

  // That a node stands rightly where a condition is wanted: the current token is behind it.
  Status CheckIsCondition(const Parsed& parsed) {
    const NodeKind kind = node(parsed.node).kind;
    if (kind <= NodeKind::kValue) return SyntaxError();
    if (kind == NodeKind::kSize) NoteMisused(kind);
    return base::OkStatus();
  }
};

template <typename T>
Result<std::shared_ptr<const T>> Parse(std::string_view text, ExpressionKind kind) {
  auto tree = std::make_shared<T>(kind, text);
  STATOR_RETURN_IF_ERROR(ConditionParser(*tree).Run());
  return std::shared_ptr<const T>(std::move(tree));
}

}  // namespace

Result<std::shared_ptr<const ConditionExpression>> ParseCondition(std::string_view text,
                                                                  ExpressionKind kind) {
  return Parse<ConditionExpression>(text, kind);
}

Result<std::shared_ptr<const KeyConditionExpression>> ParseKeyCondition(std::string_view text) {
  return Parse<KeyConditionExpression>(text, ExpressionKind::kKeyCondition);
}

}  // namespace stator::expression
