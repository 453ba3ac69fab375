// The five expressions of the DynamoDB API, and the shape of the errors that a wrong one gives.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace stator::expression {

// Which request parameter an expression came in. A condition and a filter have one grammar; the
// kind tells them apart in messages.
enum class ExpressionKind : std::uint8_t {
  kCondition,
  kFilter,
  kKeyCondition,
  kProjection,
  kUpdate
};

// The name of the parameter: "ConditionExpression", "FilterExpression", "KeyConditionExpression",
// "ProjectionExpression" or "UpdateExpression".
std::string_view ExpressionKindName(ExpressionKind kind);

// ValidationException "Invalid <parameter>: <reason>", which is how AWS words every fault that can
// be found without an item.
base::Error InvalidExpression(ExpressionKind kind, std::string_view reason);

}  // namespace stator::expression
