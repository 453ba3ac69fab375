#include "sql/import_table.h"

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "dynamo/errors.h"
#include "sql/row_items.h"
#include "sql/sql_errors.h"

namespace stator::sql {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;

// Keeps at most kImportBatchesInFlight calls of PutMany under way. The first failure is kept and
// ends the import.
class BatchWriter {
 public:
  BatchWriter(dynamo::Store& store, const base::CallContext& context)
      : store_(store), context_(context) {}
  // Waits for what is under way: completions refer to this object.
  ~BatchWriter() { static_cast<void>(Finish()); }
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Sends a batch as soon as there is room. ERRORS: the first failure so far.
  Status Write(const dynamo::WriteManyRequest& batch) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return in_flight_ < kImportBatchesInFlight || failure_; });
      if (failure_) return *failure_;
      ++in_flight_;
    }
    base::CallContext context = context_;
    context.deadline = base::Deadline::After(kImportBatchTime);
    const std::size_t rows = batch.writes.size();
    store_.PutMany(context, batch, [this, rows](Result<dynamo::WriteManyResponse> response) {
      Done(rows, std::move(response));
    });
    return base::OkStatus();
  }

  // Waits for everything. ERRORS: the first failure.
  Status Finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ == 0; });
    return failure_ ? Status(*failure_) : base::OkStatus();
  }

  std::uint64_t rows_done() {
    std::lock_guard lock(mutex_);
    return rows_done_;
  }

 private:
  void Done(std::size_t rows, Result<dynamo::WriteManyResponse> response) {
    std::lock_guard lock(mutex_);
    --in_flight_;
    if (!response.ok())
      Fail(response.error());
    else if (!response->failures.empty())
      Fail(response->failures.front().error);
    else
      rows_done_ += rows;
    changed_.notify_all();
  }
  void Fail(const Error& error) {
    if (!failure_) failure_ = error;
  }

  dynamo::Store& store_;
  const base::CallContext& context_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int in_flight_ = 0;
  std::uint64_t rows_done_ = 0;
  std::optional<Error> failure_;
};

// Makes the table, or checks that the one there has the same keys.
class TableMaker {
 public:
  TableMaker(dynamo::Store& store, const base::CallContext& context, const ImportRequest& request)
      : store_(store), context_(context), request_(request) {}

  Status Prepare(const dynamo::KeySchema& wanted) {
    auto described = base::Wait<dynamo::TableDescription>(
        [&](auto done) { store_.DescribeTable(context_, request_.table_name, std::move(done)); });
    if (described.ok()) return CheckKeys(described->key_schema, wanted);
    if (described.error().kind() != ErrorKind::kNotFound) return described.error();
    dynamo::CreateTableRequest create;
    create.table_name = request_.table_name;
    create.key_schema = wanted;
    create.billing_mode = dynamo::BillingMode::kPayPerRequest;
    auto created = base::Wait<dynamo::TableDescription>(
        [&](auto done) { store_.CreateTable(context_, create, std::move(done)); });
    if (!created.ok()) return created.error();
    return WaitUntilActive(std::move(*created));
  }

 private:
  Status CheckKeys(const dynamo::KeySchema& found, const dynamo::KeySchema& wanted) const {
    if (found == wanted) return base::OkStatus();
    return dynamo::ValidationError(
        "table " + request_.table_name +
        " exists with other keys than the import has (names and types must be equal): name "
        "another table, or cast the key columns to the types of the table");
  }

  // The engine's tables are active at once; AWS takes some seconds.
  Status WaitUntilActive(dynamo::TableDescription table) {
    std::mutex mutex;
    std::condition_variable never;
    while (table.status != dynamo::TableStatus::kActive) {
      if (context_.deadline.Passed(base::SystemClock().Now()) || context_.cancel.cancelled()) {
        return dynamo::DeadlineError("creating table " + request_.table_name);
      }
      std::unique_lock lock(mutex);
      never.wait_for(lock, std::chrono::milliseconds(500));
      STATOR_ASSIGN_OR_RETURN(table, base::Wait<dynamo::TableDescription>([&](auto done) {
                                store_.DescribeTable(context_, request_.table_name,
                                                     std::move(done));
                              }));
    }
    return base::OkStatus();
  }

