// What the engine does while RocksDB takes no writes, because table files are behind: who reads is
// served, who writes waits, and no longer than its deadline.
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/test_engine.h"
#include "engine/test_io_thread.h"
#include "testing/faulty_file_system.h"

namespace stator::engine {
namespace {

using testing::FaultyFileSystem;

constexpr int kWriters = 4;
// Twelve times what two memtables take.
constexpr int kWritesOfEach = 400;
constexpr std::chrono::seconds kPatience{20};

enum class Kind { kPutItem, kBatchWriteItem, kPutMany };

// How writes are made, and whether each is synced.
class StalledWritesTest : public ::testing::TestWithParam<std::tuple<Kind, bool>> {
 protected:
  static EngineOptions Options(rocksdb::Env* env) {
    EngineOptions options;
    options.path = "/data";
    options.env = env;
    options.sync = std::get<bool>(GetParam());
    options.idle_sync_max = std::chrono::minutes(10);
    options.memtable_bytes = 64 << 10;
    return options;
  }

  void SetUp() override {
    engine_->MakeTable("items", "id S");
    engine_->Put("items", "id: 'there'");
  }
  void TearDown() override {
    files_->HoldTables(false);
    for (std::thread& writer : writers_) writer.join();
    io_thread_->Stop();
    engine_.reset();
  }

