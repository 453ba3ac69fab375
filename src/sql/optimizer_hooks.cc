#include "sql/optimizer_hooks.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_limit.hpp"
#include "sql/scan_function.h"

namespace stator::sql {

using duckdb::LogicalGet;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

namespace {

DynamoScanData* ScanDataOf(LogicalOperator& op) {
  if (op.type != LogicalOperatorType::LOGICAL_GET) return nullptr;
  auto& get = op.Cast<duckdb::LogicalGet>();
  if (get.function.name != kScanFunctionName || !get.bind_data) return nullptr;
  return &get.bind_data->Cast<DynamoScanData>();
}

// The scan below `op`, when there are only projections in between, which keep every row.
DynamoScanData* ScanBelow(LogicalOperator& op) {
  LogicalOperator* below = op.children[0].get();
  while (below->type == LogicalOperatorType::LOGICAL_PROJECTION) below = below->children[0].get();
  return ScanDataOf(*below);
}

void TellLimit(LogicalOperator& op) {
  auto& limit = op.Cast<duckdb::LogicalLimit>();
  if (limit.limit_val.Type() != duckdb::LimitNodeType::CONSTANT_VALUE) return;
  std::int64_t rows = static_cast<std::int64_t>(limit.limit_val.GetConstantValue());
  if (limit.offset_val.Type() == duckdb::LimitNodeType::CONSTANT_VALUE) {
    rows += static_cast<std::int64_t>(limit.offset_val.GetConstantValue());
  } else if (limit.offset_val.Type() != duckdb::LimitNodeType::UNSET) {
    return;
  }
  if (DynamoScanData* scan = ScanBelow(op)) scan->limit = rows;
}

void Visit(LogicalOperator& op) {
  if (op.type == LogicalOperatorType::LOGICAL_LIMIT) TellLimit(op);
  if (DynamoScanData* scan = ScanDataOf(op))
    scan->columns = op.Cast<duckdb::LogicalGet>().GetColumnIds();
  for (auto& child : op.children) Visit(*child);
}

// Whether duckdb_tables() knows this column of a table by the table's name alone.
bool IsKnownByName(const LogicalGet& tables, const duckdb::ColumnIndex& id) {
  if (id.IsVirtualColumn()) return true;
  constexpr std::string_view kKnown[] = {"database_name", "database_oid", "schema_name",
                                         "schema_oid",    "table_name",   "comment",
                                         "internal",      "temporary"};
  const std::string& name = tables.names[id.GetPrimaryIndex()];
  return std::find(std::begin(kKnown), std::end(kKnown), name) != std::end(kKnown);
}

bool IsTableList(const LogicalOperator& op) {
  return op.type == LogicalOperatorType::LOGICAL_GET &&
         op.Cast<LogicalGet>().function.name == "duckdb_tables";
}

// Whether the expressions of `op` use only what is known of tables by name.
bool UsesNamesOnly(LogicalOperator& op, const LogicalGet& tables) {
  bool names_only = true;
  const auto look = [&](duckdb::Expression& expression) {
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) return;
    const auto& binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
    if (binding.table_index != tables.table_index) return;
    const auto& ids = tables.GetColumnIds();
    names_only = names_only && binding.column_index < ids.size() &&
                 IsKnownByName(tables, ids[binding.column_index]);
  };
  duckdb::LogicalOperatorVisitor::EnumerateExpressions(
      op, [&](duckdb::unique_ptr<duckdb::Expression>* expression) {
        duckdb::ExpressionIterator::EnumerateExpression(*expression, look);
      });
  return names_only;
}

// Whether a table list below `op`, a projection or an aggregate, with nothing but filters in
// between, is only asked for names: above `op` its columns are out of reach. nullopt: there is no
// such list.
std::optional<bool> ListBelow(LogicalOperator& op) {
  if (op.type != LogicalOperatorType::LOGICAL_PROJECTION &&
      op.type != LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) {
    return std::nullopt;
  }
  std::vector<LogicalOperator*> users = {&op};
  LogicalOperator* below = op.children[0].get();
  for (; below->type == LogicalOperatorType::LOGICAL_FILTER; below = below->children[0].get())
    users.push_back(below);
  if (!IsTableList(*below)) return std::nullopt;
  const auto& tables = below->Cast<LogicalGet>();
  return std::all_of(users.begin(), users.end(),
                     [&](LogicalOperator* user) { return UsesNamesOnly(*user, tables); });
}

// Whether catalogs are asked for names of tables at most. Of functions, just those are trusted that
// are known not to ask for more.
bool ListsNamesOnly(LogicalOperator& op) {
  if (const auto names_only = ListBelow(op)) return *names_only;
  if (op.type == LogicalOperatorType::LOGICAL_GET) {
    const auto& get = op.Cast<LogicalGet>();
    return get.function.name == "duckdb_views" || get.function.name == kScanFunctionName;
  }
  return std::all_of(op.children.begin(), op.children.end(),
                     [](const auto& child) { return ListsNamesOnly(*child); });
}

void AfterOptimizer(duckdb::OptimizerExtensionInput& input,
                    duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(*plan);
  QueryControl::Of(input.context)->SetNamesOnly(ListsNamesOnly(*plan));
}

}  // namespace

void RegisterOptimizerHooks(duckdb::DatabaseInstance& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = AfterOptimizer;
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(database), std::move(extension));
}

}  // namespace stator::sql
