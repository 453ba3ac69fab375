#include "remote/send_rate.h"

#include <gtest/gtest.h>

#include "remote/retry.h"

namespace stator::remote {
namespace {

using std::chrono::milliseconds;

// A client that sends whenever it may, for `seconds`; returns how many calls a second that made.
class Sender {
 public:
  double Run(double seconds, double wanted_per_second, bool throttled = false) {
    const base::MonotonicTime end = now_ + Milliseconds(1000 * seconds);
    int sent = 0;
    while (now_ < end) {
      now_ += *rate.Reserve(now_, base::MonotonicTime::max());
      rate.Answered(now_, throttled);
      ++sent;
      now_ += Milliseconds(1000 / wanted_per_second);
    }
    return sent / seconds;
  }
  base::MonotonicTime now() const { return now_; }

  SendRate rate;

 private:
  static std::chrono::microseconds Milliseconds(double count) {
    return std::chrono::microseconds(static_cast<std::int64_t>(1000 * count));
  }
  base::MonotonicTime now_ = base::MonotonicTime(std::chrono::hours(1));
};

TEST(SendRate, DoesNothingBeforeTheFirstThrottle) {
  Sender sender;
  EXPECT_NEAR(sender.Run(5, 100), 100, 2);
  EXPECT_EQ(sender.rate.limit(), 0);
}

TEST(SendRate, FallsToSevenTenthsAtAThrottleAndClimbsBackAfterwards) {
  Sender sender;
  sender.Run(5, 100);
  sender.rate.Answered(sender.now(), true);
  EXPECT_NEAR(sender.rate.limit(), 70, 3);
  EXPECT_LT(sender.Run(1, 1000), 90);
  sender.Run(10, 1000);
  EXPECT_GT(sender.rate.limit(), 100);
}

TEST(SendRate, NeverHoldsAClientBackForGood) {
  Sender sender;
  sender.Run(2, 100);
  sender.Run(30, 100, true);
  EXPECT_EQ(sender.rate.limit(), SendRate::kLeast);
  sender.Run(20, 1000);
  EXPECT_GT(sender.rate.limit(), 5);
}

TEST(SendRate, ACallThatWouldComeTooLateTakesNoPlace) {
  Sender sender;
  sender.rate.Answered(sender.now(), true);
  const auto soon = sender.now() + milliseconds(100);
  EXPECT_EQ(sender.rate.Reserve(sender.now(), soon), milliseconds(0));
  EXPECT_FALSE(sender.rate.Reserve(sender.now(), soon));
  EXPECT_EQ(sender.rate.Reserve(sender.now(), sender.now() + std::chrono::hours(1)),
            milliseconds(2'000));
}

TEST(Retry, LegacyDoublesItsWaitsAndHasTenTries) {
  EXPECT_EQ(LegacyWait(1), milliseconds(50));
  EXPECT_EQ(LegacyWait(2), milliseconds(100));
  EXPECT_EQ(LegacyWait(9), milliseconds(12'800));
  EXPECT_EQ(LegacyWait(50), kBackoffMax);
  CallOptions calls;
  EXPECT_EQ(AttemptsMax(calls), 4);
  calls.retry_mode = RetryMode::kLegacy;
  EXPECT_EQ(AttemptsMax(calls), 10);
  calls.attempts_max = 3;
  EXPECT_EQ(AttemptsMax(calls), 3);
}

}  // namespace
}  // namespace stator::remote
