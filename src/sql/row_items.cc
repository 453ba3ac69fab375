#include "sql/row_items.h"

#include <simdjson.h>

#include <array>

#include "dynamo/limits.h"
#include "sql/sql_errors.h"

namespace stator::sql {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using dynamo::AttributeType;
using dynamo::ItemBuilder;
using dynamo::Number;
namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 12> kNumberTypes = {
    "TINYINT",   "SMALLINT", "INTEGER", "BIGINT",   "HUGEINT", "UTINYINT",
    "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT",   "DOUBLE"};

bool IsNested(std::string_view type) {
  return type.ends_with(']') || type.starts_with("STRUCT(") || type.starts_with("MAP(");
}

bool FromHex(std::string_view hex, std::string& out) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return true;
}

Status AddJson(dom::element element, int depth, ItemBuilder& builder);

Status AddJsonObject(dom::object object, int depth, ItemBuilder& builder) {
  builder.BeginMap();
  for (const auto& [key, value] : object) {
    builder.Name(key);
    STATOR_RETURN_IF_ERROR(AddJson(value, depth + 1, builder));
  }
  builder.EndMap();
  return base::OkStatus();
}

Status AddJsonArray(dom::array array, int depth, ItemBuilder& builder) {
  builder.BeginList();
  for (const dom::element value : array) STATOR_RETURN_IF_ERROR(AddJson(value, depth + 1, builder));
  builder.EndList();
  return base::OkStatus();
}

Status AddJson(dom::element element, int depth, ItemBuilder& builder) {
  if (depth > dynamo::kValueDepthMax) {
    return Error(ErrorKind::kInvalid, kSqlConversionError,
                 "values are nested deeper than 32 levels");
  }
  switch (element.type()) {
    case dom::element_type::OBJECT:
      return AddJsonObject(element.get_object().value_unsafe(), depth, builder);
    case dom::element_type::ARRAY:
      return AddJsonArray(element.get_array().value_unsafe(), depth, builder);
    case dom::element_type::STRING: builder.String(element.get_string().value_unsafe()); break;
    case dom::element_type::BOOL: builder.Bool(element.get_bool().value_unsafe()); break;
    case dom::element_type::NULL_VALUE: builder.Null(); break;
    default: {
      STATOR_ASSIGN_OR_RETURN(const Number number, Number::Parse(simdjson::minify(element)));
      builder.Add(number);
    }
  }
  return base::OkStatus();
}

}  // namespace

RowItems::Kind RowItems::KindOf(std::string_view type) {
  if (IsNested(type)) return Kind::kNested;
  if (type.starts_with("DECIMAL")) return Kind::kNumber;
  for (const std::string_view number : kNumberTypes) {
    if (type == number) return Kind::kNumber;
  }
  if (type == "BOOLEAN") return Kind::kBool;
  if (type.starts_with("TIMESTAMP")) return Kind::kTime;
  return type == "BLOB" ? Kind::kBinary : Kind::kText;
}

Result<RowItems> RowItems::Make(const std::vector<ResultColumn>& columns,
                                const std::string& partition_key, const std::string& sort_key) {
  RowItems items;
  const auto key = [&](const std::string& name) -> Result<dynamo::KeyAttribute> {
    for (const Column& column : items.columns_) {
      if (column.name != name) continue;
      if (column.kind == Kind::kBool || column.kind == Kind::kNested) {
        return Error(
            ErrorKind::kInvalid, kSqlBinderError,
            "column " + name +
                " cannot be a key: keys are text, numbers or binary; cast it in the query");
      }
      return dynamo::KeyAttribute{name, column.kind == Kind::kNumber   ? AttributeType::kNumber
                                        : column.kind == Kind::kBinary ? AttributeType::kBinary
                                                                       : AttributeType::kString};
    }
    return Error(ErrorKind::kInvalid, kSqlBinderError,
                 "the query has no column named " + name + " for the key");
  };
  for (const ResultColumn& column : columns) {
    const bool is_key = column.name == partition_key || column.name == sort_key;
    items.columns_.push_back({column.name, KindOf(column.type), is_key});
  }
  STATOR_ASSIGN_OR_RETURN(items.key_schema_.partition, key(partition_key));
  if (!sort_key.empty()) {
    STATOR_ASSIGN_OR_RETURN(items.key_schema_.sort, key(sort_key));
  }
  return items;
}

Error RowItems::RowError(std::size_t column, std::string_view what) const {
  return Error(ErrorKind::kInvalid, kSqlConversionError,
               "row " + std::to_string(rows_) + ", column " + columns_[column].name + ": " +
                   std::string(what));
}

Status RowItems::AddValue(const ResultChunk& chunk, std::size_t row, std::size_t column) {
  const Kind kind = columns_[column].kind;
  if (kind == Kind::kText) {
    builder_.String(chunk.Text(row, column));
    return base::OkStatus();
  }
  if (kind == Kind::kBool) {
    builder_.Bool(chunk.Text(row, column) == "true");
    return base::OkStatus();
  }
  if (kind == Kind::kNumber) {
    STATOR_ASSIGN_OR_RETURN(const Number number, Number::Parse(chunk.Text(row, column)));
    builder_.Add(number);
    return base::OkStatus();
  }
  json_.clear();
  chunk.AppendJson(row, column, json_);
  // Both are quoted and need no escapes.
  if (kind == Kind::kTime) {
    builder_.String(std::string_view(json_).substr(1, json_.size() - 2));
    return base::OkStatus();
  }
  if (kind == Kind::kBinary) {
    std::string bytes;
    CHECK(FromHex(std::string_view(json_).substr(1, json_.size() - 2), bytes));
    builder_.Binary(bytes);
    return base::OkStatus();
  }
  dom::parser parser;
  const auto parsed = parser.parse(json_);
  if (parsed.error() != simdjson::SUCCESS) {
    return Error(ErrorKind::kInvalid, kSqlConversionError, "the value cannot be read back as JSON");
  }
  return AddJson(parsed.value_unsafe(), 1, builder_);
}

Result<dynamo::Item> RowItems::Convert(const ResultChunk& chunk, std::size_t row) {
  ++rows_;
  builder_.Clear();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (chunk.IsNull(row, column)) {
      if (columns_[column].is_key) return RowError(column, "a key cannot be NULL");
      continue;
    }
    builder_.Name(columns_[column].name);
    if (const Status status = AddValue(chunk, row, column); !status.ok()) {
      return RowError(column, status.error().message());
    }
  }
  return builder_.Build();
}

}  // namespace stator::sql
