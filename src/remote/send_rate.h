// SendRate: the part of AWS's "adaptive" retry mode that "standard" does not have. Once the store
// has throttled, calls leave no faster than it takes them: the rate falls to 0.7 of what it was,
// then climbs along a cubic curve, as TCP's CUBIC does, back to that and beyond.
//
// One for a client, as in AWS's SDKs: a throttled table holds back calls to the others too.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/clock.h"

namespace stator::remote {

// Thread-safe.
class SendRate {
 public:
  // Calls a second that are always let through. [AWS]
  static constexpr double kLeast = 0.5;

  // Takes the next free place for a call and says how long to wait for it: nothing before the first
  // throttle. nullopt, and no place taken, when it comes after `latest`.
  std::optional<std::chrono::milliseconds> Reserve(base::MonotonicTime now,
                                                   base::MonotonicTime latest);
  // The store answered a call.
  void Answered(base::MonotonicTime now, bool throttled);
  // Calls a second that are let through; 0 before the first throttle.
  double limit() const;

 private:
  using Seconds = std::chrono::duration<double>;

  // Counts an answer: measured_ is of the half seconds that are over.
  void Measure(base::MonotonicTime now);

  mutable std::mutex mutex_;
  double limit_ = 0;
  // When the next call may leave.
  base::MonotonicTime next_{};
  // Answers a second, the newest half second weighing most.
  double measured_ = 0;
  std::int64_t half_second_ = 0;
  int answers_in_it_ = 0;
  // Where the curve starts: the rate at the last throttle, and when that was.
  double rate_before_ = 0;
  base::MonotonicTime throttled_at_{};
};

}  // namespace stator::remote
