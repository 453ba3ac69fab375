// BatchGetItem, BatchWriteItem, GetMany and PutMany.
#include <gtest/gtest.h>

#include "dynamo/errors.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

using dynamo::ItemWrite;

class BatchesTest : public ::testing::Test {
 protected:
  BatchesTest() {
    engine_.MakeTable("one", "id S");
    engine_.MakeTable("two", "id N, at N");
  }

  static ItemWrite Put(const std::string& table, std::string_view item,
                       std::string condition = "") {
    return {table, {false, TestItem(item)}, std::move(condition), {}};
  }
  static ItemWrite Delete(const std::string& table, std::string_view key) {
    return {table, {true, TestItem(key)}, "", {}};
  }
  static dynamo::KeysAndAttributes Keys(const std::string& table,
                                        std::vector<std::string_view> keys) {
    dynamo::KeysAndAttributes asked;
    asked.table_name = table;
    for (const std::string_view key : keys) asked.keys.push_back(TestItem(key));
    return asked;
  }

  TestEngine engine_;
};

TEST_F(BatchesTest, ABatchWritesAndReadsOverTables) {
  dynamo::BatchWriteItemRequest write;
  write.tables = {{"one", {{false, TestItem("id: 'a', v: 1")}, {false, TestItem("id: 'b'")}}},
                  {"two", {{false, TestItem("id: 1, at: 2")}}}};
  write.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  const auto written = engine_.BatchWriteItem(write);
  ASSERT_TRUE(written.ok()) << written.error().ToString();
  EXPECT_TRUE(written->unprocessed_items.empty());
  EXPECT_EQ(written->consumed_capacity[0].capacity_units, 2);

  dynamo::BatchGetItemRequest get;
  get.tables = {Keys("one", {"id: 'b'", "id: 'none'", "id: 'a'"}), Keys("two", {"at: 2, id: 1"})};
  get.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  const auto got = engine_.BatchGetItem(get);
  ASSERT_TRUE(got.ok()) << got.error().ToString();
  EXPECT_EQ(Texts(got->responses[0].second), "id: 'b' | id: 'a', v: 1");
  EXPECT_EQ(Texts(got->responses[1].second), "at: 2, id: 1");
  EXPECT_EQ(got->consumed_capacity[0].capacity_units, 1.5);  // missing keys cost too
}

TEST_F(BatchesTest, ABadMemberOfABatchWritesNothing) {
  dynamo::BatchWriteItemRequest write;
  write.tables = {{"one", {{false, TestItem("id: 'a'")}, {false, TestItem("no: 'key'")}}}};
  EXPECT_EQ(ErrorText(engine_.BatchWriteItem(write)),
            "ValidationException: One or more parameter values were invalid: Missing the key id "
            "in the item");
  EXPECT_EQ(engine_.Get("one", "id: 'a'"), "nothing");
  write.tables = {{"one", {{false, TestItem("id: 'a'")}, {true, TestItem("id: 'a'")}}}};
  EXPECT_EQ(ErrorText(engine_.BatchWriteItem(write)),
            "ValidationException: Provided list of item keys contains duplicates");
  dynamo::BatchGetItemRequest get;
  get.tables = {Keys("one", {"id: 'a'", "id: 'a'"})};
  EXPECT_EQ(ErrorText(engine_.BatchGetItem(get)),
            "ValidationException: Provided list of item keys contains duplicates");
}

TEST_F(BatchesTest, BatchesHaveAwssLimits) {
  dynamo::BatchWriteItemRequest write;
  write.tables = {{"one", {}}};
  for (int i = 0; i < 26; ++i) {
    write.tables[0].requests.push_back({false, TestItem("id: 'x" + std::to_string(i) + "'")});
  }
  EXPECT_EQ(ErrorText(engine_.BatchWriteItem(write)),
            "ValidationException: Too many items requested for the BatchWriteItem call");
  write.tables[0].requests.pop_back();
  EXPECT_TRUE(engine_.BatchWriteItem(write).ok());
  dynamo::BatchGetItemRequest get;
  get.tables = {Keys("one", {})};
  for (int i = 0; i < 101; ++i) {
    get.tables[0].keys.push_back(TestItem("id: 'x" + std::to_string(i) + "'"));
  }
  EXPECT_EQ(ErrorText(engine_.BatchGetItem(get)),
            "ValidationException: Too many items requested for the BatchGetItem call");
}

