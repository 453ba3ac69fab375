#include "remote/send_rate.h"

#include <algorithm>
#include <cmath>

namespace stator::remote {
namespace {

// [AWS]
constexpr double kBeta = 0.7;
constexpr double kCurve = 0.4;
constexpr double kNewestWeight = 0.8;
constexpr std::chrono::milliseconds kHalfSecond{500};

}  // namespace

std::optional<std::chrono::milliseconds> SendRate::Reserve(base::MonotonicTime now,
                                                           base::MonotonicTime latest) {
  using std::chrono::duration_cast;
  std::lock_guard lock(mutex_);
  if (limit_ == 0) return std::chrono::milliseconds{0};
  const Seconds interval(1 / limit_);
  // What was not used in the last second may be used now.
  const auto unused = std::max(Seconds(1) - interval, Seconds(0));
  const auto place = std::max(next_, now - duration_cast<base::MonotonicTime::duration>(unused));
  if (place > latest) return std::nullopt;
  next_ = place + duration_cast<base::MonotonicTime::duration>(interval);
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(place - now),
                  std::chrono::milliseconds{0});
}

void SendRate::Measure(base::MonotonicTime now) {
  const std::int64_t half_second = now.time_since_epoch() / kHalfSecond;
  if (half_second_ == 0) half_second_ = half_second;
  if (half_second > half_second_) {
    const Seconds spent((half_second - half_second_) * kHalfSecond);
    measured_ = kNewestWeight * (answers_in_it_ / spent.count()) + (1 - kNewestWeight) * measured_;
    half_second_ = half_second;
    answers_in_it_ = 0;
  }
  ++answers_in_it_;
}

void SendRate::Answered(base::MonotonicTime now, bool throttled) {
  std::lock_guard lock(mutex_);
  Measure(now);
  if (!throttled && limit_ == 0) return;
  double wanted = 0;
  if (throttled) {
    rate_before_ = limit_ == 0 ? measured_ : std::min(measured_, limit_);
    throttled_at_ = now;
    if (limit_ == 0) next_ = now;
    wanted = kBeta * rate_before_;
  } else {
    const double level = std::cbrt(rate_before_ * (1 - kBeta) / kCurve);
    const double since = Seconds(now - throttled_at_).count();
    wanted = kCurve * std::pow(since - level, 3) + rate_before_;
  }
  limit_ = std::max(std::min(wanted, 2 * measured_), kLeast);
}

double SendRate::limit() const {
  std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace stator::remote
