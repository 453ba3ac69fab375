// PlanScan: how to read a table for a predicate. Pure: no I/O, no clock, no DuckDB.
//
//   whole keys known          -> GetItem, GetMany
//   partitions known          -> Query, one for each key region (key_regions.h)
//   the predicate is false    -> Empty: nothing is read
//   otherwise                 -> Scan in segments
//
// A scan of a table whose key was given never happens, whatever the estimates say. What a key
// condition cannot say goes into a FilterExpression when it can be said there; everything is
// checked again by the reader except what ScanPlan::decided names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/operations.h"
#include "dynamo/table.h"
#include "expression/render.h"
#include "sql/key_regions.h"
#include "sql/predicate.h"

namespace stator::sql {

// What the planner knows about a table.
struct TableFacts {
  std::string name;
  dynamo::KeySchema key;
  // From DescribeTable or the sample, whichever says more; 0 when the table looked empty.
  double item_count = 0;
  double size_bytes = 0;
  // Estimated from the sample; at least 1.
  double items_per_partition = 1;

  // Estimated bytes of one item; 256 when nothing is known.
  double ItemBytes() const {
    return item_count > 0 && size_bytes > 0 ? size_bytes / item_count : 256;
  }
};

// What a query wants of the table.
struct ScanWish {
  std::vector<Predicate> conjuncts;  // all must hold
  // Top-level attributes that are needed; ignored when `all_attributes`. They are asked for whole,
  // also where only a field is needed: asked for a field, DynamoDB answers a value that is no map
  // as it answers a missing one, and a read costs the same whatever part of an item it returns.
  std::vector<std::string> attributes;
  bool all_attributes = false;
  // No attribute is needed, only the number of rows.
  bool count_only = false;
  // Rows beyond this many are not needed. REQUIRES: set only when DuckDB filters nothing behind the
  // scan.
  std::optional<std::int64_t> limit;
  bool consistent_read = false;
};

enum class AccessPath : std::uint8_t { kEmpty, kGetItem, kGetMany, kQuery, kScan };
// "GetItem", "Query", ...
const char* AccessPathName(AccessPath path);

// The decision.
struct ScanPlan {
  AccessPath access = AccessPath::kScan;
  std::vector<KeyRegion> regions;  // of GetItem, GetMany and Query; all with a partition
  std::int32_t segments = 1;       // of Scan
  // Expressions, empty when there are none, and the placeholders of both. Key conditions are
  // written for each region when its request is made, going on from `placeholders`.
  std::string filter_expression;
  std::string projection_expression;
  expression::ExpressionWriter placeholders;
  dynamo::Select select =
      dynamo::Select::kDefault;  // kCount for count-only reads that need no check
  bool consistent_read = false;
  std::optional<std::int32_t> page_limit;  // items a page, for small LIMITs
  // For each conjunct of the wish, whether reading by the plan already guarantees it.
  std::vector<bool> decided;
  // For EXPLAIN.
  std::string filter_sql;      // what the FilterExpression says
  std::string projection_sql;  // attributes asked for
  double expected_items = 0;   // evaluated, before the filter
  double expected_read_units = 0;
};

// Plans one read.
ScanPlan PlanScan(const TableFacts& table, const ScanWish& wish);

// A line of EXPLAIN.
struct ExplainLine {
  std::string label;
  std::string text;
};

// The plan for people: access path, key conditions, filter, projection, segments, expected read
// units.
std::vector<ExplainLine> ExplainPlan(const TableFacts& table, const ScanPlan& plan);

// The key condition of a Query for `region`, names and values through `writer`. A bound that
// BETWEEN cannot leave out is read with the rest.
std::string WriteKeyCondition(const dynamo::KeySchema& key, const KeyRegion& region,
                              expression::ExpressionWriter& writer);

// "origin = 'SFO' AND flight BETWEEN '2001-01' AND '2001-02'".
std::string RegionToSql(const dynamo::KeySchema& key, const KeyRegion& region);

}  // namespace stator::sql
