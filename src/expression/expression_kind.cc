#include "expression/expression_kind.h"

#include <string>

#include "dynamo/errors.h"

namespace stator::expression {

std::string_view ExpressionKindName(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kCondition: return "ConditionExpression";
    case ExpressionKind::kFilter: return "FilterExpression";
    case ExpressionKind::kKeyCondition: return "KeyConditionExpression";
    case ExpressionKind::kProjection: return "ProjectionExpression";
    case ExpressionKind::kUpdate: return "UpdateExpression";
  }
  return "Expression";
}

base::Error InvalidExpression(ExpressionKind kind, std::string_view reason) {
  std::string message = "Invalid ";
  message.append(ExpressionKindName(kind)).append(": ").append(reason);
  return dynamo::ValidationError(std::move(message));
}

}  // namespace stator::expression
