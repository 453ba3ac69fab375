// Named time zones, read from the system's zone files. Only Feast's ZonedTimestamp needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stator::features {

// Appends "2025-09-25T20:07:36+02:00": the moment `unix_seconds` in `zone` ("Europe/Oslo", or ""
// for UTC), as Python prints a zoned datetime. A zone that /usr/share/zoneinfo does not have gives
// UTC. The zone's file (some kilobytes) is read at every call: such values are rare, and nothing
// has to be kept.
void AppendZonedTime(std::string& out, std::int64_t unix_seconds, std::string_view zone);

}  // namespace stator::features
