// Base64 with the standard alphabet and padding (RFC 4648, section 4), as DynamoDB's B and BS
// values use it.
#pragma once

#include <string>
#include <string_view>

namespace stator::wire {

// Appends the base64 text of `bytes`, padded to a multiple of four.
void AppendBase64(std::string_view bytes, std::string& out);

// Appends the bytes that `text` stands for; false, with `out` as it was, when it is not strictly
// base64: a length that is no multiple of four, a character outside the alphabet, padding elsewhere
// than at the end, or unused bits that are not zero.
bool DecodeBase64(std::string_view text, std::string& out);

}  // namespace stator::wire
