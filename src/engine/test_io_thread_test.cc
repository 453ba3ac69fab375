#include "engine/test_io_thread.h"

#include <utility>

namespace stator::engine {

void TestIoThread::Post(std::vector<base::CompletionTask> tasks) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      for (base::CompletionTask& task : tasks) tasks_.push_back(std::move(task));
      changed_.notify_one();
      return;
    }
  }
  for (base::CompletionTask& task : tasks) task();
}

bool TestIoThread::WhenIdle(base::IdleTask& task) {
  if (std::this_thread::get_id() != thread_.get_id()) return false;
  idle_task_ = &task;
  return true;
}

void TestIoThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void TestIoThread::Run() {
  std::unique_lock lock(mutex_);
  const auto something = [&] { return stopping_ || !tasks_.empty(); };
  for (;;) {
    while (!tasks_.empty()) {
      auto tasks = std::exchange(tasks_, {});
      lock.unlock();
      for (base::CompletionTask& task : tasks) task();
      lock.lock();
    }
    if (stopping_) return;
    lock.unlock();
    const auto patience = AskIdleTask();
    lock.lock();
    if (patience) {
      changed_.wait_for(lock, *patience, something);
    } else {
      changed_.wait(lock, something);
    }
  }
}

std::optional<std::chrono::microseconds> TestIoThread::AskIdleTask() {
  base::IdleTask* const task = std::exchange(idle_task_, nullptr);
  if (task == nullptr) return std::nullopt;
  const auto patience = task->OnIdle(*this);
  if (patience) {
    idle_task_ = task;
    return patience;
  }
  ++idle_tasks_done_;
  // Its completions may have made another call.
  return std::chrono::microseconds(0);
}

}  // namespace stator::engine
