// Capacity units as AWS counts them. [reference 2.5]
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "dynamo/operations.h"

namespace stator::engine {

// Read units of `size_bytes` read together: 4 KB each, rounded up, at least one; half of it when
// eventually consistent. A missing item has 0 bytes.
double ReadUnits(std::size_t size_bytes, bool consistent);

// Write units of a write that found `old_size_bytes` and left `new_size_bytes`: 1 KB each of the
// larger, rounded up, at least one.
double WriteUnits(std::size_t old_size_bytes, std::size_t new_size_bytes);

// What a response says, or nullopt when the request did not ask.
// Indexes have no share yet: the table's share is the total.
std::optional<dynamo::ConsumedCapacity> MakeConsumedCapacity(dynamo::ReturnConsumedCapacity asked,
                                                             const std::string& table_name,
                                                             double units);

}  // namespace stator::engine
