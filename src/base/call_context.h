// What travels down with every call through the seam: until when, whether still wanted, how urgent,
// for whom. Passed by const reference and never stored: whoever completes later copies what it
// needs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/clock.h"

namespace stator::base {

// The moment after which the caller no longer waits. Every wait in Stator has one. A plain value on
// the monotonic clock, so that a change of the machine's time neither ends a call nor prolongs it.
class Deadline {
 public:
  // Used where the caller names no deadline of its own. A request that takes longer is lost in any
  // case: AWS SDKs give up after 60 s (botocore's read_timeout), Feast's server after 30 s.
  static constexpr std::chrono::milliseconds kDefault{60'000};

  // kDefault from now on the machine's clock.
  Deadline() : Deadline(After(kDefault)) {}
  // At an absolute time.
  explicit Deadline(MonotonicTime at) : at_(at) {}
  // `timeout` from now on the machine's clock.
  static Deadline After(std::chrono::milliseconds timeout) {
    return Deadline(std::chrono::steady_clock::now() + timeout);
  }
  // When it passes.
  MonotonicTime at() const { return at_; }
  // Whether it has passed at `now`.
  bool Passed(MonotonicTime now) const { return now >= at_; }
  // Time left at `now`, at least zero.
  std::chrono::milliseconds Left(MonotonicTime now) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - now);
    return left.count() > 0 ? left : std::chrono::milliseconds{0};
  }

 private:
  MonotonicTime at_;
};

// Tells running calls that nobody wants their answer any more. Copies share one flag. The default
// token never cancels.
class CancelToken {
 public:
  // A token that is never cancelled.
  CancelToken() = default;
  // A token that Cancel() cancels, with all its copies.
  static CancelToken Create() {
    CancelToken token;
    token.flag_ = std::make_shared<std::atomic<bool>>(false);
    return token;
  }
  // Asks everyone who holds a copy to stop. No effect on a default token.
  void Cancel() const {
    if (flag_) flag_->store(true, std::memory_order_relaxed);
  }
  // Whether Cancel() was called.
  bool cancelled() const { return flag_ && flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

// Who goes first when there is a queue: online reads before interactive SQL before scans and
// materialization.
enum class Priority : std::uint8_t { kServing, kInteractive, kBackground };

// Identifies one request in logs across the doors; 0 means none.
using TraceId = std::uint64_t;

class CompletionQueue;

// The context itself. Cheap to copy: a time, two pointers, three small numbers.
// The default is a serving call with the default deadline.
struct CallContext {
  Deadline deadline;
  CancelToken cancel;
  Priority priority = Priority::kServing;
  TraceId trace = 0;
  // Where a call that does not complete at once shall complete; null: on a thread of the store. A
  // wish: only the engine's writes heed it so far (base/completion_queue.h says what it saves).
  CompletionQueue* completions = nullptr;
  // The reads answer nobody: they find out what a table holds. Stores that count reads count these
  // apart.
  bool sampling = false;
};

}  // namespace stator::base
