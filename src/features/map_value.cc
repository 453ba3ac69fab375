#include "features/map_value.h"

#include <simdjson.h>

#include "features/event_time.h"
#include "features/json_text.h"
#include "features/value_codec.h"

namespace stator::features {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

bool AppendJsonCell(std::string& out, const Column& column, std::size_t row, int depth);

bool AppendJsonList(std::string& out, const Column& column, std::size_t row, int depth) {
  out += '[';
  for (std::uint64_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
    if (i > column.offsets[row]) out += ',';
    if (!AppendJsonCell(out, column.children[0], i, depth)) return false;
  }
  out += ']';
  return true;
}

bool AppendJsonMap(std::string& out, const Column& column, std::size_t row, int depth) {
  const Column& keys = column.children[0];
  if (keys.kind != ColumnKind::kText) return false;
  out += '{';
  for (std::uint64_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
    if (i > column.offsets[row]) out += ',';
    AppendJsonString(out, keys.BytesAt(i));
    out += ':';
    if (!AppendJsonCell(out, column.children[1], i, depth)) return false;
  }
  out += '}';
  return true;
}

bool AppendJsonStruct(std::string& out, const Column& column, std::size_t row, int depth) {
  out += '{';
  for (std::size_t i = 0; i < column.children.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(out, column.children[i].name);
    out += ':';
    if (!AppendJsonCell(out, column.children[i], row, depth)) return false;
  }
  out += '}';
  return true;
}

bool AppendJsonCell(std::string& out, const Column& column, std::size_t row, int depth) {
  if (depth <= 0) return false;
  if (!column.IsValid(row)) {
    out += "null";
    return true;
  }
  switch (column.kind) {
    case ColumnKind::kBool: out += column.integers[row] != 0 ? "true" : "false"; return true;
    case ColumnKind::kInteger: AppendJsonInteger(out, column.integers[row]); return true;
    case ColumnKind::kFloat:
    case ColumnKind::kDouble: AppendJsonReal(out, column.doubles[row]); return true;
    case ColumnKind::kTimestamp:
      out += '"';
      AppendRfc3339(out, std::min(std::max(column.integers[row], kEventTimeMin), kEventTimeMax));
      out += '"';
      return true;
    case ColumnKind::kText:
    case ColumnKind::kDecimal: AppendJsonString(out, column.BytesAt(row)); return true;
    case ColumnKind::kList: return AppendJsonList(out, column, row, depth - 1);
    case ColumnKind::kStruct: return AppendJsonStruct(out, column, row, depth - 1);
    case ColumnKind::kMap: return AppendJsonMap(out, column, row, depth - 1);
    default: return false;
  }
}

bool EncodeElement(element json, std::string& out, int depth);

bool AppendMapMessage(simdjson::dom::object object, std::string& message, int depth) {
  for (const auto field : object) {
    std::string value, entry;
    if (!EncodeElement(field.value, value, depth)) return false;
    AppendLengthField(entry, 1, field.key);
    AppendLengthField(entry, 2, value);
    AppendLengthField(message, 1, entry);
  }
  return true;
}

// Whether all elements are of one type, numbers counting as one when one of them is a fraction.
ValueKind ListKindOf(simdjson::dom::array array) {
  ValueKind kind = ValueKind::kUnset;
  for (const element item : array) {
    ValueKind one = ValueKind::kValueList;
    if (item.is<bool>()) one = ValueKind::kBoolList;
    if (item.is<std::int64_t>()) one = ValueKind::kInt64List;
    if (item.type() == element_type::DOUBLE) one = ValueKind::kDoubleList;
    if (item.is<std::string_view>()) one = ValueKind::kStringList;
    if (item.is<simdjson::dom::object>()) one = ValueKind::kMapList;
    const bool numbers = (kind == ValueKind::kInt64List && one == ValueKind::kDoubleList) ||
                         (kind == ValueKind::kDoubleList && one == ValueKind::kInt64List);
    if (numbers) one = kind = ValueKind::kDoubleList;
    if (kind != ValueKind::kUnset && kind != one) return ValueKind::kValueList;
    kind = one;
  }
  return kind;
}

std::uint64_t BitsOf(element json, ValueKind kind) {
  if (kind == ValueKind::kBoolList) return json.get_bool().value_unsafe() ? 1 : 0;
  if (kind == ValueKind::kInt64List)
    return static_cast<std::uint64_t>(json.get_int64().value_unsafe());
  return RealBits(ValueKind::kDouble, json.get_double().value_unsafe());
}

bool EncodeArray(simdjson::dom::array array, std::string& out, int depth) {
  const ValueKind kind = ListKindOf(array);
  if (kind == ValueKind::kUnset) return true;
  std::string message, packed;
  for (const element item : array) {
    std::string one;
    switch (kind) {
      case ValueKind::kStringList:
        AppendLengthField(message, 1, item.get_string().value_unsafe());
        break;
      case ValueKind::kMapList:
        if (!AppendMapMessage(item.get_object().value_unsafe(), one, depth)) return false;
        AppendLengthField(message, 1, one);
        break;
      case ValueKind::kValueList:
        if (!EncodeElement(item, one, depth)) return false;
        AppendLengthField(message, 1, one);
        break;
      default: AppendPacked(ElementKind(kind), BitsOf(item, kind), packed);
    }
  }
  if (!packed.empty()) AppendLengthField(message, 1, packed);
  EncodeContent(kind, message, out);
  return true;
}

bool EncodeElement(element json, std::string& out, int depth) {
  if (depth <= 0) return false;
  switch (json.type()) {
    case element_type::NULL_VALUE: return true;
    case element_type::BOOL:
      EncodeInteger(ValueKind::kBool, json.get_bool().value_unsafe() ? 1 : 0, out);
      return true;
    case element_type::INT64:
      EncodeInteger(ValueKind::kInt64, json.get_int64().value_unsafe(), out);
      return true;
    case element_type::UINT64:
    case element_type::DOUBLE: EncodeDouble(json.get_double().value_unsafe(), out); return true;
    case element_type::STRING:
      EncodeContent(ValueKind::kString, json.get_string().value_unsafe(), out);
      return true;
    case element_type::ARRAY: return EncodeArray(json.get_array().value_unsafe(), out, depth - 1);
    case element_type::OBJECT: {
      std::string message;
      if (!AppendMapMessage(json.get_object().value_unsafe(), message, depth - 1)) return false;
      EncodeContent(ValueKind::kMap, message, out);
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsJson(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

std::optional<std::string> JsonOfCell(const Column& column, std::size_t row) {
  std::string json;
  if (!AppendJsonCell(json, column, row, kMapDepthMax)) return std::nullopt;
  return json;
}

std::optional<std::string> MapOfJson(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::object object;
  if (parser.parse(padded).get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  std::string message;
  if (!AppendMapMessage(object, message, kMapDepthMax)) return std::nullopt;
  return message;
}

std::optional<std::string> MapOfCell(const Column& column, std::size_t row) {
  if (column.kind == ColumnKind::kText) return MapOfJson(column.BytesAt(row));
  if (column.kind != ColumnKind::kStruct && column.kind != ColumnKind::kMap) return std::nullopt;
  const auto json = JsonOfCell(column, row);
  return json ? MapOfJson(*json) : std::nullopt;
}

}  // namespace stator::features
