// For the tests and benchmarks of this module: engines, tables and blocking calls in short form.
// Items are in the notation of expression/test_item.h.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/local_dynamo.h"
#include "expression/test_item.h"

namespace stator::engine {

using expression::TestAttributes;
using expression::TestItem;
using expression::TestText;

// An engine with blocking calls. The names of the operations are DynamoDB's.
class TestEngine {
 public:
  // Opens; fails the test when that fails.
  explicit TestEngine(EngineOptions options = InMemory()) {
    auto opened = LocalDynamo::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    if (opened.ok()) store_ = std::move(*opened);
  }

  // Options for a store in memory.
  static EngineOptions InMemory() {
    EngineOptions options;
    options.in_memory = true;
    return options;
  }

  // The store itself.
  LocalDynamo& store() { return *store_; }
  // Closes it.
  void Close() { store_.reset(); }

  // Any operation of a request, blocking.
  template <typename Response, typename Method, typename Request>
  base::Result<Response> Call(Method method, const Request& request) {
    return base::Wait<Response>([&](base::Completion<Response> done) {
      ((*store_).*method)(context, request, std::move(done));
    });
  }

  // Blocking forms of the operations.
  auto GetItem(const dynamo::GetItemRequest& request) {
    return Call<dynamo::GetItemResponse>(&LocalDynamo::GetItem, request);
  }
  // As above.
  auto PutItem(const dynamo::PutItemRequest& request) {
    return Call<dynamo::PutItemResponse>(&LocalDynamo::PutItem, request);
  }
  // As above.
  auto UpdateItem(const dynamo::UpdateItemRequest& request) {
    return Call<dynamo::UpdateItemResponse>(&LocalDynamo::UpdateItem, request);
  }
  // As above.
  auto DeleteItem(const dynamo::DeleteItemRequest& request) {
    return Call<dynamo::DeleteItemResponse>(&LocalDynamo::DeleteItem, request);
  }
  // As above.
  auto Query(const dynamo::QueryRequest& request) {
    return Call<dynamo::QueryResponse>(&LocalDynamo::Query, request);
  }
  // As above.
  auto Scan(const dynamo::ScanRequest& request) {
    return Call<dynamo::ScanResponse>(&LocalDynamo::Scan, request);
  }
  // As above.
  auto BatchGetItem(const dynamo::BatchGetItemRequest& request) {
    return Call<dynamo::BatchGetItemResponse>(&LocalDynamo::BatchGetItem, request);
  }
  // As above.
  auto BatchWriteItem(const dynamo::BatchWriteItemRequest& request) {
    return Call<dynamo::BatchWriteItemResponse>(&LocalDynamo::BatchWriteItem, request);
  }
  // As above.
  auto GetMany(const dynamo::ReadManyRequest& request) {
    return Call<dynamo::ReadManyResponse>(&LocalDynamo::GetMany, request);
  }
  // As above.
  auto PutMany(const dynamo::WriteManyRequest& request) {
    return Call<dynamo::WriteManyResponse>(&LocalDynamo::PutMany, request);
  }
  // As above.
  auto CreateTable(const dynamo::CreateTableRequest& request) {
    return Call<dynamo::TableDescription>(&LocalDynamo::CreateTable, request);
  }
  // As above.
  auto DescribeTable(const std::string& name) {
    return Call<dynamo::TableDescription>(&LocalDynamo::DescribeTable, name);
  }
  // As above.
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

  // Makes a table, or fails the test.
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

  // Puts an item, or fails the test.
  void Put(const std::string& table, std::string_view item) {
    const auto put = PutItem(PutRequest(table, item));
    EXPECT_TRUE(put.ok()) << put.error().ToString();
  }
  // The request to put an item.
  static dynamo::PutItemRequest PutRequest(const std::string& table, std::string_view item) {
    dynamo::PutItemRequest request;
    request.table_name = table;
    request.item = TestItem(item);
    return request;
  }
  // The item with this key in the notation, "nothing", or the error.
  std::string Get(const std::string& table, std::string_view key) {
    dynamo::GetItemRequest request;
    request.table_name = table;
    request.key = TestItem(key);
    const auto got = GetItem(request);
    if (!got.ok()) return got.error().ToString();
    return got->item ? TestText(*got->item) : "nothing";
  }

  // What every call is made with.
  base::CallContext context;

 private:
  static dynamo::KeyAttribute Key(std::string_view text) {
    const std::size_t space = text.find(' ');
    const std::string_view type = text.substr(space + 1);
    return {std::string(text.substr(0, space)), type == "S"   ? dynamo::AttributeType::kString
                                                : type == "N" ? dynamo::AttributeType::kNumber
                                                              : dynamo::AttributeType::kBinary};
  }

  std::unique_ptr<LocalDynamo> store_;
};

// "" of a success, else "Code: message".
template <typename T>
std::string ErrorText(const base::Result<T>& result) {
  return result.ok() ? "" : result.error().ToString();
}

// The items of a page in the notation, with " | " between them.
inline std::string Texts(const dynamo::ItemBatch& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto item = items.Find(i);
    text += (i > 0 ? " | " : "") + (item ? TestText(*item) : "nothing");
  }
  return text;
}

}  // namespace stator::engine
