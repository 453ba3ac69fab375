#include "engine/uuid.h"

#include <cstdint>
#include <cstdio>
#include <random>

namespace stator::engine {

std::string RandomUuid() {
  std::random_device entropy;
  const auto word = [&] { return static_cast<std::uint32_t>(entropy()); };
  const std::uint32_t b = word();
  const std::uint32_t c = word();
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%04x%08x", word(), b >> 16, b & 0xFFF,
                0x8000 | (c >> 16 & 0x3FFF), c & 0xFFFF, word());
  return text;
}

}  // namespace stator::engine
