#include "expression/parser.h"

#include <charconv>
#include <limits>
#include <utility>

#include "dynamo/limits.h"
#include "expression/reserved_words.h"

namespace stator::expression {
namespace {

using base::Error;
using base::Result;
using base::Status;

// Between two parentheses of a sound expression stands an operator, and NOT is one: so this many
// levels are too many operators or redundant parentheses, whatever follows.
constexpr int kLevelsMax = 2 * dynamo::kExpressionOperatorsMax + 2;

struct Function {
  std::string_view name;
  NodeKind kind;
  std::size_t operands;
  bool in_update;
};

// AWS developer guide, "Condition and filter expressions" and "Update expressions".
constexpr Function kFunctions[] = {
    {"attribute_exists", NodeKind::kAttributeExists, 1, false},
    {"attribute_not_exists", NodeKind::kAttributeNotExists, 1, false},
    {"attribute_type", NodeKind::kAttributeType, 2, false},
    {"begins_with", NodeKind::kBeginsWith, 2, false},
    {"contains", NodeKind::kContains, 2, false},
    {"size", NodeKind::kSize, 1, false},
    {"if_not_exists", NodeKind::kIfNotExists, 2, true},
    {"list_append", NodeKind::kListAppend, 2, true},
};

const Function* FindFunction(std::string_view name, bool in_update) {
  for (const Function& function : kFunctions) {
    if (function.name == name && function.in_update == in_update) return &function;
  }
  return nullptr;
}

// Words that end an operand, and so name no attribute. All are reserved words but REMOVE.
bool IsKeyword(ExpressionKind kind, const Token& token) {
  static constexpr std::string_view kOfConditions[] = {"AND", "OR", "NOT", "BETWEEN", "IN"};
  static constexpr std::string_view kOfUpdates[] = {"SET", "REMOVE", "ADD", "DELETE"};
  const auto is_one_of = [&](const auto& keywords) {
    for (const std::string_view keyword : keywords) {
      if (token.IsKeyword(keyword)) return true;
    }
    return false;
  };
  if (kind == ExpressionKind::kProjection) return false;
  return kind == ExpressionKind::kUpdate ? is_one_of(kOfUpdates) : is_one_of(kOfConditions);
}

}  // namespace

Status Parser::CheckText() {
  if (tree_.text.size() > dynamo::kExpressionBytesMax) {
    return InvalidExpression(tree_.kind,
                             "Expression size has exceeded the maximum allowed size; "
                             "expression size: " +
                                 std::to_string(tree_.text.size()));
  }
  if (lexer_.current().kind != TokenKind::kEnd) return base::OkStatus();
  return InvalidExpression(tree_.kind, "The expression can not be empty;");
}

Status Parser::Finish() {
  if (lexer_.current().kind != TokenKind::kEnd) return SyntaxError();
  if (operators_ > dynamo::kExpressionOperatorsMax) {
    Note(Fault::kTooManyOperators, "The expression contains too many operators; operator count: " +
                                       std::to_string(operators_));
  }
  for (const std::optional<std::string>& fault : faults_) {
    if (fault) return InvalidExpression(tree_.kind, *fault);
  }
  return base::OkStatus();
}

Result<std::uint32_t> Parser::ParsePath() {
  const auto first = static_cast<std::uint32_t>(tree_.elements.size());
  STATOR_RETURN_IF_ERROR(ParseElement());
  while (true) {
    if (lexer_.current().IsSymbol(".")) {
      lexer_.Advance();
      STATOR_RETURN_IF_ERROR(ParseElement());
    } else if (lexer_.current().IsSymbol("[")) {
      STATOR_RETURN_IF_ERROR(ParseIndex());
    } else {
      break;
    }
  }
  const auto count = static_cast<std::uint32_t>(tree_.elements.size()) - first;
  if (count > dynamo::kPathDepthMax) {
    Note(Fault::kPath,
         "The document path has too many nesting levels; nesting levels: " + std::to_string(count));
  }
  tree_.nodes.push_back(Node{NodeKind::kPath, first, count});
  return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
}

Status Parser::ParseElement() {
  const Token& token = lexer_.current();
  const bool literal = token.kind == TokenKind::kWord && !IsKeyword(tree_.kind, token);
  if (!literal && token.kind != TokenKind::kName) return SyntaxError();
  if (literal && IsReservedWord(token.text)) {
    const bool in_update = tree_.kind == ExpressionKind::kUpdate;
    Note(in_update ? Fault::kReservedWordInUpdate : Fault::kReservedWord,
         "Attribute name is a reserved keyword; reserved keyword: " + std::string(token.text));
  }
  const auto kind = literal ? PathElement::Kind::kName : PathElement::Kind::kPlaceholder;
  tree_.elements.push_back(PathElement{kind, 0, token.text});
  lexer_.Advance();
  return base::OkStatus();
}

Status Parser::ParseIndex() {
  lexer_.Advance();
  const std::string_view digits = lexer_.current().text;
  if (lexer_.current().kind != TokenKind::kDigits) return SyntaxError();
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || index > std::numeric_limits<std::int32_t>::max()) {
    Note(Fault::kPath,
         "List index is not within the allowable range; index: [" + std::string(digits) + "]");
  }
  tree_.elements.push_back(PathElement{PathElement::Kind::kIndex, index, digits});
  lexer_.Advance();
  return Take("]");
}

