#include "sql/sql_session.h"

#include <filesystem>
#include <utility>

#include "base/log.h"
#include "duckdb/main/pending_query_result.hpp"
#include "duckdb/main/stream_query_result.hpp"
#include "duckdb/parser/statement/explain_statement.hpp"
#include "dynamo/errors.h"
#include "sql/describe_table.h"
#include "sql/plan_text.h"
#include "sql/result_chunk.h"
#include "sql/sql_errors.h"

namespace stator::sql {

using base::CallContext;
using base::Result;
using base::Status;
using duckdb::ErrorData;
using duckdb::PendingExecutionResult;
using duckdb::StatementType;
using duckdb::Value;

bool IsReadOnlyQuery(const duckdb::SQLStatement& statement) {
  if (statement.type == StatementType::SELECT_STATEMENT) return true;
  if (statement.type != StatementType::EXPLAIN_STATEMENT) return false;
  return IsReadOnlyQuery(*statement.Cast<duckdb::ExplainStatement>().stmt);
}

namespace {

Value ToValue(const SqlParameter& parameter) {
  if (const auto* flag = std::get_if<bool>(&parameter)) return Value::BOOLEAN(*flag);
  if (const auto* integer = std::get_if<std::int64_t>(&parameter)) return Value::BIGINT(*integer);
  if (const auto* number = std::get_if<double>(&parameter)) return Value::DOUBLE(*number);
  if (const auto* text = std::get_if<std::string>(&parameter)) return Value(*text);
  return Value();
}

base::Error NotAllowed(const duckdb::SQLStatement& statement) {
  return {base::ErrorKind::kDenied, kSqlNotAllowed,
          duckdb::StatementTypeToString(statement.type) +
              " statements are not allowed here: this door answers SELECT, SHOW, DESCRIBE, EXPLAIN "
              "and VALUES."};
}

base::Error OneStatementOnly(std::size_t count) {
  if (count == 0) return {base::ErrorKind::kInvalid, kSqlSyntaxError, "there is no statement"};
  return {base::ErrorKind::kDenied, kSqlNotAllowed,
          "these are " + std::to_string(count) + " statements: this door answers one at a time."};
}

// Makes an EXPLAIN that names no format answer JSON, for PlanTextSink.
bool AskForPlanText(duckdb::SQLStatement& statement) {
  if (statement.type != StatementType::EXPLAIN_STATEMENT) return false;
  auto& explain = statement.Cast<duckdb::ExplainStatement>();
  if (explain.explain_format != duckdb::ExplainFormat::DEFAULT) return false;
  explain.explain_format = duckdb::ExplainFormat::JSON;
  return true;
}

// The error of a statement that only fitted the columns as they were before its first run.
base::Error AfterWidening(const base::Error& error, const std::string& misfit) {
  return {error.kind(), error.code(),
          error.message() +
              "\nA column has been widened by this statement, DESCRIBE shows it: " + misfit};
}

// Keeps the count that COPY answers.
class CountingSink final : public ResultSink {
 public:
  Status Begin(const std::vector<ResultColumn>&) override { return base::OkStatus(); }
  Status Rows(const ResultChunk& chunk) override {
    last = chunk.Text(0, 0);
    return base::OkStatus();
  }
  Status End() override { return base::OkStatus(); }
  bool Restart() override { return true; }
  std::string last;  // the first value of the last chunk
};

}  // namespace

Status DuckSession::Connect() {
  STATOR_ASSIGN_OR_RETURN(std::shared_ptr<SqlInstance> instance, holder_->Get());
  if (instance == instance_) return base::OkStatus();
  STATOR_ASSIGN_OR_RETURN(connection_, instance->Connect());
  control_ = QueryControl::Of(*connection_->context);
  instance_ = std::move(instance);
  return base::OkStatus();
}

base::Error DuckSession::Failure(const ErrorData& error) {
  if (control_->call().cancel.cancelled()) {
    return {base::ErrorKind::kDeadline, kSqlInterrupted, "the statement was cancelled"};
  }
  if (auto own = control_->error()) return *own;
  base::Error failure = ErrorOf(error);
  if (failure.kind() == base::ErrorKind::kInternal) {
    base::Log(base::LogLevel::kError, "internal error of DuckDB", {{"error", failure.message()}});
    holder_->Replace(instance_);
  }
  if (failure.code() == kSqlInterrupted && control_->Expired()) {
    return dynamo::DeadlineError("the SQL statement");
  }
  return failure;
}

Result<RunSummary> DuckSession::Run(const CallContext& context, std::string_view sql,
                                    const std::vector<SqlParameter>& parameters, ResultSink& sink) {
  STATOR_RETURN_IF_ERROR(Connect());
  control_->Begin(context);
  try {
    return RunAll(context, sql, parameters, sink);
  } catch (const std::exception& error) {
    return Failure(ErrorData(error));
  }
}

Result<RunSummary> DuckSession::RunAll(const CallContext& context, std::string_view sql,
                                       const std::vector<SqlParameter>& parameters,
                                       ResultSink& sink) {
  RunSummary summary;
  PlanTextSink plans(sink);
  duckdb::vector<Value> values;
  for (const SqlParameter& parameter : parameters) values.push_back(ToValue(parameter));
  auto statements = connection_->ExtractStatements(std::string(sql));
  const bool trusted = holder_->options().trusted;
  if (!trusted && statements.size() != 1) return OneStatementOnly(statements.size());
  for (auto& statement : statements) {
    if (!trusted && !IsReadOnlyQuery(*statement)) return NotAllowed(*statement);
    statement = DescribeFromCatalog(std::move(statement));
    ResultSink& target = AskForPlanText(*statement) ? static_cast<ResultSink&>(plans) : sink;
    STATOR_ASSIGN_OR_RETURN(summary.rows,
                            RunWithRetries(context, statement, values, target, summary.has_rows));
    ++summary.statements;
  }
  return summary;
}

Result<std::uint64_t> DuckSession::RunWithRetries(const CallContext& context,
                                                  const Statement& statement,
                                                  duckdb::vector<Value>& parameters,
                                                  ResultSink& sink, bool& has_rows) {
  std::optional<std::string> misfit;
  for (int retries = 0;; ++retries) {
    control_->Begin(context);
    auto rows = RunOnce(statement, parameters, sink, has_rows);
    if (rows.ok() || retries == kRetriesMax) return rows;
    const bool does_not_bind = rows.error().code() == kSqlBinderError;
    if (does_not_bind && misfit) return AfterWidening(rows.error(), *misfit);
    misfit = control_->misfit();
    // A column that is not known may have come with items that are newer than the sample.
    const bool again = misfit || (does_not_bind && retries == 0 && holder_->Resample());
    if (!again || !sink.Restart()) return rows;
  }
}

Result<std::uint64_t> DuckSession::RunOnce(const Statement& statement,
                                           duckdb::vector<Value>& parameters, ResultSink& sink,
                                           bool& has_rows) {
  auto pending = connection_->PendingQuery(statement->Copy(), parameters, true);
  if (pending->HasError()) return Failure(pending->GetErrorObject());
  PendingExecutionResult state = PendingExecutionResult::RESULT_NOT_READY;
  while (!duckdb::PendingQueryResult::IsResultReady(state)) {
    if (control_->Expired()) connection_->Interrupt();
    state = pending->ExecuteTask();
    if (state == PendingExecutionResult::EXECUTION_ERROR) return Failure(pending->GetErrorObject());
    if (state == PendingExecutionResult::BLOCKED ||
        state == PendingExecutionResult::NO_TASKS_AVAILABLE) {
      pending->WaitForTask();
    }
  }
  auto result = pending->Execute();
  if (result->HasError()) return Failure(result->GetErrorObject());
  has_rows = result->properties.return_type == duckdb::StatementReturnType::QUERY_RESULT;
  return Deliver(*result, sink);
}

namespace {

// Works on a streamed result until its next chunk is there, so that a deadline is seen between
// tasks.
void AwaitChunk(duckdb::StreamQueryResult& stream, duckdb::Connection& connection,
                const QueryControl& control) {
  while (true) {
    if (control.Expired()) connection.Interrupt();
    const auto state = stream.ExecuteTask();
    if (duckdb::StreamQueryResult::IsChunkReady(state)) return;
    if (state == duckdb::StreamExecutionResult::BLOCKED ||
        state == duckdb::StreamExecutionResult::NO_TASKS_AVAILABLE) {
      stream.WaitForTask();
    }
  }
}

}  // namespace

Result<std::uint64_t> DuckSession::Deliver(duckdb::QueryResult& result, ResultSink& sink) {
  STATOR_RETURN_IF_ERROR(sink.Begin(ResultColumnsOf(result.names, result.types)));
  std::uint64_t rows = 0;
  while (true) {
    if (result.type == duckdb::QueryResultType::STREAM_RESULT) {
      AwaitChunk(result.Cast<duckdb::StreamQueryResult>(), *connection_, *control_);
    }
    duckdb::unique_ptr<duckdb::DataChunk> chunk;
    ErrorData error;
    if (!result.TryFetch(chunk, error)) return Failure(error);
    if (!chunk || chunk->size() == 0) break;
    rows += chunk->size();
    STATOR_RETURN_IF_ERROR(sink.Rows(DuckResultChunk(*connection_->context, *chunk)));
  }
  STATOR_RETURN_IF_ERROR(sink.End());
  return rows;
}

DuckSession::Statement DuckSession::DescribeFromCatalog(Statement statement) {
  const auto query = DescribeQuery(*connection_->context, *statement);
  if (!query) return statement;
  return std::move(connection_->ExtractStatements(*query)[0]);
}

Result<std::uint64_t> DuckSession::WriteParquet(const CallContext& context, std::string_view sql,
                                                const std::string& path) {
  std::string query(sql);
  while (!query.empty() &&
         (query.back() == ';' || std::isspace(static_cast<unsigned char>(query.back())))) {
    query.pop_back();
  }
  // Written beside and renamed, so that a failed query leaves nothing half done.
  const std::string draft = path + ".partial";
  CountingSink sink;
  const auto summary =
      Run(context, "COPY (" + query + "\n) TO " + QuoteText(draft) + " (FORMAT parquet)", {}, sink);
  std::error_code error;
  if (!summary.ok()) {
    std::filesystem::remove(draft, error);
    return summary.error();
  }
  std::filesystem::rename(draft, path, error);
  if (error) {
    return base::Error(base::ErrorKind::kUnavailable, kSqlError,
                       "cannot write " + path + ": " + error.message());
  }
  return static_cast<std::uint64_t>(std::strtoull(sink.last.c_str(), nullptr, 10));
}

namespace {

class DuckEngine final : public SqlEngine {
 public:
  explicit DuckEngine(std::shared_ptr<InstanceHolder> holder) : holder_(std::move(holder)) {}
  std::unique_ptr<SqlSession> NewSession() override {
    return std::make_unique<DuckSession>(holder_);
  }

 private:
  std::shared_ptr<InstanceHolder> holder_;
};

}  // namespace

Result<std::unique_ptr<SqlEngine>> SqlEngine::Open(SqlEngineOptions options) {
  auto holder = std::make_shared<InstanceHolder>(std::move(options));
  STATOR_RETURN_IF_ERROR([&]() -> Status {
    STATOR_ASSIGN_OR_RETURN(const std::shared_ptr<SqlInstance> instance, holder->Get());
    return base::OkStatus();
  }());
  return std::unique_ptr<SqlEngine>(std::make_unique<DuckEngine>(std::move(holder)));
}

}  // namespace stator::sql
