// Event times: the text that Feast stores in `event_ts`, and RFC 3339 as its replies carry it. In
// memory a time is a count of microseconds since 1970-01-01T00:00:00Z, which is all that Python's
// datetime can tell apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stator::features {

// Microseconds since 1970-01-01T00:00:00Z; years 1 to 9999.
using EventTime = std::int64_t;

// Python's range of datetime: 0001-01-01T00:00:00 and 9999-12-31T23:59:59.999999.
inline constexpr EventTime kEventTimeMin = -62'135'596'800'000'000;
inline constexpr EventTime kEventTimeMax = 253'402'300'799'999'999;

// "2021-12-31 23:00:00+00:00", with ".ffffff" exactly when there are microseconds: str() of a UTC
// datetime, the form in which `event_ts` is stored. REQUIRES: within the range above.
void AppendEventTs(std::string& out, EventTime time);

// "2021-12-31T23:00:00Z" with 0, 3 or 6 fractional digits: a protobuf Timestamp in JSON. REQUIRES:
// as AppendEventTs.
void AppendRfc3339(std::string& out, EventTime time);

// Reads what Python 3.11's datetime.fromisoformat reads: "T" or any single character between date
// and time, `Z`, an offset or none (= UTC), a date alone, fractions of any length (cut to
// microseconds), the basic form "20260101T000000Z". nullopt for anything else.
std::optional<EventTime> ParseEventTime(std::string_view text);

}  // namespace stator::features
