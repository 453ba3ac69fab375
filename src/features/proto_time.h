// Times and durations between protobuf's messages and Stator's plain counts of microseconds.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace stator::features {

// Microseconds in a second.
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Sets a Timestamp from microseconds since 1970; times before 1970 are floored, as protobuf asks.
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
// Sets a Timestamp from a wall time.
inline void SetTime(base::WallTime time, google::protobuf::Timestamp& out) {
  SetTime(time.time_since_epoch().count(), out);
}
// Microseconds since 1970, finer parts cut off.
inline std::int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * kMicrosPerSecond + time.nanos() / 1000;
}
// Microseconds of a Duration.
inline std::int64_t Micros(const google::protobuf::Duration& duration) {
  return duration.seconds() * kMicrosPerSecond + duration.nanos() / 1000;
}

}  // namespace stator::features
