#include "sql/column_type.h"

#include <cctype>
#include <charconv>

namespace stator::sql {

bool operator==(const ColumnType& a, const ColumnType& b) {
  return a.kind == b.kind && a.scale == b.scale && a.fields == b.fields && a.element == b.element;
}

namespace {

std::string StructToSql(const ColumnType& type) {
  std::string text = "STRUCT(";
  for (const StructField& field : type.fields) {
    if (text.back() != '(') text += ", ";
    text += QuoteIdentifier(field.name) + " " + TypeToSql(field.type);
  }
  return text + ")";
}

}  // namespace

std::string TypeToSql(const ColumnType& type) {
  switch (type.kind) {
    case TypeKind::kText: return "VARCHAR";
    case TypeKind::kJson: return "JSON";
    case TypeKind::kBigint: return "BIGINT";
    case TypeKind::kDecimal: return "DECIMAL(38," + std::to_string(type.scale) + ")";
    case TypeKind::kDouble: return "DOUBLE";
    case TypeKind::kBool: return "BOOLEAN";
    case TypeKind::kBlob: return "BLOB";
    case TypeKind::kStruct: return StructToSql(type);
    case TypeKind::kMap: return "MAP(VARCHAR, " + TypeToSql(type.element[0]) + ")";
    case TypeKind::kList: return TypeToSql(type.element[0]) + "[]";
  }
  return {};
}

std::string QuoteIdentifier(const std::string& name) {
  bool plain = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
  for (const char c : name) {
    plain = plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  }
  if (plain) return name;
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string QuoteText(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

bool SurvivesDouble(const dynamo::Number& number) {
  // A double holds any 15 decimal digits; DynamoDB's exponents lie well within its range.
  constexpr int kDoubleDigits = 15;
  if (number.ToDecimal().digit_count <= kDoubleDigits) return true;
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number.ToDouble());
  if (error != std::errc()) return false;
  const auto back = dynamo::Number::Parse({text, static_cast<std::size_t>(end - text)});
  return back.ok() && *back == number;
}

}  // namespace stator::sql
