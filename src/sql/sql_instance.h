// One DuckDB instance with our catalog in it, and the holder that replaces it when DuckDB has
// spoilt it.
#pragma once

#include <memory>
#include <mutex>

#include "sql/duckdb_bridge.h"
#include "sql/sql_engine.h"
#include "sql/table_registry.h"

namespace stator::sql {

// An instance with its catalog attached and its settings locked when it is not trusted.
class SqlInstance {
 public:
  // ERRORS: SqlInternalError with DuckDB's words.
  static base::Result<std::shared_ptr<SqlInstance>> Open(const SqlEngineOptions& options,
                                                         std::shared_ptr<TableRegistry> registry);
  // A new connection whose default schema is ours, with a QueryControl registered.
  base::Result<std::unique_ptr<duckdb::Connection>> Connect();

 private:
  SqlInstance() = default;

  // The name of our catalog.
  std::string catalog_;
  // What the catalog looks tables up in; goes after the database.
  std::shared_ptr<TableRegistry> registry_;
  // DuckDB, in memory.
  std::unique_ptr<duckdb::DuckDB> database_;
};

// The instance that is good now. Thread-safe.
class InstanceHolder {
 public:
  // Nothing is opened until Get.
  explicit InstanceHolder(SqlEngineOptions options);
  // The instance, opened when there is none.
  base::Result<std::shared_ptr<SqlInstance>> Get();
  // Drops `spoilt` if it still is the current one.
  void Replace(const std::shared_ptr<SqlInstance>& spoilt);
  // Has tables sampled again, because a name was not found; false when that was done just now.
  bool Resample() { return registry_->Resample(); }
  // What it was made with.
  const SqlEngineOptions& options() const { return options_; }

 private:
  const SqlEngineOptions options_;
  // Shared by all instances, so that a new one need not sample tables again.
  const std::shared_ptr<TableRegistry> registry_;
  std::mutex mutex_;
  // Null until the first Get, and after Replace.
  std::shared_ptr<SqlInstance> current_;
};

}  // namespace stator::sql
