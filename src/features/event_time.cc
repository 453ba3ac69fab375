#include "features/event_time.h"

#include <chrono>

namespace stator::features {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

void AppendDigits(std::string& out, std::uint64_t value, int width) {
  char digits[20];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, width);
}

struct Civil {
  int year;
  unsigned month, day;
  std::int64_t of_day;  // microseconds
};

Civil Split(EventTime time) {
  std::int64_t days = time / kDay;
  std::int64_t of_day = time % kDay;
  if (of_day < 0) {
    of_day += kDay;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), of_day};
}

// "YYYY-MM-DD?HH:MM:SS" with `between` for the question mark; answers the microseconds of the
// second.
std::int64_t AppendDateTime(std::string& out, EventTime time, char between) {
  const Civil civil = Split(time);
  AppendDigits(out, static_cast<std::uint64_t>(civil.year), 4);
  out += '-';
  AppendDigits(out, civil.month, 2);
  out += '-';
  AppendDigits(out, civil.day, 2);
  out += between;
  const std::int64_t seconds = civil.of_day / kSecond;
  AppendDigits(out, seconds / 3600, 2);
  out += ':';
  AppendDigits(out, seconds / 60 % 60, 2);
  out += ':';
  AppendDigits(out, seconds % 60, 2);
  return civil.of_day % kSecond;
}

// Takes text apart from the left. Every method answers false when the text does not go on as asked.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool Number(int digits, std::int64_t& value) {
    if (rest_.size() < static_cast<std::size_t>(digits)) return false;
    value = 0;
    for (int i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool Skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool SkipAny() {
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Digits behind a point, as microseconds, the rest cut off.
  bool Fraction(std::int64_t& micros) {
    micros = 0;
    int digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
         rest_.remove_prefix(1), ++digits) {
      if (digits < 6) micros = micros * 10 + (rest_.front() - '0');
    }
    for (int i = digits; i < 6; ++i) micros *= 10;
    return digits > 0;
  }
  bool done() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  std::string_view rest_;
};

bool ScanDate(Scanner& scan, std::int64_t& days) {
  std::int64_t year, month, day;
  if (!scan.Number(4, year)) return false;
  const bool dashes = scan.Skip('-');
  if (!scan.Number(2, month)) return false;
  if (dashes && !scan.Skip('-')) return false;
  if (!scan.Number(2, day)) return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

// "HH[:MM[:SS[.fff]]]" or without colons, as microseconds.
bool ScanClock(Scanner& scan, std::int64_t& micros) {
  std::int64_t hour, minute = 0, second = 0, fraction = 0;
  if (!scan.Number(2, hour)) return false;
  const bool colons = scan.front() == ':';
  const auto more = [&] {
    return colons ? scan.Skip(':') : scan.front() >= '0' && scan.front() <= '9';
  };
  if (more() && !scan.Number(2, minute)) return false;
  if (more() && !scan.Number(2, second)) return false;
  if ((scan.Skip('.') || scan.Skip(',')) && !scan.Fraction(fraction)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  micros = ((hour * 60 + minute) * 60 + second) * kSecond + fraction;
  return true;
}

bool ScanZone(Scanner& scan, std::int64_t& offset) {
  offset = 0;
  if (scan.done() || scan.Skip('Z')) return scan.done();
  const bool negative = scan.front() == '-';
  if (!negative && scan.front() != '+') return false;
  if (!scan.SkipAny() || !ScanClock(scan, offset)) return false;
  if (negative) offset = -offset;
  return scan.done();
}

}  // namespace

void AppendEventTs(std::string& out, EventTime time) {
  const std::int64_t micros = AppendDateTime(out, time, ' ');
  if (micros != 0) {
    out += '.';
    AppendDigits(out, micros, 6);
  }
  out += "+00:00";
}

void AppendRfc3339(std::string& out, EventTime time) {
  const std::int64_t micros = AppendDateTime(out, time, 'T');
  if (micros != 0) {
    out += '.';
    if (micros % 1000 == 0) {
      AppendDigits(out, micros / 1000, 3);
    } else {
      AppendDigits(out, micros, 6);
    }
  }
  out += 'Z';
}

std::optional<EventTime> ParseEventTime(std::string_view text) {
  Scanner scan(text);
  std::int64_t days, of_day = 0, offset = 0;
  if (!ScanDate(scan, days)) return std::nullopt;
  if (!scan.done()) {
    if (!scan.SkipAny() || !ScanClock(scan, of_day) || !ScanZone(scan, offset)) return std::nullopt;
  }
  const EventTime time = days * kDay + of_day - offset;
  if (time < kEventTimeMin || time > kEventTimeMax) return std::nullopt;
  return time;
}

}  // namespace stator::features
