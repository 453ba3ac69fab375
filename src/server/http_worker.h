// One I/O thread of HttpServer with its connections. Internal to the server.
#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/completion_queue.h"
#include "server/event_loop.h"
#include "server/http_connection.h"

namespace stator::server {

// Completions that name it run on its thread.
class HttpWorker final : public base::CompletionQueue, private IdleHook {
 public:
  // Starts nothing.
  HttpWorker(HttpShared& shared, std::size_t number);
  // Runs the thread.
  void Start();
  // One wake-up for all of `tasks`; on any thread.
  void Post(std::vector<base::CompletionTask> tasks) override;
  // One task at a time, and only while every request since the last completions waits for one.
  bool WhenIdle(base::IdleTask& task) override;
  // Told by a connection that a request was answered without waiting for a store.
  void AnsweredAtOnce();
  // Whether the caller is this thread.
  bool IsCurrent() const { return std::this_thread::get_id() == thread_id_; }
  // Takes over a connection that no thread serves; on any thread. One that comes while this thread
  // drains, or later, is closed.
  void Adopt(boost::intrusive_ptr<HttpConnection> connection);
  // Moves its idle connections to where they belong when `among` are in use; on any thread. Those
  // that are busy stay until the next time.
  void Spread(std::span<const std::unique_ptr<HttpWorker>> among);
  // Its thread's CPU clock. REQUIRES: started.
  clockid_t cpu_clock() const { return cpu_clock_; }
  // Begins to drain; on any thread. The thread ends when no connection is left, or at the latest
  // after `patience`.
  void Drain(std::chrono::milliseconds patience);
  // Waits for the end of the thread.
  void Join();

  // What this thread waits in.
  EventLoop& loop() { return loop_; }
  // Which of the server's threads this is, from 0.
  std::size_t number() const { return number_; }
  // Whether a posted completion runs, so that no handler is on the stack and a connection may
  // write its answer at once. Of this thread alone.
  bool completing() const { return completing_; }
  // Seconds counted by the sweep, for deadlines.
  std::uint32_t now() const { return now_; }
  // "Date: ...\r\n" of the present second.
  const std::string& date_header() const { return date_header_; }
  // What all threads share.
  HttpShared& shared() { return shared_; }
  // Has `connection` send its answer when the events that came together, or the completions, have
  // all been handled, or kUnsentMax answers wait. Sent one by one, each would find the client
  // asleep again when it runs on another processor, and waking it costs several times what sending
  // does; sent together, the first one wakes it.
  void SendLater(HttpConnection& connection);
  // An answer that is ready waits at most for this many others to be made: as many as there were
  // clients where the gain was measured (docs/performance.md).
  static constexpr std::size_t kUnsentMax = 16;
  // Called by a connection that has closed: releases it after the round, and ends a draining thread
  // after the last one.
  void Closed(HttpConnection& connection);
  // Calls `task` at the next sweep, within about a second; on this thread.
  void AtSweep(EventLoop::Task task);

 private:
  // The thread itself.
  void Work();
  // Starts the clock of the sweep unless it runs.
  void ArmSweep();
  // Once a second while there are connections: closes what is overdue.
  void Sweep();
  void CloseAll();
  std::optional<std::chrono::microseconds> BeforeSleep() override;
  // Gives up a connection of the list; answers the list's reference.
  boost::intrusive_ptr<HttpConnection> Release(HttpConnection& connection);
  void SendAnswers();
  void EndIfDrained();
  void RefreshDate();

  HttpShared& shared_;
  const std::size_t number_;
  EventLoop loop_;
  boost::intrusive::list<HttpConnection, boost::intrusive::constant_time_size<false>> connections_;
  // They live until the round is over.
  std::vector<HttpConnection*> unsent_;
  bool sending_ = false;
  std::vector<EventLoop::Task> at_sweep_;
  std::thread thread_;
  std::thread::id thread_id_;
  clockid_t cpu_clock_ = 0;
  // Guards ended_: nothing may be posted to a loop that nobody runs any more.
  std::mutex mutex_;
  bool ended_ = false;
  std::uint32_t now_ = 0;
  // Second of the sweep at which draining ends; 0 while not draining.
  std::uint32_t drain_until_ = 0;
  bool sweep_armed_ = false;
  bool completing_ = false;
  // Asked before the thread sleeps.
  base::IdleTask* idle_task_ = nullptr;
  // Since the last completions.
  bool answered_at_once_ = false;
  std::string date_header_;
};

}  // namespace stator::server
