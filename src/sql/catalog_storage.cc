// The parts of the catalog that DuckDB wants around the schema: the catalog itself, transactions,
// the storage extension.
#include <utility>

#include "duckdb/common/reference_map.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/database.hpp"
#include "duckdb/parser/parsed_data/attach_info.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/storage/database_size.hpp"
#include "duckdb/storage/storage_extension.hpp"
#include "duckdb/transaction/transaction.hpp"
#include "duckdb/transaction/transaction_manager.hpp"
#include "sql/dynamo_catalog.h"
#include "sql/sql_errors.h"

namespace stator::sql {

using duckdb::ClientContext;
using duckdb::PhysicalOperator;
using duckdb::PhysicalPlanGenerator;

namespace {

// Reads have no transaction across pages in DynamoDB; these objects only satisfy DuckDB.
class DynamoTransactions final : public duckdb::TransactionManager {
 public:
  using TransactionManager::TransactionManager;

  duckdb::Transaction& StartTransaction(ClientContext& context) override {
    auto transaction = duckdb::make_uniq<duckdb::Transaction>(*this, context);
    std::lock_guard lock(mutex_);
    duckdb::Transaction& started = *transaction;
    running_.emplace(started, std::move(transaction));
    return started;
  }

  duckdb::ErrorData CommitTransaction(ClientContext&, duckdb::Transaction& transaction) override {
    RollbackTransaction(transaction);
    return {};
  }

  void RollbackTransaction(duckdb::Transaction& transaction) override {
    std::lock_guard lock(mutex_);
    running_.erase(transaction);
  }

  void Checkpoint(ClientContext&, bool) override {}

 private:
  std::mutex mutex_;
  duckdb::reference_map_t<duckdb::Transaction, duckdb::unique_ptr<duckdb::Transaction>> running_;
};

class DynamoCatalog final : public duckdb::Catalog {
 public:
  DynamoCatalog(duckdb::AttachedDatabase& database, TableRegistry& registry)
      : Catalog(database), registry_(registry) {}

  void Initialize(bool) override {
    duckdb::CreateSchemaInfo info;
    info.schema = kSchemaName;
    schema_ = duckdb::make_uniq<DynamoSchema>(*this, info, registry_);
  }

  std::string GetCatalogType() override { return "stator"; }
  std::string GetDefaultSchema() const override { return kSchemaName; }
  bool InMemory() override { return false; }
  std::string GetDBPath() override { return registry_.Location(); }
  duckdb::DatabaseSize GetDatabaseSize(ClientContext&) override { return {}; }

  duckdb::optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup,
      duckdb::OnEntryNotFound if_not_found) override {
    const std::string& name = lookup.GetEntryName();
    if (duckdb::StringUtil::CIEquals(name, kSchemaName) || name == DEFAULT_SCHEMA)
      return schema_.get();
    if (if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) return nullptr;
    ThrowError(transaction.GetContext(),
               base::Error(base::ErrorKind::kInvalid, kSqlCatalogError,
                           "Schema \"" + name + "\" does not exist: tables are in \"" +
                               kSchemaName + "\"."));
  }

  void ScanSchemas(ClientContext&,
                   std::function<void(duckdb::SchemaCatalogEntry&)> callback) override {
    callback(*schema_);
  }

  duckdb::optional_ptr<duckdb::CatalogEntry> CreateSchema(duckdb::CatalogTransaction transaction,
                                                          duckdb::CreateSchemaInfo&) override {
    Refuse(transaction.GetContext(), "CREATE SCHEMA");
  }

  PhysicalOperator& PlanCreateTableAs(ClientContext& context, PhysicalPlanGenerator&,
                                      duckdb::LogicalCreateTable&, PhysicalOperator&) override {
    Refuse(context, "CREATE TABLE AS");
  }
  PhysicalOperator& PlanInsert(ClientContext& context, PhysicalPlanGenerator&,
                               duckdb::LogicalInsert&,
                               duckdb::optional_ptr<PhysicalOperator>) override {
    Refuse(context, "INSERT");
  }
  PhysicalOperator& PlanDelete(ClientContext& context, PhysicalPlanGenerator&,
                               duckdb::LogicalDelete&, PhysicalOperator&) override {
    Refuse(context, "DELETE");
  }
  PhysicalOperator& PlanUpdate(ClientContext& context, PhysicalPlanGenerator&,
                               duckdb::LogicalUpdate&, PhysicalOperator&) override {
    Refuse(context, "UPDATE");
  }

 private:
  [[noreturn]] static void Refuse(ClientContext& context, const std::string& what) {
    ThrowError(context, base::Error(base::ErrorKind::kInvalid, kSqlNotAllowed,
                                    what + ": SQL reads DynamoDB tables and does not write them "
                                           "yet. Use `stator import`, or any "
                                           "client of the DynamoDB API."));
  }

  void DropSchema(ClientContext& context, duckdb::DropInfo&) override {
    Refuse(context, "DROP SCHEMA");
  }

  TableRegistry& registry_;
  duckdb::unique_ptr<DynamoSchema> schema_;
};

struct RegistryInfo final : public duckdb::StorageExtensionInfo {
  explicit RegistryInfo(TableRegistry& the_registry) : registry(the_registry) {}
  TableRegistry& registry;
};

duckdb::unique_ptr<duckdb::Catalog> AttachCatalog(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo> info, ClientContext&,
    duckdb::AttachedDatabase& database, const std::string&, duckdb::AttachInfo&,
    duckdb::AttachOptions&) {
  return duckdb::make_uniq<DynamoCatalog>(database, static_cast<RegistryInfo&>(*info).registry);
}

duckdb::unique_ptr<duckdb::TransactionManager> MakeTransactions(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo>, duckdb::AttachedDatabase& database,
    duckdb::Catalog&) {
  return duckdb::make_uniq<DynamoTransactions>(database);
}

}  // namespace

void RegisterDynamoCatalog(duckdb::DatabaseInstance& database, TableRegistry& registry) {
  auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
  extension->attach = AttachCatalog;
  extension->create_transaction_manager = MakeTransactions;
  extension->storage_info = duckdb::make_shared_ptr<RegistryInfo>(registry);
  duckdb::StorageExtension::Register(duckdb::DBConfig::GetConfig(database), "stator",
                                     std::move(extension));
}

}  // namespace stator::sql
