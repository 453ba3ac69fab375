#include "wire/json_writer.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "dynamo/number.h"
#include "wire/base64.h"

namespace stator::wire {
namespace {

// Most bytes that one byte of text becomes: a control character as \u001f.
constexpr std::size_t kEscapedBytesMax = 6;
// What is copied at once.
constexpr std::ptrdiff_t kBlockBytes = sizeof(__m128i);

// Which of the 16 bytes of `block` need an escape: below 0x20, the quote, the backslash.
unsigned EscapeMask(__m128i block) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

__m128i Load(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
void Store(__m128i block, char* to) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block); }

// Copies a block, unless one of its bytes needs an escape.
bool CopyBlock(const char* from, char* to) {
  const __m128i block = Load(from);
  Store(block, to);
  return EscapeMask(block) == 0;
}

// Copies the `size` bytes of two Words that may overlap, unless one of them needs an escape.
template <typename Word>
bool CopyWords(const char* from, std::ptrdiff_t size, char* to) {
  Word first;
  Word last;
  // A half word fills its lane twice.
  constexpr std::uint64_t kRepeat = sizeof(Word) == 8 ? 1 : 0x1'0000'0001;
  const std::ptrdiff_t second = size - static_cast<std::ptrdiff_t>(sizeof(Word));
  std::memcpy(&first, from, sizeof(Word));
  std::memcpy(&last, from + second, sizeof(Word));
  std::memcpy(to, &first, sizeof(Word));
  std::memcpy(to + second, &last, sizeof(Word));
  return EscapeMask(_mm_set_epi64x(static_cast<std::int64_t>(first * kRepeat),
                                   static_cast<std::int64_t>(last * kRepeat))) == 0;
}

// Copies fewer bytes than a block; false when one needs an escape, or when there are fewer than 4.
bool CopyShort(const char* from, std::ptrdiff_t size, char* to) {
  if (size >= 8) return CopyWords<std::uint64_t>(from, size, to);
  return size >= 4 && CopyWords<std::uint32_t>(from, size, to);
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

char* WriteEscape(char c, char* to) {
  constexpr char kHex[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\': *to++ = c; return to;
    case '\b': *to++ = 'b'; return to;
    case '\f': *to++ = 'f'; return to;
    case '\n': *to++ = 'n'; return to;
    case '\r': *to++ = 'r'; return to;
    case '\t': *to++ = 't'; return to;
    default:
      std::memcpy(to, "u00", 3);
      to[3] = kHex[static_cast<unsigned char>(c) >> 4];
      to[4] = kHex[c & 0xF];
      return to + 5;
  }
}

}  // namespace

JsonWriter::JsonWriter(std::string& out, std::size_t expected_bytes)
    : out_(out), first_(out.size()) {
  out_.resize(first_ + expected_bytes);
  at_ = out_.data() + first_;
  end_ = out_.data() + out_.size();
}

void JsonWriter::Grow(std::size_t bytes) {
  const auto used = static_cast<std::size_t>(at_ - out_.data());
  out_.resize(std::max(out_.size() * 2, used + bytes));
  at_ = out_.data() + used;
  end_ = out_.data() + out_.size();
}

// Copies whole blocks as long as none of their bytes needs an escape, then the rest. The room
// beyond the text is what a block may write too much.
const char* JsonWriter::CopyPlain(const char* from, const char* end) {
  const bool block_before_end = end - from >= kBlockBytes;
  char* to = at_;
  for (; end - from >= kBlockBytes; from += kBlockBytes, to += kBlockBytes) {
    const __m128i block = Load(from);
    Store(block, to);
    const unsigned mask = EscapeMask(block);
    if (mask != 0) [[unlikely]] {
      const int plain = std::countr_zero(mask);
      at_ = to + plain;
      return from + plain;
    }
  }
  const std::ptrdiff_t left = end - from;
  if (block_before_end ? CopyBlock(end - kBlockBytes, to + left - kBlockBytes)
                       : CopyShort(from, left, to)) [[likely]] {
    at_ = to + left;
    return end;
  }
  for (; from != end && !NeedsEscape(*from); ++from) *to++ = *from;
  at_ = to;
  return from;
}

void JsonWriter::String(std::string_view text) {
  Reserve(text.size() + 2 + kBlockBytes);
  *at_++ = '"';
  const char* const end = text.data() + text.size();
  const char* from = CopyPlain(text.data(), end);
  while (from != end) {
    at_ = WriteEscape(*from++, at_);
    Reserve(static_cast<std::size_t>(end - from) + kEscapedBytesMax + 2 + kBlockBytes);
    from = CopyPlain(from, end);
  }
  *at_++ = '"';
}

void JsonWriter::Member(std::string_view name) {
  Comma();
  Reserve(name.size() + 3);
  *at_++ = '"';
  std::memcpy(at_, name.data(), name.size());
  at_ += name.size();
  *at_++ = '"';
  *at_++ = ':';
}

void JsonWriter::Member(std::string_view name, std::int64_t number) {
  Member(name);
  constexpr std::size_t kDigitsMax = 20;
  Reserve(kDigitsMax);
  at_ = std::to_chars(at_, at_ + kDigitsMax, number).ptr;
}

void JsonWriter::Member(std::string_view name, double number) {
  Member(name);
  constexpr std::size_t kDigitsMax = 330;
  Reserve(kDigitsMax);
  char* const begin = at_;
  at_ = std::to_chars(at_, at_ + kDigitsMax, number, std::chars_format::fixed).ptr;
  if (std::find(begin, at_, '.') == at_) Raw(".0");
}

void JsonWriter::Attributes(dynamo::MapView map) {
  Char('{');
  bool first = true;
  for (const auto [name, value] : map) {
    if (!first) Char(',');
    first = false;
    String(name);
    Char(':');
    Value(value);
  }
  Char('}');
}

void JsonWriter::List(dynamo::ListView list) {
  Raw("{\"L\":[");
  bool first = true;
  for (const auto value : list) {
    if (!first) Char(',');
    first = false;
    Value(value);
  }
  Raw("]}");
}

void JsonWriter::Set(dynamo::SetView set) {
  const auto type = set.member_type();
  Raw(type == dynamo::AttributeType::kString   ? "{\"SS\":["
      : type == dynamo::AttributeType::kNumber ? "{\"NS\":["
                                               : "{\"BS\":[");
  bool first = true;
  for (const auto member : set) {
    if (!first) Char(',');
    first = false;
    switch (type) {
      case dynamo::AttributeType::kString: String(member); break;
      case dynamo::AttributeType::kNumber: NumberText(member); break;
      default: Base64(member);
    }
  }
  Raw("]}");
}

void JsonWriter::Value(dynamo::AttributeValue value) {
  switch (value.type()) {
    case dynamo::AttributeType::kString:
      Raw("{\"S\":");
      String(value.bytes());
      return Char('}');
    case dynamo::AttributeType::kNumber:
      Raw("{\"N\":");
      NumberText(value.number_bytes());
      return Char('}');
    case dynamo::AttributeType::kBinary:
      Raw("{\"B\":");
      Base64(value.bytes());
      return Char('}');
    case dynamo::AttributeType::kMap:
      Raw("{\"M\":");
      Attributes(value.map());
      return Char('}');
    case dynamo::AttributeType::kNull: return Raw("{\"NULL\":true}");
    case dynamo::AttributeType::kBool:
      return Raw(value.bool_value() ? "{\"BOOL\":true}" : "{\"BOOL\":false}");
    case dynamo::AttributeType::kList: return List(value.list());
    case dynamo::AttributeType::kStringSet:
    case dynamo::AttributeType::kNumberSet:
    case dynamo::AttributeType::kBinarySet: return Set(value.set());
  }
}

void JsonWriter::NumberText(std::string_view sortable) {
  scratch_.clear();
  dynamo::Number::FromSortable(sortable).AppendText(scratch_);
  Reserve(scratch_.size() + 2);
  *at_++ = '"';
  std::memcpy(at_, scratch_.data(), scratch_.size());
  at_ += scratch_.size();
  *at_++ = '"';
}

void JsonWriter::Base64(std::string_view bytes) {
  Reserve(Base64Size(bytes.size()) + 2);
  *at_++ = '"';
  at_ = WriteBase64(bytes, at_);
  *at_++ = '"';
}

}  // namespace stator::wire
