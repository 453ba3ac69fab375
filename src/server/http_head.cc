#include "server/http_head.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

namespace stator::server {
namespace {

constexpr std::ptrdiff_t kBlockBytes = sizeof(__m128i);
static_assert(kHttpBodyPaddingBytes >= sizeof(__m128i));

// Longer numbers might not fit, and their limit is far below.
constexpr std::size_t kLengthDigitsMax = 15;

// 0xFF for every byte between `low` and `high`.
__m128i InRange(__m128i block, char low, char high) {
  const __m128i shifted = _mm_sub_epi8(block, _mm_set1_epi8(low));
  const __m128i width = _mm_set1_epi8(static_cast<char>(high - low));
  return _mm_cmpeq_epi8(_mm_min_epu8(shifted, width), shifted);
}

// Letters, digits, '-' and '_': not all that a name may hold, but all that usual ones do.
__m128i NameBytes(__m128i block) {
  const __m128i letters = InRange(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i digits = InRange(block, '0', '9');
  const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('-')),
                                     _mm_cmpeq_epi8(block, _mm_set1_epi8('_')));
  return _mm_or_si128(_mm_or_si128(letters, digits), marks);
}

// ASCII without control characters: the others are too small, as signed numbers, or DEL.
__m128i TextBytes(__m128i block) {
  const __m128i printable = _mm_cmpgt_epi8(block, _mm_set1_epi8(0x1F));
  return _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)), printable);
}

// The first byte from `at` on that is none of `wanted`, or `end`.
template <typename Wanted>
const char* EndOf(const char* at, const char* end, Wanted wanted) {
  for (; at < end; at += kBlockBytes) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(wanted(block)));
    if (mask != 0xFFFF) return std::min(at + std::countr_one(mask), end);
  }
  return end;
}

bool IsLineEnd(const char* at, const char* end) {
  return end - at >= 2 && at[0] == '\r' && at[1] == '\n';
}

bool ReadRequestLine(std::string_view line, PlainHead& head) {
  constexpr std::string_view kVersion = " HTTP/1.1";
  if (!line.ends_with(kVersion)) return false;
  line.remove_suffix(kVersion.size());
  const char* const end = line.data() + line.size();
  const char* const space = EndOf(line.data(), end, NameBytes);
  if (space == line.data() || space == end || *space != ' ') return false;
  head.method = {line.data(), space};
  head.target = {space + 1, end};
  return !head.target.empty() && head.target.find(' ') == std::string_view::npos;
}

bool ReadLength(std::string_view digits, std::size_t& length) {
  if (digits.size() > kLengthDigitsMax) return false;
  const char* const end = digits.data() + digits.size();
  const auto [at, failure] = std::from_chars(digits.data(), end, length);
  return failure == std::errc() && at == end;
}

// Takes note of what a header says about the message; false when that is not plain.
bool Heed(const HttpHeader& header, bool& has_length, PlainHead& head) {
  const auto is = [&](std::string_view name) { return EqualIgnoringCase(header.name, name); };
  switch (header.name.size()) {
    case 6: return !is("expect");
    case 7: return !is("upgrade");
    case 10: return !is("connection") || EqualIgnoringCase(header.value, "keep-alive");
    case 14:
      if (!is("content-length")) return true;
      return !std::exchange(has_length, true) && ReadLength(header.value, head.content_length);
    case 16: return !is("proxy-connection");
    case 17: return !is("transfer-encoding");
    default: return true;
  }
}

}  // namespace

bool ReadPlainHead(std::string_view text, PlainHead& head, std::vector<HttpHeader>& headers) {
  const char* const end = text.data() + text.size();
  const char* line_end = EndOf(text.data(), end, TextBytes);
  if (!IsLineEnd(line_end, end) || !ReadRequestLine({text.data(), line_end}, head)) return false;
  headers.clear();
  head.content_length = 0;
  bool has_length = false;
  const char* at = line_end + 2;
  for (; !IsLineEnd(at, end); at = line_end + 2) {
    const char* const colon = EndOf(at, end, NameBytes);
    if (colon == at || colon == end || *colon != ':') return false;
    const char* value = colon + 1;
    while (value != end && *value == ' ') ++value;
    line_end = EndOf(value, end, TextBytes);
    if (!IsLineEnd(line_end, end)) return false;
    const char* value_end = line_end;
    while (value_end != value && value_end[-1] == ' ') --value_end;
    const HttpHeader header{{at, colon}, {value, value_end}};
    if (!Heed(header, has_length, head)) return false;
    headers.push_back(header);
  }
  head.bytes = static_cast<std::size_t>(at + 2 - text.data());
  return true;
}

}  // namespace stator::server
