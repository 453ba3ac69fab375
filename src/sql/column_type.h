// Column types as the planner, the inference and the tests see them: plain values, free of DuckDB.
//
// DynamoDB's types map like this (docs/sql.md has the table for users):
//   S -> kText; BOOL -> kBool; B -> kBlob; N -> kBigint, kDecimal, kDouble or kText, the first that
//   holds every sampled number exactly; M -> kStruct, kMap or kJson; L, SS, NS, BS -> kList;
//   several types in one attribute -> kText or kJson.
// An attribute of type NULL and a missing attribute are both SQL's NULL.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dynamo/number.h"

namespace stator::sql {

// What a column holds.
enum class TypeKind : std::uint8_t {
  kText,     // VARCHAR: the text of an S; any other value in canonical text, containers as JSON
  kJson,     // JSON: any value as JSON text, an S in quotes
  kBigint,   // BIGINT
  kDecimal,  // DECIMAL(38, scale)
  kDouble,  // DOUBLE, only for numbers whose shortest decimal text survives the way to a double and
            // back
  kBool,    // BOOLEAN
  kBlob,    // BLOB
  kStruct,  // STRUCT of `fields`
  kMap,     // MAP(VARCHAR, element)
  kList     // element[]
};

struct StructField;

// One type. A plain value; equality is structural.
struct ColumnType {
  TypeKind kind = TypeKind::kText;
  std::uint8_t scale = 0;           // kDecimal: digits behind the point, at most 38
  std::vector<StructField> fields;  // kStruct: at least one, ascending by attribute
  std::vector<ColumnType> element;  // kList and kMap: exactly one

  // Same type, nested ones included.
  friend bool operator==(const ColumnType& a, const ColumnType& b);
};

// One field of a STRUCT.
struct StructField {
  std::string attribute;  // as in the item
  std::string name;       // as in SQL: unique without regard to case
  ColumnType type;
  // Same names and type.
  friend bool operator==(const StructField&, const StructField&) = default;
};

// One column of a table.
struct Column {
  std::string attribute;  // as in the item
  std::string name;       // as in SQL: unique without regard to case
  ColumnType type;
  std::string comment;  // why the name or the type is not what one expects; usually empty
  bool is_key = false;
  // Same names, type, comment and role.
  friend bool operator==(const Column&, const Column&) = default;
};

// Most digits of a DECIMAL column (DuckDB's limit, and DynamoDB's own 38).
inline constexpr int kDecimalDigitsMax = 38;

// The type as SQL writes it: "BIGINT", "STRUCT(a VARCHAR, b BIGINT[])".
std::string TypeToSql(const ColumnType& type);

// `name` in double quotes where SQL needs them.
std::string QuoteIdentifier(const std::string& name);

// `text` in single quotes, inner ones doubled.
std::string QuoteText(const std::string& text);

// Whether `number` comes back exactly from the double nearest to it, written in its shortest form.
bool SurvivesDouble(const dynamo::Number& number);

}  // namespace stator::sql
