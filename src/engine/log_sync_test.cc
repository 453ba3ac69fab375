// Who runs the completions of synced writes, and how often that thread is woken.
#include "engine/log_sync.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/test_engine.h"

namespace stator::engine {
namespace {

// Keeps what is posted until the test runs it.
class KeptQueue final : public base::CompletionQueue {
 public:
  void Post(std::vector<base::CompletionTask> tasks) override {
    const std::lock_guard lock(mutex_);
    ++posts_;
    for (base::CompletionTask& task : tasks) tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  // Waits until `count` completions have been posted.
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return tasks_.size() >= count; }));
  }
  void RunAll() {
    const std::lock_guard lock(mutex_);
    for (base::CompletionTask& task : tasks_) task();
  }
  int posts() {
    const std::lock_guard lock(mutex_);
    return posts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::CompletionTask> tasks_;
  int posts_ = 0;
};

class LogSyncTest : public ::testing::Test {
 protected:
  LogSyncTest() { engine_->MakeTable("items", "id S"); }

  // Puts `count` items; each completion adds the thread it runs on to `threads`.
  void PutMany(int count, const base::CallContext& context, std::vector<std::thread::id>& threads) {
    for (int i = 0; i < count; ++i) {
      engine_->store().PutItem(context,
                               TestEngine::PutRequest("items", "id: 'i" + std::to_string(i) + "'"),
                               [&](base::Result<dynamo::PutItemResponse> put) {
                                 EXPECT_TRUE(put.ok());
                                 threads.push_back(std::this_thread::get_id());
                               });
    }
  }

  const TestFolder folder_{"log_sync"};
  base::MetricsRegistry metrics_;
  std::optional<TestEngine> engine_{folder_.Options(&metrics_)};
};

TEST_F(LogSyncTest, CompletionsRunOnTheQueueThatTheCallNamesAndWakeItOnceASync) {
  KeptQueue queue;
  base::CallContext context;
  context.completions = &queue;
  std::vector<std::thread::id> threads;
  base::Counter* const syncs = metrics_.GetCounter("stator_engine_syncs_total", "");
  const auto before = syncs->value();
  PutMany(200, context, threads);
  queue.WaitFor(200);
  EXPECT_TRUE(threads.empty()) << "a completion ran on the sync thread";
  EXPECT_EQ(static_cast<std::uint64_t>(queue.posts()), syncs->value() - before);
  queue.RunAll();
  EXPECT_EQ(threads, std::vector<std::thread::id>(200, std::this_thread::get_id()));
}

TEST_F(LogSyncTest, ACallWithoutAQueueCompletesOnItsOwn) {
  std::vector<std::thread::id> threads;
  PutMany(20, base::CallContext(), threads);
  engine_.reset();  // completes what waits
  ASSERT_EQ(threads.size(), 20U);
  for (const std::thread::id thread : threads) EXPECT_NE(thread, std::this_thread::get_id());
}

}  // namespace
}  // namespace stator::engine
