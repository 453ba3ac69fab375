#include "sql/optimizer_hooks.h"

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_limit.hpp"
#include "sql/scan_function.h"

namespace stator::sql {

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

void AfterOptimizer(duckdb::OptimizerExtensionInput&, duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(*plan);
}

}  // namespace

void RegisterOptimizerHooks(duckdb::DatabaseInstance& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = AfterOptimizer;
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(database), std::move(extension));
}

}  // namespace stator::sql
