// Writes that arrive on one thread in one round.
#include "engine/write_rounds.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/test_engine.h"

namespace stator::engine {
namespace {

// A thread that hands out its rounds when the test says so.
class TestQueue final : public base::CompletionQueue {
 public:
  void Post(std::vector<base::CompletionTask> tasks) override {
    for (base::CompletionTask& task : tasks) task();
  }
  bool IsCurrent() const override { return current; }
  void AfterRound(base::CompletionTask task) override { tasks_.push_back(std::move(task)); }
  // How many tasks it ran.
  std::size_t EndRound() {
    auto tasks = std::exchange(tasks_, {});
    for (base::CompletionTask& task : tasks) task();
    return tasks.size();
  }
  bool current = true;

 private:
  std::vector<base::CompletionTask> tasks_;
};

class WriteRoundsTest : public ::testing::Test {
 protected:
  WriteRoundsTest() { engine_.MakeTable("items", "id S"); }

  base::CallContext OnQueue() {
    base::CallContext context;
    context.completions = &queue_;
    return context;
  }
  void Put(std::string_view item, std::string_view condition = "") {
    auto request = TestEngine::PutRequest("items", item);
    request.condition_expression = condition;
    engine_.store().PutItem(OnQueue(), request, Note());
  }
  void Add(std::string_view key) {
    dynamo::UpdateItemRequest request;
    request.table_name = "items";
    request.key = TestItem(key);
    request.update_expression = "ADD n :one";
    request.expression_attributes = TestAttributes(":one: 1");
    engine_.store().UpdateItem(OnQueue(), request, Note());
  }
  base::Completion<dynamo::WriteItemResponse> Note() {
    return [this, place = answers_++](base::Result<dynamo::WriteItemResponse> result) {
      outcomes_.push_back(std::to_string(place) + ":" +
                          (result.ok() ? "ok" : std::string(result.error().code())));
    };
  }

  TestQueue queue_;
  TestEngine engine_;
  int answers_ = 0;
  std::vector<std::string> outcomes_;
};

using Outcomes = std::vector<std::string>;

TEST_F(WriteRoundsTest, AreCommittedWhenTheRoundIsOver) {
  Put("id: 'a', v: 1");
  Put("id: 'b', v: 2");
  EXPECT_EQ(outcomes_, Outcomes{});
  EXPECT_EQ(engine_.Get("items", "id: 'a'"), "nothing");
  EXPECT_EQ(queue_.EndRound(), 1U);
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "1:ok"}));
  EXPECT_EQ(engine_.Get("items", "id: 'a'"), "id: 'a', v: 1");
  EXPECT_EQ(engine_.Get("items", "id: 'b'"), "id: 'b', v: 2");
  Put("id: 'a', v: 3");
  EXPECT_EQ(queue_.EndRound(), 1U);
  EXPECT_EQ(engine_.Get("items", "id: 'a'"), "id: 'a', v: 3");
}

TEST_F(WriteRoundsTest, WritesOfOneItemApplyInTheirOrder) {
  Put("id: 'a', n: 5");
  Add("id: 'a'");
  Add("id: 'a'");
  queue_.EndRound();
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "1:ok", "2:ok"}));
  EXPECT_EQ(engine_.Get("items", "id: 'a'"), "id: 'a', n: 7");
  EXPECT_EQ(engine_.DescribeTable("items")->item_count, 1);
}

// An answer may bring the next request of its connection at once, in the middle of a commit.
TEST_F(WriteRoundsTest, AWriteThatAnAnswerBringsIsNotMixedUpWithTheOneThatWaits) {
  engine_.store().PutItem(OnQueue(), TestEngine::PutRequest("items", "id: 'a', v: 'first'"),
                          [&](auto) { Put("id: 'a', v: 'brought by the answer to the first'"); });
  Put("id: 'a', v: 'last'");
  queue_.EndRound();
  EXPECT_EQ(engine_.Get("items", "id: 'a'"), "id: 'a', v: 'last'");
  EXPECT_EQ(engine_.DescribeTable("items")->item_count, 1);
  EXPECT_EQ(engine_.DescribeTable("items")->size_bytes, 2 + 1 + 1 + 4);
}

TEST_F(WriteRoundsTest, AFailedConditionFailsAlone) {
  Put("id: 'a', v: 1");
  Put("id: 'b', v: 1", "attribute_exists(id)");
  Put("id: 'c', v: 1");
  queue_.EndRound();
  EXPECT_EQ(outcomes_, (Outcomes{"0:ok", "2:ok", "1:ConditionalCheckFailedException"}));
  EXPECT_EQ(engine_.Get("items", "id: 'b'"), "nothing");
  EXPECT_EQ(engine_.Get("items", "id: 'c'"), "id: 'c', v: 1");
}

TEST_F(WriteRoundsTest, ALongRoundIsCommittedInBetween) {
  const int writes = static_cast<int>(WriteRounds::kWritesMax) + 3;
  for (int i = 0; i < writes; ++i) Put("id: 'k" + std::to_string(i) + "'");
  EXPECT_EQ(outcomes_.size(), WriteRounds::kWritesMax);
  EXPECT_EQ(queue_.EndRound(), 1U);
  EXPECT_EQ(outcomes_.size(), static_cast<std::size_t>(writes));
  EXPECT_EQ(engine_.DescribeTable("items")->item_count, writes);
}

TEST_F(WriteRoundsTest, ATableThatVanishesMeanwhileIsAnErrorAndNoCrash) {
  Put("id: 'a'");
  ASSERT_TRUE(engine_.DeleteTable("items").ok());
  queue_.EndRound();
  EXPECT_EQ(outcomes_, Outcomes{"0:ResourceNotFoundException"});
}

TEST_F(WriteRoundsTest, FromAnotherThreadNothingWaits) {
  queue_.current = false;
  Put("id: 'a', v: 1");
  EXPECT_EQ(outcomes_, Outcomes{"0:ok"});
  EXPECT_EQ(queue_.EndRound(), 0U);
}

}  // namespace
}  // namespace stator::engine