  static std::string KeyText(int writer, int turn) {
    return "id: '" + std::to_string(writer) + "." + std::to_string(turn) + "'";
  }
  static std::string ItemText(int writer, int turn) {
    return KeyText(writer, turn) + ", stuff: '" + std::string(1'000, 's') + "'";
  }
  // As the engine of the test makes calls.
  std::string Write(int writer, int turn) {
    return Write(writer, turn, [this](auto method, const auto& request, const auto& response) {
      return engine_->Call<std::decay_t<decltype(response)>>(method, request);
    });
  }
  // From the I/O thread or from another, with a deadline of its own.
  std::string WriteUntil(const base::Deadline& deadline, bool on_io_thread, int writer, int turn) {
    return Write(writer, turn, [&](auto method, const auto& request, const auto& response) {
      using Response = std::decay_t<decltype(response)>;
      return base::Wait<Response>([&](base::Completion<Response> done) {
        base::CallContext context;
        context.deadline = deadline;
        if (!on_io_thread) return (engine_->store().*method)(context, request, std::move(done));
        context.completions = &*io_thread_;
        std::vector<base::CompletionTask> calls;
        calls.emplace_back([&, context, done = std::move(done)]() mutable {
          (engine_->store().*method)(context, request, std::move(done));
        });
        io_thread_->Post(std::move(calls));
      });
    });
  }
  // One write of the kind that is tested; `call(method, request, Response())` makes it.
  template <typename MakeCall>
  static std::string Write(int writer, int turn, MakeCall&& call) {
    const std::string item = ItemText(writer, turn);
    switch (std::get<Kind>(GetParam())) {
      case Kind::kPutItem:
        return ErrorText(call(&LocalDynamo::PutItem, TestEngine::PutRequest("items", item),
                              dynamo::PutItemResponse()));
      case Kind::kBatchWriteItem: {
        dynamo::BatchWriteItemRequest batch;
        batch.tables = {{"items", {{false, TestItem(item)}}}};
        return ErrorText(
            call(&LocalDynamo::BatchWriteItem, batch, dynamo::BatchWriteItemResponse()));
      }
      case Kind::kPutMany:
        return Failures(call(&LocalDynamo::PutMany, Many({item}), dynamo::WriteManyResponse()));
    }
    return "";
  }
  static dynamo::WriteManyRequest Many(const std::vector<std::string>& items) {
    dynamo::WriteManyRequest many;
    for (const std::string& item : items) {
      dynamo::ItemWrite write;
      write.table_name = "items";
      write.request = {false, TestItem(item)};
      many.writes.push_back(std::move(write));
    }
    return many;
  }
  // "" when all are written, else the indices of the others with their errors' codes.
  static std::string Failures(const base::Result<dynamo::WriteManyResponse>& written) {
    std::string text = ErrorText(written);
    if (!written.ok()) return text;
    for (const dynamo::ItemFailure& failure : written->failures) {
      text += std::to_string(failure.index) + " " + std::string(failure.error.code()) + ";";
    }
    return text;
  }

  // Writers whose calls the I/O thread makes, until RocksDB takes no more: no write has come to its
  // end for a while.
  void WriteUntilStalled() {
    files_->HoldTables(true);
    engine_->CallOn(*io_thread_, every_);
    for (int writer = 0; writer < kWriters; ++writer) {
      writers_.emplace_back([this, writer] {
        for (int turn = 0; turn < kWritesOfEach; ++turn) {
          EXPECT_EQ(Write(writer, turn), "");
          ++written_;
        }
      });
    }
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    int before = -1;
    while (written_ != before && std::chrono::steady_clock::now() < deadline) {
      before = written_;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    ASSERT_EQ(written_, before);
    ASSERT_LT(before, kWriters * kWritesOfEach) << "RocksDB took them all";
  }
  void Release() {
    files_->HoldTables(false);
    for (std::thread& writer : writers_) writer.join();
    writers_.clear();
  }

  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  std::optional<TestEngine> engine_{Options(env_.get())};
  std::optional<TestIoThread> io_thread_{std::in_place};
  std::vector<std::thread> writers_;
  std::atomic<int> written_{0};
  // The I/O thread makes one of so many calls.
  int every_ = 1;
};

TEST_P(StalledWritesTest, ReadsOfTheSameThreadAreAnsweredAndAllIsWrittenInTheEnd) {
  WriteUntilStalled();
  auto read =
      std::async(std::launch::async, [this] { return engine_->Get("items", "id: 'there'"); });
  const bool answered = read.wait_for(kPatience / 2) == std::future_status::ready;
  const int written = written_;
  Release();
  EXPECT_TRUE(answered) << "the I/O thread waits with the writes";
  EXPECT_EQ(read.get(), "id: 'there'");
  EXPECT_GT(written_, written);
  EXPECT_EQ(engine_->DescribeTable("items")->item_count, 1 + kWriters * kWritesOfEach);
  for (int writer = 0; writer < kWriters; ++writer) {
    for (int turn = 0; turn < kWritesOfEach; ++turn) {
      EXPECT_NE(engine_->Get("items", KeyText(writer, turn)), "nothing");
    }
  }
}

TEST_P(StalledWritesTest, WritersOfOtherThreadsWaitAndAllIsWrittenInTheEnd) {
  every_ = 2;
  WriteUntilStalled();
  Release();
  EXPECT_EQ(engine_->DescribeTable("items")->item_count, 1 + kWriters * kWritesOfEach);
}

TEST_P(StalledWritesTest, NoWriteWaitsBehindItsDeadlineAndItIsNotDone) {
  WriteUntilStalled();
  for (const bool on_io_thread : {true, false}) {
    const auto deadline = base::Deadline::After(std::chrono::milliseconds(100));
    auto late = std::async(std::launch::async,
                           [=, this] { return WriteUntil(deadline, on_io_thread, kWriters, 0); });
    EXPECT_EQ(late.wait_for(kPatience), std::future_status::ready);
    const std::string error = late.get();
    EXPECT_NE(error.find("ThrottlingException"), std::string::npos) << error;
  }
  Release();
  EXPECT_EQ(engine_->Get("items", KeyText(kWriters, 0)), "nothing");
  EXPECT_EQ(Write(kWriters, 0), "");
}

class StalledPutManyTest : public StalledWritesTest {};

TEST_P(StalledPutManyTest, ItGoesOnWhereItWasAndReportsEachFailureOnce) {
  std::vector<std::string> items;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const bool wrong = i % 49 == 3;
    items.push_back(wrong ? "no_key: 1" : ItemText(kWriters, i));
    if (wrong) expected += std::to_string(i) + " ValidationException;";
  }
  WriteUntilStalled();
  auto many =
      std::async(std::launch::async, [&] { return Failures(engine_->PutMany(Many(items))); });
  EXPECT_EQ(many.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  Release();
  EXPECT_EQ(many.get(), expected);
  for (int i = 0; i < 500; ++i) {
    if (i % 49 == 3) continue;
    EXPECT_NE(engine_->Get("items", KeyText(kWriters, i)), "nothing") << i;
  }
}

class StalledPutItemTest : public StalledWritesTest {};

TEST_P(StalledPutItemTest, WhatWaitsIsDoneBeforeTheEngineIsClosed) {
  std::atomic<int> answered{0};
  WriteUntilStalled();
  for (int i = 0; i < 10; ++i) {
    engine_->store().PutItem({}, TestEngine::PutRequest("items", ItemText(kWriters, i)),
                             [&](base::Result<dynamo::PutItemResponse> put) {
                               EXPECT_EQ(ErrorText(put), "");
                               ++answered;
                             });
  }
  EXPECT_EQ(answered, 0);
  Release();
  io_thread_->Stop();
  engine_->Close();
  EXPECT_EQ(answered, 10);
}

std::string NameOf(const ::testing::TestParamInfo<std::tuple<Kind, bool>>& info) {
  const Kind kind = std::get<Kind>(info.param);
  return std::string(kind == Kind::kPutItem          ? "PutItem"
                     : kind == Kind::kBatchWriteItem ? "BatchWriteItem"
                                                     : "PutMany") +
         (std::get<bool>(info.param) ? "Synced" : "Relaxed");
}

INSTANTIATE_TEST_SUITE_P(All, StalledWritesTest,
                         ::testing::Combine(::testing::Values(Kind::kPutItem, Kind::kBatchWriteItem,
                                                              Kind::kPutMany),
                                            ::testing::Bool()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(All, StalledPutManyTest,
                         ::testing::Combine(::testing::Values(Kind::kPutMany), ::testing::Bool()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(All, StalledPutItemTest,
                         ::testing::Combine(::testing::Values(Kind::kPutItem), ::testing::Bool()),
                         NameOf);

}  // namespace
}  // namespace stator::engine
