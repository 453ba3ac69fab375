// What `features` needs of an analytical engine: reading data files, the newest row of every key,
// point-in-time joins. `sql` implements it on DuckDB, `server` hands it over; so the arrow between
// the modules still points down.
//
// Every method blocks, honours the deadline and the cancel token of its context, is thread-safe,
// and never throws. ERRORS common to all: DataFileNotFound (kNotFound: no file matches, the message
// names the path), DataColumnNotFound (kInvalid: names the column, the file and the columns that
// are there), DataFileInvalid (kInvalid: unreadable file, or a value that cannot be cast; the
// engine's own words after the path).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "features/column.h"

namespace stator::features {

inline constexpr std::string_view kDataFileNotFound = "DataFileNotFound";
inline constexpr std::string_view kDataColumnNotFound = "DataColumnNotFound";
inline constexpr std::string_view kDataFileInvalid = "DataFileInvalid";

enum class DataFormat : std::uint8_t { kParquet, kCsv };

// One file, a glob of files with one schema, or a folder (every file of the format below it).
struct DataFile {
  // Absolute, or relative to the working folder.
  std::string path;
  DataFormat format = DataFormat::kParquet;
};

// The format that a path's ending names: ".csv" and ".csv.gz" are CSV, everything else Parquet.
DataFormat DataFormatOf(std::string_view path);

// A column of a file under the name that the caller wants to see.
struct DataColumn {
  // In the file; matched exactly.
  std::string source_name;
  // In the answer.
  std::string name;
};

// Rows that an engine hands over bit by bit. One thread at a time.
class RowStream {
 public:
  virtual ~RowStream() = default;
  // Fills `batch` with the next rows (its memory is reused) and answers true, or answers false at
  // the end. A batch has at least one row and at most kBatchRowsMax.
  virtual base::Result<bool> Next(ColumnBatch& batch) = 0;
};

// The newest row of every key within a window, as materialization needs it.
struct LatestRowsRequest {
  DataFile file;
  // Join keys. Rows with equal keys (null equals null) are one group; with no key the whole window
  // is one group.
  std::vector<DataColumn> keys;
  std::vector<DataColumn> features;
  // Any timestamp or date type, or ISO 8601 text; without a zone it means UTC. Rows where it is
  // null are left out.
  std::string timestamp_column;
  // Decides between rows of equal event time, newest first, null last; empty: no such column. Rows
  // equal in both: the one that stands last in the file.
  std::string created_column;
  // Microseconds since 1970; both ends inclusive, as in Feast.
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
};

// The source columns of the newest rows: keys, then features, then one column kEventTimestampColumn
// of kTimestamp.
inline constexpr std::string_view kEventTimestampColumn = "__stator_event_timestamp";

// What join keys are compared as; both sides are cast to it, a value that cannot be cast matches
// nothing.
enum class JoinType : std::uint8_t { kInteger, kText, kBytes, kTimestamp };

// One join key of a view in a point-in-time join.
struct HistoryKey {
  // In the entity rows.
  std::string entity_column;
  // In the view's file.
  std::string source_column;
  JoinType type = JoinType::kInteger;
};

// One feature view in a point-in-time join: for each entity row the newest source row with
// entity time - ttl <= event time <= entity time, both inclusive; then the newest created; then the
// last in the file.
struct HistoryView {
  DataFile file;
  // None: every entity row sees the same source rows.
  std::vector<HistoryKey> keys;
  std::vector<DataColumn> features;
  std::string timestamp_column;
  // Empty: none.
  std::string created_column;
  // Nullopt: any age.
  std::optional<std::int64_t> ttl_us;
};

// The rows to find features for: a file, or rows in memory (scalar kinds only).
using EntityRows = std::variant<DataFile, ColumnBatch>;

// A point-in-time join of entity rows with any number of views.
struct HistoryRequest {
  EntityRows entity_rows;
  // In the entity rows; types as LatestRowsRequest::timestamp_column.
  std::string timestamp_column;
  std::vector<HistoryView> views;
};

// The engine itself.
class AnalyticalEngine {
 public:
  virtual ~AnalyticalEngine() = default;

  // The columns of a file in its order: an empty batch whose columns carry name, kind, width and
  // children.
  virtual base::Result<ColumnBatch> Describe(const base::CallContext& context,
                                             const DataFile& file) = 0;

  // All columns and rows of a file, in its order. For small files and tests.
  virtual base::Result<std::unique_ptr<RowStream>> ReadRows(const base::CallContext& context,
                                                            const DataFile& file) = 0;

  // The newest row of each key. In no particular order.
  virtual base::Result<std::unique_ptr<RowStream>> LatestRows(const base::CallContext& context,
                                                              const LatestRowsRequest& request) = 0;

  // Every column of the entity rows, then every feature of every view: each entity row once, in its
  // order; null where a view has no row for it.
  virtual base::Result<std::unique_ptr<RowStream>> History(const base::CallContext& context,
                                                           const HistoryRequest& request) = 0;

  // As History, written to a file by the engine; replaces it whole or leaves it alone. Answers the
  // number of rows.
  virtual base::Result<std::uint64_t> WriteHistory(const base::CallContext& context,
                                                   const HistoryRequest& request,
                                                   const DataFile& out) = 0;

  // Writes rows (scalar kinds only) to a new file; kTimestamp becomes a timestamp with zone UTC.
  virtual base::Status WriteRows(const base::CallContext& context, const ColumnBatch& rows,
                                 const DataFile& out) = 0;
};

}  // namespace stator::features
