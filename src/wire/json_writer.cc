#include "wire/json_writer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "base/copy_ends.h"
#include "dynamo/number.h"
#include "wire/base64.h"
#include "wire/text_block.h"

namespace stator::wire {
namespace {

// Most bytes that one byte of text becomes: a control character as \u001f.
constexpr std::size_t kEscapedBytesMax = 6;
// What stands around a text at most, and what a block may write too much.
constexpr std::size_t kTextRoomBytes = kBlockBytes + 16;

// Whether one of the first `count` bytes of `low` and `high` needs an escape.
bool AnyEscape(std::uint64_t low, std::uint64_t high, int count) {
  const __m128i block =
      _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
  return (MaskOf(MarkEscapes(block)) & ((1U << count) - 1)) != 0;
}

// Copies fewer bytes than a block; false when one of them needs an escape.
bool CopyShort(const char* from, std::size_t size, char* to) {
  if (size >= 8) {
    const auto [first, last] = base::CopyEnds<std::uint64_t>(from, size, to);
    return !AnyEscape(first, last, 16);
  }
  if (size >= 4) {
    const auto [first, last] = base::CopyEnds<std::uint32_t>(from, size, to);
    return !AnyEscape(first | std::uint64_t{last} << 32, 0, 8);
  }
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < size; ++i) {
    to[i] = from[i];
    bytes = bytes << 8 | static_cast<std::uint8_t>(from[i]);
  }
  return !AnyEscape(bytes, 0, static_cast<int>(size));
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
      to[0] = 'u';
      to[1] = to[2] = '0';
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

void JsonWriter::Text(std::string_view text) {
  const char* from = text.data();
  const char* const end = from + text.size();
  char* to = at_;
  at_ += text.size();
  if (text.size() < kBlockBytes) {
    if (!CopyShort(from, text.size(), to)) [[unlikely]]
      Escaped(from, end, to);
    return;
  }
  // Two blocks at once; at the end the last two, which may have been copied in part.
  const auto copy_two = [](const char* first, const char* second, char* first_to, char* second_to) {
    const __m128i block = LoadBlock(first);
    const __m128i next = LoadBlock(second);
    StoreBlock(block, first_to);
    StoreBlock(next, second_to);
    return MaskOf(_mm_or_si128(MarkEscapes(block), MarkEscapes(next))) == 0;
  };
  for (; end - from > 2 * kBlockBytes; from += 2 * kBlockBytes, to += 2 * kBlockBytes) {
    if (!copy_two(from, from + kBlockBytes, to, to + kBlockBytes)) [[unlikely]]
      return Escaped(from, end, to);
  }
  const std::ptrdiff_t left = end - from;
  const std::ptrdiff_t first = text.size() >= 2 * kBlockBytes ? left - 2 * kBlockBytes : 0;
  if (!copy_two(from + first, end - kBlockBytes, to + first, to + left - kBlockBytes)) [[unlikely]]
    Escaped(from, end, to);
}

void JsonWriter::Escaped(const char* from, const char* end, char* to) {
  at_ = to;
  while (from != end) {
    const std::ptrdiff_t left = end - from;
    Reserve(static_cast<std::size_t>(left) + kEscapedBytesMax + kTextRoomBytes);
    std::ptrdiff_t plain = 0;
    if (left >= kBlockBytes) {
      const __m128i block = LoadBlock(from);
      StoreBlock(block, at_);
      const unsigned mask = MaskOf(MarkEscapes(block));
      plain = mask == 0 ? kBlockBytes : std::countr_zero(mask);
    } else {
      for (; plain < left && !NeedsEscape(from[plain]); ++plain) at_[plain] = from[plain];
    }
    from += plain;
    at_ += plain;
    if (from != end && NeedsEscape(*from)) at_ = WriteEscape(*from++, at_);
  }
  Reserve(kTextRoomBytes);
}

void JsonWriter::String(std::string_view text) {
  Reserve(text.size() + kTextRoomBytes);
  *at_++ = '"';
  Text(text);
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
  if (map.empty()) return Char('}');
  for (const auto [name, value] : map) {
    Reserve(name.size() + kTextRoomBytes);
    *at_++ = '"';
    Text(name);
    Constant("\":");
    Value(value);
    Char(',');
  }
  at_[-1] = '}';
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
    case dynamo::AttributeType::kString: return StringValue(value.bytes());
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

void JsonWriter::StringValue(std::string_view text) {
  Reserve(text.size() + kTextRoomBytes);
  Constant("{\"S\":\"");
  Text(text);
  Constant("\"}");
}

void JsonWriter::NumberText(std::string_view sortable) {
  Reserve(dynamo::Number::kTextBytesMax + 2);
  *at_++ = '"';
  at_ = dynamo::Number::FromSortable(sortable).WriteText(at_);
  *at_++ = '"';
}

void JsonWriter::Base64(std::string_view bytes) {
  Reserve(Base64Size(bytes.size()) + 2);
  *at_++ = '"';
  at_ = WriteBase64(bytes, at_);
  *at_++ = '"';
}

}  // namespace stator::wire
