// The SQL that answers what features::AnalyticalEngine is asked. Pure: text in, text out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "features/analytical_engine.h"

namespace stator::sql {

// A column of a data file, as DuckDB describes it: name and type ("TIMESTAMP WITH TIME ZONE").
struct FileColumn {
  std::string name;
  std::string type;
};

// Rows to read from: a file or a table, with what is known of its columns.
struct RowSource {
  // What stands behind FROM.
  std::string from;
  // For messages.
  std::string path;
  std::vector<FileColumn> columns;
  // Expressions that put its rows in order, for the columns of OrderedSource below.
  std::vector<std::string> order;

  // The column named so exactly. ERRORS: DataColumnNotFound naming the columns that are there.
  base::Result<FileColumn> Find(const std::string& name) const;
};

// FROM for a file: read_parquet or read_csv of the file, the glob, or all files of the format below
// a folder. `is_folder` is for the caller to find out.
std::string FromFile(const features::DataFile& file, bool is_folder);

// The expressions that order the rows of such a FROM: file name and row number for Parquet; for CSV
// the rows are numbered as they come.
std::vector<std::string> OrderOfFile(const features::DataFile& file);

// An expression for a column as TIMESTAMP in UTC, microseconds, floored.
std::string AsTimestamp(const FileColumn& column);

// An expression for a join key as the type it is compared in, NULL where it cannot be.
std::string AsJoinKey(const FileColumn& column, features::JoinType type);

// LatestRows. ERRORS: as RowSource::Find.
base::Result<std::string> LatestRowsSql(const RowSource& source,
                                        const features::LatestRowsRequest& request);

// History; `views[i]` is the source of `request.views[i]`. ERRORS: as RowSource::Find.
base::Result<std::string> HistorySql(const RowSource& entities, const std::vector<RowSource>& views,
                                     const features::HistoryRequest& request);

}  // namespace stator::sql
