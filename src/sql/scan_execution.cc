#include "sql/scan_execution.h"

#include <atomic>
#include <cstdio>
#include <utility>

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/execution/operator/scan/physical_table_scan.hpp"
#include "duckdb/planner/expression/bound_conjunction_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/filter/conjunction_filter.hpp"
#include "duckdb/planner/filter/optional_filter.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "sql/items_to_vectors.h"
#include "sql/page_source.h"
#include "sql/scan_function.h"
#include "sql/sql_errors.h"
#include "sql/translate_expression.h"

namespace stator::sql {

using duckdb::ClientContext;
using duckdb::ColumnIndex;
using duckdb::DataChunk;
using duckdb::Expression;
using duckdb::idx_t;
using duckdb::TableFilter;
using duckdb::TableFilterType;

namespace {

class GlobalScan final : public duckdb::GlobalTableFunctionState {
 public:
  GlobalScan(const DynamoScanData& the_data, const ScanWish& wish, const base::CallContext& call,
             std::vector<OutputColumn> columns)
      : data(the_data),
        plan(PlanScan(the_data.snapshot->facts, wish)),
        count_only(wish.count_only),
        reader(std::move(columns), wish.all_attributes && !wish.count_only),
        source(*the_data.snapshot->store, the_data.snapshot->facts, plan, call) {}

  idx_t MaxThreads() const override { return source.parallelism(); }

  const DynamoScanData& data;
  const ScanPlan plan;
  const bool count_only;
  const ItemsToVectors reader;
  PageSource source;
  std::atomic<std::int64_t> rows{0};
};

class LocalScan final : public duckdb::LocalTableFunctionState {
 public:
  std::shared_ptr<Page> page;
  std::size_t entry = 0;        // the next one of the page
  std::int64_t uncounted = 0;   // rows of a count-only page not handed out yet
  bool remove_columns = false;  // filter columns that the query does not want
  duckdb::vector<idx_t> kept;   // those it wants
  DataChunk all;                // with the filter columns
  duckdb::unique_ptr<Expression> filter;
  duckdb::unique_ptr<duckdb::ExpressionExecutor> executor;
  duckdb::SelectionVector selection{STANDARD_VECTOR_SIZE};
};

// Adds what the scan must check of `filter`: optional parts are checked by DuckDB or need not be.
void AppendRequired(const TableFilter& filter, const Expression& column,
                    duckdb::vector<duckdb::unique_ptr<Expression>>& out) {
  switch (filter.filter_type) {
    case TableFilterType::OPTIONAL_FILTER:
    case TableFilterType::DYNAMIC_FILTER:
    case TableFilterType::BLOOM_FILTER: return;
    case TableFilterType::CONJUNCTION_AND:
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        AppendRequired(*child, column, out);
      }
      return;
    default: out.push_back(filter.ToExpression(column));
  }
}

// Translates what joins found out: any part that can be said, optional or not.
void AppendDynamic(const TableFilter& filter, const Expression& column,
                   const ColumnResolver& resolve, std::vector<Predicate>& out) {
  switch (filter.filter_type) {
    case TableFilterType::DYNAMIC_FILTER:
    case TableFilterType::BLOOM_FILTER: return;
    case TableFilterType::OPTIONAL_FILTER: {
      const auto& child = filter.Cast<duckdb::OptionalFilter>().child_filter;
      if (child) AppendDynamic(*child, column, resolve, out);
      return;
    }
    case TableFilterType::CONJUNCTION_AND:
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        AppendDynamic(*child, column, resolve, out);
      }
      return;
    default: {
      Predicate predicate = TranslateExpression(*filter.ToExpression(column), resolve);
      if (predicate.kind != Predicate::Kind::kOpaque) out.push_back(std::move(predicate));
    }
  }
}

// The range that comes with a list of join keys says nothing more, and would only lengthen the
// filter expression.
void DropRangesBesideLists(std::vector<Predicate>& predicates) {
  const auto has_list = [&](const AttributePath& path) {
    for (const Predicate& predicate : predicates) {
      if (predicate.kind == Predicate::Kind::kIn && predicate.path == path) return true;
    }
    return false;
  };
  std::erase_if(predicates, [&](const Predicate& predicate) {
    return predicate.kind == Predicate::Kind::kCompare && predicate.op != CompareOp::kEqual &&
           has_list(predicate.path);
  });
}

