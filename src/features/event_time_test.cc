#include "features/event_time.h"

#include <gtest/gtest.h>

namespace stator::features {
namespace {

std::string EventTs(EventTime time) {
  std::string out;
  AppendEventTs(out, time);
  return out;
}

std::string Rfc3339(EventTime time) {
  std::string out;
  AppendRfc3339(out, time);
  return out;
}

constexpr EventTime kNewYear2026 = 1'767'225'600'000'000;

TEST(EventTime, IsStoredAsPythonPrintsAUtcDatetime) {
  EXPECT_EQ(EventTs(kNewYear2026), "2026-01-01 00:00:00+00:00");
  EXPECT_EQ(EventTs(kNewYear2026 + 500'000), "2026-01-01 00:00:00.500000+00:00");
  EXPECT_EQ(EventTs(kNewYear2026 + 1), "2026-01-01 00:00:00.000001+00:00");
  EXPECT_EQ(EventTs(-1), "1969-12-31 23:59:59.999999+00:00");
  EXPECT_EQ(EventTs(kEventTimeMin), "0001-01-01 00:00:00+00:00");
  EXPECT_EQ(EventTs(kEventTimeMax), "9999-12-31 23:59:59.999999+00:00");
}

TEST(EventTime, IsAnsweredAsRfc3339WithZeroThreeOrSixDigits) {
  EXPECT_EQ(Rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Rfc3339(kNewYear2026 + 500'000), "2026-01-01T00:00:00.500Z");
  EXPECT_EQ(Rfc3339(kNewYear2026 + 1), "2026-01-01T00:00:00.000001Z");
}

TEST(EventTime, EveryFormThatFeastReadsIsRead) {
  for (const char* text : {"2026-01-01 00:00:00+00:00", "2026-01-01T00:00:00Z", "2026-01-01",
                           "20260101T000000Z", "2025-12-31 17:00:00-07:00", "2026-01-01 00:00:00",
                           "2026-01-01T01:00+01:00", "2026-01-01T00"}) {
    EXPECT_EQ(ParseEventTime(text), kNewYear2026) << text;
  }
  EXPECT_EQ(ParseEventTime("2026-01-01 00:00:00.5"), kNewYear2026 + 500'000);
  EXPECT_EQ(ParseEventTime("2026-01-01 00:00:00.123456789+00:00"), kNewYear2026 + 123'456);
}

TEST(EventTime, OtherTextIsNoTime) {
  for (const char* text :
       {"", "1767225600", "2026-01-01 00:00:00 UTC", "2026-13-01", "2026-02-29", "2026-01-01 24:00",
        "2026-01-01 00:00:00+", "2026-01-01 00:00:00.", "0000-01-01", "yesterday"}) {
    EXPECT_FALSE(ParseEventTime(text)) << text;
  }
}

}  // namespace
}  // namespace stator::features
