#include "wire/base64.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace stator::wire {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kBad = 0x80000000;

// The two letters of every 12 bits: half as many look-ups as letter by letter.
using LetterPairs = std::array<std::array<char, 2>, 4096>;
constexpr LetterPairs MakeLetterPairs() {
  LetterPairs pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kAlphabet[i >> 6], kAlphabet[i & 63]};
  return pairs;
}
constexpr LetterPairs kLetterPairs = MakeLetterPairs();

// What each letter stands for at each of the four places of a group, shifted there; kBad for
// others.
using PlaceValues = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr PlaceValues MakePlaceValues() {
  PlaceValues values{};
  for (auto& place : values) place.fill(kBad);
  for (std::uint32_t i = 0; i < 64; ++i) {
    for (std::uint32_t place = 0; place < 4; ++place) {
      values[place][static_cast<unsigned char>(kAlphabet[i])] = i << (18 - 6 * place);
    }
  }
  return values;
}
constexpr PlaceValues kPlaceValues = MakePlaceValues();

std::uint32_t Group(const unsigned char* from) {
  return kPlaceValues[0][from[0]] | kPlaceValues[1][from[1]] | kPlaceValues[2][from[2]] |
         kPlaceValues[3][from[3]];
}

}  // namespace

char* WriteBase64(std::string_view bytes, char* to) {
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t group = from[0] << 16 | from[1] << 8 | from[2];
    std::memcpy(to, kLetterPairs[group >> 12].data(), 2);
    std::memcpy(to + 2, kLetterPairs[group & 0xFFF].data(), 2);
  }
  if (left == 0) return to;
  const std::uint32_t group = from[0] << 16 | (left == 2 ? from[1] << 8 : 0);
  to[0] = kAlphabet[group >> 18];
  to[1] = kAlphabet[(group >> 12) & 63];
  to[2] = left == 2 ? kAlphabet[(group >> 6) & 63] : '=';
  to[3] = '=';
  return to + 4;
}

bool DecodeBase64(std::string_view text, std::string& out) {
  if (text.empty()) return true;
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t start = out.size();
  out.resize(start + text.size() / 4 * 3 - padding);
  char* to = out.data() + start;
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  std::uint32_t bad = 0;
  for (std::size_t whole = text.size() / 4 - (padding > 0 ? 1 : 0); whole > 0; --whole, from += 4) {
    const std::uint32_t group = Group(from);
    bad |= group;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
  }
  if (padding > 0) {
    const std::uint32_t third = padding == 1 ? kPlaceValues[2][from[2]] : 0;
    const std::uint32_t group = kPlaceValues[0][from[0]] | kPlaceValues[1][from[1]] | third;
    bad |= group;
    if ((group & (padding == 1 ? 0xFF : 0xFFFF)) != 0) bad |= kBad;
    *to++ = static_cast<char>(group >> 16);
    if (padding == 1) *to++ = static_cast<char>(group >> 8);
  }
  if ((bad & kBad) == 0) return true;
  out.resize(start);
  return false;
}

}  // namespace stator::wire
