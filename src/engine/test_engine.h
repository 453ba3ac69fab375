// For the tests of this module: engines, tables and blocking calls in short form.
// Items are in the notation of expression/test_item.h.
//
//   TestEngine engine;                       // in memory
//   engine.MakeTable("rows", "p S, s N");    // partition key p, sort key s
//   engine.Put("rows", "p: 'a', s: 1, v: [true, null]");
//   EXPECT_EQ(engine.Get("rows", "p: 'a', s: 1"), "p: 'a', s: 1, v: [true, null]");
//
// Helpers that return nothing fail the test when the operation fails; the operations themselves
// return their Result, so that a test can look at the error.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/completion_queue.h"
#include "engine/local_dynamo.h"
#include "expression/test_item.h"

namespace stator::engine {

using expression::TestAttributes;
using expression::TestItem;
using expression::TestText;

// An engine with blocking calls. The names of the operations are DynamoDB's. Thread-safe as the
// engine is, but for Close() and for changes of `context`.
class TestEngine {
 public:
  // Opens; fails the test when that fails.
  explicit TestEngine(EngineOptions options = InMemory()) {
    auto opened = LocalDynamo::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    if (opened.ok()) store_ = std::move(*opened);
  }

  // Options for a store in memory: RocksDB's own Env in memory, so the real engine without a disk
  // and without a log.
  static EngineOptions InMemory() {
    EngineOptions options;
    options.in_memory = true;
    return options;
  }

  // The store itself, for calls that do not block and for Location().
  LocalDynamo& store() { return *store_; }
  // Closes it: what waits for a sync completes first. No call may follow.
  void Close() { store_.reset(); }

  // Has calls from now on made by the thread of `queue`, and completed there too, as those of a
  // server are: all of them, or one of `every`, the others being made where they come from.
  // The thread ends before the engine is closed.
  void CallOn(base::CompletionQueue& queue, int every = 1) {
    queue_ = &queue;
    every_ = every;
  }

  // Any operation of a request, blocking until it has completed; on whatever thread CallOn says,
  // which is not the caller's.
  // Response is the type in its completion.
  template <typename Response, typename Method, typename Request>
  base::Result<Response> Call(Method method, const Request& request) {
    return base::Wait<Response>([&](base::Completion<Response> done) {
      // The store runs the completion on the queue's thread then, and the caller of Wait is
      // another.
      if (queue_ == nullptr || ++calls_ % every_ != 0) {
        return ((*store_).*method)(context, request, std::move(done));
      }
      std::vector<base::CompletionTask> calls;
      calls.emplace_back([&, done = std::move(done)]() mutable {
        base::CallContext on_queue = context;
        on_queue.completions = queue_;
        ((*store_).*method)(on_queue, request, std::move(done));
      });
      queue_->Post(std::move(calls));
    });
  }

  // Blocking forms of the operations, under their names.
  // Blocking.
  auto GetItem(const dynamo::GetItemRequest& request) {
    return Call<dynamo::GetItemResponse>(&LocalDynamo::GetItem, request);
  }
  // Returns when the item is safe.
  // Blocking.
  auto PutItem(const dynamo::PutItemRequest& request) {
    return Call<dynamo::PutItemResponse>(&LocalDynamo::PutItem, request);
  }
  // As dynamo::Dynamo says.
  // Blocking.
  auto UpdateItem(const dynamo::UpdateItemRequest& request) {
    return Call<dynamo::UpdateItemResponse>(&LocalDynamo::UpdateItem, request);
  }
  // As dynamo::Dynamo says.
  // Blocking.
  auto DeleteItem(const dynamo::DeleteItemRequest& request) {
    return Call<dynamo::DeleteItemResponse>(&LocalDynamo::DeleteItem, request);
  }
  // One page.
  // Blocking.
  auto Query(const dynamo::QueryRequest& request) {
    return Call<dynamo::QueryResponse>(&LocalDynamo::Query, request);
  }
  // One page.
  // Blocking.
  auto Scan(const dynamo::ScanRequest& request) {
    return Call<dynamo::ScanResponse>(&LocalDynamo::Scan, request);
  }
  // May leave keys unprocessed.
  // Blocking.
  auto BatchGetItem(const dynamo::BatchGetItemRequest& request) {
    return Call<dynamo::BatchGetItemResponse>(&LocalDynamo::BatchGetItem, request);
  }
  // All or an error.
  // Blocking.
  auto BatchWriteItem(const dynamo::BatchWriteItemRequest& request) {
    return Call<dynamo::BatchWriteItemResponse>(&LocalDynamo::BatchWriteItem, request);
  }
  // Failures by index.
  // Blocking.
  auto GetMany(const dynamo::ReadManyRequest& request) {
    return Call<dynamo::ReadManyResponse>(&LocalDynamo::GetMany, request);
  }
  // Failures by index.
  // Blocking.
  auto PutMany(const dynamo::WriteManyRequest& request) {
    return Call<dynamo::WriteManyResponse>(&LocalDynamo::PutMany, request);
  }
  // The table is there when it returns.
  // Blocking.
  auto CreateTable(const dynamo::CreateTableRequest& request) {
    return Call<dynamo::TableDescription>(&LocalDynamo::CreateTable, request);
  }
  // With exact counts.
  // Blocking.
  auto DescribeTable(const std::string& name) {
    return Call<dynamo::TableDescription>(&LocalDynamo::DescribeTable, name);
  }
  // The last description.
  // Blocking.
  auto DeleteTable(const std::string& name) {
    return Call<dynamo::TableDescription>(&LocalDynamo::DeleteTable, name);
  }

