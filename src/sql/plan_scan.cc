#include "sql/plan_scan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "dynamo/limits.h"
#include "expression/render.h"
#include "sql/filter_expression.h"

namespace stator::sql {

const char* AccessPathName(AccessPath path) {
  static constexpr const char* kNames[] = {"Empty", "GetItem", "GetMany", "Query", "Scan"};
  return kNames[static_cast<int>(path)];
}

namespace {

// A segment for each two pages, and not more than a client keeps in flight at once.
constexpr double kBytesPerSegment = 2.0 * dynamo::kPageBytesMax;
constexpr int kSegmentsMax = 32;
constexpr int kSegmentsOfUnknownSize = 4;
// A page limit is worth sending only while it is smaller than what a page of 1 MB usually holds.
constexpr std::int64_t kPageLimitMax = 1'000;
// Eventually consistent reads cost half.
constexpr double kUnitsPerEventualRead = 0.5;

std::int32_t SegmentsFor(const TableFacts& table) {
  if (table.size_bytes <= 0) return kSegmentsOfUnknownSize;
  return static_cast<std::int32_t>(
      std::clamp(std::ceil(table.size_bytes / kBytesPerSegment), 1.0, double{kSegmentsMax}));
}

double ReadUnits(double bytes, bool consistent) {
  const double units = std::max(1.0, std::ceil(bytes / dynamo::kReadUnitBytes));
  return consistent ? units : units * kUnitsPerEventualRead;
}

// Items of one region: the share of a partition that an open or a closed range usually takes is a
// guess.
double ExpectedItems(const TableFacts& table, const KeyRegion& region) {
  constexpr double kShareOfOpenRange = 0.3;
  constexpr double kShareOfClosedRange = 0.1;
  if (!table.key.sort || region.sort.IsPoint()) return 1;
  if (region.sort.IsAll()) return table.items_per_partition;
  const bool closed = region.sort.low && region.sort.high;
  return std::max(1.0,
                  table.items_per_partition * (closed ? kShareOfClosedRange : kShareOfOpenRange));
}

void Estimate(const TableFacts& table, ScanPlan& plan) {
  if (plan.access == AccessPath::kScan) {
    plan.expected_items = table.item_count;
    plan.expected_read_units =
        table.size_bytes > 0 ? ReadUnits(table.size_bytes, plan.consistent_read) : 0;
    return;
  }
  for (const KeyRegion& region : plan.regions) {
    const double items = ExpectedItems(table, region);
    plan.expected_items += items;
    plan.expected_read_units += ReadUnits(items * table.ItemBytes(), plan.consistent_read);
  }
}

AccessPath AccessFor(const dynamo::KeySchema& key, const std::vector<KeyRegion>& regions) {
  if (regions.empty()) return AccessPath::kEmpty;
  bool whole_keys = true;
  for (const KeyRegion& region : regions) {
    if (!region.partition) return AccessPath::kScan;
    whole_keys = whole_keys && (!key.sort || region.sort.IsPoint());
  }
  if (!whole_keys) return AccessPath::kQuery;
  return regions.size() == 1 ? AccessPath::kGetItem : AccessPath::kGetMany;
}

// Whether BETWEEN reads a bound that the region leaves out.
bool ReadsTooMuch(const KeyRegion& region) {
  const SortInterval& sort = region.sort;
  return sort.low && sort.high && !(sort.low_inclusive && sort.high_inclusive) && !sort.Prefix();
}

// Marks the conjuncts that reading by key settles.
void MarkDecided(const TableFacts& table, const ScanWish& wish, ScanPlan& plan) {
  plan.decided.assign(wish.conjuncts.size(), plan.access == AccessPath::kEmpty);
  if (plan.access == AccessPath::kScan || plan.access == AccessPath::kEmpty) return;
  if (std::any_of(plan.regions.begin(), plan.regions.end(), ReadsTooMuch)) return;
  std::vector<bool> decided(wish.conjuncts.size(), false);
  std::vector<Predicate> by_key;
  for (std::size_t i = 0; i < wish.conjuncts.size(); ++i) {
    if (!DecidedByKey(table.key, wish.conjuncts[i])) continue;
    decided[i] = true;
    by_key.push_back(wish.conjuncts[i]);
  }
  // Not exact: too many regions were joined into fewer, and nothing is settled.
  if (FindKeyRegions(table.key, Predicate::And(std::move(by_key))).exact)
    plan.decided = std::move(decided);
}

bool AllDecided(const ScanPlan& plan) {
  return std::find(plan.decided.begin(), plan.decided.end(), false) == plan.decided.end();
}

// Whether the store may count for us: nothing is left to check in the items themselves.
bool StoreCanCount(const ScanWish& wish, const ScanPlan& plan) {
  return wish.count_only && AllDecided(plan) &&
         (plan.access == AccessPath::kScan || plan.access == AccessPath::kQuery);
}

// DynamoDB refuses an attribute that is named twice.
std::set<std::string> ProjectedAttributes(const TableFacts& table, const ScanWish& wish) {
  std::set<std::string> names(wish.attributes.begin(), wish.attributes.end());
  // The key names the item in errors, and the reader checks bounds of ranges with it.
  names.insert(table.key.partition.name);
  if (table.key.sort) names.insert(table.key.sort->name);
  return names;
}

void WriteProjection(const TableFacts& table, const ScanWish& wish,
                     expression::ExpressionWriter& writer, ScanPlan& plan) {
  if (wish.all_attributes || plan.select == dynamo::Select::kCount) return;
  std::string text;
  std::string sql;
  for (const std::string& name : ProjectedAttributes(table, wish)) {
    if (!text.empty()) text += ", ", sql += ", ";
    text += writer.Name(name);
    sql += QuoteIdentifier(name);
    // Then whole items are read.
    if (text.size() > dynamo::kExpressionBytesMax) return;
  }
  plan.projection_expression = std::move(text);
  plan.projection_sql = std::move(sql);
}

void WriteExpressions(const TableFacts& table, const ScanWish& wish, ScanPlan& plan) {
  expression::ExpressionWriter& writer = plan.placeholders;
  if (plan.access == AccessPath::kQuery || plan.access == AccessPath::kScan) {
    std::vector<Predicate> open;
    for (std::size_t i = 0; i < wish.conjuncts.size(); ++i) {
      if (!plan.decided[i]) open.push_back(wish.conjuncts[i]);
    }
    // DynamoDB refuses key attributes in the filter of a Query.
    const dynamo::KeySchema* without = plan.access == AccessPath::kQuery ? &table.key : nullptr;
    FilterExpression filter = WriteFilter(open, without, writer);
    plan.filter_expression = std::move(filter.text);
    plan.filter_sql = std::move(filter.sql);
  }
  expression::ExpressionWriter with_projection = writer;
  WriteProjection(table, wish, with_projection, plan);
  if (!plan.projection_expression.empty()) writer = std::move(with_projection);
}

}  // namespace

std::string WriteKeyCondition(const dynamo::KeySchema& key, const KeyRegion& region,
                              expression::ExpressionWriter& writer) {
  std::string text =
      writer.Name(key.partition.name) + " = " + WriteLiteral(*region.partition, writer);
  const SortInterval& sort = region.sort;
  if (!key.sort || sort.IsAll()) return text;
  const std::string name = writer.Name(key.sort->name);
  text += " AND ";
  if (sort.IsPoint()) return text + name + " = " + WriteLiteral(*sort.low, writer);
  if (const auto prefix = sort.Prefix()) {
    return text + "begins_with(" + name + ", " + WriteLiteral(*prefix, writer) + ")";
  }
  if (sort.low && sort.high) {
    const std::string low = WriteLiteral(*sort.low, writer);
    return text + name + " BETWEEN " + low + " AND " + WriteLiteral(*sort.high, writer);
  }
  if (sort.low)
    return text + name + (sort.low_inclusive ? " >= " : " > ") + WriteLiteral(*sort.low, writer);
  return text + name + (sort.high_inclusive ? " <= " : " < ") + WriteLiteral(*sort.high, writer);
}

ScanPlan PlanScan(const TableFacts& table, const ScanWish& wish) {
  ScanPlan plan;
  plan.consistent_read = wish.consistent_read;
  plan.regions = FindKeyRegions(table.key, Predicate::And(wish.conjuncts)).regions;
  plan.access = AccessFor(table.key, plan.regions);
  MarkDecided(table, wish, plan);
  if (plan.access == AccessPath::kScan) {
    plan.regions.clear();
    plan.segments = SegmentsFor(table);
  }
  if (StoreCanCount(wish, plan)) plan.select = dynamo::Select::kCount;
  Estimate(table, plan);
  if (plan.access == AccessPath::kEmpty) return plan;
  WriteExpressions(table, wish, plan);
  const bool every_item_counts = plan.filter_expression.empty() && AllDecided(plan);
  if (wish.limit && *wish.limit <= kPageLimitMax && every_item_counts) {
    plan.page_limit = static_cast<std::int32_t>(std::max<std::int64_t>(*wish.limit, 1));
    plan.segments = 1;
    plan.expected_items = std::min(plan.expected_items, static_cast<double>(*wish.limit));
    plan.expected_read_units =
        std::min(plan.expected_read_units,
                 ReadUnits(plan.expected_items * table.ItemBytes(), plan.consistent_read));
  }
  return plan;
}

}  // namespace stator::sql
