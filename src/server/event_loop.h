// EventLoop: what one I/O thread waits in: sockets that are ready, tasks from other threads, a
// tick.
//
// Linux's epoll, level-triggered: a socket stays registered from its first wait to its end, so a
// request costs one recv and one send, and its share of an epoll_wait that brings many. Asio asks
// once more before each wait, which finds nothing on a connection that has just been answered
// (docs/adr-0011-own-event-loop.md).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/unique_function.h"

namespace stator::server {

// A file descriptor that closes with its owner.
class FileDescriptor {
 public:
  // Holds none.
  FileDescriptor() = default;
  // Takes over `number`; negative: none.
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() { Close(); }
  // Takes over what `other` holds.
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.Release()) {}
  // Closes its own and takes over what `other` holds.
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  // The number; negative when there is none.
  int number() const { return number_; }
  // Closes it now; no effect when there is none.
  void Close();

 private:
  int Release();

  int number_ = -1;
};

// What a descriptor is watched for and ready for, as a set of bits; epoll's own.
using Readiness = std::uint32_t;
inline constexpr Readiness kNothing = 0;
inline constexpr Readiness kReadable = 1;
inline constexpr Readiness kWritable = 4;
// Comes unasked: the peer has reset the connection, or it is closed in both directions.
inline constexpr Readiness kBroken = 8;

// Told what its descriptor is ready for.
class IoWatcher {
 public:
  // Runs on the loop's thread, again and again as long as the descriptor is ready and watched for
  // it; must not block.
  virtual void OnReady(Readiness readiness) = 0;

 protected:
  ~IoWatcher() = default;
};

// Asked what is left to do before a loop sleeps.
class IdleHook {
 public:
  // Runs on the loop's thread whenever it has handled all that it knew of and is about to look for
  // more. Answers how long it may sleep for that; nullopt: until something comes. What it adds to
  // the round is done first.
  virtual std::optional<std::chrono::microseconds> BeforeSleep() = 0;

 protected:
  ~IdleHook() = default;
};

// All but Post belongs to the thread that runs the loop, or comes before Run. Must not be destroyed
// while that thread is in Run.
class EventLoop {
 public:
  // One piece of work for the thread of the loop. Must not block and must not throw.
  using Task = base::UniqueFunction<void()>;

  // REQUIRES: three file descriptors are left; ends the program otherwise.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Watches `descriptor` for `readiness` from now on, until it is forgotten or closed; false, and
  // errno, when the kernel has no memory for it.
  // `watcher` must live until the round of events in which the descriptor was closed is over:
  // AfterRound() is the place to release it.
  [[nodiscard]] bool Watch(int descriptor, Readiness readiness, IoWatcher& watcher);
  // Watches it for something else; kNothing leaves kBroken. REQUIRES: Watch() before.
  void Change(int descriptor, Readiness readiness, IoWatcher& watcher);
  // Watches it no more; an event of the present round may still come. REQUIRES: Watch() before.
  void Forget(int descriptor);

  // Runs `task` soon, in order of arrival; on any thread. Wakes the loop when it sleeps.
  void Post(Task task);
  // The same for many, with one wake-up.
  void Post(std::vector<Task> tasks);
  // Runs `task` when the events that came together, or the tasks, have all been handled; in the
  // order of the calls. One that it adds itself comes behind the others.
  void AfterRound(Task task) { after_round_.push_back(std::move(task)); }
  // Asks `hook` from now on; at most one.
  void AskBeforeSleep(IdleHook& hook) { idle_hook_ = &hook; }
  // Calls `tick` once, a second from now. REQUIRES: not called again before it has run.
  void TickLater(Task tick);

  // Runs until Stop(), and then what has been posted by then.
  void Run();
  // Ends Run() after the present round.
  void Stop() { stopping_ = true; }
  // Runs what has been posted, until nothing is.
  void RunPosted();

 private:
  // The tick's clock, as a descriptor.
  class Ticker final : public IoWatcher {
   public:
    void OnReady(Readiness readiness) override;
    FileDescriptor timer;
    Task tick;
  };

  // Takes what has been posted into running_; false, and the loop counts as asleep, when there is
  // nothing.
  bool TakePosted();
  // At most so long; nullopt: until there are some.
  void WaitForEvents(std::optional<std::chrono::microseconds> patience);
  void EndRound();
  // Adds to posted_ by `add` and wakes the loop if need be.
  template <typename Add>
  void Enqueue(Add&& add);

  FileDescriptor epoll_;
  // Edge-triggered: a write to it wakes the loop, and nobody reads it.
  FileDescriptor wake_;
  Ticker ticker_;
  // Guards posted_ and asleep_.
  std::mutex mutex_;
  std::vector<Task> posted_;
  // The loop waits, or is about to, and nobody has woken it.
  bool asleep_ = false;
  // Of the loop's thread alone, from here on.
  std::vector<Task> running_;
  std::vector<Task> after_round_;
  IdleHook* idle_hook_ = nullptr;
  bool stopping_ = false;
};

}  // namespace stator::server
