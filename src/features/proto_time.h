// Times and durations between protobuf's messages and Stator's plain counts of microseconds: what
// the registry holds, and what everything else in this module computes with.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace stator::features {

// How many microseconds a second has: protobuf counts seconds and nanoseconds, Stator and Python's
// datetime count microseconds.
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Sets a Timestamp from microseconds since 1970. The nanoseconds are never negative, as protobuf
// asks: times before 1970 are floored to whole seconds and count up from there.
inline void SetTime(std::int64_t micros, google::protobuf::Timestamp& out) {
  std::int64_t seconds = micros / kMicrosPerSecond;
  std::int64_t rest = micros % kMicrosPerSecond;
  if (rest < 0) {
    rest += kMicrosPerSecond;
    --seconds;
  }
  out.set_seconds(seconds);
  out.set_nanos(static_cast<std::int32_t>(rest * 1000));
}
// Sets a Timestamp from a wall time, which carries microseconds already: created and updated times
// of what Stator writes.
inline void SetTime(base::WallTime time, google::protobuf::Timestamp& out) {
  SetTime(time.time_since_epoch().count(), out);
}
// Microseconds since 1970 of a Timestamp. Feast writes microseconds; finer parts, which only other
// writers can have put there, are cut off.
inline std::int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * kMicrosPerSecond + time.nanos() / 1000;
}
// Microseconds of a Duration, for example of a view's ttl. Feast keeps whole seconds; finer parts
// are kept down to the microsecond. The registry's durations are far from the ends of the range.
inline std::int64_t Micros(const google::protobuf::Duration& duration) {
  return duration.seconds() * kMicrosPerSecond + duration.nanos() / 1000;
}

}  // namespace stator::features
