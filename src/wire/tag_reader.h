// Tags, as TagResource and CreateTable carry them. Two requests of different files read them, so
// they have a header of their own.
#pragma once

#include <vector>

#include "dynamo/table.h"
#include "wire/request_reader.h"

namespace stator::wire {

// Reads [{"Key": ..., "Value": ...}] and checks lengths. False when the JSON is wrong.
bool ReadTags(RequestReader& in, JsonValue from, std::vector<dynamo::Tag>& out);

}  // namespace stator::wire