TEST_F(BatchesTest, WhatDoesNotFitSixteenMebibytesIsUnprocessed) {
  const std::string pad(400'000, 'x');
  dynamo::WriteManyRequest many;
  dynamo::BatchGetItemRequest get;
  get.tables = {Keys("one", {})};
  for (int i = 0; i < 50; ++i) {
    const std::string key = "id: 'k" + std::to_string(i) + "'";
    many.writes.push_back(Put("one", key + ", pad: '" + pad + "'"));
    get.tables[0].keys.push_back(TestItem(key));
  }
  ASSERT_TRUE(engine_.PutMany(many).ok());
  std::size_t read = 0;
  for (int calls = 0; !get.tables.empty() && calls < 5; ++calls) {
    auto got = engine_.BatchGetItem(get);
    ASSERT_TRUE(got.ok());
    read += got->responses[0].second.size();
    get.tables = std::move(got->unprocessed_keys);
  }
  EXPECT_EQ(read, 50U);
}

TEST_F(BatchesTest, GetManyAnswersInOrderAndNamesWhatFailed) {
  engine_.Put("one", "id: 'a', v: 1, w: 2");
  engine_.Put("two", "id: 1, at: 2");
  dynamo::ReadManyRequest request;
  request.projections = {{"v", {}}};
  request.reads = {{"one", TestItem("id: 'a'"), -1},      {"gone", TestItem("id: 'a'"), -1},
                   {"two", TestItem("id: 1, at: 2"), -1}, {"one", TestItem("id: 'none'"), -1},
                   {"one", TestItem("id: 5"), -1},        {"one", TestItem("id: 'a'"), 0}};
  const auto got = engine_.GetMany(request);
  ASSERT_TRUE(got.ok()) << got.error().ToString();
  EXPECT_EQ(Texts(got->items),
            "id: 'a', v: 1, w: 2 | nothing | at: 2, id: 1 | nothing | nothing | v: 1");
  ASSERT_EQ(got->failures.size(), 2U);
  EXPECT_EQ(got->failures[0].index, 1U);
  EXPECT_EQ(got->failures[0].error.code(), dynamo::kResourceNotFoundException);
  EXPECT_EQ(got->failures[1].index, 4U);
  EXPECT_EQ(got->consumed_read_units, 2.0);
}

TEST_F(BatchesTest, GetManyReadsARepeatedKeyOnce) {
  engine_.Put("one", "id: 'a', v: 1");
  engine_.Put("one", "id: 'b'");
  dynamo::ReadManyRequest request;
  request.projections = {{"v", {}}};
  const dynamo::Item key = TestItem("id: 'a'");
  request.reads = {{"one", key, -1}, {"one", TestItem("id: 'none'"), -1},
                   {"one", key, -1}, {"one", TestItem("id: 'b'"), -1},
                   {"one", key, 0},  {"one", TestItem("id: 'none'"), -1},
                   {"one", key, -1}};
  const auto got = engine_.GetMany(request);
  EXPECT_EQ(Texts(got->items),
            "id: 'a', v: 1 | nothing | id: 'a', v: 1 | id: 'b' | v: 1 | nothing | id: 'a', v: 1");
  EXPECT_EQ(got->consumed_read_units, 2.0);
}

TEST_F(BatchesTest, PutManyAppliesWritesOfOneItemInOrder) {
  dynamo::WriteManyRequest request;
  request.writes = {Put("one", "id: 'a', v: 1"), Put("one", "id: 'a', v: 2"),
                    Delete("one", "id: 'a'"),    Put("one", "id: 'a', v: 3"),
                    Put("one", "id: 'b'"),       Delete("one", "id: 'b'")};
  ASSERT_TRUE(engine_.PutMany(request).ok());
  EXPECT_EQ(engine_.Get("one", "id: 'a'"), "id: 'a', v: 3");
  EXPECT_EQ(engine_.Get("one", "id: 'b'"), "nothing");
  EXPECT_EQ(engine_.DescribeTable("one")->item_count, 1);
}

TEST_F(BatchesTest, PutManyDoesTheRestWhenSomeFail) {
  engine_.Put("one", "id: 'there'");
  dynamo::WriteManyRequest request;
  request.writes = {Put("one", "id: 'new', v: 1", "attribute_not_exists(id)"),
                    Put("one", "id: 'there', v: 1", "attribute_not_exists(id)"),
                    Put("gone", "id: 'a'"), Put("one", "id: 'last'"),
                    Put("one", "id: 'x'", "this is no condition")};
  const auto put = engine_.PutMany(request);
  ASSERT_TRUE(put.ok());
  ASSERT_EQ(put->failures.size(), 3U);
  EXPECT_EQ(put->failures[0].index, 1U);
  EXPECT_EQ(put->failures[0].error.code(), dynamo::kConditionalCheckFailedException);
  EXPECT_EQ(put->failures[1].index, 2U);
  EXPECT_EQ(put->failures[2].index, 4U);
  EXPECT_EQ(engine_.Get("one", "id: 'new'"), "id: 'new', v: 1");
  EXPECT_EQ(engine_.Get("one", "id: 'there'"), "id: 'there'");
  EXPECT_EQ(engine_.Get("one", "id: 'last'"), "id: 'last'");
}

TEST_F(BatchesTest, ACancelledCallDoesNothing) {
  engine_.context.cancel = base::CancelToken::Create();
  engine_.context.cancel.Cancel();
  dynamo::WriteManyRequest request;
  request.writes = {Put("one", "id: 'a'")};
  EXPECT_EQ(engine_.PutMany(request)->failures[0].error.code(), dynamo::kDeadlineExceeded);
  EXPECT_EQ(engine_.PutItem(TestEngine::PutRequest("one", "id: 'a'")).error().code(),
            dynamo::kDeadlineExceeded);
  engine_.context = {};
  EXPECT_EQ(engine_.Get("one", "id: 'a'"), "nothing");
}

}  // namespace
}  // namespace stator::engine
