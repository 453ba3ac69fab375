// Writes under concurrency, at the limits, and what they cost.
#include "engine/writes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

using dynamo::ReturnConsumedCapacity;

class WritesTest : public ::testing::Test {
 protected:
  WritesTest() { engine_.MakeTable("items", "id S"); }

  static dynamo::UpdateItemRequest Update(std::string_view key, std::string_view expression,
                                          std::string_view values = "") {
    dynamo::UpdateItemRequest request;
    request.table_name = "items";
    request.key = TestItem(key);
    request.update_expression = expression;
    request.expression_attributes = TestAttributes(values);
    return request;
  }

  TestEngine engine_;
};

TEST_F(WritesTest, ConcurrentCountersLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kEach = 500;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(engine_.UpdateItem(Update("id: 'n'", "ADD n :one", ":one: 1")).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine_.Get("items", "id: 'n'"), "id: 'n', n: " + std::to_string(kThreads * kEach));
}

TEST_F(WritesTest, OfManyConditionalPutsExactlyOneWins) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> winners{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        auto put = TestEngine::PutRequest(
            "items", "id: 'r" + std::to_string(round) + "', by: " + std::to_string(thread));
        put.condition_expression = "attribute_not_exists(id)";
        const auto result = engine_.PutItem(put);
        if (result.ok()) ++winners;
        if (!result.ok() && result.error().code() == dynamo::kConditionalCheckFailedException) {
          ++refused;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(refused, 3);
  }
}

