// Answers as text: a table for people, CSV, JSON, and Spice's JSON with its schema. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_function.h"
#include "sql/sql_engine.h"

namespace stator::sql {

enum class ResultFormat : std::uint8_t { kTable, kCsv, kJson, kSpiceJson };

// "table", "csv", "json"; nullopt for another name.
std::optional<ResultFormat> ParseResultFormat(std::string_view name);

// Where formatted text goes. An error ends the statement.
using TextOutput = base::UniqueFunction<base::Status(std::string_view)>;

// What a formatter may do.
struct FormatOptions {
  // kTable: rows shown at most; the others are counted.
  std::size_t rows_shown_max = 500;
  // kTable: a value longer than this many characters is cut, with a mark.
  std::size_t value_width_max = 80;
  // Text is held back up to this many bytes, so that a statement can start over
  // (ResultSink::Restart).
  std::size_t held_bytes_max = 1 << 20;
};

// A sink that formats. kJson is an array of objects, one a line, members in column order and NULLs
// left out; kSpiceJson an object {"row_count", "schema", "data"}; kCsv has a header line and quotes
// as RFC 4180; kTable is a grid with at most `rows_shown_max` rows. Statements without columns
// (SET, ...) give no text.
class FormattingSink : public ResultSink {
 public:
  // Rows shown by the last table, which may be fewer than it had.
  virtual std::uint64_t rows_shown() const = 0;
};

// Makes one that writes to `output`.
std::unique_ptr<FormattingSink> MakeFormatter(ResultFormat format, TextOutput output,
                                              const FormatOptions& options = {});

// Number of terminal cells that UTF-8 text takes, counting every character as one and wide East
// Asian ones as two.
std::size_t DisplayWidth(std::string_view text);

}  // namespace stator::sql
