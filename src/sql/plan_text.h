// Plans of EXPLAIN as text for people. DuckDB draws an operator as a box of 29 characters, which
// tears a key condition into pieces. Here an operator is a line, each thing known of it is a whole
// line below, and what feeds it follows, indented:
//
//   PROJECTION (~20 rows expected)
//     Projections: origin, delay
//     -> DYNAMODB_SCAN (~20 rows expected)
//          Access: Query
//          Key: origin = 'SFO' AND flight >= '2001-02' AND flight < '2001-04'
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/sql_engine.h"

namespace stator::sql {

// A list longer than this many bytes has a line for each of its values.
inline constexpr std::size_t kPlanListBytesMax = 100;

// The plan in DuckDB's JSON, of EXPLAIN or of EXPLAIN ANALYZE, as text without a line break at its
// end. nullopt: it is no such JSON.
std::optional<std::string> PlanText(std::string_view json);

// Hands the answer of an EXPLAIN (FORMAT JSON) on, its plans as text. One thread at a time.
class PlanTextSink final : public ResultSink {
 public:
  // `sink` outlives this.
  explicit PlanTextSink(ResultSink& sink) : sink_(sink) {}
  // As ResultSink.
  base::Status Begin(const std::vector<ResultColumn>& columns) override {
    return sink_.Begin(columns);
  }
  // As ResultSink; a plan that PlanText does not know stays as it is.
  base::Status Rows(const ResultChunk& chunk) override;
  // As ResultSink.
  base::Status End() override { return sink_.End(); }
  // As ResultSink.
  bool Restart() override { return sink_.Restart(); }

 private:
  ResultSink& sink_;
};

}  // namespace stator::sql
