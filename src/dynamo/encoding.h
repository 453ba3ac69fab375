// The two primitives of the item layout (docs/format-item.md) that every writer of it shares.
// Not for other modules.
//
// Readers have their counterparts in attribute_value.h: ReadU32 and ReadLength.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace stator::dynamo::internal {

// Bytes of the head of every container: its size and its count, 4 bytes each.
inline constexpr std::size_t kHeaderBytes = 8;

// Writes the low 32 bits of `value`, little-endian, at `at`.
inline void PutU32(char* at, std::size_t value) {
  const auto narrow = static_cast<std::uint32_t>(value);
  std::memcpy(at, &narrow, sizeof narrow);
}

// Lengths take one byte up to 127, and at most four for what an item can hold.
// Appends a length as ReadLength reads it, and the content.
inline void AppendContent(std::string& out, std::string_view content) {
  std::size_t length = content.size();
  for (; length >= 0x80; length >>= 7) out.push_back(static_cast<char>(length | 0x80));
  out.push_back(static_cast<char>(length));
  out.append(content);
}

}  // namespace stator::dynamo::internal
