#include "wire/crc32.h"

#include <immintrin.h>
#include <zlib.h>

#include <cstddef>
#include <cstring>

namespace stator::wire {
namespace {

// Below this, folding does not pay.
constexpr std::size_t kFoldBytesMin = 64;

std::uint32_t TableCrc(std::uint32_t crc, const char* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes), size));
}

#define STATOR_FOLDING __attribute__((target("pclmul,sse4.1")))

STATOR_FOLDING __m128i Load(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// Moves `lane` forward by the distance whose two powers of x are in `powers`, onto `next`.
STATOR_FOLDING __m128i Fold(__m128i lane, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(lane, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(lane, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// Carry-less multiplication, 64 bytes a step: Gopal et al., "Fast CRC Computation for Generic
// Polynomials Using PCLMULQDQ" (Intel, 2009), with its constants for this polynomial, reflected.
// REQUIRES: size >= 64, a multiple of 16. `crc` is in its inner form, complemented.
STATOR_FOLDING std::uint32_t FoldedCrc(std::uint32_t crc, const char* bytes, std::size_t size) {
  const __m128i by_64_bytes = _mm_set_epi64x(0x01C6E41596, 0x0154442BD4);
  const __m128i by_16_bytes = _mm_set_epi64x(0x00CCAA009E, 0x01751997D0);
  const __m128i by_4_bytes = _mm_set_epi64x(0, 0x0163CD6124);
  const __m128i reduction = _mm_set_epi64x(0x01F7011641, 0x01DB710641);
  const __m128i low_word = _mm_setr_epi32(-1, 0, -1, 0);

  // Named one by one: the compiler keeps an array of them in memory.
  __m128i lane_0 = _mm_xor_si128(Load(bytes), _mm_cvtsi32_si128(static_cast<int>(crc)));
  __m128i lane_1 = Load(bytes + 16);
  __m128i lane_2 = Load(bytes + 32);
  __m128i lane_3 = Load(bytes + 48);
  for (bytes += 64, size -= 64; size >= 64; bytes += 64, size -= 64) {
    lane_0 = Fold(lane_0, by_64_bytes, Load(bytes));
    lane_1 = Fold(lane_1, by_64_bytes, Load(bytes + 16));
    lane_2 = Fold(lane_2, by_64_bytes, Load(bytes + 32));
    lane_3 = Fold(lane_3, by_64_bytes, Load(bytes + 48));
  }
  __m128i rest = Fold(lane_0, by_16_bytes, lane_1);
  rest = Fold(rest, by_16_bytes, lane_2);
  rest = Fold(rest, by_16_bytes, lane_3);
  for (; size >= 16; bytes += 16, size -= 16) rest = Fold(rest, by_16_bytes, Load(bytes));

  // 128 bits to 64, then Barrett's reduction to 32.
  rest = _mm_xor_si128(_mm_clmulepi64_si128(rest, by_16_bytes, 0x10), _mm_srli_si128(rest, 8));
  const __m128i upper = _mm_srli_si128(rest, 4);
  rest = _mm_clmulepi64_si128(_mm_and_si128(rest, low_word), by_4_bytes, 0x00);
  rest = _mm_xor_si128(rest, upper);
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(rest, low_word), reduction, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_word), reduction, 0x00);
  return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(rest, quotient), 1));
}

#undef STATOR_FOLDING

bool CanFold() {
  return __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

}  // namespace

std::uint32_t Crc32(std::string_view bytes) {
  static const bool can_fold = CanFold();
  std::uint32_t crc = 0;
  if (can_fold && bytes.size() >= kFoldBytesMin) {
    const std::size_t folded = bytes.size() / 16 * 16;
    crc = ~FoldedCrc(~crc, bytes.data(), folded);
    bytes.remove_prefix(folded);
  }
  return TableCrc(crc, bytes.data(), bytes.size());
}

}  // namespace stator::wire