Result<Parser::Parsed> Parser::ParseOperand() {
  const Token& token = lexer_.current();
  if (token.IsSymbol("(")) {
    STATOR_RETURN_IF_ERROR(Enter());
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed inner, ParseOperand());
    STATOR_RETURN_IF_ERROR(Take(")"));
    Leave();
    NoteParentheses(inner);
    return Parsed{inner.node, true};
  }
  if (token.kind == TokenKind::kValue) {
    tree_.values.push_back(token.text);
    tree_.nodes.push_back(
        Node{NodeKind::kValue, static_cast<std::uint32_t>(tree_.values.size() - 1), 1});
    lexer_.Advance();
    return Parsed{static_cast<std::uint32_t>(tree_.nodes.size() - 1)};
  }
  const bool calls = token.kind == TokenKind::kWord && lexer_.next().IsSymbol("(");
  STATOR_ASSIGN_OR_RETURN(const std::uint32_t node, calls ? ParseFunction() : ParsePath());
  return Parsed{node};
}

Result<std::uint32_t> Parser::ParseFunction() {
  const std::string_view name = lexer_.current().text;
  if (IsKeyword(tree_.kind, lexer_.current())) return SyntaxError();
  const Function* function = FindFunction(name, tree_.kind == ExpressionKind::kUpdate);
  if (function == nullptr) {
    Note(Fault::kUnknownFunction, "Invalid function name; function: " + std::string(name));
  }
  const NodeKind kind = function == nullptr ? NodeKind::kNoFunction : function->kind;
  CountOperator();
  STATOR_RETURN_IF_ERROR(Enter());
  lexer_.Advance();
  lexer_.Advance();
  STATOR_ASSIGN_OR_RETURN(const Operands operands, ParseOperands());
  Leave();
  if (function != nullptr && function->operands != operands.size() &&
      tree_.operand_count_fault.empty()) {
    tree_.operand_count_fault =
        "Incorrect number of operands for operator or function; operator or function: " +
        std::string(name) + ", number of operands: " + std::to_string(operands.size());
  }
  for (const std::uint32_t operand : operands) CheckGivesValue(operand);
  return AddNode(kind, operands);
}

Result<Parser::Operands> Parser::ParseOperands() {
  Operands operands;
  while (true) {
    STATOR_ASSIGN_OR_RETURN(const Parsed operand, ParseOperand());
    operands.push_back(operand.node);
    if (!lexer_.current().IsSymbol(",")) break;
    lexer_.Advance();
  }
  STATOR_RETURN_IF_ERROR(Take(")"));
  return operands;
}

std::uint32_t Parser::AddNode(NodeKind kind, const Operands& children) {
  const auto first = static_cast<std::uint32_t>(tree_.links.size());
  tree_.links.insert(tree_.links.end(), children.begin(), children.end());
  tree_.nodes.push_back(Node{kind, first, static_cast<std::uint32_t>(children.size())});
  return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
}

void Parser::Note(Fault fault, std::string reason) {
  std::optional<std::string>& noted = faults_[static_cast<std::size_t>(fault)];
  if (!noted) noted = std::move(reason);
}

void Parser::NoteParentheses(const Parsed& inner) {
  if (!inner.parenthesized || tree_.kind == ExpressionKind::kUpdate) return;
  Note(Fault::kParentheses, "The expression has redundant parentheses;");
}

void Parser::CheckGivesValue(std::uint32_t place) {
  const NodeKind kind = node(place).kind;
  if (kind < NodeKind::kAttributeExists || kind > NodeKind::kContains) return;
  NoteMisused(kind);
}

void Parser::NoteMisused(NodeKind kind) {
  Note(Fault::kMisusedFunction,
       "The function is not allowed to be used this way in an expression; function: " +
           std::string(NodeKindName(kind)));
}

Status Parser::Enter() {
  if (++depth_ <= kLevelsMax) return base::OkStatus();
  if (operators_ > dynamo::kExpressionOperatorsMax) {
    return InvalidExpression(tree_.kind,
                             "The expression contains too many operators; operator count: " +
                                 std::to_string(operators_));
  }
  return InvalidExpression(tree_.kind, "The expression has redundant parentheses;");
}

Status Parser::Take(std::string_view symbol) {
  if (!lexer_.current().IsSymbol(symbol)) return SyntaxError();
  lexer_.Advance();
  return base::OkStatus();
}

Error Parser::SyntaxError() const { return InvalidExpression(tree_.kind, lexer_.SyntaxError()); }

}  // namespace stator::expression
