// DynamoDB values as plain JSON text, for columns that show several types. Not DynamoDB's wire
// JSON: no type tags.
#pragma once

#include <string>
#include <string_view>

#include "dynamo/attribute_value.h"

namespace stator::sql {

// Appends `value` as JSON: S as a string, N with all its digits, BOOL, NULL as null, B as a base64
// string, L and sets as arrays (sets sorted), M as an object in name order.
void AppendJson(dynamo::AttributeValue value, std::string& out);

// Appends `text` as a JSON string with its quotes. Control characters are escaped; other characters
// stay as they are.
void AppendJsonString(std::string_view text, std::string& out);

// Appends `bytes` in base64 with padding (RFC 4648).
void AppendBase64(std::string_view bytes, std::string& out);

// Appends the value as a text column shows it: the bare text of an S, the bare base64 of a B, else
// JSON.
void AppendPlainText(dynamo::AttributeValue value, std::string& out);

}  // namespace stator::sql
