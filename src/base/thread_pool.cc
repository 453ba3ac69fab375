#include "base/thread_pool.h"

#include <utility>

namespace stator::base {

ThreadPool::ThreadPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  CHECK(threads >= 1 && queue_max >= 1);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  has_task_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ThreadPool::TryRun(UniqueFunction<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(task));
  }
  has_task_.notify_one();
  return true;
}

void ThreadPool::Run(UniqueFunction<void()> task) {
  {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return queue_.size() < queue_max_; });
    queue_.push_back(std::move(task));
  }
  has_task_.notify_one();
}

void ThreadPool::Work() {
  for (;;) {
    UniqueFunction<void()> task;
    {
      std::unique_lock lock(mutex_);
      has_task_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    has_room_.notify_one();
    task();
  }
}

}  // namespace stator::base
