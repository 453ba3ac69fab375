// CopyEnds: a short text copied without a loop or a call, which for the names and numbers of items
// would cost more than the bytes. One step for each range of sizes:
//
//   if (size >= 8) CopyEnds<std::uint64_t>(from, size, to);  // up to 16
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

namespace stator::base {

// Copies the first and the last Word of `size` bytes from `from` to `to`, and answers them, for who
// wants to look at the bytes as well. They overlap where `size` is less than two Words. Neither
// place need be aligned, and the two must not overlap. REQUIRES: sizeof(Word) <= size <= 2 *
// sizeof(Word).
template <typename Word>
std::pair<Word, Word> CopyEnds(const char* from, std::size_t size, char* to) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + size - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof last, &last, sizeof last);
  return {first, last};
}

}  // namespace stator::base
