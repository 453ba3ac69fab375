// The table function that reads DynamoDB tables: what DuckDB calls to bind, plan, run and explain a
// scan.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sql/duckdb_bridge.h"
#include "sql/items_to_vectors.h"
#include "sql/plan_scan.h"
#include "sql/table_registry.h"

namespace stator::sql {

// The name of the function in plans.
inline constexpr const char* kScanFunctionName = "dynamodb_scan";

// What planning found out about one scan. Belongs to one plan.
class DynamoScanData final : public duckdb::FunctionData {
 public:
  // A scan of everything. `entry` lives as long as the catalog.
  DynamoScanData(std::shared_ptr<SqlTable> the_table,
                 std::shared_ptr<const TableSnapshot> the_snapshot,
                 duckdb::TableCatalogEntry& the_entry)
      : table(std::move(the_table)), snapshot(std::move(the_snapshot)), entry(&the_entry) {}

  // A copy for a plan of its own.
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override;
  // Same table at the same version.
  bool Equals(const duckdb::FunctionData& other) const override;

  // The wish of this scan for the columns that DuckDB asked for, with more conjuncts that hold.
  ScanWish WishFor(const duckdb::vector<duckdb::ColumnIndex>& column_ids,
                   std::vector<Predicate> more) const;

  // The table, and what was known of it when the query was bound.
  std::shared_ptr<SqlTable> table;
  std::shared_ptr<const TableSnapshot> snapshot;
  // Its entry in the catalog, for DuckDB.
  duckdb::TableCatalogEntry* entry;
  std::vector<Predicate> decided;  // taken away from DuckDB: the access path settles them
  std::vector<Predicate> open;     // told to the store, checked again by DuckDB
  // Rows beyond this many are not wanted.
  std::optional<std::int64_t> limit;
  // The columns as the optimizer left them, for EXPLAIN.
  std::optional<duckdb::vector<duckdb::ColumnIndex>> columns;
};

// The fields of a column of `type` that DuckDB asks for; none: all of it.
std::vector<WantedField> WantedFieldsOf(const duckdb::ColumnIndex& index, const ColumnType& type);

// The columns that a scan has beside those of its table: the one that COUNT(*) asks for.
duckdb::virtual_column_map_t ScanVirtualColumns();

// The function itself, ready for DuckDB.
duckdb::TableFunction MakeScanFunction();

}  // namespace stator::sql
