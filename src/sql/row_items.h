// RowItems: rows of a SQL answer as DynamoDB items, one attribute a column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/item_builder.h"
#include "dynamo/table.h"
#include "sql/sql_engine.h"

namespace stator::sql {

// Converts row by row. Integers, decimals and floats become N with all their digits, BOOLEAN
// becomes BOOL, BLOB B, lists L, structs and maps M, timestamps S in ISO 8601, everything else S in
// the form in which SQL prints it. NULL leaves the attribute out.
class RowItems {
 public:
  // For answers with these columns, whose items have these keys (`sort_key` may be empty). ERRORS:
  // SqlBinderError for a key that is no column, or is of a type that no key can have.
  static base::Result<RowItems> Make(const std::vector<ResultColumn>& columns,
                                     const std::string& partition_key, const std::string& sort_key);

  // Keys with the types that their columns give.
  const dynamo::KeySchema& key_schema() const { return key_schema_; }

  // The item of one row. ERRORS: SqlConversionError for a key that is NULL or a number that
  // DynamoDB cannot hold (NaN, infinities, beyond 1E125 or 38 digits), naming column and row.
  base::Result<dynamo::Item> Convert(const ResultChunk& chunk, std::size_t row);

 private:
  // How a column is written.
  enum class Kind : std::uint8_t { kNumber, kBool, kBinary, kNested, kTime, kText };
  // A column of the answer.
  struct Column {
    std::string name;
    Kind kind;
    bool is_key;
  };

  // The kind for a SQL type.
  static Kind KindOf(std::string_view type);
  // Appends a value that is not NULL, its name being given.
  base::Status AddValue(const ResultChunk& chunk, std::size_t row, std::size_t column);
  // An error that names the current row and a column.
  base::Error RowError(std::size_t column, std::string_view what) const;

  std::vector<Column> columns_;
  dynamo::KeySchema key_schema_;
  dynamo::ItemBuilder builder_;
  // Rows converted so far, for messages.
  std::uint64_t rows_ = 0;
  std::string json_;
};

}  // namespace stator::sql