std::vector<Predicate> DynamicPredicates(const DynamoScanData& scan,
                                         duckdb::TableFunctionInitInput& input) {
  std::vector<Predicate> predicates;
  if (!input.op) return predicates;
  const auto& op = input.op->Cast<duckdb::PhysicalTableScan>();
  if (!op.dynamic_filters || !op.dynamic_filters->HasFilters()) return predicates;
  const auto filters = op.dynamic_filters->GetFinalTableFilters(op, nullptr);
  if (!filters) return predicates;
  for (const auto& [position, filter] : filters->filters) {
    const ColumnIndex& id = input.column_indexes[position];
    if (id.IsVirtualColumn()) continue;
    const Column& column = scan.snapshot->columns[id.GetPrimaryIndex()];
    const duckdb::BoundReferenceExpression reference(ToLogicalType(column.type), position);
    const ColumnResolver resolve = [&](const Expression& expression) -> std::optional<TypedPath> {
      if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_REF)
        return std::nullopt;
      return PathOfColumn(column);
    };
    AppendDynamic(*filter, reference, resolve, predicates);
  }
  DropRangesBesideLists(predicates);
  return predicates;
}

[[noreturn]] void StopOnMisfit(ClientContext& context, const GlobalScan& global, const Page& page,
                               const Misfit& misfit) {
  const TableSnapshot& snapshot = *global.data.snapshot;
  const dynamo::ItemView item = page.items[misfit.entry];
  const dynamo::KeySchema& key = snapshot.facts.key;
  KeyRegion where;
  if (const auto partition = item.Find(key.partition.name))
    where.partition = Literal::FromValue(*partition);
  if (key.sort) {
    if (const auto sort = item.Find(key.sort->name))
      where.sort.low = where.sort.high = Literal::FromValue(*sort);
  }
  global.data.table->Learn(page.items);
  std::string text =
      "table " + snapshot.sql_name + ", attribute " + QuoteIdentifier(misfit.attribute);
  if (where.partition) text += " of the item " + RegionToSql(key, where);
  text += ": its value does not fit the column as it was inferred from a sample.";
  QueryControl::Of(context)->MarkWidened(text);
  text += " The column has been widened: run the statement again.";
  ThrowError(context, base::Error(base::ErrorKind::kConflict, kSqlSchemaChanged, std::move(text)));
}

// Takes the next page; false at the end.
bool NextPage(ClientContext& context, GlobalScan& global, LocalScan& local) {
  const auto control = QueryControl::Of(context);
  auto page = global.source.Next([&] { return context.IsInterrupted() || control->Expired(); });
  std::optional<Page> next = ValueOrThrow(context, std::move(page));
  if (!next) return false;
  local.uncounted = next->count;
  local.page = std::make_shared<Page>(std::move(*next));
  local.entry = 0;
  return true;
}

// Rows without columns.
void CountRows(LocalScan& local, DataChunk& output) {
  const auto rows = std::min<std::int64_t>(local.uncounted, STANDARD_VECTOR_SIZE);
  local.uncounted -= rows;
  if (local.uncounted == 0) local.page.reset();
  for (duckdb::Vector& vector : output.data) {
    vector.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    duckdb::ConstantVector::SetNull(vector, true);
  }
  output.SetCardinality(static_cast<idx_t>(rows));
}

