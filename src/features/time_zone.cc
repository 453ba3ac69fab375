#include "features/time_zone.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "features/event_time.h"

namespace stator::features {
namespace {

// Offsets from UTC: from `starts[i]` on (seconds since 1970) it is `offsets[i]` seconds; before
// that, `first`.
struct Zone {
  std::int32_t first = 0;
  std::vector<std::int64_t> starts;
  std::vector<std::int32_t> offsets;

  std::int32_t OffsetAt(std::int64_t seconds) const {
    const auto next = std::upper_bound(starts.begin(), starts.end(), seconds);
    return next == starts.begin() ? first : offsets[next - starts.begin() - 1];
  }
};

// Big-endian integer of `size` bytes at `at`; 0 beyond the end.
std::int64_t ReadBig(std::string_view file, std::size_t at, std::size_t size) {
  if (at + size > file.size()) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | static_cast<std::uint8_t>(file[at + i]);
  return size == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

constexpr std::size_t kHeaderBytes = 44;  // of a TZif block (RFC 8536)

struct Counts {
  std::size_t leap, times, types, chars, std_flags, ut_flags;
};

Counts ReadCounts(std::string_view file, std::size_t at) {
  const auto count = [&](std::size_t i) {
    return std::min<std::size_t>(static_cast<std::size_t>(ReadBig(file, at + 20 + 4 * i, 4)),
                                 file.size());
  };
  return {count(2), count(3), count(4), count(5), count(1), count(0)};
}

// The second, 64-bit block of a TZif file.
bool ParseZone(std::string_view file, Zone& zone) {
  if (file.size() < 2 * kHeaderBytes || !file.starts_with("TZif") || file[4] < '2') return false;
  const Counts old = ReadCounts(file, 0);
  const std::size_t block = kHeaderBytes + old.times * 5 + old.types * 6 + old.chars +
                            old.leap * 8 + old.std_flags + old.ut_flags;
  const Counts counts = ReadCounts(file, block);
  const std::size_t times = block + kHeaderBytes;
  const std::size_t indexes = times + counts.times * 8;
  const std::size_t types = indexes + counts.times;
  if (types + counts.types * 6 > file.size() || counts.types == 0) return false;
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(
        ReadBig(file, types + 6 * std::min(type, counts.types - 1), 4));
  };
  zone.first = offset_of(0);
  for (std::size_t i = 0; i < counts.times; ++i) {
    zone.starts.push_back(ReadBig(file, times + 8 * i, 8));
    zone.offsets.push_back(offset_of(static_cast<std::uint8_t>(file[indexes + i])));
  }
  return true;
}

bool IsZoneName(std::string_view name) {
  return !name.empty() && name.size() < 64 && name.front() != '/' &&
         name.find("..") == std::string_view::npos;
}

// UTC when the system does not know the zone.
Zone LoadZone(std::string_view name) {
  Zone zone;
  if (!IsZoneName(name)) return zone;
  std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!ParseZone(bytes, zone)) return Zone();
  return zone;
}

}  // namespace

void AppendZonedTime(std::string& out, std::int64_t unix_seconds, std::string_view zone) {
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int32_t offset = LoadZone(zone).OffsetAt(unix_seconds);
  const std::int64_t local =
      std::clamp<std::int64_t>(unix_seconds, kEventTimeMin / kMicros + 86'400,
                               kEventTimeMax / kMicros - 86'400) +
      offset;
  AppendRfc3339(out, local * kMicros);
  out.pop_back();
  const std::int32_t minutes = std::abs(offset) / 60;
  const auto two = [&](std::int32_t value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
  };
  out += offset < 0 ? '-' : '+';
  two(minutes / 60);
  out += ':';
  two(minutes % 60);
}

}  // namespace stator::features
