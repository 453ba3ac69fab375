// Keys as callers give them: checks against a key schema, with AWS's messages.
#pragma once

#include <string_view>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/table.h"

namespace stator::dynamo {

// The key attributes of one item as views: what the engine encodes and what LastEvaluatedKey is
// made of.
struct ItemKey {
  AttributeValue partition;
  std::optional<AttributeValue> sort;
};

// The key in `key`, which must hold exactly the attributes of `schema` (GetItem, DeleteItem,
// UpdateItem). ERRORS: ValidationException "The provided key element does not match the schema", or
// the messages for empty and too long key values.
base::Result<ItemKey> ValidateKey(const KeySchema& schema, ItemView key);

// The key in a whole item (PutItem). ERRORS: ValidationException that names the missing attribute,
// or the one of another type, or the empty or too long one.
base::Result<ItemKey> KeyOfItem(const KeySchema& schema, ItemView item);

// The key attributes of `item` as an item of their own. REQUIRES: KeyOfItem(schema, item) succeeds.
Item MakeKeyItem(const KeySchema& schema, ItemView item);

// Checks lengths of a key value. `name` is for the message; `sort` chooses the limit.
base::Status ValidateKeyValue(std::string_view name, AttributeValue value, bool sort);

}  // namespace stator::dynamo