  dynamo::Store& store_;
  const base::CallContext& context_;
  const ImportRequest& request_;
};

// Turns the rows of the query into items and hands them on.
class ImportSink final : public ResultSink {
 public:
  ImportSink(const ImportRequest& request, TableMaker& tables, BatchWriter& writer,
             std::function<void()> after_batch)
      : request_(request), tables_(tables), writer_(writer), after_batch_(std::move(after_batch)) {}

  Status Begin(const std::vector<ResultColumn>& columns) override {
    STATOR_ASSIGN_OR_RETURN(items_,
                            RowItems::Make(columns, request_.partition_key, request_.sort_key));
    return tables_.Prepare(items_->key_schema());
  }
  Status Rows(const ResultChunk& chunk) override {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      STATOR_ASSIGN_OR_RETURN(dynamo::Item item, items_->Convert(chunk, row));
      batch_.writes.push_back({request_.table_name, {false, std::move(item)}, "", {}});
      if (batch_.writes.size() == kImportBatchRows) STATOR_RETURN_IF_ERROR(Flush());
    }
    return base::OkStatus();
  }
  Status End() override { return Flush(); }
  bool Restart() override { return false; }

 private:
  Status Flush() {
    if (batch_.writes.empty()) return base::OkStatus();
    STATOR_RETURN_IF_ERROR(writer_.Write(std::exchange(batch_, {})));
    batch_.writes.reserve(kImportBatchRows);
    after_batch_();
    return base::OkStatus();
  }

  const ImportRequest& request_;
  TableMaker& tables_;
  BatchWriter& writer_;
  const std::function<void()> after_batch_;
  std::optional<RowItems> items_;
  dynamo::WriteManyRequest batch_;
};

// Takes the one number of a count.
class CountSink final : public ResultSink {
 public:
  Status Begin(const std::vector<ResultColumn>&) override { return base::OkStatus(); }
  Status Rows(const ResultChunk& chunk) override {
    count = std::stoull(std::string(chunk.Text(0, 0)));
    return base::OkStatus();
  }
  Status End() override { return base::OkStatus(); }
  bool Restart() override { return true; }

  std::optional<std::uint64_t> count;
};

bool StartsWithWord(std::string_view text, std::string_view word) {
  if (text.size() <= word.size()) return false;
  const bool same = std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
    return a == std::toupper(static_cast<unsigned char>(b));
  });
  return same && std::isspace(static_cast<unsigned char>(text[word.size()])) != 0;
}

}  // namespace

std::string ImportQuery(const std::string& from) {
  const std::string_view text =
      std::string_view(from).substr(std::min(from.find_first_not_of(" \t\r\n("), from.size()));
  for (const std::string_view word : {"SELECT", "WITH", "FROM", "VALUES"}) {
    if (StartsWithWord(text, word)) return from;
  }
  std::string quoted;
  for (const char c : from) quoted += c == '\'' ? "''" : std::string(1, c);
  return "SELECT * FROM '" + quoted + "'";
}

Result<std::uint64_t> ImportTable(const base::CallContext& context, SqlEngine& engine,
                                  dynamo::Store& store, const ImportRequest& request,
                                  const std::function<void(const ImportProgress&)>& progress) {
  const std::string query = ImportQuery(request.from);
  const std::unique_ptr<SqlSession> session = engine.NewSession();
  ImportProgress state;
  CountSink counter;
  STATOR_RETURN_IF_ERROR(
      session->Run(context, "SELECT count(*) FROM (" + query + ")", {}, counter));
  state.rows_total = counter.count;

  TableMaker tables(store, context, request);
  BatchWriter writer(store, context);
  const auto report = [&] {
    state.rows_done = writer.rows_done();
    progress(state);
  };
  ImportSink sink(request, tables, writer, report);
  const Result<RunSummary> run = session->Run(context, query, {}, sink);
  STATOR_RETURN_IF_ERROR(writer.Finish());
  if (!run.ok()) return run.error();
  report();
  return state.rows_done;
}

}  // namespace stator::sql
