#include "sql/analytical_engine.h"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>
#include <utility>

#include "duckdb/main/pending_query_result.hpp"
#include "duckdb/main/stream_query_result.hpp"
#include "dynamo/errors.h"
#include "sql/analytical_sql.h"
#include "sql/column_batches.h"
#include "sql/sql_errors.h"

namespace stator::sql {

using base::CallContext;
using base::Result;
using base::Status;
using features::ColumnBatch;
using features::DataFile;
using features::RowStream;

namespace {

// The name of the table that holds entity rows given in memory.
constexpr const char* kEntityTable = "stator_entity_rows";

bool Expired(const CallContext& context) {
  return context.cancel.cancelled() || context.deadline.Passed(std::chrono::steady_clock::now());
}

base::Error FileError(const std::string& path, const duckdb::ErrorData& error) {
  if (error.Type() == duckdb::ExceptionType::INTERRUPT)
    return dynamo::DeadlineError("reading " + path);
  const std::string& words = error.RawMessage();
  if (error.Type() == duckdb::ExceptionType::IO &&
      words.find("No files found") != std::string::npos) {
    return {base::ErrorKind::kNotFound, features::kDataFileNotFound, "no file matches " + path};
  }
  const bool memory = error.Type() == duckdb::ExceptionType::OUT_OF_MEMORY;
  return {memory ? base::ErrorKind::kUnavailable : base::ErrorKind::kInvalid,
          memory ? kSqlOutOfMemory : features::kDataFileInvalid, path + ": " + words};
}

// Runs a query up to its first rows, watching the deadline.
Result<duckdb::unique_ptr<duckdb::QueryResult>> Start(duckdb::Connection& connection,
                                                      const CallContext& context,
                                                      const std::string& sql,
                                                      const std::string& path) {
  auto pending = connection.PendingQuery(sql, duckdb::QueryParameters(true));
  if (pending->HasError()) return FileError(path, pending->GetErrorObject());
  auto state = duckdb::PendingExecutionResult::RESULT_NOT_READY;
  while (!duckdb::PendingQueryResult::IsResultReady(state)) {
    if (Expired(context)) connection.Interrupt();
    state = pending->ExecuteTask();
    if (state == duckdb::PendingExecutionResult::EXECUTION_ERROR)
      return FileError(path, pending->GetErrorObject());
    if (state == duckdb::PendingExecutionResult::BLOCKED ||
        state == duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE) {
      pending->WaitForTask();
    }
  }
  auto result = pending->Execute();
  if (result->HasError()) return FileError(path, result->GetErrorObject());
  return result;
}

// Turns DuckDB's exceptions into errors.
template <typename T>
Result<T> Guarded(const std::string& path, const std::function<Result<T>()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    return FileError(path, duckdb::ErrorData(error));
  }
}

class DuckRowStream final : public RowStream {
 public:
  DuckRowStream(std::shared_ptr<duckdb::DuckDB> database,
                std::unique_ptr<duckdb::Connection> connection,
                duckdb::unique_ptr<duckdb::QueryResult> result, CallContext context,
                std::string path)
      : database_(std::move(database)),
        connection_(std::move(connection)),
        result_(std::move(result)),
        context_(std::move(context)),
        path_(std::move(path)) {
    for (std::size_t i = 0; i < result_->names.size(); ++i) {
      columns_.push_back(EmptyColumn(result_->names[i], result_->types[i]));
    }
  }

  Result<bool> Next(ColumnBatch& batch) override {
    return Guarded<bool>(path_, [&]() -> Result<bool> {
      if (Expired(context_)) return dynamo::DeadlineError("reading " + path_);
      duckdb::unique_ptr<duckdb::DataChunk> chunk;
      duckdb::ErrorData error;
      if (!result_->TryFetch(chunk, error)) return FileError(path_, error);
      if (!chunk || chunk->size() == 0) return false;
      if (batch.columns.size() != columns_.size()) batch.columns = columns_;
      FillBatch(*connection_->context, *chunk, batch);
      return true;
    });
  }

 private:
  std::shared_ptr<duckdb::DuckDB> database_;
  std::unique_ptr<duckdb::Connection> connection_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  const CallContext context_;
  const std::string path_;
  std::vector<features::Column> columns_;
};

class DuckAnalyticalEngine final : public features::AnalyticalEngine {
 public:
  explicit DuckAnalyticalEngine(std::shared_ptr<duckdb::DuckDB> database)
      : database_(std::move(database)) {}

