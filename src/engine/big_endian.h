// Integers in keys: the most significant byte first, so that bytes order as the numbers do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stator::engine {

// Appends the lowest `bytes` bytes of `value`.
inline void AppendBigEndian(std::uint32_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// The number that all of `bytes` make, at most four.
// The reverse of AppendBigEndian.
inline std::uint32_t ReadBigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace stator::engine
