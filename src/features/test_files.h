// For the tests of this module only: where the golden files and the format vectors lie, and how to
// read them.
#pragma once

#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace stator::features {

// The whole file, or "" when there is none.
inline std::string ReadTestFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A file of tests/features/golden, made by Feast 0.67.
inline std::string GoldenPath(std::string_view name) {
  return std::string(STATOR_SOURCE_DIR) + "/tests/features/golden/" + std::string(name);
}

// A parsed JSON file. The parser must outlive it.
inline simdjson::dom::element ParseJsonFile(simdjson::dom::parser& parser,
                                            const std::string& path) {
  return parser.parse(simdjson::padded_string(ReadTestFile(path)));
}

// The vectors beside a format document: docs/NAME.vectors.json.
inline simdjson::dom::element ParseVectors(simdjson::dom::parser& parser, std::string_view name) {
  return ParseJsonFile(
      parser, std::string(STATOR_SOURCE_DIR) + "/docs/" + std::string(name) + ".vectors.json");
}

// Text of a JSON string.
inline std::string Text(simdjson::dom::element element) {
  return std::string(std::string_view(element));
}

// Lower-case hex to bytes, and back.
inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}
// Bytes to lower-case hex.
inline std::string ToHex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kHex[(c >> 4) & 15];
    hex += kHex[c & 15];
  }
  return hex;
}

}  // namespace stator::features
