#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sql/plan_scan.h"

namespace stator::sql {

namespace {

std::string SortToSql(const std::string& name, const SortInterval& sort) {
  if (sort.IsPoint()) return name + " = " + sort.low->ToSql();
  if (const auto prefix = sort.Prefix())
    return "begins_with(" + name + ", " + prefix->ToSql() + ")";
  if (sort.low && sort.high && sort.low_inclusive && sort.high_inclusive) {
    return name + " BETWEEN " + sort.low->ToSql() + " AND " + sort.high->ToSql();
  }
  std::string text;
  if (sort.low) text = name + (sort.low_inclusive ? " >= " : " > ") + sort.low->ToSql();
  if (sort.low && sort.high) text += " AND ";
  if (sort.high) text += name + (sort.high_inclusive ? " <= " : " < ") + sort.high->ToSql();
  return text;
}

// The key conditions, those of the first few regions when there are many.
void AppendKeys(const dynamo::KeySchema& key, const std::vector<KeyRegion>& regions,
                std::vector<ExplainLine>& lines) {
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < regions.size() && i < kShown; ++i) {
    const std::string number = regions.size() == 1 ? "" : " " + std::to_string(i + 1);
    lines.push_back({"Key" + number, RegionToSql(key, regions[i])});
  }
  if (regions.size() > kShown)
    lines.push_back({"More keys", std::to_string(regions.size() - kShown)});
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

std::string RegionToSql(const dynamo::KeySchema& key, const KeyRegion& region) {
  std::string text = QuoteIdentifier(key.partition.name) + " = " + region.partition->ToSql();
  if (!key.sort || region.sort.IsAll()) return text;
  return text + " AND " + SortToSql(QuoteIdentifier(key.sort->name), region.sort);
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
  AppendKeys(table.key, plan.regions, lines);
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
  // Line breaks within literals: a line stays one.
  for (ExplainLine& line : lines) std::replace(line.text.begin(), line.text.end(), '\n', ' ');
  return lines;
}

}  // namespace stator::sql
