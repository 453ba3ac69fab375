// A DuckDB chunk as a ResultChunk.
#pragma once

#include <memory>
#include <vector>

#include "sql/duckdb_bridge.h"
#include "sql/sql_engine.h"

namespace stator::sql {

// Columns of an answer.
std::vector<ResultColumn> ResultColumnsOf(const duckdb::vector<std::string>& names,
                                          const duckdb::vector<duckdb::LogicalType>& types);

// Renders a chunk; columns are turned into text when they are first asked for. One thread at a
// time.
class DuckResultChunk final : public ResultChunk {
 public:
  // A view of `chunk`, which must outlive it.
  DuckResultChunk(duckdb::ClientContext& context, duckdb::DataChunk& chunk);
  // As ResultChunk.
  std::size_t rows() const override { return chunk_.size(); }
  // As ResultChunk.
  bool IsNull(std::size_t row, std::size_t column) const override;
  // As ResultChunk.
  std::string_view Text(std::size_t row, std::size_t column) const override;
  // As ResultChunk.
  void AppendJson(std::size_t row, std::size_t column, std::string& out) const override;

 private:
  duckdb::ClientContext& context_;
  duckdb::DataChunk& chunk_;
  mutable std::vector<std::unique_ptr<duckdb::Vector>> texts_;  // flat VARCHARs
};

}  // namespace stator::sql
