// The session behind SqlSession: runs statements bit by bit, so that deadlines and Ctrl-C are seen
// between the tasks of a query, and hands answers over chunk by chunk, so that memory stays
// bounded.
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

  // Makes the connection, unless there is one to the current instance.
  base::Status Connect();
  // Every statement of `sql`; lets DuckDB's exceptions pass.
  base::Result<RunSummary> RunAll(const base::CallContext& context, std::string_view sql,
                                  const std::vector<SqlParameter>& parameters, ResultSink& sink);
  // One statement, again when columns were widened. Answers its rows.
  base::Result<std::uint64_t> RunWithRetries(const base::CallContext& context,
                                             const Statement& statement,
                                             duckdb::vector<duckdb::Value>& parameters,
                                             ResultSink& sink, bool& has_rows);
  // One statement, once.
  base::Result<std::uint64_t> RunOnce(const Statement& statement,
                                      duckdb::vector<duckdb::Value>& parameters, ResultSink& sink,
                                      bool& has_rows);
  // Hands the rows of a running statement to the sink.
  base::Result<std::uint64_t> Deliver(duckdb::QueryResult& result, ResultSink& sink);
  // A DESCRIBE of our own instead of DuckDB's, where it is one of our tables.
  Statement DescribeFromCatalog(Statement statement);
  // The error of a statement: our own where there is one. Gives a spoilt instance up.
  base::Error Failure(const duckdb::ErrorData& error);

  std::shared_ptr<InstanceHolder> holder_;
  // What the connection belongs to.
  std::shared_ptr<SqlInstance> instance_;
  std::unique_ptr<duckdb::Connection> connection_;
  duckdb::shared_ptr<QueryControl> control_;
};

// Whether an untrusted session may run the statement: it reads tables and does nothing else.
bool IsReadOnlyQuery(const duckdb::SQLStatement& statement);

}  // namespace stator::sql
