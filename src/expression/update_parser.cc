#include <array>
#include <optional>
#include <utility>

#include "expression/parser.h"
#include "expression/update.h"

namespace stator::expression {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view kSectionNames[] = {"SET", "REMOVE", "ADD", "DELETE"};

std::optional<UpdateKind> SectionOf(const Token& token) {
  for (std::size_t i = 0; i < std::size(kSectionNames); ++i) {
    if (token.IsKeyword(kSectionNames[i])) return static_cast<UpdateKind>(i);
  }
  return std::nullopt;
}

class UpdateParser : public Parser {
 public:
  explicit UpdateParser(UpdateExpression& update) : Parser(update), actions_(update.actions) {}

  Status Run() {
    STATOR_RETURN_IF_ERROR(CheckText());
    do {
      STATOR_RETURN_IF_ERROR(ParseSection());
    } while (lexer_.current().kind != TokenKind::kEnd);
    return Finish();
  }

 private:
  Status ParseSection() {
    const auto section = SectionOf(lexer_.current());
    if (!section) return SyntaxError();
    const auto index = static_cast<std::size_t>(*section);
    if (seen_[index]) {
      Note(Fault::kRepeatedSection, "The \"" + std::string(kSectionNames[index]) +
                                        "\" section can only be used once in an update "
                                        "expression;");
    }
    seen_[index] = true;
    do {
      lexer_.Advance();
      STATOR_RETURN_IF_ERROR(ParseAction(*section));
    } while (lexer_.current().IsSymbol(","));
    return base::OkStatus();
  }

  Status ParseAction(UpdateKind kind) {
    STATOR_ASSIGN_OR_RETURN(const std::uint32_t target, ParsePath());
    UpdateAction action{kind, target};
    if (kind == UpdateKind::kSet) {
      STATOR_RETURN_IF_ERROR(Take("="));
      STATOR_ASSIGN_OR_RETURN(const Parsed value, ParseSum());
      action.operand = value.node;
    } else if (kind != UpdateKind::kRemove) {
      if (lexer_.current().kind != TokenKind::kValue) return SyntaxError();
      STATOR_ASSIGN_OR_RETURN(const Parsed value, ParseOperand());
      action.operand = value.node;
    }
    actions_.push_back(action);
    return base::OkStatus();
  }

  // An operand, or two with + or - between them; AWS's grammar has no third.
  Result<Parsed> ParseSum() {
    STATOR_ASSIGN_OR_RETURN(const Parsed left, ParseSumInParentheses());
    const bool plus = lexer_.current().IsSymbol("+");
    if (!plus && !lexer_.current().IsSymbol("-")) return left;
    if (IsSum(left)) return SyntaxError();
    CountOperator();
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed right, ParseOperand());
    return Parsed{AddNode(plus ? NodeKind::kPlus : NodeKind::kMinus, {left.node, right.node})};
  }

  // Parentheses hold a whole sum, or its left operand: what follows tells.
  Result<Parsed> ParseSumInParentheses() {
    if (!lexer_.current().IsSymbol("(")) return ParseOperand();
    STATOR_RETURN_IF_ERROR(Enter());
    lexer_.Advance();
    STATOR_ASSIGN_OR_RETURN(const Parsed inner, ParseSum());
    STATOR_RETURN_IF_ERROR(Take(")"));
    Leave();
    return inner;
  }

  bool IsSum(const Parsed& parsed) const {
    return node(parsed.node).kind == NodeKind::kPlus || node(parsed.node).kind == NodeKind::kMinus;
  }

  std::vector<UpdateAction>& actions_;
  std::array<bool, std::size(kSectionNames)> seen_{};
};

}  // namespace

Result<std::shared_ptr<const UpdateExpression>> ParseUpdate(std::string_view text) {
  auto update = std::make_shared<UpdateExpression>(ExpressionKind::kUpdate, text);
  STATOR_RETURN_IF_ERROR(UpdateParser(*update).Run());
  return std::shared_ptr<const UpdateExpression>(std::move(update));
}

}  // namespace stator::expression
