// For the tests of this module and of its door only: where the golden files and the format vectors
// lie, and how to read them. Everything here trusts its input: the files are part of the source
// tree, and a test that cannot read one fails at its next assertion.
//
// The folder of the source tree comes from the build as STATOR_SOURCE_DIR, so that tests run from
// any working folder. Nothing here is part of the program: only *_test.cc includes it.
#pragma once

#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace stator::features {

// The whole file, or "" when there is none: the assertion that follows then says what is missing.
// Golden files are small.
inline std::string ReadTestFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A file of tests/features/golden, made by Feast 0.67; its README says how each one was made and
// which of Feast's slips it holds.
inline std::string GoldenPath(std::string_view name) {
  return std::string(STATOR_SOURCE_DIR) + "/tests/features/golden/" + std::string(name);
}

// A parsed JSON file, for the golden files and for the vectors alike. The parser must outlive it:
// the element points into the parser's memory, and the next file that it parses replaces this one.
inline simdjson::dom::element ParseJsonFile(simdjson::dom::parser& parser,
                                            const std::string& path) {
  return parser.parse(simdjson::padded_string(ReadTestFile(path)));
}

// The vectors beside a format document: docs/NAME.vectors.json. They are part of the format: a
// change of a vector is a change of what is on disk.
inline simdjson::dom::element ParseVectors(simdjson::dom::parser& parser, std::string_view name) {
  return ParseJsonFile(
      parser, std::string(STATOR_SOURCE_DIR) + "/docs/" + std::string(name) + ".vectors.json");
}

// Text of a JSON string, as a copy, since the parser's memory is reused.
inline std::string Text(simdjson::dom::element element) {
  return std::string(std::string_view(element));
}

// Hex to bytes, without white space, two characters a byte: the vectors of the format documents
// hold bytes so.
inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}
// Bytes to lower-case hex, two characters a byte, as the vectors and Feast's own documents show
// them: a failed comparison then prints something that can be looked up there.
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
