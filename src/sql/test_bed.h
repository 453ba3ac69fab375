// For tests of this module alone; nothing else includes it. Whoever tests SQL against a store uses
// this bed and no fake.
//
// What it has, in the order in which a test meets it: an engine in memory, items by hand, and SQL
// with its answer as CSV. Every failure of the bed itself is a failure of the test that uses it. No
// wait is needed anywhere: an engine in memory completes on the thread of its caller.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/completion.h"
#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"
#include "sql/result_format.h"
#include "sql/sql_engine.h"

namespace stator::sql {

// A store in memory with its counters, and an engine
// over it that opens when it is first asked. Not thread-safe. Failures are
// failures of the test.
class TestBed {
  // For Run without parameters: a default argument
  // that a brace would hide from readers.
  static inline const std::vector<SqlParameter> kNoParameters;

 public:
  // The store is of the region us-east-1 and keeps its counters in `metrics`.
  // Opens the store; the SQL engine opens at the first query.
  TestBed() {
    engine::EngineOptions options;
    options.in_memory = true;
    options.metrics = &metrics;
    auto opened = engine::LocalDynamo::Open(options);
    EXPECT_TRUE(opened.ok());
    store_ = std::move(*opened);
    sql_options.store = store_.get();
  }

  // The store, open from the start to the end of the test. Tests may call it directly.
  dynamo::Store& store() { return *store_; }

  // Makes a table that is at once ready for use.
  // Its key is given as CreateTable wants it; an empty `sort` makes none of it.
  void CreateTable(const std::string& name, dynamo::KeyAttribute partition,
                   std::optional<dynamo::KeyAttribute> sort = std::nullopt) {
    dynamo::CreateTableRequest request;
    request.table_name = name;
    request.key_schema = {std::move(partition), std::move(sort)};
    request.billing_mode = dynamo::BillingMode::kPayPerRequest;
    const auto made = base::Wait<dynamo::TableDescription>(
        [&](auto done) { store_->CreateTable({}, request, std::move(done)); });
    ASSERT_TRUE(made.ok()) << made.error().ToString();
  }

  // A write as any client makes it.
  // Puts one item, filled in by `fill`, which names every attribute itself, the key among them.
  // What was there under the same key is replaced.
  void Put(const std::string& table, const std::function<void(dynamo::ItemBuilder&)>& fill) {
    dynamo::ItemBuilder builder;
    fill(builder);
    dynamo::PutItemRequest request;
    request.table_name = table;
    request.item = builder.Build();
    const auto put = base::Wait<dynamo::PutItemResponse>(
        [&](auto done) { store_->PutItem({}, request, std::move(done)); });
    ASSERT_TRUE(put.ok()) << put.error().ToString();
  }

  // Runs statements in a session of their own, with `context`. The answer is what the formatter
  // wrote; that of an error begins with "error: ", so that a test may compare either.
  // The statement runs as a session of a door would run it: no file, no setting, unless
  // `sql_options.trusted` was set before.
  //
  // The answer of `sql` in a format, or "error: Code: message".
  std::string Run(const std::string& sql, ResultFormat format = ResultFormat::kCsv,
                  const std::vector<SqlParameter>& parameters = kNoParameters) {
    if (!engine_) {
      auto opened = SqlEngine::Open(sql_options);
      EXPECT_TRUE(opened.ok()) << opened.error().ToString();
      engine_ = std::move(*opened);
    }
    std::string text;
    const auto sink = MakeFormatter(
        format, [&](std::string_view part) { return text += part, base::OkStatus(); });
    const auto ran = engine_->NewSession()->Run(context, sql, parameters, *sink);
    return ran.ok() ? text : "error: " + ran.error().ToString();
  }

  // What the counter of the engine says: a test takes the difference around a query, since the
  // sample that a first query takes counts too.
  // Items that reads of the engine have evaluated, over all tables and operations.
  std::uint64_t ItemsRead(const std::string& table, const std::string& operation) {
    return metrics
        .GetCounter("stator_engine_items_read_total", "",
                    {{"table", table}, {"operation", operation}})
        ->value();
  }

  // The engine's counters.
  base::MetricsRegistry metrics;
  // Of the SQL engine; change them before the first Run.
  SqlEngineOptions sql_options;
  // Every Run gets it.
  base::CallContext context;

 private:
  std::unique_ptr<dynamo::Store> store_;
  // Null until the first Run; goes before the store.
  std::unique_ptr<SqlEngine> engine_;
};

// The number that `text` says, for items by hand: exact, as DynamoDB keeps it. REQUIRES: decimal
// text within the range. As dynamo::Number::Parse.
inline dynamo::Number NumberOf(std::string_view text) { return *dynamo::Number::Parse(text); }

}  // namespace stator::sql
