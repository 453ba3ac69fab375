// Items as DynamoDB JSON ({"id":{"S":"a"},"n":{"N":"12.5"}}), straight from and into their bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "dynamo/item.h"
#include "wire/json_reader.h"

namespace stator::wire {

// Appends `text` as a JSON string, quotes included: escapes for quote, backslash and control
// characters, everything else as it is. REQUIRES: UTF-8.
void AppendJsonString(std::string_view text, std::string& out);

// Appends the item as one JSON object, attributes in name order.
void ItemToJson(dynamo::ItemView item, std::string& out);
// Appends one value with its type: {"S":"a"}.
void ValueToJson(dynamo::AttributeValue value, std::string& out);

// The item that `json` (with kBodyPaddingBytes readable behind it) holds. Members may stand in any
// order; of a name that stands twice the last one counts, as in AWS. ERRORS: SerializationException
// for what is no JSON, has wrong JSON types or bad base64; ValidationException in AWS's words for
// values with no or several types, bad numbers, empty sets, duplicates in sets, and nesting beyond
// 32 levels.
base::Result<dynamo::Item> ItemFromJson(JsonReader& reader, std::string_view json);

}  // namespace stator::wire
