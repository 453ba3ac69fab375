#include "sql/scan_function.h"

#include <algorithm>
#include <utility>

#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "sql/scan_execution.h"
#include "sql/translate_expression.h"

namespace stator::sql {

using duckdb::ClientContext;
using duckdb::ColumnIndex;
using duckdb::Expression;
using duckdb::FunctionData;
using duckdb::LogicalGet;

duckdb::unique_ptr<FunctionData> DynamoScanData::Copy() const {
  return duckdb::make_uniq<DynamoScanData>(*this);
}

bool DynamoScanData::Equals(const FunctionData& other) const {
  const auto& that = other.Cast<DynamoScanData>();
  return table == that.table && snapshot->version == that.snapshot->version &&
         limit == that.limit && decided == that.decided && open == that.open;
}

std::vector<WantedField> WantedFieldsOf(const ColumnIndex& index, const ColumnType& type) {
  std::vector<WantedField> wanted;
  if (type.kind != TypeKind::kStruct) return wanted;
  for (const ColumnIndex& child : index.GetChildIndexes()) {
    if (!child.HasPrimaryIndex()) return {};
    const std::size_t place = child.GetPrimaryIndex();
    wanted.push_back({place, WantedFieldsOf(child, type.fields[place].type)});
  }
  return wanted;
}

ScanWish DynamoScanData::WishFor(const duckdb::vector<ColumnIndex>& column_ids,
                                 std::vector<Predicate> more) const {
  ScanWish wish;
  wish.limit = limit;
  wish.conjuncts = decided;
  wish.conjuncts.insert(wish.conjuncts.end(), open.begin(), open.end());
  std::move(more.begin(), more.end(), std::back_inserter(wish.conjuncts));
  std::vector<bool> whole(snapshot->columns.size(), false);
  for (const ColumnIndex& id : column_ids) {
    if (id.IsVirtualColumn()) continue;
    const Column& column = snapshot->columns[id.GetPrimaryIndex()];
    whole[id.GetPrimaryIndex()] = !id.HasChildren();
    wish.attributes.push_back(column.attribute);
  }
  wish.count_only = wish.attributes.empty();
  wish.all_attributes = std::find(whole.begin(), whole.end(), false) == whole.end();
  return wish;
}

namespace {

void PushdownComplexFilter(ClientContext&, LogicalGet& get, FunctionData* bind_data,
                           duckdb::vector<duckdb::unique_ptr<Expression>>& filters) {
  auto& scan = bind_data->Cast<DynamoScanData>();
  const ColumnResolver resolve = [&](const Expression& expression) -> std::optional<TypedPath> {
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF)
      return std::nullopt;
    const auto& binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
    const auto& ids = get.GetColumnIds();
    if (binding.table_index != get.table_index || binding.column_index >= ids.size())
      return std::nullopt;
    const ColumnIndex& id = ids[binding.column_index];
    if (!id.HasPrimaryIndex() || id.IsVirtualColumn()) return std::nullopt;
    return PathOfColumn(scan.snapshot->columns[id.GetPrimaryIndex()]);
  };
  // DuckDB calls this more than once for one scan, later with what it has not taken over meanwhile.
  ScanWish wish;
  wish.conjuncts = scan.decided;
  for (const auto& filter : filters) {
    wish.conjuncts.push_back(filter->IsVolatile() ? Predicate::Opaque()
                                                  : TranslateExpression(*filter, resolve));
  }
  const ScanPlan plan = PlanScan(scan.snapshot->facts, wish);
  const std::size_t known = scan.decided.size();
  duckdb::vector<duckdb::unique_ptr<Expression>> kept;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    auto& sort = plan.decided[known + i] ? scan.decided : scan.open;
    const Predicate& conjunct = wish.conjuncts[known + i];
    if (std::find(sort.begin(), sort.end(), conjunct) == sort.end()) sort.push_back(conjunct);
    if (!plan.decided[known + i]) kept.push_back(std::move(filters[i]));
  }
  filters = std::move(kept);
}

// Any filter on a single column may be left to the scan, which applies it to its vectors.
bool PushdownExpression(ClientContext&, const LogicalGet&, Expression&) { return true; }

duckdb::InsertionOrderPreservingMap<std::string> ToText(duckdb::TableFunctionToStringInput& input) {
  const auto& scan = input.bind_data->Cast<DynamoScanData>();
  duckdb::InsertionOrderPreservingMap<std::string> lines;
  const ScanWish wish = scan.WishFor(scan.columns.value_or(duckdb::vector<ColumnIndex>()), {});
  for (const ExplainLine& line :
       ExplainPlan(scan.snapshot->facts, PlanScan(scan.snapshot->facts, wish))) {
    lines.insert(line.label, line.text);
  }
  return lines;
}

duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(ClientContext&,
                                                       const FunctionData* bind_data) {
  const auto& scan = bind_data->Cast<DynamoScanData>();
  ScanWish wish;
  wish.conjuncts = scan.decided;
  wish.conjuncts.insert(wish.conjuncts.end(), scan.open.begin(), scan.open.end());
  const double items = PlanScan(scan.snapshot->facts, wish).expected_items;
  return duckdb::make_uniq<duckdb::NodeStatistics>(static_cast<duckdb::idx_t>(items));
}

duckdb::BindInfo GetBindInfo(const duckdb::optional_ptr<FunctionData> bind_data) {
  return duckdb::BindInfo(*bind_data->Cast<DynamoScanData>().entry);
}

duckdb::virtual_column_map_t VirtualColumns(ClientContext&, duckdb::optional_ptr<FunctionData>) {
  return ScanVirtualColumns();
}

}  // namespace

duckdb::virtual_column_map_t ScanVirtualColumns() {
  duckdb::virtual_column_map_t columns;
  columns.insert(
      {duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", duckdb::LogicalType::BOOLEAN)});
  return columns;
}

duckdb::TableFunction MakeScanFunction() {
  duckdb::TableFunction function(kScanFunctionName, {}, ScanNextChunk, nullptr, StartScan,
                                 StartScanThread);
  function.projection_pushdown = true;
  function.filter_pushdown = true;
  function.filter_prune = true;
  function.pushdown_complex_filter = PushdownComplexFilter;
  function.pushdown_expression = PushdownExpression;
  function.to_string = ToText;
  function.dynamic_to_string = ScanCounters;
  function.cardinality = Cardinality;
  function.get_bind_info = GetBindInfo;
  function.get_virtual_columns = VirtualColumns;
  function.order_preservation_type = duckdb::OrderPreservationType::NO_ORDER;
  return function;
}

}  // namespace stator::sql
