// Columns from JSON: what /push, /write-to-online-store and the entity rows of a command bring.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/column.h"

namespace stator::features {

// Rows of one request, at most; more belong into a file and a materialization.
inline constexpr std::size_t kJsonRowsMax = 100'000;

// A column of JSON values: all null, booleans, integers, numbers (integers widen when a fraction is
// among them), texts, lists (of one kind again), or objects, which become JSON text. Nulls fit
// everywhere. The texts "NaN", "Infinity" and
// "-Infinity" between numbers are numbers: see QuoteSpecialNumbers.
// ERRORS: ValueError naming the column when its values are of several kinds, or nested beyond 32
// levels.
base::Result<Column> ColumnFromJson(std::string_view name,
                                    const std::vector<simdjson::dom::element>& values);

// Columns of one length from an object of lists. ERRORS: as above; ValueError for another shape,
// unequal lengths, or more than kJsonRowsMax rows.
base::Result<ColumnBatch> ColumnsFromJson(simdjson::dom::object object);

// Python's JSON has the literals NaN, Infinity and -Infinity, which standard JSON has not: a copy
// of `json` with those put in quotes, where they stand outside of texts.
std::string QuoteSpecialNumbers(std::string_view json);

// Turns the texts of a column into times. ERRORS: ValueError for a text that is none.
base::Status MakeTimes(Column& column);

}  // namespace stator::features
