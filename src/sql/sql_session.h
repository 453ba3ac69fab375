// The session behind SqlSession.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sql/duckdb_bridge.h"
#include "sql/sql_engine.h"
#include "sql/sql_instance.h"

namespace stator::sql {

// A connection to the current instance, made at the first run and made again after the instance was
// replaced.
class DuckSession final : public SqlSession {
 public:
  // Runs a statement again at most this often because columns were widened.
  static constexpr int kRetriesMax = 4;

  // Connects to nothing yet.
  explicit DuckSession(std::shared_ptr<InstanceHolder> holder) : holder_(std::move(holder)) {}

  // As SqlSession.
  base::Result<RunSummary> Run(const base::CallContext& context, std::string_view sql,
                               const std::vector<SqlParameter>& parameters,
                               ResultSink& sink) override;
  // As SqlSession.
  base::Result<std::uint64_t> WriteParquet(const base::CallContext& context, std::string_view sql,
                                           const std::string& path) override;

 private:
  using Statement = duckdb::unique_ptr<duckdb::SQLStatement>;

  base::Status Connect();
  base::Result<RunSummary> RunAll(const base::CallContext& context, std::string_view sql,
                                  const std::vector<SqlParameter>& parameters, ResultSink& sink);
  base::Result<std::uint64_t> RunWithRetries(const base::CallContext& context,
                                             const Statement& statement,
                                             duckdb::vector<duckdb::Value>& parameters,
                                             ResultSink& sink, bool& has_rows);
  base::Result<std::uint64_t> RunOnce(const Statement& statement,
                                      duckdb::vector<duckdb::Value>& parameters, ResultSink& sink,
                                      bool& has_rows);
  base::Result<std::uint64_t> Deliver(duckdb::QueryResult& result, ResultSink& sink);
  Statement DescribeFromCatalog(Statement statement);
  base::Error Failure(const duckdb::ErrorData& error);

  std::shared_ptr<InstanceHolder> holder_;
  std::shared_ptr<SqlInstance> instance_;
  std::unique_ptr<duckdb::Connection> connection_;
  duckdb::shared_ptr<QueryControl> control_;
};

// Whether an untrusted session may run the statement: it reads tables and does nothing else.
bool IsReadOnlyQuery(const duckdb::SQLStatement& statement);

}  // namespace stator::sql
