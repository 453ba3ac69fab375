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

// Copies `bytes` to `to` and answers where they end. Names and numbers, which are short, take no
// call: their first and their last half are copied, which may overlap.
inline char* PutBytes(char* to, std::string_view bytes) {
  const std::size_t size = bytes.size();
  const char* const from = bytes.data();
  const auto halves = [&]<typename Half>(Half) {
    Half first;
    Half last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
  };
  if (size > 2 * sizeof(std::uint64_t)) {
    std::memcpy(to, from, size);
  } else if (size >= sizeof(std::uint64_t)) {
    halves(std::uint64_t{});
  } else if (size >= sizeof(std::uint32_t)) {
    halves(std::uint32_t{});
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
  return to + size;
}

// Most bytes that a length takes.
inline constexpr std::size_t kLengthBytesMax = 4;

// Writes a length as ReadLength reads it, and answers where it ends.
inline char* PutLength(char* to, std::size_t length) {
  for (; length >= 0x80; length >>= 7) *to++ = static_cast<char>(length | 0x80);
  *to++ = static_cast<char>(length);
  return to;
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
