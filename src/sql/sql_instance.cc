#include "sql/sql_instance.h"

#include <unistd.h>

#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "duckdb/catalog/catalog_search_path.hpp"
#include "duckdb/main/client_data.hpp"
#include "sql/dynamo_catalog.h"
#include "sql/optimizer_hooks.h"
#include "sql/sql_errors.h"

namespace stator::sql {

using base::Result;

namespace {

// Where queries of this process spill what does not fit into memory; made by need, removed at the
// end.
std::string SpillFolder() {
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  return (error ? "/tmp" : temporary.string()) + "/stator-sql-" + std::to_string(::getpid());
}

// Settings in the order in which they must be made; the last one forbids further ones.
std::vector<std::string> SettingsFor(const SqlEngineOptions& options) {
  const int threads =
      options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  std::vector<std::string> settings = {
      "SET autoinstall_known_extensions = false",
      "SET autoload_known_extensions = false",
      "SET threads = " + std::to_string(std::max(threads, 1)),
      "SET memory_limit = '" + std::to_string(options.memory_limit_bytes) + "B'",
      // DynamoDB's scans have no order; keeping one would put them on a single thread.
      "SET preserve_insertion_order = false",
      // Keys of the small side of a join become keys to get.
      "SET dynamic_or_filter_threshold = 10000",
  };
  if (options.trusted) settings.push_back("SET temp_directory = " + QuoteText(SpillFolder()));
  if (!options.trusted) {
    settings.insert(settings.end(),
                    {"SET allow_community_extensions = false", "SET temp_directory = ''",
                     "SET enable_external_access = false", "SET lock_configuration = true"});
  }
  return settings;
}

base::Error InstanceError(const std::string& message) {
  return {base::ErrorKind::kInternal, kSqlInternalError,
          "the SQL engine did not start: " + message};
}

}  // namespace

Result<std::shared_ptr<SqlInstance>> SqlInstance::Open(const SqlEngineOptions& options,
                                                       std::shared_ptr<TableRegistry> registry) {
  try {
    auto instance = std::shared_ptr<SqlInstance>(new SqlInstance());
    instance->catalog_ = options.catalog;
    instance->registry_ = std::move(registry);
    duckdb::DBConfig config;
    config.SetOptionByName("duckdb_api", duckdb::Value("stator"));
    instance->database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
    RegisterDynamoCatalog(*instance->database_->instance, *instance->registry_);
    RegisterOptimizerHooks(*instance->database_->instance);
    duckdb::Connection connection(*instance->database_);
    std::vector<std::string> statements = {"ATTACH 'stator:' AS " +
                                           QuoteIdentifier(options.catalog) + " (TYPE stator)"};
    for (std::string& setting : SettingsFor(options)) statements.push_back(std::move(setting));
    for (const std::string& statement : statements) {
      const auto result = connection.Query(statement);
      if (result->HasError()) return InstanceError(result->GetError());
    }
    return instance;
  } catch (const std::exception& error) {
    return InstanceError(error.what());
  }
}

Result<std::unique_ptr<duckdb::Connection>> SqlInstance::Connect() {
  try {
    auto connection = std::make_unique<duckdb::Connection>(*database_);
    duckdb::ClientContext& context = *connection->context;
    context.registered_state->GetOrCreate<QueryControl>(QueryControl::kName);
    context.RunFunctionInTransaction([&] {
      duckdb::ClientData::Get(context).catalog_search_path->Set(
          duckdb::CatalogSearchEntry(catalog_, kSchemaName),
          duckdb::CatalogSetPathType::SET_SCHEMA);
    });
    return connection;
  } catch (const std::exception& error) {
    return InstanceError(error.what());
  }
}

InstanceHolder::InstanceHolder(SqlEngineOptions options)
    : options_(std::move(options)),
      registry_(
          std::make_shared<TableRegistry>(options_.store, options_.datasets, options_.sample)) {}

Result<std::shared_ptr<SqlInstance>> InstanceHolder::Get() {
  std::lock_guard lock(mutex_);
  if (!current_) {
    STATOR_ASSIGN_OR_RETURN(current_, SqlInstance::Open(options_, registry_));
  }
  return current_;
}

void InstanceHolder::Replace(const std::shared_ptr<SqlInstance>& spoilt) {
  std::lock_guard lock(mutex_);
  if (current_ != spoilt) return;
  base::Log(base::LogLevel::kError, "the SQL engine had an internal error and is started anew");
  current_.reset();
}

}  // namespace stator::sql
