// Importing: the rows of a query become items of a table, in bounded batches through
// Dynamo::PutMany.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "sql/sql_engine.h"

namespace stator::sql {

// What to import where.
struct ImportRequest {
  // Made when it does not exist, PAY_PER_REQUEST, with keys typed as their columns: numbers N, BLOB
  // B, all else S.
  std::string table_name;
  std::string partition_key;
  // Empty: the table has none.
  std::string sort_key;
  // A query, or a path to a Parquet, CSV or JSON file. Columns become attributes of the same name;
  // a NULL leaves its attribute out; lists and structs become L and M; dates and
  // timestamps ISO 8601 text: "2001-01-01", "2001-01-01T07:05:00", a fraction of the second only
  // where it is not zero, and UTC with a Z where the column has a time zone.
  std::string from;
};

// How far it is.
struct ImportProgress {
  std::uint64_t rows_done = 0;
  // nullopt: the query could not be counted ahead.
  std::optional<std::uint64_t> rows_total;
};

// Rows written in one call of PutMany, and such calls under way at once: together they bound the
// memory of an import to a few megabytes for rows of a few hundred bytes.
inline constexpr std::size_t kImportBatchRows = 2'000;
inline constexpr int kImportBatchesInFlight = 4;
// How long one batch may take, retries of throttled writes included.
inline constexpr std::chrono::seconds kImportBatchTime{120};

// Runs the import on a trusted engine and calls `progress` after each batch, on the caller's
// thread. Answers the number of rows written. Items that exist already are replaced, so an import
// that broke off may simply be repeated. ERRORS: those of the query; SqlError for a key column that
// is missing, NULL or of a type that is no key, naming the row; ValidationException when the table
// exists with other keys; those of the store.
base::Result<std::uint64_t> ImportTable(const base::CallContext& context, SqlEngine& engine,
                                        dynamo::Store& store, const ImportRequest& request,
                                        const std::function<void(const ImportProgress&)>& progress);

// The query behind ImportRequest::from: itself, or `SELECT * FROM 'FILE'`.
std::string ImportQuery(const std::string& from);

}  // namespace stator::sql