  // "id S", or "id S, at N": partition and sort key with their types.
  static dynamo::KeySchema Keys(std::string_view text) {
    dynamo::KeySchema schema;
    const std::size_t comma = text.find(", ");
    schema.partition = Key(text.substr(0, comma));
    if (comma != std::string_view::npos) schema.sort = Key(text.substr(comma + 2));
    return schema;
  }

  // Makes a table with these keys (see Keys), or fails the test.
  void MakeTable(const std::string& name, std::string_view keys) {
    const auto made = CreateTable(Table(name, keys));
    EXPECT_TRUE(made.ok()) << made.error().ToString();
  }
  // The request for a table that is paid by request.
  static dynamo::CreateTableRequest Table(const std::string& name, std::string_view keys) {
    dynamo::CreateTableRequest request;
    request.table_name = name;
    request.key_schema = Keys(keys);
    request.billing_mode = dynamo::BillingMode::kPayPerRequest;
    return request;
  }

  // Puts an item, or fails the test. `item` holds the key attributes too.
  void Put(const std::string& table, std::string_view item) {
    const auto put = PutItem(PutRequest(table, item));
    EXPECT_TRUE(put.ok()) << put.error().ToString();
  }
  // The request to put an item, for tests that add a condition or ask for values.
  static dynamo::PutItemRequest PutRequest(const std::string& table, std::string_view item) {
    dynamo::PutItemRequest request;
    request.table_name = table;
    request.item = TestItem(item);
    return request;
  }
  // The item with this key in the notation; "nothing" when there is none; else the error as
  // ErrorText gives it.
  std::string Get(const std::string& table, std::string_view key) {
    dynamo::GetItemRequest request;
    request.table_name = table;
    request.key = TestItem(key);
    const auto got = GetItem(request);
    if (!got.ok()) return got.error().ToString();
    return got->item ? TestText(*got->item) : "nothing";
  }

  // What every call is made with; a test may change it, for example to cancel.
  base::CallContext context;

 private:
  static dynamo::KeyAttribute Key(std::string_view text) {
    const std::size_t space = text.find(' ');
    const std::string_view type = text.substr(space + 1);
    return {std::string(text.substr(0, space)), type == "S"   ? dynamo::AttributeType::kString
                                                : type == "N" ? dynamo::AttributeType::kNumber
                                                              : dynamo::AttributeType::kBinary};
  }

  // Null after Close(), or when opening failed.
  std::unique_ptr<LocalDynamo> store_;
  // Who makes one of `every_` calls; null: nobody, each is made where it comes from.
  base::CompletionQueue* queue_ = nullptr;
  int every_ = 1;
  // Made so far, to find those that are the queue's.
  std::atomic<int> calls_{0};
};

// A data folder of this process, empty at first and removed at the end. For tests that need a log
// or close and open again; the others are faster in memory.
//
//   TestFolder folder("name");
//   TestEngine engine(folder.Options());     // declared behind the folder, so it ends first
//   ...
//   engine.Close();
//   TestEngine again(folder.Options());      // finds what was written
class TestFolder {
 public:
  // `name` tells it from those of other tests.
  explicit TestFolder(const std::string& name)
      : path_(::testing::TempDir() + "stator_" + name + "." + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  // For an engine in it. `metrics` may be null.
  EngineOptions Options(base::MetricsRegistry* metrics = nullptr) const {
    EngineOptions options;
    options.path = path_;
    options.metrics = metrics;
    return options;
  }

 private:
  const std::string path_;
};

// "" of a success, else "Code: message": a test then compares with one line, whatever came out.
template <typename T>
std::string ErrorText(const base::Result<T>& result) {
  return result.ok() ? "" : result.error().ToString();
}

// The items of a page in the notation, with " | " between them; "nothing" for an absent entry of
// GetMany.
inline std::string Texts(const dynamo::ItemBatch& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto item = items.Find(i);
    text += (i > 0 ? " | " : "") + (item ? TestText(*item) : "nothing");
  }
  return text;
}

}  // namespace stator::engine
