// A fixed number of threads with a bounded queue: for work that must not run on an I/O thread, such
// as an operation on tables, a page for SQL, a materialization. The bound is the point: a queue
// without one turns overload into memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unique_function.h"

namespace stator::base {

// Runs tasks in order of arrival, each exactly once, on one of its threads. Tasks must not throw.
// Thread-safe.
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
  // What each thread does until the pool stops and the queue is empty.
  void Work();

  // Most tasks that wait.
  const std::size_t queue_max_;
  // Guards everything below but the threads.
  std::mutex mutex_;
  std::condition_variable has_task_;
  std::condition_variable has_room_;
  std::deque<UniqueFunction<void()>> queue_;
  // Set once, by the destructor.
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stator::base
