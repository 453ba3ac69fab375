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

// Keeps what is posted until the test runs it. Takes the engine's work when `willing`, and does it
// when the test asks, whose thread is the queue's.
class KeptQueue final : public base::CompletionQueue {
 public:
  void Post(std::vector<base::CompletionTask> tasks) override {
    const std::lock_guard lock(mutex_);
    ++posts_;
    for (base::CompletionTask& task : tasks) tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  bool WhenIdle(base::IdleTask& task) override {
    if (willing) idle_task_ = &task;
    return willing;
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
    tasks_.clear();
  }
  int posts() {
    const std::lock_guard lock(mutex_);
    return posts_;
  }
  bool has_work() const { return idle_task_ != nullptr; }
  // Whether the engine wants to be asked again.
  bool Ask() {
    if (idle_task_->OnIdle(*this)) return true;
    idle_task_ = nullptr;
    return false;
  }
  void GiveUp() { std::exchange(idle_task_, nullptr)->GiveUp(*this); }

  bool willing = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::CompletionTask> tasks_;
  int posts_ = 0;
  base::IdleTask* idle_task_ = nullptr;
};

class LogSyncTest : public ::testing::Test {
 protected:
  LogSyncTest() { engine_->MakeTable("items", "id S"); }

  // An I/O thread may sync however long that takes here.
  EngineOptions Options() {
    EngineOptions options = folder_.Options(&metrics_);
    options.idle_sync_max = std::chrono::minutes(10);
    return options;
  }
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
  std::optional<TestEngine> engine_{Options()};
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

TEST_F(LogSyncTest, ASyncThatTakesLongIsLeftToTheSyncThread) {
  EngineOptions options = Options();
  options.path += ".slow";
  options.idle_sync_max = std::chrono::microseconds(0);
  TestEngine engine(options);
  engine.MakeTable("items", "id S");
  KeptQueue queue;
  queue.willing = true;
  base::CallContext context;
  context.completions = &queue;
  for (std::size_t i = 1; i <= 50; ++i) {
    engine.store().PutItem(context, TestEngine::PutRequest("items", "id: 'a'"), [](auto) {});
    queue.WaitFor(i);
  }
  EXPECT_FALSE(queue.has_work());
  engine.Close();
  std::filesystem::remove_all(options.path);
}

// The test's thread has been lent the queue, with one write in it.
class LentQueueTest : public LogSyncTest {
 protected:
  // Puts until one is left to this thread: as soon as syncs are known to be quick.
  void SetUp() override {
    queue_.willing = true;
    context_.completions = &queue_;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      Put(1);
      if (queue_.has_work()) break;
      queue_.WaitFor(1);
      queue_.RunAll();
    }
    ASSERT_TRUE(queue_.has_work());
    threads_.clear();
  }
  // What waits is completed while the queue is still there.
  void TearDown() override { engine_.reset(); }

  void Put(int count) { PutMany(count, context_, threads_); }
  void WorkUntilDone() {
    while (queue_.Ask()) std::this_thread::yield();
  }
  // One write more is completed, by the sync thread through the queue.
  void ExpectItIsDoneByTheSyncThread() {
    queue_.WaitFor(1);
    queue_.RunAll();
    EXPECT_EQ(threads_.size(), 1U);
  }

  KeptQueue queue_;
  base::CallContext context_;
  std::vector<std::thread::id> threads_;
};

TEST_F(LentQueueTest, TheIdleThreadSyncsAndCompletesAndWakesNobody) {
  base::Counter* const syncs = metrics_.GetCounter("stator_engine_syncs_total", "");
  const auto before = syncs->value();
  const int posts = queue_.posts();
  Put(9);
  EXPECT_TRUE(threads_.empty());
  WorkUntilDone();
  EXPECT_EQ(threads_, std::vector<std::thread::id>(10, std::this_thread::get_id()));
  EXPECT_EQ(syncs->value(), before + 1);
  EXPECT_EQ(queue_.posts(), posts);
}

TEST_F(LentQueueTest, WhatIsGivenUpIsDoneByTheSyncThread) {
  queue_.GiveUp();
  ExpectItIsDoneByTheSyncThread();
}

TEST_F(LentQueueTest, AWriteOfAnotherThreadDoesNotWaitForTheIdleOne) {
  engine_->Put("items", "id: 'of another'");
  ExpectItIsDoneByTheSyncThread();
  EXPECT_FALSE(queue_.Ask()) << "nothing is left for it";
}

TEST_F(LentQueueTest, WhatIsLeftUndoneIsDoneAtTheEnd) {
  engine_->Close();
  ExpectItIsDoneByTheSyncThread();
}

TEST_F(LentQueueTest, TheIdleThreadWaitsForThoseThatItHasJustAnsweredButNotForever) {
  Put(9);
  WorkUntilDone();
  ASSERT_EQ(threads_.size(), 10U);
  threads_.clear();
  Put(1);
  ASSERT_TRUE(queue_.has_work());
  EXPECT_TRUE(queue_.Ask()) << "nine others may come";
  EXPECT_TRUE(threads_.empty());
  Put(9);
  EXPECT_FALSE(queue_.Ask()) << "all are there";
  EXPECT_EQ(threads_.size(), 10U);
  Put(1);
  WorkUntilDone();
  EXPECT_EQ(threads_.size(), 11U);
}

}  // namespace
}  // namespace stator::engine
