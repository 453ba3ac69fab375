#include "wire/request_id.h"

#include <cstring>

namespace stator::wire {
namespace {

// Characters of an id come in pairs, each out of 36 * 36.
constexpr std::size_t kPairs = 36 * 36;

constexpr auto kPairTable = [] {
  constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::array<char, 2 * kPairs> table{};
  for (std::size_t i = 0; i < kPairs; ++i) {
    table[2 * i] = kAlphabet[i / 36];
    table[2 * i + 1] = kAlphabet[i % 36];
  }
  return table;
}();

// The finalizer of SplitMix64: every bit of the input changes half of the output.
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

// A word is a fraction of 2^32, of which each multiplication by kPairs moves the next pair in front
// of the point. The words are independent, so that a processor works on several at once.
RequestId RequestIdSource::Next() {
  constexpr std::size_t kWords = 10;
  constexpr std::size_t kPairsAWord = 3;  // kPairs^3 < 2^32
  static_assert(kWords * kPairsAWord * 2 >= kRequestIdLength);
  std::array<std::uint64_t, kWords> words;
  for (std::size_t i = 0; i < kWords; i += 2) {
    const std::uint64_t mixed = Mix(seed_ ^ Mix(counter_++));
    words[i] = mixed >> 32;
    words[i + 1] = mixed & 0xFFFF'FFFF;
  }
  std::array<char, kWords * kPairsAWord * 2> characters;
  for (std::size_t at = 0; at < characters.size(); at += 2) {
    std::uint64_t& word = words[at / 2 % kWords];
    word *= kPairs;
    std::memcpy(&characters[at], &kPairTable[2 * (word >> 32)], 2);
    word &= 0xFFFF'FFFF;
  }
  RequestId id;
  std::memcpy(id.data(), characters.data(), id.size());
  return id;
}

}  // namespace stator::wire
