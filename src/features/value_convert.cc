#include "features/value_convert.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include "features/errors.h"
#include "features/event_time.h"
#include "features/json_text.h"
#include "features/map_value.h"
#include "features/proto_time.h"
#include "features/value_codec.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;

constexpr std::int64_t kNullTimestamp = std::numeric_limits<std::int64_t>::min();

// One cell of a column.
struct Cell {
  const Column& column;
  std::size_t row;

  bool valid() const { return column.IsValid(row); }
  ColumnKind kind() const { return column.kind; }
  std::int64_t integer() const { return column.integers[row]; }
  double real() const { return column.doubles[row]; }
  std::string_view bytes() const { return column.BytesAt(row); }
  bool is_real() const { return kind() == ColumnKind::kDouble || kind() == ColumnKind::kFloat; }
  bool is_text() const { return kind() == ColumnKind::kText || kind() == ColumnKind::kDecimal; }
};

std::int64_t FloorSeconds(std::int64_t micros) {
  const std::int64_t seconds = micros / kMicrosPerSecond;
  return micros % kMicrosPerSecond < 0 ? seconds - 1 : seconds;
}

template <typename T>
std::optional<T> Parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// str() of a scalar; nullopt for lists, structs and raw bytes.
std::optional<std::string> TextOf(const Cell& cell) {
  std::string text;
  switch (cell.kind()) {
    case ColumnKind::kText:
    case ColumnKind::kDecimal: return std::string(cell.bytes());
    case ColumnKind::kBool: return cell.integer() != 0 ? "True" : "False";
    case ColumnKind::kInteger: AppendJsonInteger(text, cell.integer()); return text;
    case ColumnKind::kFloat:
    case ColumnKind::kDouble:
      AppendJsonReal(text, cell.real());
      if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
      return text;
    case ColumnKind::kTimestamp:
      AppendEventTs(text, std::clamp(cell.integer(), kEventTimeMin, kEventTimeMax));
      return text;
    default: return std::nullopt;
  }
}

std::optional<std::int64_t> IntegerOf(const Cell& cell) {
  switch (cell.kind()) {
    case ColumnKind::kBool:
    case ColumnKind::kInteger: return cell.integer();
    case ColumnKind::kTimestamp: return FloorSeconds(cell.integer());
    case ColumnKind::kFloat:
    case ColumnKind::kDouble:
      if (!(std::fabs(cell.real()) < 9223372036854775808.0)) return std::nullopt;
      return static_cast<std::int64_t>(cell.real());
    case ColumnKind::kText: return Parse<std::int64_t>(cell.bytes());
    case ColumnKind::kDecimal: {
      const std::string_view text = cell.bytes();
      return Parse<std::int64_t>(text.substr(0, text.find('.')));
    }
    default: return std::nullopt;
  }
}

std::optional<double> RealOf(const Cell& cell) {
  if (cell.is_real()) return cell.real();
  if (cell.is_text()) return Parse<double>(cell.bytes());
  const auto integer = IntegerOf(cell);
  if (!integer) return std::nullopt;
  return static_cast<double>(*integer);
}

std::optional<std::int64_t> SecondsOf(const Cell& cell) {
  if (!cell.is_text()) return IntegerOf(cell);
  const auto time = ParseEventTime(cell.bytes());
  if (!time) return Parse<std::int64_t>(cell.bytes());
  return FloorSeconds(*time);
}

std::optional<bool> BoolOf(const Cell& cell) {
  if (cell.is_text()) {
    const std::string_view text = cell.bytes();
    if (text == "true" || text == "True") return true;
    if (text == "false" || text == "False") return false;
    return std::nullopt;
  }
  const auto integer = IntegerOf(cell);
  if (!integer) return std::nullopt;
  return *integer != 0;
}

// The number that a numeric kind stores for a cell, as bits; nullopt when it cannot.
std::optional<std::uint64_t> NumberBits(ValueKind kind, const Cell& cell) {
  const auto as_bits = [](auto value) -> std::optional<std::uint64_t> {
    if (!value) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  };
  switch (kind) {
    case ValueKind::kInt64: return as_bits(IntegerOf(cell));
    case ValueKind::kInt32: {
      const auto integer = IntegerOf(cell);
      if (!integer || *integer != static_cast<std::int32_t>(*integer)) return std::nullopt;
      return as_bits(integer);
    }
    case ValueKind::kBool: return as_bits(BoolOf(cell));
    case ValueKind::kUnixTimestamp: return as_bits(SecondsOf(cell));
    default: {
      const auto real = RealOf(cell);
      if (!real) return std::nullopt;
      return RealBits(kind, *real);
    }
  }
}

