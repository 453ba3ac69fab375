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

  // Puts with `queue` until one is left to it: as soon as syncs are known to be quick.
  void PutUntilLent(KeptQueue& queue, std::vector<std::thread::id>& threads) {
    queue.willing = true;
    base::CallContext context;
    context.completions = &queue;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      PutMany(1, context, threads);
      if (queue.has_work()) break;
      queue.WaitFor(1);
      queue.RunAll();
    }
    ASSERT_TRUE(queue.has_work());
    threads.clear();
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

TEST_F(LogSyncTest, AnIdleThreadThatTakesTheWorkSyncsAndCompletesAndWakesNobody) {
  KeptQueue queue;
  std::vector<std::thread::id> threads;
  PutUntilLent(queue, threads);
  base::CallContext context;
  context.completions = &queue;
  PutMany(9, context, threads);
  EXPECT_TRUE(threads.empty());
  base::Counter* const syncs = metrics_.GetCounter("stator_engine_syncs_total", "");
  const auto before = syncs->value();
  const int posts = queue.posts();
  while (queue.Ask()) std::this_thread::yield();
  EXPECT_EQ(threads, std::vector<std::thread::id>(10, std::this_thread::get_id()));
  EXPECT_EQ(syncs->value(), before + 1);
  EXPECT_EQ(queue.posts(), posts);
}

TEST_F(LogSyncTest, TheWorkOfAThreadThatGivesUpIsDoneByTheSyncThread) {
  KeptQueue queue;
  std::vector<std::thread::id> threads;
  PutUntilLent(queue, threads);
  queue.GiveUp();
  queue.WaitFor(1);
  queue.RunAll();
  EXPECT_EQ(threads.size(), 1U);
}

TEST_F(LogSyncTest, AWriteOfAnotherThreadDoesNotWaitForTheIdleOne) {
  KeptQueue queue;
  std::vector<std::thread::id> threads;
  PutUntilLent(queue, threads);
  engine_->Put("items", "id: 'of another'");
  queue.WaitFor(1);
  queue.RunAll();
  EXPECT_EQ(threads.size(), 1U);
  EXPECT_FALSE(queue.Ask()) << "nothing is left for it";
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

TEST_F(LogSyncTest, WhatAnIdleThreadHasLeftUndoneIsDoneAtTheEnd) {
  KeptQueue queue;
  std::vector<std::thread::id> threads;
  PutUntilLent(queue, threads);
  engine_->Close();
  queue.RunAll();
  EXPECT_EQ(threads.size(), 1U);
}

TEST_F(LogSyncTest, AnIdleThreadWaitsForThoseThatItHasJustAnsweredButNotForever) {
  KeptQueue queue;
  std::vector<std::thread::id> threads;
  PutUntilLent(queue, threads);
  base::CallContext context;
  context.completions = &queue;
  PutMany(9, context, threads);
  while (queue.Ask()) std::this_thread::yield();
  ASSERT_EQ(threads.size(), 10U);
  threads.clear();
  PutMany(1, context, threads);
  ASSERT_TRUE(queue.has_work());
  EXPECT_TRUE(queue.Ask()) << "nine others may come";
  EXPECT_TRUE(threads.empty());
  PutMany(9, context, threads);
  EXPECT_FALSE(queue.Ask()) << "all are there";
  EXPECT_EQ(threads.size(), 10U);
  PutMany(1, context, threads);
  while (queue.Ask()) std::this_thread::yield();
  EXPECT_EQ(threads.size(), 11U);
}

}  // namespace
}  // namespace stator::engine