// Rows of the page that pass the filter.
void ReadRows(ClientContext& context, GlobalScan& global, LocalScan& local, DataChunk& output) {
  DataChunk& chunk = local.remove_columns ? local.all : output;
  chunk.Reset();
  Misfit misfit;
  if (!global.reader.Fill(local.page, local.entry, chunk, misfit)) {
    StopOnMisfit(context, global, *local.page, misfit);
  }
  if (local.entry == local.page->items.size()) local.page.reset();
  if (local.executor && chunk.size() > 0) {
    const idx_t passed = local.executor->SelectExpression(chunk, local.selection);
    if (passed < chunk.size()) chunk.Slice(local.selection, passed);
  }
  if (local.remove_columns) output.ReferenceColumns(local.all, local.kept);
}

}  // namespace

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartScan(
    ClientContext& context, duckdb::TableFunctionInitInput& input) {
  const auto& scan = input.bind_data->Cast<DynamoScanData>();
  const ScanWish wish = scan.WishFor(input.column_indexes, DynamicPredicates(scan, input));
  std::vector<OutputColumn> columns;
  for (std::size_t i = 0; i < input.column_indexes.size(); ++i) {
    const ColumnIndex& id = input.column_indexes[i];
    if (id.IsVirtualColumn()) continue;
    const Column& column = scan.snapshot->columns[id.GetPrimaryIndex()];
    columns.push_back({&column, i, WantedFieldsOf(id, column.type)});
  }
  return duckdb::make_uniq<GlobalScan>(scan, wish, QueryControl::Of(context)->call(),
                                       std::move(columns));
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> StartScanThread(
    duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput& input,
    duckdb::GlobalTableFunctionState*) {
  const auto& scan = input.bind_data->Cast<DynamoScanData>();
  auto local = duckdb::make_uniq<LocalScan>();
  duckdb::vector<duckdb::LogicalType> types;
  for (const ColumnIndex& id : input.column_indexes) {
    types.push_back(id.IsVirtualColumn()
                        ? duckdb::LogicalType::BOOLEAN
                        : ToLogicalType(scan.snapshot->columns[id.GetPrimaryIndex()].type));
  }
  duckdb::vector<duckdb::unique_ptr<Expression>> required;
  if (input.filters) {
    for (const auto& [position, filter] : input.filters->filters) {
      AppendRequired(*filter, duckdb::BoundReferenceExpression(types[position], position),
                     required);
    }
  }
  if (!required.empty()) {
    local->filter = std::move(required[0]);
    for (std::size_t i = 1; i < required.size(); ++i) {
      local->filter = duckdb::make_uniq<duckdb::BoundConjunctionExpression>(
          duckdb::ExpressionType::CONJUNCTION_AND, std::move(local->filter),
          std::move(required[i]));
    }
    local->executor = duckdb::make_uniq<duckdb::ExpressionExecutor>(context.client, *local->filter);
  }
  local->remove_columns = input.CanRemoveFilterColumns();
  if (local->remove_columns) {
    local->all.Initialize(context.client, types);
    for (const idx_t id : input.projection_ids) local->kept.push_back(id);
  }
  return local;
}

void ScanNextChunk(ClientContext& context, duckdb::TableFunctionInput& data, DataChunk& output) {
  auto& global = data.global_state->Cast<GlobalScan>();
  auto& local = data.local_state->Cast<LocalScan>();
  while (output.size() == 0) {
    if (!local.page && !NextPage(context, global, local)) return;
    if (global.count_only) {
      CountRows(local, output);
    } else {
      ReadRows(context, global, local, output);
    }
  }
  const auto rows = global.rows += static_cast<std::int64_t>(output.size());
  if (global.data.limit && rows >= *global.data.limit) global.source.Stop();
}

duckdb::InsertionOrderPreservingMap<std::string> ScanCounters(
    duckdb::TableFunctionDynamicToStringInput& input) {
  duckdb::InsertionOrderPreservingMap<std::string> lines;
  const auto& global = input.global_state->Cast<GlobalScan>();
  for (const ExplainLine& line : ExplainPlan(global.data.snapshot->facts, global.plan)) {
    lines.insert(line.label, line.text);
  }
  const PageStatistics sums = global.source.statistics();
  lines.insert("Requests", std::to_string(sums.requests));
  lines.insert("Items evaluated", std::to_string(sums.items_evaluated));
  char units[64];
  std::snprintf(units, sizeof units, "%.1f", sums.read_units);
  lines.insert("Read units", units);
  return lines;
}

}  // namespace stator::sql
