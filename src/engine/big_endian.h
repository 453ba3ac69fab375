// Integers in keys: the most significant byte first, so that bytes order as the numbers do
// (docs/format-data-folder.md). Values of rows have them the other way round.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stator::engine {

// Appends the lowest `bytes` bytes of `value`, for `bytes` from 1 to 4. Higher bytes of the value
// are dropped.
inline void AppendBigEndian(std::uint32_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// The number that all of `bytes` make: the reverse of AppendBigEndian.
// REQUIRES: at most four bytes; of longer input only the last four count.
inline std::uint32_t ReadBigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace stator::engine
