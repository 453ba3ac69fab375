// A DuckDB catalog over the seam: one schema whose tables are the store's. Read-only: tables are
// made and written through the DynamoDB door, `stator import` or the features door.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "sql/duckdb_bridge.h"
#include "sql/table_registry.h"

namespace stator::sql {

// The one schema.
inline constexpr const char* kSchemaName = "public";

// A table at one version of its columns. Entries are handed out as bare pointers, so they live as
// long as the catalog.
class DynamoTableEntry final : public duckdb::TableCatalogEntry {
 public:
  // Columns of `snapshot`, the primary key as a constraint.
  DynamoTableEntry(duckdb::Catalog& catalog, duckdb::SchemaCatalogEntry& schema,
                   duckdb::CreateTableInfo& info, std::shared_ptr<SqlTable> table,
                   std::shared_ptr<const TableSnapshot> snapshot);

  // What is known of the table at this version.
  const TableSnapshot& snapshot() const { return *snapshot_; }
  // None: the planner's estimates come with the scan.
  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(duckdb::ClientContext& context,
                                                           duckdb::column_t column) override;
  // The scan of scan_function.h.
  duckdb::TableFunction GetScanFunction(
      duckdb::ClientContext& context, duckdb::unique_ptr<duckdb::FunctionData>& bind_data) override;
  // The estimated number of items.
  duckdb::TableStorageInfo GetStorageInfo(duckdb::ClientContext& context) override;
  // Only the column that COUNT(*) asks for.
  duckdb::virtual_column_map_t GetVirtualColumns() const override;

 private:
  std::shared_ptr<SqlTable> table_;
  std::shared_ptr<const TableSnapshot> snapshot_;
};

// The schema: finds tables by name, lists them, and refuses what a DynamoDB store has no notion of.
class DynamoSchema final : public duckdb::SchemaCatalogEntry {
 public:
  // `registry` outlives the catalog.
  DynamoSchema(duckdb::Catalog& catalog, duckdb::CreateSchemaInfo& info, TableRegistry& registry);

  // Every table. Where names are enough (QueryControl::names_only), none is read: entries of the
  // names alone. Else one that cannot be read (no permission, being deleted) is left out with a
  // warning in the log.
  void Scan(duckdb::ClientContext& context, duckdb::CatalogType type,
            const std::function<void(duckdb::CatalogEntry&)>& callback) override;
  // The tables known so far.
  void Scan(duckdb::CatalogType type,
            const std::function<void(duckdb::CatalogEntry&)>& callback) override;
  // A table by name.
  duckdb::optional_ptr<duckdb::CatalogEntry> LookupEntry(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup) override;
  // The name nearest to one that was not found, without reading any table.
  duckdb::SimilarCatalogEntry GetSimilarEntry(duckdb::CatalogTransaction transaction,
                                              const duckdb::EntryLookupInfo& lookup) override;

  // What follows is refused by name.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateIndex(duckdb::CatalogTransaction transaction,
                                                         duckdb::CreateIndexInfo& info,
                                                         duckdb::TableCatalogEntry& table) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreateFunctionInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateTable(
      duckdb::CatalogTransaction transaction, duckdb::BoundCreateTableInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateView(duckdb::CatalogTransaction transaction,
                                                        duckdb::CreateViewInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateSequence(
      duckdb::CatalogTransaction transaction, duckdb::CreateSequenceInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateTableFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreateTableFunctionInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateCopyFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreateCopyFunctionInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreatePragmaFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreatePragmaFunctionInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateCollation(
      duckdb::CatalogTransaction transaction, duckdb::CreateCollationInfo& info) override;
  // Refused.
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateType(duckdb::CatalogTransaction transaction,
                                                        duckdb::CreateTypeInfo& info) override;
  // Refused.
  void DropEntry(duckdb::ClientContext& context, duckdb::DropInfo& info) override;
  // Refused.
  void Alter(duckdb::CatalogTransaction transaction, duckdb::AlterInfo& info) override;

 private:
  duckdb::optional_ptr<duckdb::CatalogEntry> EntryFor(std::shared_ptr<SqlTable> table);
  // An entry to be listed, not to be bound.
  duckdb::CatalogEntry& NameEntryFor(const std::string& table_name);

  TableRegistry& registry_;
  std::mutex mutex_;
  // By SQL name, oldest version first; never removed from.
  std::map<std::string, std::vector<duckdb::unique_ptr<DynamoTableEntry>>> entries_;
  std::map<std::string, std::shared_ptr<SqlTable>> current_;
  // As entries_: by SQL name, never removed from.
  std::map<std::string, duckdb::unique_ptr<duckdb::TableCatalogEntry>> name_entries_;
};

// Registers the catalog type "stator" with `database`; `registry` outlives it. Attach with
// ATTACH 'stator:' AS name (TYPE stator).
void RegisterDynamoCatalog(duckdb::DatabaseInstance& database, TableRegistry& registry);

}  // namespace stator::sql
