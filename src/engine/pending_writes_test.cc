// Single writes that the sync thread commits together.
#include "engine/pending_writes.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "engine/test_engine.h"

namespace stator::engine {
namespace {

// An engine with a log, whose sync thread waits inside an answer while writes gather.
class PendingWritesTest : public ::testing::Test {
 protected:
  PendingWritesTest() { engine_->MakeTable("items", "id S"); }

  // The sync thread does nothing more until Release().
  void Hold() {
    std::promise<void> held;
    engine_->store().PutItem({}, TestEngine::PutRequest("items", "id: 'held'"), [&](auto) {
      held.set_value();
      released_.get_future().wait();
    });
    held.get_future().wait();
  }
  // Lets it go on, and returns when all that was noted has been answered.
  void Release() {
    released_.set_value();
    engine_->Put("items", "id: 'behind all others'");
  }

  void Put(std::string_view item, std::string_view condition = "") {
    auto request = TestEngine::PutRequest("items", item);
    request.condition_expression = condition;
    engine_->store().PutItem({}, request, Note());
  }
  void Add(std::string_view key) {
    dynamo::UpdateItemRequest request;
    request.table_name = "items";
    request.key = TestItem(key);
    request.update_expression = "ADD n :one";
    request.expression_attributes = TestAttributes(":one: 1");
    engine_->store().UpdateItem({}, request, Note());
  }
  base::Completion<dynamo::WriteItemResponse> Note() {
    return [this, place = answers_++](base::Result<dynamo::WriteItemResponse> result) {
      outcomes_.push_back(std::to_string(place) + ":" +
                          (result.ok() ? "ok" : std::string(result.error().code())));
    };
  }
  std::string Get(std::string_view key) { return engine_->Get("items", key); }
  std::uint64_t Syncs() { return metrics_.GetCounter("stator_engine_syncs_total", "")->value(); }

  const TestFolder folder_{"pending_writes"};
  base::MetricsRegistry metrics_;
  std::optional<TestEngine> engine_{folder_.Options(&metrics_)};
  std::promise<void> released_;
  int answers_ = 0;
  std::vector<std::string> outcomes_;
};

using Outcomes = std::vector<std::string>;

TEST_F(PendingWritesTest, AreNotToBeSeenBeforeTheirCommitAndShareOneSync) {
  Hold();
  const std::uint64_t before = Syncs();
  Put("id: 'a', v: 1");
  Put("id: 'b', v: 2");
  EXPECT_EQ(outcomes_, Outcomes{});
  EXPECT_EQ(Get("id: 'a'"), "nothing");
  Release();
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "1:ok"}));
  EXPECT_EQ(Get("id: 'a'"), "id: 'a', v: 1");
  EXPECT_EQ(Get("id: 'b'"), "id: 'b', v: 2");
  EXPECT_LE(Syncs() - before, 2U);
}

TEST_F(PendingWritesTest, WritesOfOneItemApplyInTheirOrder) {
  Hold();
  Put("id: 'a', n: 5");
  Add("id: 'a'");
  Add("id: 'a'");
  Release();
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "1:ok", "2:ok"}));
  EXPECT_EQ(Get("id: 'a'"), "id: 'a', n: 7");
  EXPECT_EQ(engine_->DescribeTable("items")->item_count, 3);
}

TEST_F(PendingWritesTest, AFailedConditionFailsAlone) {
  Hold();
  Put("id: 'a', v: 1");
  Put("id: 'b', v: 1", "attribute_exists(id)");
  Put("id: 'c', v: 1");
  Release();
  ASSERT_EQ(outcomes_.size(), 3U);
  std::sort(outcomes_.begin(), outcomes_.end());
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "1:ConditionalCheckFailedException", "2:ok"}));
  EXPECT_EQ(Get("id: 'b'"), "nothing");
  EXPECT_EQ(Get("id: 'c'"), "id: 'c', v: 1");
}

TEST_F(PendingWritesTest, MoreThanABatchTakesAreAllCommitted) {
  Hold();
  const int writes = 2 * static_cast<int>(kChangesMax) + 3;
  for (int i = 0; i < writes; ++i) Put("id: 'k" + std::to_string(i) + "'");
  const std::string large(300'000, 'x');
  for (int i = 0; i < 5; ++i) Put("id: 'l" + std::to_string(i) + "', v: '" + large + "'");
  Release();
  EXPECT_EQ(outcomes_.size(), static_cast<std::size_t>(writes) + 5);
  EXPECT_EQ(engine_->DescribeTable("items")->item_count, writes + 5 + 2);
}

TEST_F(PendingWritesTest, ATableThatVanishesMeanwhileIsAnErrorAndNoCrash) {
  engine_->MakeTable("others", "id S");
  Hold();
  engine_->store().PutItem({}, TestEngine::PutRequest("others", "id: 'a'"), Note());
  auto dropped =
      std::async(std::launch::async, [&] { return engine_->DeleteTable("others").ok(); });
  while (engine_->DescribeTable("others").ok()) std::this_thread::yield();
  Release();
  EXPECT_TRUE(dropped.get());
  EXPECT_EQ(outcomes_, Outcomes{"0:ResourceNotFoundException"});
}

TEST_F(PendingWritesTest, WhatWaitsWhenTheEngineClosesIsKept) {
  Hold();
  Put("id: 'a', v: 1");
  released_.set_value();
  engine_->Close();
  EXPECT_EQ(outcomes_, Outcomes{"0:ok"});
  engine_.emplace(folder_.Options());
  EXPECT_EQ(Get("id: 'a'"), "id: 'a', v: 1");
}

}  // namespace
}  // namespace stator::engine
