#include "base/copy_ends.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace stator::base {
namespace {

TEST(CopyEndsTest, EveryByteIsCopiedAndNoOtherIsTouched) {
  const std::string from = "0123456789abcdef";
  for (std::size_t size = sizeof(std::uint64_t); size <= from.size(); ++size) {
    std::string to(from.size() + 1, '.');
    const auto [first, last] = CopyEnds<std::uint64_t>(from.data(), size, to.data());
    EXPECT_EQ(to, from.substr(0, size) + std::string(to.size() - size, '.'));
    EXPECT_EQ(std::memcmp(&first, from.data(), sizeof first), 0);
    EXPECT_EQ(std::memcmp(&last, from.data() + size - sizeof last, sizeof last), 0);
  }
}

}  // namespace
}  // namespace stator::base
