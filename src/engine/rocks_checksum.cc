#include "engine/rocks_checksum.h"

#include <nmmintrin.h>

#include <cstring>

extern "C" {
// rocksdb::crc32c::Extend(uint32_t, char const*, size_t), as the linker names it with --wrap.
std::uint32_t __real__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                     std::size_t size);
std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                     std::size_t size) {
  return stator::engine::ExtendCrc32c(crc, data, size);
}
}

namespace stator::engine {
namespace {

__attribute__((target("sse4.2"))) std::uint32_t ExtendByInstruction(std::uint32_t crc,
                                                                    const char* data,
                                                                    std::size_t size) {
  std::uint64_t state = ~crc;
  for (; size >= sizeof state; size -= sizeof state, data += sizeof state) {
    std::uint64_t word;
    std::memcpy(&word, data, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto last = static_cast<std::uint32_t>(state);
  for (; size > 0; --size, ++data) last = _mm_crc32_u8(last, static_cast<std::uint8_t>(*data));
  return ~last;
}

}  // namespace

std::uint32_t ExtendCrc32c(std::uint32_t crc, const char* data, std::size_t size) {
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  return has_instruction ? ExtendByInstruction(crc, data, size)
                         : __real__ZN7rocksdb6crc32c6ExtendEjPKcm(crc, data, size);
}

}  // namespace stator::engine
