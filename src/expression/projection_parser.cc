#include <utility>

#include "expression/parser.h"
#include "expression/projection.h"

namespace stator::expression {
namespace {

class ProjectionParser : public Parser {
 public:
  using Parser::Parser;

  base::Status Run() {
    STATOR_RETURN_IF_ERROR(CheckText());
    STATOR_RETURN_IF_ERROR(ParsePath());
    while (lexer_.current().IsSymbol(",")) {
      lexer_.Advance();
      STATOR_RETURN_IF_ERROR(ParsePath());
    }
    return Finish();
  }
};

}  // namespace

base::Result<std::shared_ptr<const ProjectionExpression>> ParseProjection(std::string_view text) {
  auto tree = std::make_shared<ProjectionExpression>(ExpressionKind::kProjection, text);
  STATOR_RETURN_IF_ERROR(ProjectionParser(*tree).Run());
  return std::shared_ptr<const ProjectionExpression>(std::move(tree));
}

}  // namespace stator::expression
