#include "wire/json_scanner.h"

#include <simdjson.h>

#include <bit>
#include <cstring>

#include "wire/text_block.h"

namespace stator::wire {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits at `at`, or -1.
int HexUnit(const char* at) {
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(at[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void AppendUtf8(std::uint32_t code_point, std::string& out) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The character that `\letter` stands for, or 0 where there is no such escape.
char SimpleEscape(char letter) {
  switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

constexpr bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Passes the digits at `at`, up to `end`; false when there is none.
bool PassDigits(const char*& at, const char* end) {
  const char* const begin = at;
  while (at < end && *at >= '0' && *at <= '9') ++at;
  return at != begin;
}

constexpr std::array<JsonType, 256> MakeTypes() {
  std::array<JsonType, 256> types{};
  types.fill(kNoJsonType);
  for (char digit = '0'; digit <= '9'; ++digit) types[digit] = JsonType::kNumber;
  types['-'] = JsonType::kNumber;
  types['{'] = JsonType::kObject;
  types['['] = JsonType::kArray;
  types['"'] = JsonType::kString;
  types['t'] = types['f'] = JsonType::kBoolean;
  types['n'] = JsonType::kNull;
  return types;
}

}  // namespace

constexpr std::array<JsonType, 256> kJsonTypeOfByte = MakeTypes();

void JsonScanner::Open(std::string_view body) {
  begin_ = body.data();
  at_ = begin_;
  end_ = begin_ + body.size();
  utf8_checked_ = false;
  unescaped_.clear();
  SkipSpaces();
}

bool JsonScanner::Close() {
  SkipSpace();
  return at_ == end_ || Fail("something follows the object");
}

bool JsonScanner::Fail(const char* what) {
  fault_ = what;
  return false;
}

bool JsonScanner::FailNext(char close) {
  if (at_ >= end_) return Fail("it ends too early");
  return Fail(close == '}' ? "',' or '}' expected" : "',' or ']' expected");
}

std::string JsonScanner::fault() const {
  return std::string(fault_) + " at byte " + std::to_string(at_ - begin_);
}

void JsonScanner::SkipSpaces() {
  while (at_ < end_ && IsSpace(*at_)) ++at_;
}

JsonType JsonScanner::PassNull(JsonType type) {
  if (at_ >= end_) {
    Fail("it ends too early");
  } else if (type != JsonType::kNull) {
    Fail("a value expected");
  } else if (std::memcmp(at_, "null", 4) != 0) {
    Fail("a word that is not true, false or null");
  } else {
    at_ += 4;
    return type;
  }
  return kNoJsonType;
}

bool JsonScanner::Flag(bool& out) {
  out = *at_ == 't';
  if (std::memcmp(at_, out ? "true" : "fals", 4) != 0 || !(out || at_[4] == 'e')) {
    return Fail("a word that is not true, false or null");
  }
  at_ += out ? 4 : 5;
  return true;
}

bool JsonScanner::Number(std::string_view& out) {
  const char* const begin = at_;
  if (*at_ == '-') ++at_;
  if (*at_ == '0') {
    ++at_;
  } else if (!PassDigits(at_, end_)) {
    return Fail("a digit expected");
  }
  if (*at_ == '.') {
    ++at_;
    if (!PassDigits(at_, end_)) return Fail("a digit expected");
  }
  if (*at_ == 'e' || *at_ == 'E') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    if (!PassDigits(at_, end_)) return Fail("a digit expected");
  }
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool JsonScanner::Name(std::string_view& out) {
  if (*at_ != '"') [[unlikely]]
    return Fail("a name in quotes expected");
  if (!Text(out)) [[unlikely]]
    return false;
  SkipSpace();
  if (*at_ != ':') [[unlikely]]
    return Fail("':' expected");
  PassMark();
  return true;
}

inline const char* JsonScanner::PlainEnd(const char* begin) const {
  const unsigned mask = MaskOf(MarkEscapesAndNonAscii(LoadBlock(begin)));
  if (mask != 0) return begin + std::countr_zero(mask);
  const char* at = begin + kBlockBytes;
  for (; at < end_; at += 2 * kBlockBytes) {
    const __m128i first = MarkEscapesAndNonAscii(LoadBlock(at));
    const __m128i second = MarkEscapesAndNonAscii(LoadBlock(at + kBlockBytes));
    if (MaskOf(_mm_or_si128(first, second)) == 0) continue;
    return at + std::countr_zero(MaskOf(first) | MaskOf(second) << kBlockBytes);
  }
  return at;
}

bool JsonScanner::Text(std::string_view& out) {
  const char* const begin = at_ + 1;
  const char* const end = PlainEnd(begin);
  if (*end != '"' || end >= end_) [[unlikely]]
    return OddText(begin, end, out);
  out = {begin, static_cast<std::size_t>(end - begin)};
  at_ = end + 1;
  return true;
}

bool JsonScanner::LetterText(char letter, std::string_view& out) {
  const char* quote = at_ + 5;
  if (at_[0] != '{' || at_[1] != '"' || at_[2] != letter || at_[3] != '"' || at_[4] != ':') {
    return false;
  }
  if (*quote == ' ') ++quote;
  if (*quote != '"') return false;
  const char* const end = PlainEnd(quote + 1);
  if (end[0] != '"' || end[1] != '}' || end + 1 >= end_) return false;
  out = {quote + 1, static_cast<std::size_t>(end - quote - 1)};
  at_ = end + 2;
  return true;
}

// Whether a body is UTF-8 is asked once: of the whole, when its first text that is not plain ASCII
// without escapes is met.
bool JsonScanner::OddText(const char* begin, const char* at, std::string_view& out) {
  if (!utf8_checked_ && !simdjson::validate_utf8(begin_, static_cast<std::size_t>(end_ - begin_))) {
    return Fail("a string is not UTF-8");
  }
  utf8_checked_ = true;
  at_ = FindEscape(at);
  if (at_ < end_ && *at_ == '\\') return Unescape(begin, out);
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  return EndText();
}

bool JsonScanner::EndText() {
  if (at_ >= end_) {
    at_ = end_;
    return Fail("a string does not end");
  }
  if (*at_ != '"') return Fail("a string holds a control character");
  ++at_;
  return true;
}

const char* JsonScanner::FindEscape(const char* at) const {
  for (; at < end_; at += kBlockBytes) {
    const unsigned mask = MaskOf(MarkEscapes(LoadBlock(at)));
    if (mask != 0) return at + std::countr_zero(mask);
  }
  return at;
}

bool JsonScanner::Unescape(const char* begin, std::string_view& out) {
  // No text is longer than it was with its escapes, and each is read once: this never reallocates.
  const auto body_size_bytes = static_cast<std::size_t>(end_ - begin_);
  if (unescaped_.capacity() < body_size_bytes) unescaped_.reserve(body_size_bytes);
  const std::size_t start = unescaped_.size();
  unescaped_.append(begin, at_);
  while (at_ < end_ && *at_ == '\\') {
    if (!UnescapeOne()) return Fail("a string has an invalid escape");
    const char* const plain = at_;
    at_ = FindEscape(at_);
    if (at_ < end_) unescaped_.append(plain, at_);
  }
  out = std::string_view(unescaped_).substr(start);
  return EndText();
}

bool JsonScanner::UnescapeOne() {
  const char letter = at_[1];
  if (letter != 'u') {
    const char character = SimpleEscape(letter);
    unescaped_.push_back(character);
    at_ += 2;
    return character != 0;
  }
  int unit = HexUnit(at_ + 2);
  if (unit < 0 || IsLowSurrogate(unit)) return false;
  at_ += 6;
  if (IsHighSurrogate(unit)) {
    if (at_[0] != '\\' || at_[1] != 'u') return false;
    const int low = HexUnit(at_ + 2);
    if (!IsLowSurrogate(low)) return false;
    at_ += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(static_cast<std::uint32_t>(unit), unescaped_);
  return true;
}

}  // namespace stator::wire
