#include "wire/request_id.h"

#include <cstring>

#include "wire/text_block.h"

namespace stator::wire {
namespace {

// The finalizer of SplitMix64: every bit of the input changes half of the output.
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

// Five bits a character, as AWS has them (0-9 and A-V): of each random byte the lowest five, and
// the highest five for another block. Arithmetic on vectors, while a table of characters would be
// fetched anew by every request.
RequestId RequestIdSource::Next() {
  std::array<char, 4 * kBlockBytes> characters;
  const auto next_word = [this] { return static_cast<std::int64_t>(Mix(seed_ ^ Mix(counter_++))); };
  const auto write = [&](__m128i random, std::size_t place) {
    const __m128i digits = _mm_and_si128(random, _mm_set1_epi8(31));
    const __m128i letters = _mm_cmpgt_epi8(digits, _mm_set1_epi8(9));
    const __m128i shift = _mm_and_si128(letters, _mm_set1_epi8('A' - '9' - 1));
    StoreBlock(_mm_add_epi8(_mm_add_epi8(digits, _mm_set1_epi8('0')), shift), &characters[place]);
  };
  for (std::size_t place = 0; place < characters.size(); place += 2 * kBlockBytes) {
    const std::int64_t word = next_word();
    const __m128i random = _mm_set_epi64x(next_word(), word);
    write(random, place);
    write(_mm_srli_epi16(random, 3), place + kBlockBytes);
  }
  RequestId id;
  std::memcpy(id.data(), characters.data(), id.size());
  return id;
}

}  // namespace stator::wire
