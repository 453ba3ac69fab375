#include "features/json_columns.h"

#include <cmath>
#include <limits>
#include <optional>

#include "features/errors.h"
#include "features/event_time.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;
using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr int kDepthMax = 32;

std::optional<double> SpecialNumber(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

// The special number that `json` begins with, or nothing.
std::string_view SpecialWord(std::string_view json) {
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
    if (json.starts_with(word)) return word;
  }
  return {};
}

ColumnKind KindOfValue(element value) {
  switch (value.type()) {
    case element_type::NULL_VALUE: return ColumnKind::kNull;
    case element_type::BOOL: return ColumnKind::kBool;
    case element_type::INT64: return ColumnKind::kInteger;
    case element_type::UINT64:
    case element_type::DOUBLE: return ColumnKind::kDouble;
    case element_type::ARRAY: return ColumnKind::kList;
    case element_type::OBJECT: return ColumnKind::kStruct;
    default: return ColumnKind::kText;
  }
}

bool IsNumber(ColumnKind kind) {
  return kind == ColumnKind::kInteger || kind == ColumnKind::kDouble;
}

// The kind that holds both; nullopt when there is none.
std::optional<ColumnKind> Common(ColumnKind a, ColumnKind b) {
  if (a == b || b == ColumnKind::kNull) return a;
  if (a == ColumnKind::kNull) return b;
  if (IsNumber(a) && IsNumber(b)) return ColumnKind::kDouble;
  return std::nullopt;
}

// Special numbers count as numbers only where there are no other texts.
std::optional<ColumnKind> KindOfValues(const std::vector<element>& values) {
  ColumnKind kind = ColumnKind::kNull;
  bool special = false;
  for (const element value : values) {
    const bool one_special =
        value.is_string() && SpecialNumber(value.get_string().value_unsafe()).has_value();
    special = special || one_special;
    if (one_special) continue;
    const auto common = Common(kind, KindOfValue(value));
    if (!common) return std::nullopt;
    kind = *common;
  }
  if (!special || kind == ColumnKind::kText) return kind;
  return Common(kind, ColumnKind::kDouble);
}

double RealOfJson(element value) {
  if (value.is_string()) return *SpecialNumber(value.get_string().value_unsafe());
  return value.get_double().value_unsafe();
}

void AppendScalar(Column& column, element value, bool valid) {
  switch (column.kind) {
    case ColumnKind::kBool:
      column.integers.push_back(valid && value.get_bool().value_unsafe() ? 1 : 0);
      return;
    case ColumnKind::kInteger:
      column.integers.push_back(valid ? value.get_int64().value_unsafe() : 0);
      return;
    case ColumnKind::kDouble: column.doubles.push_back(valid ? RealOfJson(value) : 0); return;
    case ColumnKind::kText:
      if (valid) {
        column.bytes += value.is_object() ? simdjson::minify(value)
                                          : std::string(value.get_string().value_unsafe());
      }
      column.offsets.push_back(column.bytes.size());
      return;
    default: return;
  }
}

Result<Column> MakeColumn(std::string_view name, const std::vector<element>& values, int depth) {
  const auto kind = KindOfValues(values);
  if (!kind || depth <= 0) {
    return ValueError("Column '" + std::string(name) +
                      "' holds values of several kinds, or is nested too deep");
  }
  Column column;
  column.name = name;
  column.kind = *kind == ColumnKind::kStruct ? ColumnKind::kText : *kind;
  if (column.kind == ColumnKind::kText || column.kind == ColumnKind::kList)
    column.offsets.push_back(0);
  std::vector<element> elements;
  for (const element value : values) {
    const bool valid = !value.is_null();
    column.valid.push_back(valid ? 1 : 0);
    if (column.kind != ColumnKind::kList) {
      AppendScalar(column, value, valid);
      continue;
    }
    if (valid) {
      const simdjson::dom::array list = value.get_array().value_unsafe();
      for (const element one : list) elements.push_back(one);
    }
    column.offsets.push_back(elements.size());
  }
  if (column.kind == ColumnKind::kList) {
    STATOR_ASSIGN_OR_RETURN(Column child, MakeColumn(name, elements, depth - 1));
    column.children.push_back(std::move(child));
  }
  return column;
}

}  // namespace

Result<Column> ColumnFromJson(std::string_view name, const std::vector<element>& values) {
  return MakeColumn(name, values, kDepthMax);
}

Result<ColumnBatch> ColumnsFromJson(simdjson::dom::object object) {
  ColumnBatch batch;
  for (const auto field : object) {
    simdjson::dom::array list;
    if (field.value.get_array().get(list) != simdjson::SUCCESS) {
      return ValueError("Column '" + std::string(field.key) + "' is no list");
    }
    const std::vector<element> values(list.begin(), list.end());
    if (values.size() > kJsonRowsMax) {
      return ValueError("One request takes at most " + std::to_string(kJsonRowsMax) + " rows");
    }
    if (!batch.columns.empty() && values.size() != batch.rows) {
      return ValueError("All arrays must be of the same length");
    }
    batch.rows = values.size();
    STATOR_ASSIGN_OR_RETURN(Column column, ColumnFromJson(field.key, values));
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

std::string QuoteSpecialNumbers(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view word = in_text ? std::string_view() : SpecialWord(json.substr(i));
    if (!word.empty()) {
      out.append("\"").append(word).append("\"");
      i += word.size() - 1;
      continue;
    }
    if (json[i] == '"') in_text = !in_text;
    if (in_text && json[i] == '\\' && i + 1 < json.size()) out += json[i++];
    out += json[i];
  }
  return out;
}

Status MakeTimes(Column& column) {
  if (column.kind != ColumnKind::kText) return base::OkStatus();
  for (std::size_t row = 0; row < column.valid.size(); ++row) {
    const auto time =
        column.IsValid(row) ? ParseEventTime(column.BytesAt(row)) : std::optional<EventTime>(0);
    if (!time) {
      return ValueError("'" + std::string(column.BytesAt(row)) + "' in column '" + column.name +
                        "' is no time");
    }
    column.integers.push_back(*time);
  }
  column.kind = ColumnKind::kTimestamp;
  column.bytes.clear();
  column.offsets.clear();
  return base::OkStatus();
}

}  // namespace stator::features