bool IsNumeric(ValueKind kind) {
  return kind >= ValueKind::kInt32 && kind <= ValueKind::kUnixTimestamp;
}

// The content of a kind with a length for a cell: text, bytes, JSON; nullopt when it cannot be.
std::optional<std::string> ContentOf(ValueKind kind, const Cell& cell) {
  switch (kind) {
    case ValueKind::kBytes:
    case ValueKind::kPdfBytes:
    case ValueKind::kImageBytes:
      if (cell.kind() != ColumnKind::kBytes) return std::nullopt;
      return std::string(cell.bytes());
    case ValueKind::kJson:
      if (cell.kind() != ColumnKind::kText) return JsonOfCell(cell.column, cell.row);
      if (!IsJson(cell.bytes())) return std::nullopt;
      return std::string(cell.bytes());
    case ValueKind::kMap:
    case ValueKind::kStruct: return MapOfCell(cell.column, cell.row);
    default: return TextOf(cell);
  }
}

ValueKind StoredKind(ValueKind kind) {
  return kind == ValueKind::kPdfBytes || kind == ValueKind::kImageBytes ? ValueKind::kBytes : kind;
}

void EncodeNumber(ValueKind kind, std::uint64_t bits, std::string& out) {
  const ValueView value{.kind = kind, .bits = bits, .content = {}};
  if (kind == ValueKind::kDouble) return EncodeDouble(value.real(), out);
  if (kind == ValueKind::kFloat) return EncodeFloat(static_cast<float>(value.real()), out);
  EncodeInteger(kind, value.integer(), out);
}

// What stands in a list for a null, where Feast has something.
std::optional<std::uint64_t> NullBits(ValueKind element) {
  switch (element) {
    case ValueKind::kBool: return 0;
    case ValueKind::kUnixTimestamp: return static_cast<std::uint64_t>(kNullTimestamp);
    case ValueKind::kDouble:
    case ValueKind::kFloat: return RealBits(element, std::numeric_limits<double>::quiet_NaN());
    default: return std::nullopt;
  }
}

// The message of a list or a set; false when an element cannot be.
bool AppendElements(ValueKind kind, const Cell& cell, std::string& message) {
  const Column& elements = cell.column.children[0];
  const ValueKind element = ElementKind(kind);
  const bool unique = IsSet(kind);
  std::set<std::string> seen;
  std::string packed;
  for (std::uint64_t i = cell.column.offsets[cell.row]; i < cell.column.offsets[cell.row + 1];
       ++i) {
    const Cell item{elements, i};
    if (IsNumeric(element)) {
      const auto bits = item.valid() ? NumberBits(element, item) : NullBits(element);
      if (!bits) return false;
      std::string one;
      AppendPacked(element, *bits, one);
      if (!unique || seen.insert(one).second) packed += one;
      continue;
    }
    const auto content = item.valid() ? ContentOf(element, item) : std::optional<std::string>("");
    if (!content) return false;
    if (!unique || seen.insert(*content).second) AppendLengthField(message, 1, *content);
  }
  if (!packed.empty()) AppendLengthField(message, 1, packed);
  return true;
}

// A list of lists: each inner list a Value of its own; an empty one is a null, as Feast stores it.
bool AppendNestedLists(const Cell& cell, std::string& message) {
  const Column& lists = cell.column.children[0];
  if (lists.kind != ColumnKind::kList) return false;
  const ValueKind inner = InferValueKind(lists);
  for (std::uint64_t i = cell.column.offsets[cell.row]; i < cell.column.offsets[cell.row + 1];
       ++i) {
    std::string value, elements;
    if (lists.IsValid(i) && lists.offsets[i] != lists.offsets[i + 1]) {
      if (inner == ValueKind::kUnset || !AppendElements(inner, {lists, i}, elements)) return false;
      EncodeContent(inner, elements, value);
    }
    AppendLengthField(message, 1, value);
  }
  return true;
}

