// Reads attribute values out of a JSON body straight into an ItemBuilder.
#pragma once

#include <string>
#include <string_view>

#include "dynamo/item.h"
#include "wire/json_cursor.h"

namespace stator::wire {

// Where in a request a faulty value stood; some operations name it in their message.
struct ValuePlace {
  // The top-level name in the map, empty when no value is faulty.
  std::string_view attribute;
};

// Reads a map of names to attribute values as one item. False when the JSON is wrong. Faults of
// values are noted in Stage::kValue; the first of them in this map sets `place` (when given) to the
// name of its top-level attribute.
bool ReadItem(JsonReader::Impl& in, JsonValue from, dynamo::Item& out, ValuePlace* place = nullptr);

// The same, appended to `out` for an ItemBatch's arena.
bool ReadItemInto(JsonReader::Impl& in, JsonValue from, std::string& out);

// Reads a body that is such a map itself.
bool ReadItemDocument(JsonReader::Impl& in, std::string_view body, dynamo::Item& out);

}  // namespace stator::wire
