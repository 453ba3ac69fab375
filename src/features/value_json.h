// A stored Value as Feast's HTTP server prints it.
#pragma once

#include <string>
#include <string_view>

namespace stator::features {

// Nesting of lists and maps that is followed; deeper values count as damaged.
inline constexpr int kValueJsonDepthMax = 32;

// Appends the JSON of an encoded Value: integers and timestamps (in seconds) as integers, a float
// widened to a double, bytes as base64, `json_val` as a JSON string, lists and sets as arrays, maps
// and structs as objects, a zoned timestamp as ISO 8601 text in its zone, a null and a scalar map
// as null. False when the bytes are no Value: then `out` has "null" appended, and the caller
// decides what to say.
bool AppendValueJson(std::string& out, std::string_view value);

}  // namespace stator::features
