#include "wire/request_id.h"

#include <emmintrin.h>

#include <cstring>

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

// One random byte a character, as the upper half of 36 times that byte: arithmetic on vectors,
// while a table of characters would be fetched anew by every request.
RequestId RequestIdSource::Next() {
  constexpr std::size_t kBlockBytes = sizeof(__m128i);
  std::array<char, (kRequestIdLength + kBlockBytes - 1) / kBlockBytes * kBlockBytes> characters;
  const auto next_word = [this] { return static_cast<std::int64_t>(Mix(seed_ ^ Mix(counter_++))); };
  const __m128i zero = _mm_setzero_si128();
  for (std::size_t i = 0; i < characters.size(); i += kBlockBytes) {
    const std::int64_t word = next_word();
    const __m128i random = _mm_set_epi64x(next_word(), word);
    // Each byte as the upper half of a lane of 16 bits.
    const __m128i digits =
        _mm_packus_epi16(_mm_mulhi_epu16(_mm_unpacklo_epi8(zero, random), _mm_set1_epi16(36)),
                         _mm_mulhi_epu16(_mm_unpackhi_epi8(zero, random), _mm_set1_epi16(36)));
    const __m128i letters = _mm_cmpgt_epi8(digits, _mm_set1_epi8(9));
    const __m128i shift = _mm_and_si128(letters, _mm_set1_epi8('A' - '9' - 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&characters[i]),
                     _mm_add_epi8(_mm_add_epi8(digits, _mm_set1_epi8('0')), shift));
  }
  RequestId id;
  std::memcpy(id.data(), characters.data(), id.size());
  return id;
}

}  // namespace stator::wire