bool EncodeList(ValueKind kind, const Cell& cell, std::string& out) {
  if (cell.kind() != ColumnKind::kList) return false;
  std::string message;
  const bool nested = kind == ValueKind::kValueList || kind == ValueKind::kValueSet;
  if (!(nested ? AppendNestedLists(cell, message) : AppendElements(kind, cell, message)))
    return false;
  EncodeContent(kind, message, out);
  return true;
}

Error ConversionError(std::string_view what, std::string_view name, ValueKind kind,
                      const Cell& cell) {
  const auto text = cell.valid() ? TextOf(cell) : std::optional<std::string>("null");
  return InvalidError(kConversionError,
                      std::string(what) + " '" + std::string(name) + "' is " +
                          std::string(ValueKindName(kind)) + ", and " +
                          (text ? "the value " + *text : "a value of this column") + " (" +
                          std::string(ColumnKindName(cell.kind())) + ") cannot become one");
}

bool EncodeCell(ValueKind kind, const Cell& cell, std::string& out) {
  if (IsNumeric(kind)) {
    const auto bits = NumberBits(kind, cell);
    if (bits) EncodeNumber(kind, *bits, out);
    return bits.has_value();
  }
  const bool list = ElementKind(kind) != ValueKind::kUnset || kind == ValueKind::kValueList ||
                    kind == ValueKind::kValueSet;
  if (list) return EncodeList(kind, cell, out);
  if (kind == ValueKind::kScalarMap || kind == ValueKind::kZonedTimestamp ||
      kind == ValueKind::kUnset)
    return false;
  const auto content = ContentOf(kind, cell);
  if (content) EncodeContent(StoredKind(kind), *content, out);
  return content.has_value();
}

}  // namespace

Status EncodeFeature(std::string_view feature, ValueKind kind, const Column& column,
                     std::size_t row, std::string& out) {
  const Cell cell{column, row};
  const bool absent = !cell.valid() || (cell.is_real() && std::isnan(cell.real()));
  if (absent) {
    const bool typed = column.kind != ColumnKind::kNull;
    if (kind == ValueKind::kUnixTimestamp && typed) EncodeInteger(kind, kNullTimestamp, out);
    return base::OkStatus();
  }
  if (!EncodeCell(kind, cell, out)) return ConversionError("Feature", feature, kind, cell);
  return base::OkStatus();
}

Result<EntityValue> EntityValueOf(std::string_view join_key, ValueKind kind, const Column& column,
                                  std::size_t row) {
  const Cell cell{column, row};
  EntityValue value{.kind = kind};
  if (cell.valid() && IsNumeric(kind)) {
    if (const auto bits = NumberBits(kind, cell)) {
      value.integer = static_cast<std::int64_t>(*bits);
      return value;
    }
  } else if (cell.valid()) {
    if (auto content = ContentOf(kind, cell)) {
      value.text = std::move(*content);
      return value;
    }
  }
  return ConversionError("Join key", join_key, kind, cell);
}

ValueKind InferValueKind(const Column& column) {
  switch (column.kind) {
    case ColumnKind::kBool: return ValueKind::kBool;
    case ColumnKind::kInteger:
      return column.integer_bits > 32 || (column.integer_bits == 32 && column.integer_unsigned)
                 ? ValueKind::kInt64
                 : ValueKind::kInt32;
    case ColumnKind::kFloat: return ValueKind::kFloat;
    case ColumnKind::kDouble: return ValueKind::kDouble;
    case ColumnKind::kTimestamp: return ValueKind::kUnixTimestamp;
    case ColumnKind::kText: return ValueKind::kString;
    case ColumnKind::kDecimal: return ValueKind::kDecimal;
    case ColumnKind::kBytes: return ValueKind::kBytes;
    case ColumnKind::kList: {
      const ValueKind element = InferValueKind(column.children[0]);
      for (int i = 1; i <= kValueKindMax; ++i) {
        const auto kind = static_cast<ValueKind>(i);
        if (element != ValueKind::kUnset && ElementKind(kind) == element && !IsSet(kind))
          return kind;
      }
      return element != ValueKind::kUnset ? ValueKind::kValueList : ValueKind::kUnset;
    }
    default: return ValueKind::kUnset;
  }
}

}  // namespace stator::features
