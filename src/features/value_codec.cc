#include "features/value_codec.h"

#include <bit>
#include <cstring>

namespace stator::features {
namespace {

constexpr std::uint32_t kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;

std::uint32_t WireTypeOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kInt32:
    case ValueKind::kInt64:
    case ValueKind::kBool:
    case ValueKind::kUnixTimestamp:
    case ValueKind::kNull: return kVarint;
    case ValueKind::kDouble: return kFixed64;
    case ValueKind::kFloat: return kFixed32;
    default: return kLength;
  }
}

bool IsValueField(std::uint32_t number) {
  return (number >= 1 && number <= 8) || (number >= 11 && number <= 29) ||
         (number >= 32 && number <= 48);
}

void AppendTag(std::string& out, std::uint32_t number, std::uint32_t wire_type) {
  AppendVarint(out, (number << 3) | wire_type);
}

template <typename T>
void AppendFixed(std::string& out, T bits) {
  char bytes[sizeof bits];
  std::memcpy(bytes, &bits, sizeof bits);
  out.append(bytes, sizeof bits);
}

}  // namespace

double ValueView::real() const {
  if (kind == ValueKind::kFloat) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

bool ReadVarint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool FieldReader::Damage() {
  damaged_ = true;
  return false;
}

bool FieldReader::Next(Field& field) {
  if (rest_.empty()) return false;
  std::uint64_t tag = 0;
  if (!ReadVarint(rest_, tag) || (tag >> 3) == 0 || (tag >> 3) > 0x1FFFFFFF) return Damage();
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.wire_type = tag & 7;
  std::uint64_t length = 0;
  switch (field.wire_type) {
    case kVarint: return ReadVarint(rest_, field.bits) || Damage();
    case kFixed64: length = 8; break;
    case kFixed32: length = 4; break;
    case kLength:
      if (!ReadVarint(rest_, length)) return Damage();
      break;
    default: return Damage();
  }
  if (length > rest_.size()) return Damage();
  field.content = rest_.substr(0, length);
  rest_.remove_prefix(length);
  if (field.wire_type != kLength) {
    field.bits = 0;
    std::memcpy(&field.bits, field.content.data(), length);
  }
  return true;
}

bool ParseValue(std::string_view bytes, ValueView& value) {
  value = ValueView();
  FieldReader reader(bytes);
  FieldReader::Field field;
  while (reader.Next(field)) {
    if (!IsValueField(field.number)) continue;
    const auto kind = static_cast<ValueKind>(field.number);
    if (WireTypeOf(kind) != field.wire_type) continue;
    value.kind = kind;
    value.bits = kind == ValueKind::kInt32 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(
                                                 static_cast<std::int32_t>(field.bits)))
                                           : field.bits;
    value.content = field.content;
  }
  return !reader.damaged();
}

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void AppendLengthField(std::string& out, std::uint32_t number, std::string_view content) {
  AppendTag(out, number, kLength);
  AppendVarint(out, content.size());
  out.append(content);
}

void EncodeInteger(ValueKind kind, std::int64_t value, std::string& out) {
  AppendTag(out, static_cast<std::uint32_t>(kind), kVarint);
  AppendVarint(out, static_cast<std::uint64_t>(value));
}

void EncodeDouble(double value, std::string& out) {
  AppendTag(out, static_cast<std::uint32_t>(ValueKind::kDouble), kFixed64);
  AppendFixed(out, std::bit_cast<std::uint64_t>(value));
}

void EncodeFloat(float value, std::string& out) {
  AppendTag(out, static_cast<std::uint32_t>(ValueKind::kFloat), kFixed32);
  AppendFixed(out, std::bit_cast<std::uint32_t>(value));
}

void EncodeContent(ValueKind kind, std::string_view content, std::string& out) {
  AppendLengthField(out, static_cast<std::uint32_t>(kind), content);
}

void AppendPacked(ValueKind element, std::uint64_t bits, std::string& packed) {
  switch (WireTypeOf(element)) {
    case kFixed64: return AppendFixed(packed, bits);
    case kFixed32: return AppendFixed(packed, static_cast<std::uint32_t>(bits));
    default: return AppendVarint(packed, bits);
  }
}

std::uint64_t RealBits(ValueKind kind, double value) {
  if (kind == ValueKind::kFloat) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return std::bit_cast<std::uint64_t>(value);
}

}  // namespace stator::features