  Result<ColumnBatch> Describe(const CallContext& context, const DataFile& file) override {
    return Guarded<ColumnBatch>(file.path, [&]() -> Result<ColumnBatch> {
      auto connection = Connect();
      STATOR_ASSIGN_OR_RETURN(
          const auto result, Start(*connection, context, AllRowsSql(file) + " LIMIT 0", file.path));
      ColumnBatch batch;
      for (std::size_t i = 0; i < result->names.size(); ++i) {
        batch.columns.push_back(EmptyColumn(result->names[i], result->types[i]));
      }
      return batch;
    });
  }

  Result<std::unique_ptr<RowStream>> ReadRows(const CallContext& context,
                                              const DataFile& file) override {
    return Stream(context, file.path,
                  [&](duckdb::Connection&) -> Result<std::string> { return AllRowsSql(file); });
  }

  Result<std::unique_ptr<RowStream>> LatestRows(
      const CallContext& context, const features::LatestRowsRequest& request) override {
    return Stream(context, request.file.path,
                  [&](duckdb::Connection& connection) -> Result<std::string> {
                    STATOR_ASSIGN_OR_RETURN(const RowSource source,
                                            SourceOf(connection, context, request.file));
                    return LatestRowsSql(source, request);
                  });
  }

  Result<std::unique_ptr<RowStream>> History(const CallContext& context,
                                             const features::HistoryRequest& request) override {
    return Stream(context, PathOf(request.entity_rows), [&](duckdb::Connection& connection) {
      return HistoryQuery(connection, context, request);
    });
  }

  Result<std::uint64_t> WriteHistory(const CallContext& context,
                                     const features::HistoryRequest& request,
                                     const DataFile& out) override {
    return Guarded<std::uint64_t>(PathOf(request.entity_rows), [&]() -> Result<std::uint64_t> {
      auto connection = Connect();
      STATOR_ASSIGN_OR_RETURN(const std::string query, HistoryQuery(*connection, context, request));
      return Write(*connection, context, query, out);
    });
  }

  Status WriteRows(const CallContext& context, const ColumnBatch& rows,
                   const DataFile& out) override {
    return Guarded<base::Unit>(out.path, [&]() -> Status {
      auto connection = Connect();
      STATOR_RETURN_IF_ERROR(MakeTable(*connection, kEntityTable, rows));
      STATOR_RETURN_IF_ERROR(
          Write(*connection, context, std::string("SELECT * FROM ") + kEntityTable, out));
      return base::OkStatus();
    });
  }

 private:
  using MakeSql = std::function<Result<std::string>(duckdb::Connection&)>;

  std::unique_ptr<duckdb::Connection> Connect() {
    return std::make_unique<duckdb::Connection>(*database_);
  }

  static bool IsFolder(const DataFile& file) {
    std::error_code error;
    return std::filesystem::is_directory(file.path, error);
  }

  // The file without the columns that number its rows.
  static std::string AllRowsSql(const DataFile& file) {
    const bool parquet = file.format == features::DataFormat::kParquet;
    return std::string("SELECT * ") + (parquet ? "EXCLUDE (__stator_file, file_row_number) " : "") +
           "FROM " + FromFile(file, IsFolder(file));
  }

  static std::string PathOf(const features::EntityRows& rows) {
    const auto* file = std::get_if<DataFile>(&rows);
    return file != nullptr ? file->path : "the entity rows";
  }

  static Result<RowSource> Described(duckdb::Connection& connection, const CallContext& context,
                                     RowSource source, const std::string& all_rows) {
    STATOR_ASSIGN_OR_RETURN(const auto result,
                            Start(connection, context, all_rows + " LIMIT 0", source.path));
    for (std::size_t i = 0; i < result->names.size(); ++i) {
      source.columns.push_back({result->names[i], result->types[i].ToString()});
    }
    return source;
  }

  static Result<RowSource> SourceOf(duckdb::Connection& connection, const CallContext& context,
                                    const DataFile& file) {
    return Described(connection, context,
                     {FromFile(file, IsFolder(file)), file.path, {}, OrderOfFile(file)},
                     AllRowsSql(file));
  }

