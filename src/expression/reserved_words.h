// The words that an expression may not use as a literal attribute name.
#pragma once

#include <string_view>

namespace stator::expression {

// Whether `word` is one of the 573 reserved words of the AWS developer guide ("Reserved words in
// DynamoDB"), in any case. Such an attribute can only be named through ExpressionAttributeNames.
bool IsReservedWord(std::string_view word);

}  // namespace stator::expression
