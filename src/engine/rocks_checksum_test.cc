#include "engine/rocks_checksum.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>

extern "C" std::uint32_t __real__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc, const char* data,
                                                                std::size_t size);
extern "C" std::uint32_t __real__ZN7rocksdb6crc32c13Crc32cCombineEjjm(std::uint32_t crc,
                                                                      std::uint32_t crc_behind,
                                                                      std::size_t size_behind);
namespace rocksdb::crc32c {
std::uint32_t Extend(std::uint32_t crc, const char* data, std::size_t size);
std::uint32_t Crc32cCombine(std::uint32_t crc, std::uint32_t crc_behind, std::size_t size_behind);
}  // namespace rocksdb::crc32c

namespace stator::engine {
namespace {

std::uint32_t Crc(const std::string& bytes) { return ExtendCrc32c(0, bytes.data(), bytes.size()); }

std::string RandomBytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

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
  // Up to the third group of lanes.
  const std::string bytes = RandomBytes(random, 1'700);
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

TEST(RocksChecksum, CombinesAsRocksDbDoes) {
  std::mt19937 random(11);
  for (std::size_t i = 0; i < 4'000; ++i) {
    const std::size_t size = i < 2'000 ? i : random();
    const auto crc = static_cast<std::uint32_t>(random());
    const auto behind = static_cast<std::uint32_t>(random());
    ASSERT_EQ(CombineCrc32c(crc, behind, size),
              __real__ZN7rocksdb6crc32c13Crc32cCombineEjjm(crc, behind, size));
    // What RocksDB itself calls.
    ASSERT_EQ(rocksdb::crc32c::Crc32cCombine(crc, behind, size), CombineCrc32c(crc, behind, size));
  }
}

TEST(RocksChecksum, TheCombinedSumIsThatOfAllBytes) {
  std::mt19937 random(13);
  for (const std::size_t size : {0, 1, 7, 1'000, 32'768, 100'001}) {
    const std::string begin = RandomBytes(random, 100);
    const std::string behind = RandomBytes(random, size);
    ASSERT_EQ(CombineCrc32c(Crc(begin), Crc(behind), size), Crc(begin + behind));
  }
}

}  // namespace
}  // namespace stator::engine
