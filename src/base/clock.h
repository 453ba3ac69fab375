// Time. Whoever needs it is given a Clock, so that tests can move it; `dynamo`, `expression` and
// `wire` never ask.
#pragma once

#include <chrono>
#include <cstdint>

namespace stator::base {

// A point on the monotonic clock: for deadlines and durations, never shown to users.
using MonotonicTime = std::chrono::steady_clock::time_point;

// Wall-clock time since 1970-01-01T00:00:00Z.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// Source of both times. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic time now.
  virtual MonotonicTime Now() const = 0;
  // Wall-clock time now.
  virtual WallTime WallNow() const = 0;
};

// The machine's clock. Lives as long as the process.
const Clock& SystemClock();

}  // namespace stator::base
