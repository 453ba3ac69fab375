// Rows between an analytical engine and `features`, column by column, in plain types that need no
// library. Every column has one entry a row; a batch has at most kBatchRowsMax rows, so that memory
// stays bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stator::features {

// Rows of one batch, at most. An engine may hand over fewer.
inline constexpr std::size_t kBatchRowsMax = 2048;

// What a column holds. Engine types that have no kind of their own arrive as the nearest exact one:
// see below.
enum class ColumnKind : std::uint8_t {
  // Nothing but nulls, of no known type.
  kNull,
  // Integers: 0 or 1.
  kBool,
  // Integers: every width that fits an int64; wider values make the column kDecimal.
  kInteger,
  // Doubles: 32-bit floats, widened exactly.
  kFloat,
  // Doubles.
  kDouble,
  // Integers: microseconds since 1970-01-01T00:00:00Z, floored; no zone = UTC; dates
  // at midnight.
  kTimestamp,
  // Bytes: UTF-8; also UUID (36 characters), enums, times of day, JSON columns.
  kText,
  // Bytes: exact decimal text with its scale kept ("1.10"); also integers beyond int64.
  kDecimal,
  // Bytes: raw.
  kBytes,
  // Offsets into children[0]; fixed-size arrays too.
  kList,
  // One child a field, each with one entry a row, and its name.
  kStruct,
  // Offsets into children[0] (keys) and children[1] (values), in parallel.
  kMap,
};

// "BOOL", "TIMESTAMP", ... for messages.
std::string_view ColumnKindName(ColumnKind kind);

// A column, or a part of one. Only the vectors that its kind names are filled.
struct Column {
  // Of a top-level column or of a struct's field; empty for list elements.
  std::string name;
  ColumnKind kind = ColumnKind::kNull;
  // Of kInteger: 8, 16, 32 or 64 as stored; for inferring feature types.
  std::int32_t integer_bits = 64;
  // Of kInteger: likewise.
  bool integer_unsigned = false;
  // One entry a row: 0 where the row is null. Empty: no nulls.
  std::vector<std::uint8_t> valid;
  std::vector<std::int64_t> integers;
  std::vector<double> doubles;
  std::string bytes;
  // rows + 1 entries: entry i of kText, kDecimal, kBytes is bytes[offsets[i] .. offsets[i + 1]); of
  // kList and kMap the same range of elements of the children. A null row has an empty range.
  std::vector<std::uint64_t> offsets;
  std::vector<Column> children;

  // Whether row `row` has a value.
  bool IsValid(std::size_t row) const {
    return kind != ColumnKind::kNull && (valid.empty() || valid[row] != 0);
  }
  // The bytes of row `row`. REQUIRES: kText, kDecimal or kBytes.
  std::string_view BytesAt(std::size_t row) const {
    return std::string_view(bytes).substr(offsets[row], offsets[row + 1] - offsets[row]);
  }
};

// Rows `0 .. rows` of every column, in the order of the request that asked for them.
struct ColumnBatch {
  std::size_t rows = 0;
  std::vector<Column> columns;

  // The column named `name`, or null.
  const Column* Find(std::string_view name) const {
    for (const Column& column : columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

}  // namespace stator::features
