#include "engine/md5.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace stator::engine {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kLengthBytes = 8;

// floor(2^32 * abs(sin(i + 1))), the table of RFC 1321, section 3.4.
constexpr std::uint32_t kSines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

// Rotations of the four steps of each round.
constexpr int kRotations[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

using State = std::array<std::uint32_t, 4>;
using Words = std::array<std::uint32_t, 16>;

// Step `i` of the 64. In place of moving the four numbers on, each step takes them one place
// further.
template <std::uint32_t i>
void Step(State& state, const Words& words) {
  std::uint32_t& a = state[(64 - i) % 4];
  const std::uint32_t b = state[(65 - i) % 4];
  const std::uint32_t c = state[(66 - i) % 4];
  const std::uint32_t d = state[(67 - i) % 4];
  constexpr std::uint32_t kRound = i / 16;
  constexpr std::uint32_t kWord[] = {i, 5 * i + 1, 3 * i + 5, 7 * i};
  std::uint32_t mix;
  if constexpr (kRound == 0) {
    mix = (b & c) | (~b & d);
  } else if constexpr (kRound == 1) {
    mix = (d & b) | (~d & c);
  } else if constexpr (kRound == 2) {
    mix = b ^ c ^ d;
  } else {
    mix = c ^ (b | ~d);
  }
  a = b + std::rotl(a + mix + kSines[i] + words[kWord[kRound] % 16], kRotations[kRound][i % 4]);
}

// All steps are spelled out: as a loop they take three times as many instructions.
template <std::uint32_t... i>
void AllSteps(State& state, const Words& words, std::integer_sequence<std::uint32_t, i...>) {
  (Step<i>(state, words), ...);
}

void Absorb(State& state, const char* block) {
  Words words;
  std::memcpy(words.data(), block, kBlockBytes);
  State mixed = state;
  AllSteps(mixed, words, std::make_integer_sequence<std::uint32_t, 64>());
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

// Cuts a text that arrives in pieces into blocks.
class Blocks {
 public:
  void Add(std::string_view text) {
    total_ += text.size();
    while (!text.empty()) {
      const std::size_t taken = std::min(text.size(), kBlockBytes - used_);
      std::memcpy(block_ + used_, text.data(), taken);
      text.remove_prefix(taken);
      used_ += taken;
      if (used_ == kBlockBytes) Close();
    }
  }

  State Finish() {
    const std::uint64_t bits = total_ * 8;
    Add(std::string_view("\x80", 1));
    if (used_ > kBlockBytes - kLengthBytes) {
      std::memset(block_ + used_, 0, kBlockBytes - used_);
      Close();
    }
    std::memset(block_ + used_, 0, kBlockBytes - kLengthBytes - used_);
    std::memcpy(block_ + kBlockBytes - kLengthBytes, &bits, kLengthBytes);
    Close();
    return state_;
  }

 private:
  void Close() {
    Absorb(state_, block_);
    used_ = 0;
  }

  State state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  char block_[kBlockBytes];
  std::size_t used_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::array<std::uint8_t, 16> Md5(std::string_view prefix, std::string_view text) {
  Blocks blocks;
  blocks.Add(prefix);
  blocks.Add(text);
  const State state = blocks.Finish();
  std::array<std::uint8_t, 16> digest;
  std::memcpy(digest.data(), state.data(), digest.size());
  return digest;
}

}  // namespace stator::engine
