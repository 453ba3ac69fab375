// A fixed number of threads with a bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unique_function.h"

namespace stator::base {

// Runs tasks in order of arrival. Tasks must not throw. Thread-safe.
class ThreadPool {
 public:
  // `threads` >= 1; at most `queue_max` tasks wait.
  ThreadPool(std::size_t threads, std::size_t queue_max);
  // Runs what is queued, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Queues a task; false, and the task is dropped, when the queue is full.
  bool TryRun(UniqueFunction<void()> task);
  // Queues a task, waiting for room. Never call it from a task of the same pool.
  void Run(UniqueFunction<void()> task);

 private:
  void Work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable has_task_;
  std::condition_variable has_room_;
  std::deque<UniqueFunction<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stator::base