  static Result<RowSource> EntitySource(duckdb::Connection& connection, const CallContext& context,
                                        const features::EntityRows& rows) {
    if (const auto* file = std::get_if<DataFile>(&rows))
      return SourceOf(connection, context, *file);
    STATOR_RETURN_IF_ERROR(MakeTable(connection, kEntityTable, std::get<ColumnBatch>(rows)));
    return Described(connection, context, {kEntityTable, PathOf(rows), {}, {"rowid"}},
                     std::string("SELECT * FROM ") + kEntityTable);
  }

  static Result<std::string> HistoryQuery(duckdb::Connection& connection,
                                          const CallContext& context,
                                          const features::HistoryRequest& request) {
    STATOR_ASSIGN_OR_RETURN(const RowSource entities,
                            EntitySource(connection, context, request.entity_rows));
    std::vector<RowSource> views;
    for (const features::HistoryView& view : request.views) {
      STATOR_ASSIGN_OR_RETURN(RowSource source, SourceOf(connection, context, view.file));
      views.push_back(std::move(source));
    }
    return HistorySql(entities, views, request);
  }

  Result<std::unique_ptr<RowStream>> Stream(const CallContext& context, const std::string& path,
                                            const MakeSql& sql) {
    return Guarded<std::unique_ptr<RowStream>>(path, [&]() -> Result<std::unique_ptr<RowStream>> {
      auto connection = Connect();
      STATOR_ASSIGN_OR_RETURN(const std::string query, sql(*connection));
      STATOR_ASSIGN_OR_RETURN(auto result, Start(*connection, context, query, path));
      return std::unique_ptr<RowStream>(std::make_unique<DuckRowStream>(
          database_, std::move(connection), std::move(result), context, path));
    });
  }

  // Written beside and renamed, so that a failure leaves the old file alone.
  static Result<std::uint64_t> Write(duckdb::Connection& connection, const CallContext& context,
                                     const std::string& query, const DataFile& out) {
    const std::string draft = out.path + ".partial";
    const char* format =
        out.format == features::DataFormat::kParquet ? "FORMAT parquet" : "FORMAT csv, HEADER";
    const std::string copy = "COPY (" + query + ") TO " + QuoteText(draft) + " (" + format + ")";
    auto result = Start(connection, context, copy, out.path);
    std::error_code error;
    if (!result.ok()) {
      std::filesystem::remove(draft, error);
      return result.error();
    }
    const auto chunk = (*result)->Fetch();
    const std::uint64_t rows = chunk ? chunk->GetValue(0, 0).GetValue<std::uint64_t>() : 0;
    std::filesystem::rename(draft, out.path, error);
    if (error) {
      return base::Error(base::ErrorKind::kUnavailable, features::kDataFileInvalid,
                         "cannot write " + out.path + ": " + error.message());
    }
    return rows;
  }

  std::shared_ptr<duckdb::DuckDB> database_;
};

}  // namespace

Result<std::shared_ptr<features::AnalyticalEngine>> MakeAnalyticalEngine(
    const AnalyticalOptions& options) {
  const auto failed = [](const std::string& words) {
    return base::Error(base::ErrorKind::kInternal, kSqlInternalError,
                       "the analytical engine did not start: " + words);
  };
  try {
    auto database = std::make_shared<duckdb::DuckDB>(nullptr);
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    duckdb::Connection connection(*database);
    for (const std::string& setting :
         {std::string("SET autoinstall_known_extensions = false"),
          std::string("SET autoload_known_extensions = false"),
          "SET threads = " +
              std::to_string(options.threads > 0 ? options.threads : std::max(cores, 1)),
          "SET memory_limit = '" + std::to_string(options.memory_limit_bytes) + "B'",
          "SET temp_directory = " + QuoteText(std::filesystem::temp_directory_path().string() +
                                              "/stator-files-" + std::to_string(::getpid())),
          std::string("SET GLOBAL TimeZone = 'UTC'")}) {
      const auto result = connection.Query(setting);
      if (result->HasError()) return failed(result->GetError());
    }
    return std::shared_ptr<features::AnalyticalEngine>(
        std::make_shared<DuckAnalyticalEngine>(std::move(database)));
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

}  // namespace stator::sql
