// Base64 with the standard alphabet and padding (RFC 4648, section 4), as DynamoDB's B and BS
// values use it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stator::wire {

// Length of the base64 text of `bytes` bytes, padding included.
constexpr std::size_t Base64Size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// Writes the base64 text of `bytes` to `to`, where Base64Size() bytes are free. Returns its end.
char* WriteBase64(std::string_view bytes, char* to);

// Appends the bytes that `text` stands for; false, with `out` as it was, when it is not strictly
// base64: a length that is no multiple of four, a character outside the alphabet, padding elsewhere
// than at the end, or unused bits that are not zero.
bool DecodeBase64(std::string_view text, std::string& out);

}  // namespace stator::wire
