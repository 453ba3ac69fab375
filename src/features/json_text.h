// Pieces of JSON as Python's json module writes them, since Feast's replies are made by it: clients
// that compare text see no difference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stator::features {

// Appends a JSON string. Control characters are escaped as \n, \t, \b, \f, \r or \u00XX; UTF-8
// stays as it is. Bytes that are no UTF-8 become U+FFFD, so that the reply is always valid JSON.
void AppendJsonString(std::string& out, std::string_view text);

// Appends an integer.
void AppendJsonInteger(std::string& out, std::int64_t value);

// Appends a number as Python's repr() prints it: the shortest digits that read back the same,
// "1.0", "1e-05", "3.4028234663852886e+38"; not-a-number and the infinities as the strings "NaN",
// "Infinity", "-Infinity" (Feast 0.67).
void AppendJsonReal(std::string& out, double value);

// Appends standard base64 with padding, without quotes.
void AppendBase64(std::string& out, std::string_view bytes);

// Decodes standard base64, white space skipped; false for anything else.
bool DecodeBase64(std::string_view text, std::string& out);

}  // namespace stator::features
