#include "testing/faulty_dynamo.h"

#include <gtest/gtest.h>

#include "base/completion.h"
#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"

namespace stator::testing {
namespace {

using base::ErrorKind;

dynamo::Item ItemOf(int id) {
  dynamo::ItemBuilder builder;
  builder.Name("id").String(std::to_string(id));
  return builder.Build();
}

// The engine in memory with one table, "things", whose key is the string "id".
class FaultyDynamoTest : public ::testing::Test {
 protected:
  FaultyDynamoTest() {
    engine::EngineOptions options;
    options.in_memory = true;
    store_ = *engine::LocalDynamo::Open(options);
    dynamo::CreateTableRequest create;
    create.table_name = "things";
    create.key_schema.partition = {"id", dynamo::AttributeType::kString};
    create.billing_mode = dynamo::BillingMode::kPayPerRequest;
    const auto created = base::Wait<dynamo::TableDescription>(
        [&](auto done) { store_->CreateTable({}, create, std::move(done)); });
    CHECK(created.ok());
  }

  // Writes items 0 to 99 and gives what failed.
  dynamo::WriteManyResponse PutHundred(FaultyDynamo& faulty) {
    dynamo::WriteManyRequest request;
    for (int i = 0; i < 100; ++i) request.writes.push_back({"things", {false, ItemOf(i)}, "", {}});
    auto response = base::Wait<dynamo::WriteManyResponse>(
        [&](auto done) { faulty.PutMany({}, request, std::move(done)); });
    EXPECT_TRUE(response.ok());
    return *std::move(response);
  }

  base::Result<dynamo::PutItemResponse> Put(FaultyDynamo& faulty, int id,
                                            const base::CallContext& context = {}) {
    dynamo::PutItemRequest request;
    request.table_name = "things";
    request.item = ItemOf(id);
    return base::Wait<dynamo::PutItemResponse>(
        [&](auto done) { faulty.PutItem(context, request, std::move(done)); });
  }

  bool Exists(int id) {
    dynamo::GetItemRequest request;
    request.table_name = "things";
    request.key = ItemOf(id);
    return base::Wait<dynamo::GetItemResponse>(
               [&](auto done) { store_->GetItem({}, request, std::move(done)); })
        ->item.has_value();
  }

  std::unique_ptr<engine::LocalDynamo> store_;
};

TEST_F(FaultyDynamoTest, WithoutAPlanItIsTheStore) {
  FaultyDynamo faulty(*store_, {}, 1);
  EXPECT_TRUE(PutHundred(faulty).failures.empty());
  EXPECT_EQ(faulty.faults(), 0u);
  EXPECT_EQ(faulty.Location(), store_->Location());
}

TEST_F(FaultyDynamoTest, TheSameSeedFailsTheSameWrites) {
  std::vector<std::size_t> first;
  for (int round = 0; round < 2; ++round) {
    FaultyDynamo faulty(*store_, {.unprocessed = 0.3}, 42);
    std::vector<std::size_t> failed;
    for (const auto& failure : PutHundred(faulty).failures) failed.push_back(failure.index);
    EXPECT_GT(failed.size(), 10u);
    EXPECT_LT(failed.size(), 60u);
    if (round == 0) first = failed;
    EXPECT_EQ(failed, first);
  }
}

TEST_F(FaultyDynamoTest, LeftOutWritesAreNotDoneAndOthersAre) {
  FaultyDynamo faulty(*store_, {.unprocessed = 0.5}, 7);
  std::vector<bool> failed(100);
  for (const auto& failure : PutHundred(faulty).failures) {
    failed[failure.index] = true;
    EXPECT_EQ(failure.error.kind(), ErrorKind::kThrottled);
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Exists(i), !failed[static_cast<std::size_t>(i)]) << i;
  }
}

TEST_F(FaultyDynamoTest, ReadsThatWereLeftOutAreErrorsAndOthersAnswerInPlace) {
  FaultyDynamo faulty(*store_, {}, 7);
  PutHundred(faulty);
  faulty.SetPlan({.unprocessed = 0.4});
  dynamo::ReadManyRequest request;
  for (int i = 0; i < 120; ++i) request.reads.push_back({"things", ItemOf(i), -1});
  const auto response = base::Wait<dynamo::ReadManyResponse>(
      [&](auto done) { faulty.GetMany({}, request, std::move(done)); });
  ASSERT_TRUE(response.ok());
  std::vector<bool> failed(120);
  for (const auto& failure : response->failures) failed[failure.index] = true;
  for (std::size_t i = 0; i < 120; ++i) {
    const auto item = response->items.Find(i);
    EXPECT_EQ(item.has_value(), !failed[i] && i < 100) << i;
    if (item) {
      EXPECT_EQ(item->bytes(), request.reads[i].key.bytes());
    }
  }
}

TEST_F(FaultyDynamoTest, BatchesLeaveSomeButNeverAllUnprocessed) {
  FaultyDynamo faulty(*store_, {.unprocessed = 1}, 7);
  dynamo::BatchWriteItemRequest write;
  write.tables = {{"things", {{false, ItemOf(1)}, {false, ItemOf(2)}, {false, ItemOf(3)}}}};
  const auto written = base::Wait<dynamo::BatchWriteItemResponse>(
      [&](auto done) { faulty.BatchWriteItem({}, write, std::move(done)); });
  ASSERT_TRUE(written.ok());
  ASSERT_EQ(written->unprocessed_items.size(), 1u);
  EXPECT_EQ(written->unprocessed_items[0].requests.size(), 2u);
  dynamo::BatchGetItemRequest read;
  read.tables = {{"things", {ItemOf(1), ItemOf(2)}}};
  const auto answer = base::Wait<dynamo::BatchGetItemResponse>(
      [&](auto done) { faulty.BatchGetItem({}, read, std::move(done)); });
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->unprocessed_keys.size(), 1u);
  EXPECT_EQ(answer->unprocessed_keys[0].keys.size(), 1u);
}

TEST_F(FaultyDynamoTest, ThrottledAndFailedCallsDoNothing) {
  FaultyDynamo throttling(*store_, {.throttled = 1}, 7);
  EXPECT_EQ(Put(throttling, 1).error().kind(), ErrorKind::kThrottled);
  FaultyDynamo failing(*store_, {.unavailable = 1}, 7);
  EXPECT_EQ(Put(failing, 1).error().kind(), ErrorKind::kUnavailable);
  EXPECT_FALSE(Exists(1));
}

TEST_F(FaultyDynamoTest, AWriteWhoseAnswerIsLostIsDone) {
  FaultyDynamo faulty(*store_, {.unknown_outcome = 1}, 7);
  EXPECT_EQ(Put(faulty, 1).error().kind(), ErrorKind::kUnknownOutcome);
  EXPECT_TRUE(Exists(1));
}

TEST_F(FaultyDynamoTest, DelayedCallsAreDoneLaterOrMissTheirDeadline) {
  FaultyDynamo faulty(*store_, {.delayed = 1, .delay_max = std::chrono::milliseconds(5)}, 7);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Put(faulty, i).ok());
  base::CallContext late;
  late.deadline = base::Deadline::After(std::chrono::milliseconds(-1));
  EXPECT_EQ(Put(faulty, 50, late).error().kind(), ErrorKind::kDeadline);
  EXPECT_FALSE(Exists(50));
}

}  // namespace
}  // namespace stator::testing
