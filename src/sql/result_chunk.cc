#include "sql/result_chunk.h"

#include <cmath>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "sql/value_json.h"

namespace stator::sql {

using duckdb::FlatVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::Value;

std::vector<ResultColumn> ResultColumnsOf(const duckdb::vector<std::string>& names,
                                          const duckdb::vector<LogicalType>& types) {
  std::vector<ResultColumn> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({names[i], types[i].ToString(), types[i].IsNumeric()});
  }
  return columns;
}

DuckResultChunk::DuckResultChunk(duckdb::ClientContext& context, duckdb::DataChunk& chunk)
    : context_(context), chunk_(chunk), texts_(chunk.ColumnCount()) {
  chunk_.Flatten();
}

bool DuckResultChunk::IsNull(std::size_t row, std::size_t column) const {
  return FlatVector::IsNull(chunk_.data[column], row);
}

std::string_view DuckResultChunk::Text(std::size_t row, std::size_t column) const {
  if (IsNull(row, column)) return "NULL";
  const duckdb::Vector* text = &chunk_.data[column];
  if (text->GetType().id() != LogicalTypeId::VARCHAR) {
    auto& cast = texts_[column];
    if (!cast) {
      cast = std::make_unique<duckdb::Vector>(LogicalType::VARCHAR, chunk_.size());
      duckdb::VectorOperations::Cast(context_, chunk_.data[column], *cast, chunk_.size());
      cast->Flatten(chunk_.size());
    }
    text = cast.get();
  }
  const string_t& value = FlatVector::GetData<string_t>(*text)[row];
  return {value.GetData(), value.GetSize()};
}

namespace {

void AppendHex(std::string_view bytes, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : bytes) {
    out += {kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
  }
  out += '"';
}

// "2001-01-01 00:00:00+00" as ISO 8601 has it. Years before 1, which it cannot name as SQL does
// ("0044-03-15 (BC) 10:00:00"), and infinities stay.
std::string IsoTimestamp(std::string text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text[space + 1] == '(') return text;
  text[space] = 'T';
  if (text.ends_with("+00")) text.replace(text.size() - 3, 3, "Z");
  return text;
}

// A scalar whose text is at hand.
void AppendScalar(const LogicalType& type, std::string_view text, std::string& out) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::UHUGEINT:
    case LogicalTypeId::DECIMAL: out += text; return;
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
      out += text.find_first_of("nN") == std::string_view::npos ? text : "null";
      return;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_TZ:
      AppendJsonString(IsoTimestamp(std::string(text)), out);
      return;
    default: AppendJsonString(text, out);
  }
}

void AppendValue(const Value& value, std::string& out);

void AppendArray(const duckdb::vector<Value>& children, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (i > 0) out += ',';
    AppendValue(children[i], out);
  }
  out += ']';
}

void AppendObject(const Value& value, std::string& out) {
  const auto& children = duckdb::StructValue::GetChildren(value);
  char separator = '{';
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].IsNull()) continue;
    out += separator;
    separator = ',';
    AppendJsonString(duckdb::StructType::GetChildName(value.type(), i), out);
    out += ':';
    AppendValue(children[i], out);
  }
  out += separator == '{' ? "{}" : "}";
}

void AppendMap(const Value& value, std::string& out) {
  char separator = '{';
  for (const Value& entry : duckdb::MapValue::GetChildren(value)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    out += separator;
    separator = ',';
    AppendJsonString(pair[0].ToString(), out);
    out += ':';
    AppendValue(pair[1], out);
  }
  out += separator == '{' ? "{}" : "}";
}

void AppendValue(const Value& value, std::string& out) {
  if (value.IsNull()) {
    out += "null";
    return;
  }
  switch (value.type().id()) {
    case LogicalTypeId::LIST: return AppendArray(duckdb::ListValue::GetChildren(value), out);
    case LogicalTypeId::ARRAY: return AppendArray(duckdb::ArrayValue::GetChildren(value), out);
    case LogicalTypeId::STRUCT: return AppendObject(value, out);
    case LogicalTypeId::MAP: return AppendMap(value, out);
    case LogicalTypeId::BLOB: return AppendHex(duckdb::StringValue::Get(value), out);
    default: AppendScalar(value.type(), value.ToString(), out);
  }
}

}  // namespace

void DuckResultChunk::AppendJson(std::size_t row, std::size_t column, std::string& out) const {
  const duckdb::Vector& vector = chunk_.data[column];
  if (IsNull(row, column)) {
    out += "null";
  } else if (vector.GetType().IsNested() || vector.GetType().id() == LogicalTypeId::TIMESTAMP_TZ) {
    // Out of its vector a moment is UTC; as text it is in the time zone of the session.
    AppendValue(chunk_.GetValue(column, row), out);
  } else if (vector.GetType().id() == LogicalTypeId::BLOB) {
    const string_t& bytes = FlatVector::GetData<string_t>(vector)[row];
    AppendHex({bytes.GetData(), bytes.GetSize()}, out);
  } else {
    AppendScalar(vector.GetType(), Text(row, column), out);
  }
}

}  // namespace stator::sql
