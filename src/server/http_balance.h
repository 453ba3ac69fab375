// How many of HttpServer's I/O threads have connections.
//
// One busy thread costs less than two half-asleep ones: it finds several requests at each wait, and
// waking a thread costs as much as answering a request. So connections stay together until their
// thread is busy all the time and the machine has a processor to spare, and come together again
// when there is little to do (docs/adr-0011-own-event-loop.md has the measurements).
#pragma once

#include <cstddef>
#include <ctime>
#include <vector>

namespace stator::server {

// What a second cost, in processors: 1 is one processor all the time.
struct HttpLoad {
  // The busiest of the I/O threads.
  double busiest_thread = 0;
  // All of them together.
  double all_threads = 0;
  // What nobody on the machine used.
  double idle_processors = 0;
};

// Decides; knows no threads. Not thread-safe.
class HttpThreadCount {
 public:
  // A thread busier than this is full.
  static constexpr double kFull = 0.85;
  // Idle processors from which on another thread would find one: what a process on the other end
  // of the connections leaves of its own processor is less.
  static constexpr double kSpare = 0.5;
  // One thread fewer would be this busy at most.
  static constexpr double kRoomy = 0.6;
  // Seconds in a row with room before there is one fewer.
  static constexpr int kCalmSeconds = 5;

  // Begins with one of `max` >= 1.
  explicit HttpThreadCount(std::size_t max) : max_(max) {}
  // Threads that shall have connections now.
  std::size_t count() const { return count_; }
  // Takes a second into account; answers the new count. Doubles it when a thread is full.
  std::size_t After(const HttpLoad& second);

 private:
  const std::size_t max_;
  std::size_t count_ = 1;
  int calm_seconds_ = 0;
};

// Measures HttpLoad. Not thread-safe.
class HttpLoadMeter {
 public:
  // Of the threads with these CPU clocks (pthread_getcpuclockid).
  explicit HttpLoadMeter(std::vector<clockid_t> threads);
  // What the time since the last call cost, averaged over it. The machine counts as idle where
  // /proc/stat cannot be read.
  HttpLoad Measure();

 private:
  const std::vector<clockid_t> clocks_;
  std::vector<double> thread_seconds_;
  double now_seconds_ = 0;
  double idle_seconds_ = 0;
};

}  // namespace stator::server
