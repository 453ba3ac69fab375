#include "engine/rocks_checksum.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>

extern "C" std::uint32_t __real__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                                std::size_t size);
namespace rocksdb::crc32c {
std::uint32_t Extend(std::uint32_t crc, const char* data, std::size_t size);
}

namespace stator::engine {
namespace {

std::uint32_t Crc(const std::string& bytes) { return ExtendCrc32c(0, bytes.data(), bytes.size()); }

TEST(RocksChecksum, GivesTheVectorsOfRfc3720) {
  EXPECT_EQ(Crc(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc(std::string(32, '\xFF')), 0x62A8AB43U);
  std::string ascending(32, '\0');
  std::iota(ascending.begin(), ascending.end(), '\0');
  EXPECT_EQ(Crc(ascending), 0x46DD794EU);
  EXPECT_EQ(Crc("123456789"), 0xE3069283U);
}

TEST(RocksChecksum, AgreesWithRocksDbAtEveryLengthAndPlace) {
  std::mt19937 random(7);
  std::string bytes(300, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t size = 0; begin + size <= bytes.size(); ++size) {
      const auto crc = static_cast<std::uint32_t>(random());
      ASSERT_EQ(ExtendCrc32c(crc, bytes.data() + begin, size),
                __real__ZN7rocksdb6crc32c6ExtendEjPKcm(crc, bytes.data() + begin, size));
      // What RocksDB itself calls.
      ASSERT_EQ(rocksdb::crc32c::Extend(crc, bytes.data() + begin, size),
                ExtendCrc32c(crc, bytes.data() + begin, size));
    }
  }
}

}  // namespace
}  // namespace stator::engine
