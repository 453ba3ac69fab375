#include <cmath>
#include <cstdio>

#include "sql/plan_scan.h"

namespace stator::sql {

namespace {

std::string SortToSql(const std::string& name, const SortInterval& sort, const char* between) {
  if (sort.IsPoint()) return name + " = " + sort.low->ToSql();
  if (const auto prefix = sort.Prefix())
    return "begins_with(" + name + ", " + prefix->ToSql() + ")";
  const bool on_one_line = between[0] != '\n';
  if (sort.low && sort.high && sort.low_inclusive && sort.high_inclusive && on_one_line) {
    return name + " BETWEEN " + sort.low->ToSql() + " AND " + sort.high->ToSql();
  }
  std::string text;
  if (sort.low) text = name + (sort.low_inclusive ? " >= " : " > ") + sort.low->ToSql();
  if (sort.low && sort.high) text += between;
  if (sort.high) text += name + (sort.high_inclusive ? " <= " : " < ") + sort.high->ToSql();
  return text;
}

// A single region one condition a line, since DuckDB's plans are narrow; else the first few.
std::string KeyLines(const dynamo::KeySchema& key, const std::vector<KeyRegion>& regions) {
  if (regions.size() == 1) return RegionToSql(key, regions[0], "\n");
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < regions.size() && i < kShown; ++i) {
    if (i > 0) text += "; ";
    text += RegionToSql(key, regions[i]);
  }
  if (regions.size() > kShown) {
    text += "; and " + std::to_string(regions.size() - kShown) + " more";
  }
  return text;
}

std::string Rounded(double value) {
  char text[64];
  if (value >= 10 || value == std::floor(value)) {
    std::snprintf(text, sizeof text, "%.0f", value);
  } else {
    std::snprintf(text, sizeof text, "%.1f", value);
  }
  return text;
}

}  // namespace

std::string RegionToSql(const dynamo::KeySchema& key, const KeyRegion& region,
                        const char* between) {
  std::string text = QuoteIdentifier(key.partition.name) + " = " + region.partition->ToSql();
  if (!key.sort || region.sort.IsAll()) return text;
  return text + between + SortToSql(QuoteIdentifier(key.sort->name), region.sort, between);
}

std::vector<ExplainLine> ExplainPlan(const TableFacts& table, const ScanPlan& plan) {
  std::vector<ExplainLine> lines;
  lines.push_back({"Table", table.name});
  std::string access = AccessPathName(plan.access);
  if (plan.access == AccessPath::kGetMany)
    access += " of " + std::to_string(plan.regions.size()) + " keys";
  if (plan.access == AccessPath::kQuery && plan.regions.size() > 1) {
    access += " of " + std::to_string(plan.regions.size()) + " key ranges";
  }
  lines.push_back({"Access", access});
  if (!plan.regions.empty()) {
    lines.push_back({"Key", KeyLines(table.key, plan.regions)});
  }
  if (plan.access == AccessPath::kScan)
    lines.push_back({"Segments", std::to_string(plan.segments)});
  if (!plan.filter_sql.empty()) lines.push_back({"Filter", plan.filter_sql});
  if (plan.select == dynamo::Select::kCount) {
    lines.push_back({"Select", "COUNT"});
  } else if (plan.access != AccessPath::kEmpty) {
    lines.push_back({"Attributes", plan.projection_sql.empty() ? "all" : plan.projection_sql});
  }
  if (plan.page_limit) lines.push_back({"Limit", std::to_string(*plan.page_limit)});
  const bool unknown = plan.access == AccessPath::kScan && table.size_bytes <= 0;
  lines.push_back({"Expected read units", unknown ? "unknown" : Rounded(plan.expected_read_units)});
  return lines;
}

}  // namespace stator::sql
