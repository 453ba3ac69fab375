#include "engine/rocks_checksum.h"

#include <nmmintrin.h>
#include <wmmintrin.h>

#include <array>
#include <cstring>

extern "C" {
// rocksdb::crc32c::Extend(uint32_t, char const*, size_t), as the linker names it with --wrap.
std::uint32_t __real__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                     std::size_t size);
std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                     std::size_t size) {
  return stator::engine::ExtendCrc32c(crc, data, size);
}
// rocksdb::crc32c::Crc32cCombine(uint32_t, uint32_t, size_t).
std::uint32_t __real__ZN7rocksdb6crc32c13Crc32cCombineEjjm(std::uint32_t crc,
                                                           std::uint32_t crc_behind,
                                                           std::size_t size_behind);
std::uint32_t __wrap__ZN7rocksdb6crc32c13Crc32cCombineEjjm(std::uint32_t crc,
                                                           std::uint32_t crc_behind,
                                                           std::size_t size_behind) {
  return stator::engine::CombineCrc32c(crc, crc_behind, size_behind);
}
}

namespace stator::engine {
namespace {

#define STATOR_WITH_CRC32C __attribute__((target("sse4.2,pclmul")))

bool HasInstructions() {
  static const bool has =
      __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
  return has;
}

// ---- Polynomials over bits, modulo that of CRC-32C. The highest bit is the coefficient of x^0.

constexpr std::uint32_t kModulus = 0x82F63B78;
constexpr std::uint32_t kTopBit = 0x80000000;

constexpr std::uint32_t TimesX(std::uint32_t a) { return a >> 1 ^ ((a & 1) != 0 ? kModulus : 0); }

constexpr std::uint32_t DividedByX(std::uint32_t a) {
  return (a & kTopBit) != 0 ? (a ^ kModulus) << 1 | 1 : a << 1;
}

constexpr std::uint32_t Multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; a != 0; a <<= 1, b = TimesX(b)) {
    if ((a & kTopBit) != 0) product ^= b;
  }
  return product;
}

// Factor k moves a CRC past 2^k bytes: x^(8 * 2^k), and 33 less, since Shift() adds those.
constexpr std::array<std::uint32_t, 64> MakeShifts() {
  std::array<std::uint32_t, 64> shifts{};
  std::uint32_t power = kTopBit >> 8;
  for (std::uint32_t& shift : shifts) {
    shift = power;
    for (int i = 0; i < 33; ++i) shift = DividedByX(shift);
    power = Multiply(power, power);
  }
  return shifts;
}
constexpr auto kShifts = MakeShifts();

// The state of a CRC behind as many zero bytes as `factor` stands for.
STATOR_WITH_CRC32C std::uint32_t Shift(std::uint32_t state, std::uint32_t factor) {
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128(static_cast<int>(state)),
                                               _mm_cvtsi32_si128(static_cast<int>(factor)), 0);
  return static_cast<std::uint32_t>(
      _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product))));
}

// ---- Bytes

STATOR_WITH_CRC32C std::uint64_t ExtendWord(std::uint64_t state, const char* data) {
  std::uint64_t word;
  std::memcpy(&word, data, sizeof word);
  return _mm_crc32_u64(state, word);
}

constexpr int kLaneBytesLog2 = 8;
constexpr std::size_t kLaneBytes = std::size_t{1} << kLaneBytesLog2;
constexpr std::size_t kLanes = 3;

// Three lanes at a time: the instruction takes three cycles, and one can begin in each.
STATOR_WITH_CRC32C std::uint64_t ExtendByLanes(std::uint64_t state, const char* data) {
  std::uint64_t second = 0;
  std::uint64_t third = 0;
#pragma GCC unroll 8
  for (std::size_t at = 0; at < kLaneBytes; at += sizeof state) {
    state = ExtendWord(state, data + at);
    second = ExtendWord(second, data + kLaneBytes + at);
    third = ExtendWord(third, data + 2 * kLaneBytes + at);
  }
  constexpr std::uint32_t kPastOne = kShifts[kLaneBytesLog2];
  constexpr std::uint32_t kPastTwo = kShifts[kLaneBytesLog2 + 1];
  return Shift(static_cast<std::uint32_t>(state), kPastTwo) ^
         Shift(static_cast<std::uint32_t>(second), kPastOne) ^ third;
}

STATOR_WITH_CRC32C std::uint32_t ExtendByInstruction(std::uint32_t crc, const char* data,
                                                     std::size_t size) {
  std::uint64_t state = ~crc;
  for (; size >= kLanes * kLaneBytes; size -= kLanes * kLaneBytes, data += kLanes * kLaneBytes) {
    state = ExtendByLanes(state, data);
  }
  for (; size >= sizeof state; size -= sizeof state, data += sizeof state) {
    state = ExtendWord(state, data);
  }
  auto last = static_cast<std::uint32_t>(state);
  for (; size > 0; --size, ++data) last = _mm_crc32_u8(last, static_cast<std::uint8_t>(*data));
  return ~last;
}

}  // namespace

std::uint32_t ExtendCrc32c(std::uint32_t crc, const char* data, std::size_t size) {
  return HasInstructions() ? ExtendByInstruction(crc, data, size)
                           : __real__ZN7rocksdb6crc32c6ExtendEjPKcm(crc, data, size);
}

std::uint32_t CombineCrc32c(std::uint32_t crc, std::uint32_t crc_behind, std::size_t size_behind) {
  if (!HasInstructions()) {
    return __real__ZN7rocksdb6crc32c13Crc32cCombineEjjm(crc, crc_behind, size_behind);
  }
  for (std::size_t k = 0; size_behind != 0; ++k, size_behind >>= 1) {
    if ((size_behind & 1) != 0) crc = Shift(crc, kShifts[k]);
  }
  return crc ^ crc_behind;
}

}  // namespace stator::engine