TEST_F(WritesTest, CountsStayExactUnderConcurrentWritesAndDeletes) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 400; ++i) {
        const std::string key = "id: 'k" + std::to_string((i * 7 + thread) % 50) + "'";
        if (i % 3 == 0) {
          dynamo::DeleteItemRequest remove;
          remove.table_name = "items";
          remove.key = TestItem(key);
          EXPECT_TRUE(engine_.DeleteItem(remove).ok());
        } else {
          engine_.Put("items", key + ", v: " + std::to_string(i));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  dynamo::ScanRequest scan;
  scan.table_name = "items";
  const auto page = engine_.Scan(scan);
  const auto table = engine_.DescribeTable("items");
  EXPECT_EQ(table->item_count, page->count);
  for (std::size_t i = 0; i < page->items.size(); ++i) {
    dynamo::DeleteItemRequest remove;
    remove.table_name = "items";
    remove.key = TestItem("id: '" + std::string(page->items[i].Find("id")->bytes()) + "'");
    EXPECT_TRUE(engine_.DeleteItem(remove).ok());
  }
  EXPECT_EQ(engine_.DescribeTable("items")->size_bytes, 0);
}

TEST_F(WritesTest, WritesToATableThatIsDeletedLeaveNothingBehind) {
  for (int round = 0; round < 20; ++round) {
    engine_.MakeTable("brief", "id S");
    std::thread writer([&] {
      for (int i = 0; i < 200; ++i) {
        const auto put =
            engine_.PutItem(TestEngine::PutRequest("brief", "id: 'k" + std::to_string(i) + "'"));
        if (!put.ok()) {
          EXPECT_EQ(put.error().code(), dynamo::kResourceNotFoundException);
          return;
        }
      }
    });
    EXPECT_TRUE(engine_.DeleteTable("brief").ok());
    writer.join();
  }
}

TEST_F(WritesTest, TheSizeLimitIsExactToTheByte) {
  const auto sized = [](std::size_t bytes) {
    // "id" and "a", and "pad".
    return "id: 'a', pad: '" + std::string(bytes - 6, 'x') + "'";
  };
  EXPECT_TRUE(engine_.PutItem(TestEngine::PutRequest("items", sized(409'600))).ok());
  EXPECT_EQ(ErrorText(engine_.PutItem(TestEngine::PutRequest("items", sized(409'601)))),
            "ValidationException: Item size has exceeded the maximum allowed size");
  EXPECT_EQ(ErrorText(engine_.UpdateItem(Update("id: 'a'", "SET b = :b", ":b: 1"))),
            "ValidationException: Item size to update has exceeded the maximum allowed size");
}

TEST_F(WritesTest, NestingIsLimited) {
  const auto nested = [](int wrappers) {
    dynamo::ItemBuilder builder;
    builder.Name("id").String("deep").Name("v");
    for (int i = 0; i < wrappers; ++i) builder.BeginMap().Name("v");
    builder.Null();
    for (int i = 0; i < wrappers; ++i) builder.EndMap();
    dynamo::PutItemRequest put;
    put.table_name = "items";
    put.item = builder.Build();
    return put;
  };
  EXPECT_EQ(ErrorText(engine_.PutItem(nested(31))), "");
  EXPECT_EQ(ErrorText(engine_.PutItem(nested(32))),
            "ValidationException: Nesting Levels have exceeded supported limits");
}

TEST_F(WritesTest, KeysAreChecked) {
  const auto put = [&](std::string_view item) {
    return ErrorText(engine_.PutItem(TestEngine::PutRequest("items", item)));
  };
  EXPECT_EQ(put("v: 1"),
            "ValidationException: One or more parameter values were invalid: Missing the key id "
            "in the item");
  EXPECT_EQ(put("id: 1"),
            "ValidationException: One or more parameter values were invalid: Type mismatch for "
            "key id expected: S actual: N");
  EXPECT_NE(put("id: ''").find("cannot contain an empty string value. Key: id"), std::string::npos);
  EXPECT_EQ(put("id: '" + std::string(2'048, 'k') + "'"), "");
  EXPECT_NE(put("id: '" + std::string(2'049, 'k') + "'").find("2048 bytes"), std::string::npos);
  EXPECT_EQ(engine_.Get("items", "id: 1"),
            "ValidationException: The provided key element does not match the schema");
  EXPECT_EQ(ErrorText(engine_.UpdateItem(Update("id: 'a'", "SET id = :v", ":v: 'b'"))),
            "ValidationException: One or more parameter values were invalid: Cannot update "
            "attribute id. This attribute is part of the key");
}

TEST_F(WritesTest, ParametersAreCheckedBeforeTheTable) {
  auto put = TestEngine::PutRequest("nowhere", "id: 'a'");
  put.expression_attributes = TestAttributes(":v: 1");
  EXPECT_EQ(ErrorText(engine_.PutItem(put)),
            "ValidationException: ExpressionAttributeValues can only be specified when using "
            "expressions: ConditionExpression is null");
  put.condition_expression = "a = :v AND";
  EXPECT_NE(ErrorText(engine_.PutItem(put)).find("Syntax error"), std::string::npos);
  put.condition_expression = "a = :w";
  EXPECT_NE(ErrorText(engine_.PutItem(put)).find("attribute value: :w"), std::string::npos);
  put.condition_expression = "a = :v";
  EXPECT_EQ(ErrorText(engine_.PutItem(put)),
            "ResourceNotFoundException: Requested resource not found");
  put.return_values = dynamo::ReturnValues::kAllNew;
  EXPECT_EQ(ErrorText(engine_.PutItem(put)),
            "ValidationException: Return values set to invalid value");
  EXPECT_EQ(ErrorText(engine_.UpdateItem(Update("id: 'a'", "", ":v: 1"))),
            "ValidationException: ExpressionAttributeValues can only be specified when using "
            "expressions: UpdateExpression and ConditionExpression are null");
}

TEST_F(WritesTest, WritesCostTheLargerOfBothSizes) {
  auto put = TestEngine::PutRequest("items", "id: 'a', pad: '" + std::string(3'000, 'x') + "'");
  put.return_consumed_capacity = ReturnConsumedCapacity::kIndexes;
  const auto first = engine_.PutItem(put);
  EXPECT_EQ(first->consumed_capacity->capacity_units, 3);
  EXPECT_TRUE(first->consumed_capacity->with_table);
  EXPECT_EQ(first->consumed_capacity->table_units, 3);
  put.item = TestItem("id: 'a'");
  EXPECT_EQ(engine_.PutItem(put)->consumed_capacity->capacity_units, 3);
  EXPECT_EQ(engine_.PutItem(put)->consumed_capacity->capacity_units, 1);
  dynamo::GetItemRequest get;
  get.table_name = "items";
  get.key = TestItem("id: 'none'");
  get.return_consumed_capacity = ReturnConsumedCapacity::kTotal;
  EXPECT_EQ(engine_.GetItem(get)->consumed_capacity->capacity_units, 0.5);
  get.consistent_read = true;
  EXPECT_EQ(engine_.GetItem(get)->consumed_capacity->capacity_units, 1);
}

}  // namespace
}  // namespace stator::engine
