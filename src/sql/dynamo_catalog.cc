#include "sql/dynamo_catalog.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/constraints/unique_constraint.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/parsed_data/drop_info.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/table_storage_info.hpp"
#include "sql/scan_function.h"
#include "sql/sql_errors.h"

namespace stator::sql {

using duckdb::CatalogEntry;
using duckdb::CatalogTransaction;
using duckdb::CatalogType;
using duckdb::ClientContext;
using duckdb::optional_ptr;

DynamoTableEntry::DynamoTableEntry(duckdb::Catalog& in_catalog,
                                   duckdb::SchemaCatalogEntry& in_schema,
                                   duckdb::CreateTableInfo& info, std::shared_ptr<SqlTable> table,
                                   std::shared_ptr<const TableSnapshot> snapshot)
    : TableCatalogEntry(in_catalog, in_schema, info),
      table_(std::move(table)),
      snapshot_(std::move(snapshot)) {}

duckdb::unique_ptr<duckdb::BaseStatistics> DynamoTableEntry::GetStatistics(ClientContext&,
                                                                           duckdb::column_t) {
  return nullptr;
}

duckdb::TableFunction DynamoTableEntry::GetScanFunction(
    ClientContext&, duckdb::unique_ptr<duckdb::FunctionData>& bind_data) {
  bind_data = duckdb::make_uniq<DynamoScanData>(table_, snapshot_, *this);
  return MakeScanFunction();
}

duckdb::TableStorageInfo DynamoTableEntry::GetStorageInfo(ClientContext&) {
  duckdb::TableStorageInfo info;
  info.cardinality = static_cast<duckdb::idx_t>(snapshot_->facts.item_count);
  return info;
}

duckdb::virtual_column_map_t DynamoTableEntry::GetVirtualColumns() const {
  return ScanVirtualColumns();
}

DynamoSchema::DynamoSchema(duckdb::Catalog& in_catalog, duckdb::CreateSchemaInfo& info,
                           TableRegistry& registry)
    : SchemaCatalogEntry(in_catalog, info), registry_(registry) {}

namespace {

// A table of which only the name is known. DuckDB never binds to it: look-ups by name read the
// table.
class TableName final : public duckdb::TableCatalogEntry {
 public:
  using TableCatalogEntry::TableCatalogEntry;

  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(ClientContext&,
                                                           duckdb::column_t) override {
    return nullptr;
  }
  duckdb::TableFunction GetScanFunction(ClientContext& context,
                                        duckdb::unique_ptr<duckdb::FunctionData>&) override {
    ThrowError(context, base::Error(base::ErrorKind::kInternal, kSqlError,
                                    "table " + name + " was only listed: run the statement again"));
  }
  duckdb::TableStorageInfo GetStorageInfo(ClientContext&) override { return {}; }
};

duckdb::Value CommentOf(const std::string& table_name, const dynamo::Store& store) {
  return duckdb::Value("DynamoDB table " + table_name + " in " + store.Location());
}

duckdb::unique_ptr<duckdb::CreateTableInfo> InfoOf(const std::string& catalog,
                                                   const TableSnapshot& snapshot) {
  auto info = duckdb::make_uniq<duckdb::CreateTableInfo>(catalog, kSchemaName, snapshot.sql_name);
  duckdb::vector<std::string> key;
  for (const Column& column : snapshot.columns) {
    duckdb::ColumnDefinition definition(column.name, ToLogicalType(column.type));
    if (!column.comment.empty()) definition.SetComment(duckdb::Value(column.comment));
    if (column.is_key) {
      key.push_back(column.name);
      info->constraints.push_back(duckdb::make_uniq<duckdb::NotNullConstraint>(
          duckdb::LogicalIndex(info->columns.LogicalColumnCount())));
    }
    info->columns.AddColumn(std::move(definition));
  }
  info->constraints.push_back(duckdb::make_uniq<duckdb::UniqueConstraint>(std::move(key), true));
  info->comment = CommentOf(snapshot.facts.name, *snapshot.store);
  return info;
}

}  // namespace

optional_ptr<CatalogEntry> DynamoSchema::EntryFor(std::shared_ptr<SqlTable> table) {
  std::shared_ptr<const TableSnapshot> snapshot = table->snapshot();
  std::lock_guard lock(mutex_);
  auto& versions = entries_[snapshot->sql_name];
  auto& current = current_[snapshot->sql_name];
  if (!versions.empty() && current == table &&
      versions.back()->snapshot().version == snapshot->version) {
    return versions.back().get();
  }
  const auto info = InfoOf(catalog.GetName(), *snapshot);
  versions.push_back(
      duckdb::make_uniq<DynamoTableEntry>(catalog, *this, *info, table, std::move(snapshot)));
  current = std::move(table);
  return versions.back().get();
}

CatalogEntry& DynamoSchema::NameEntryFor(const std::string& table_name) {
  std::lock_guard lock(mutex_);
  auto& entry = name_entries_[table_name];
  if (!entry) {
    duckdb::CreateTableInfo info(catalog.GetName(), kSchemaName, table_name);
    const SqlDataset source = registry_.SourceOf(table_name);
    info.comment = CommentOf(source.table_name, *source.store);
    entry = duckdb::make_uniq<TableName>(catalog, *this, info);
  }
  return *entry;
}

void DynamoSchema::Scan(ClientContext& context, CatalogType wanted,
                        const std::function<void(CatalogEntry&)>& callback) {
  if (wanted != CatalogType::TABLE_ENTRY) return;
  const auto control = QueryControl::Of(context);
  const base::CallContext call = control->call();
  for (const std::string& table_name : ValueOrThrow(context, registry_.ListNames(call))) {
    if (control->names_only()) {
      callback(NameEntryFor(table_name));
      continue;
    }
    auto table = registry_.Find(call, table_name);
    if (!table.ok()) {
      base::Log(base::LogLevel::kWarning, "table left out of the list",
                {{"table", table_name}, {"error", table.error().ToString()}});
      continue;
    }
    if (*table) callback(*EntryFor(std::move(*table)));
  }
}

void DynamoSchema::Scan(CatalogType wanted, const std::function<void(CatalogEntry&)>& callback) {
  if (wanted != CatalogType::TABLE_ENTRY) return;
  std::lock_guard lock(mutex_);
  for (const auto& [table_name, versions] : entries_) callback(*versions.back());
}

optional_ptr<CatalogEntry> DynamoSchema::LookupEntry(CatalogTransaction transaction,
                                                     const duckdb::EntryLookupInfo& lookup) {
  if (lookup.GetCatalogType() != CatalogType::TABLE_ENTRY || !transaction.HasContext())
    return nullptr;
  ClientContext& context = transaction.GetContext();
  const base::CallContext call = QueryControl::Of(context)->call();
  auto table = ValueOrThrow(context, registry_.Find(call, lookup.GetEntryName()));
  return table ? EntryFor(std::move(table)) : nullptr;
}

duckdb::SimilarCatalogEntry DynamoSchema::GetSimilarEntry(CatalogTransaction transaction,
                                                          const duckdb::EntryLookupInfo& lookup) {
  duckdb::SimilarCatalogEntry nearest;
  if (lookup.GetCatalogType() != CatalogType::TABLE_ENTRY || !transaction.HasContext())
    return nearest;
  const auto names = registry_.ListNames(QueryControl::Of(transaction.GetContext())->call());
  if (!names.ok()) return nearest;
  for (const std::string& candidate : *names) {
    const double score = duckdb::StringUtil::SimilarityRating(candidate, lookup.GetEntryName());
    if (score <= nearest.score) continue;
    nearest.score = score;
    nearest.name = candidate;
    nearest.schema = this;
  }
  return nearest;
}

namespace {

[[noreturn]] void Refuse(CatalogTransaction& transaction, const std::string& what,
                         const std::string& instead) {
  ThrowError(transaction.GetContext(),
             base::Error(base::ErrorKind::kInvalid, kSqlNotAllowed,
                         what + " is not possible in a DynamoDB store. " + instead));
}

constexpr const char* kUseTemporary = "Make it TEMPORARY to keep it in this session.";

}  // namespace

optional_ptr<CatalogEntry> DynamoSchema::CreateIndex(CatalogTransaction transaction,
                                                     duckdb::CreateIndexInfo&,
                                                     duckdb::TableCatalogEntry&) {
  Refuse(transaction, "CREATE INDEX",
         "Secondary indexes belong to CreateTable and UpdateTable of the DynamoDB API.");
}
optional_ptr<CatalogEntry> DynamoSchema::CreateFunction(CatalogTransaction transaction,
                                                        duckdb::CreateFunctionInfo&) {
  Refuse(transaction, "CREATE FUNCTION", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateTable(CatalogTransaction transaction,
                                                     duckdb::BoundCreateTableInfo&) {
  Refuse(transaction, "CREATE TABLE",
         "Use `stator import` to make and fill a table, or CREATE TEMPORARY TABLE for one of this "
         "session.");
}
optional_ptr<CatalogEntry> DynamoSchema::CreateView(CatalogTransaction transaction,
                                                    duckdb::CreateViewInfo&) {
  Refuse(transaction, "CREATE VIEW", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateSequence(CatalogTransaction transaction,
                                                        duckdb::CreateSequenceInfo&) {
  Refuse(transaction, "CREATE SEQUENCE", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateTableFunction(CatalogTransaction transaction,
                                                             duckdb::CreateTableFunctionInfo&) {
  Refuse(transaction, "CREATE MACRO", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateCopyFunction(CatalogTransaction transaction,
                                                            duckdb::CreateCopyFunctionInfo&) {
  Refuse(transaction, "Making a copy function", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreatePragmaFunction(CatalogTransaction transaction,
                                                              duckdb::CreatePragmaFunctionInfo&) {
  Refuse(transaction, "Making a pragma", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateCollation(CatalogTransaction transaction,
                                                         duckdb::CreateCollationInfo&) {
  Refuse(transaction, "CREATE COLLATION", kUseTemporary);
}
optional_ptr<CatalogEntry> DynamoSchema::CreateType(CatalogTransaction transaction,
                                                    duckdb::CreateTypeInfo&) {
  Refuse(transaction, "CREATE TYPE", kUseTemporary);
}
void DynamoSchema::DropEntry(ClientContext& context, duckdb::DropInfo&) {
  CatalogTransaction transaction(catalog, context);
  Refuse(transaction, "DROP", "Use DeleteTable of the DynamoDB API.");
}
void DynamoSchema::Alter(CatalogTransaction transaction, duckdb::AlterInfo&) {
  Refuse(transaction, "ALTER", "Columns follow the items.");
}

}  // namespace stator::sql
