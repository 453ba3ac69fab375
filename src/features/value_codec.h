// The bytes of a feast.types.Value, read and written by hand: the online read path makes no
// protobuf object. docs/format-feature-row.md has the layout and its vectors.
//
// Encoders append to `out`. A null is no bytes at all: there is nothing to call for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "features/value_kind.h"

namespace stator::features {

// A Value taken apart one level deep. Views into the bytes that it was parsed from.
struct ValueView {
  ValueKind kind = ValueKind::kUnset;
  std::uint64_t bits = 0;  // integers, booleans, and the IEEE bits of kDouble and kFloat
  std::string_view
      content;  // everything with a length: text, bytes, the message of a list or a map

  // kInt32, kInt64, kUnixTimestamp.
  std::int64_t integer() const { return static_cast<std::int64_t>(bits); }
  // kDouble, or kFloat widened.
  double real() const;
};

// Takes `bytes` apart. As protobuf does, the last known field wins and unknown fields are skipped.
// False: the bytes are no Value.
bool ParseValue(std::string_view bytes, ValueView& value);

// Walks over the fields of any protobuf message.
class FieldReader {
 public:
  // `message` must outlive the reader.
  explicit FieldReader(std::string_view message) : rest_(message) {}

  // A field: its number, its wire type (0 varint, 1 fixed64, 2 length, 5 fixed32) and its value as
  // in ValueView.
  struct Field {
    std::uint32_t number = 0;
    std::uint32_t wire_type = 0;
    std::uint64_t bits = 0;
    std::string_view content;
  };
  // Reads the next field; false at the end, or when the bytes are broken (then damaged() is true).
  bool Next(Field& field);
  // Whether reading stopped at broken bytes.
  bool damaged() const { return damaged_; }

 private:
  bool Damage();

  std::string_view rest_;
  bool damaged_ = false;
};

// Reads a varint and moves `bytes` behind it; false when it is cut off or too long.
bool ReadVarint(std::string_view& bytes, std::uint64_t& value);
// Appends a varint.
void AppendVarint(std::string& out, std::uint64_t value);
// Appends field `number` with a length and `content`.
void AppendLengthField(std::string& out, std::uint32_t number, std::string_view content);

// kInt32, kInt64, kBool or kUnixTimestamp.
void EncodeInteger(ValueKind kind, std::int64_t value, std::string& out);
// kDouble.
void EncodeDouble(double value, std::string& out);
// kFloat.
void EncodeFloat(float value, std::string& out);
// Every kind with a length: text and bytes as they are, lists and maps as their message.
void EncodeContent(ValueKind kind, std::string_view content, std::string& out);
// Appends one element to the packed body of a numeric list or set of `element` kind.
void AppendPacked(ValueKind element, std::uint64_t bits, std::string& packed);
// The IEEE bits of a number as kDouble or kFloat.
std::uint64_t RealBits(ValueKind kind, double value);

}  // namespace stator::features
