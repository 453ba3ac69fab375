// For tests: a thread that calls the engine and gets its completions back, as the I/O threads of
// the HTTP server do, and that takes work of the engine in place of sleeping.
//
//   TestEngine engine(options);
//   TestIoThread io_thread;                  // declared behind the engine, so it ends first
//   engine.CallOn(io_thread);
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/completion_queue.h"

namespace stator::engine {

// A thread with a queue. Thread-safe but for Stop() and what requires it.
class TestIoThread final : public base::CompletionQueue {
 public:
  // Starts the thread.
  TestIoThread() = default;
  // Stops it.
  ~TestIoThread() override { Stop(); }

  // As CompletionQueue says; also for calls that shall begin on this thread.
  void Post(std::vector<base::CompletionTask> tasks) override;
  // Takes whatever its own thread is offered.
  bool WhenIdle(base::IdleTask& task) override;
  // Runs what has been posted and ends the thread. A task that waits for it to be idle is left.
  void Stop();
  // How often it has done the work of an idle task, or found it done. REQUIRES: stopped.
  int idle_tasks_done() const { return idle_tasks_done_; }

 private:
  void Run();
  // How long the thread may sleep.
  std::optional<std::chrono::microseconds> AskIdleTask();

  // Guards tasks_ and stopping_.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::CompletionTask> tasks_;
  bool stopping_ = false;
  // Of the thread alone.
  base::IdleTask* idle_task_ = nullptr;
  int idle_tasks_done_ = 0;
  // Last: it uses all above.
  std::thread thread_{[this] { Run(); }};
};

}  // namespace stator::engine
