// DynamoDB's own counting of bytes: what the 400 KB limit, pages and capacity units are made of.
// [P][G]
#pragma once

#include <cstddef>

#include "dynamo/attribute_value.h"
#include "dynamo/item.h"

namespace stator::dynamo {

// Bytes of a value: S in UTF-8, B raw, BOOL and NULL 1, N by Number::SizeBytes, sets the sum of
// their members, L and M 3 + the sum of elements + 1 for each (and the names, for M).
std::size_t ValueSizeBytes(AttributeValue value);

// Bytes of an item: names and values of its attributes.
std::size_t ItemSizeBytes(ItemView item);

}  // namespace stator::dynamo
