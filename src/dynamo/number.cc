#include "dynamo/number.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "dynamo/errors.h"
#include "dynamo/limits.h"

namespace stator::dynamo {
namespace {

using base::Error;
using base::Result;

constexpr std::uint8_t kZeroByte = 0x80;
constexpr std::uint8_t kNegativeEnd =
    0x66;  // above every negative digit pair, so that a shorter negative sorts last
constexpr int kPairsMax = 20;

Error Overflow() {
  return ValidationError(
      "Number overflow. Attempting to store a number with magnitude larger than supported range");
}
Error Underflow() {
  return ValidationError(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range");
}
Error TooManyDigits() {
  return ValidationError("Attempting to store more than 38 significant digits in a Number");
}
Error NotANumber(std::string_view text) {
  return ValidationError("The parameter cannot be converted to a numeric value: " +
                         std::string(text));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The mantissa as written: its significant digits (the first 40 kept) and where the point stands
// among them.
struct Mantissa {
  Number::Decimal decimal;  // exponent counts from the first significant digit
  int significant = 0;      // digits up to the last one that is not zero
  bool any_digit = false;
};

// Reads digits with an optional point and returns the position after them.
std::size_t ReadMantissa(std::string_view text, std::size_t at, Mantissa& out) {
  bool point = false;
  int seen = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
      continue;
    }
    if (!IsDigit(text[at])) break;
    out.any_digit = true;
    const auto digit = static_cast<std::uint8_t>(text[at] - '0');
    if (seen == 0 && digit == 0) {
      if (point) --out.decimal.exponent;
      continue;
    }
    if (seen < static_cast<int>(out.decimal.digits.size())) out.decimal.digits[seen] = digit;
    ++seen;
    if (digit != 0) out.significant = seen;
    if (!point) ++out.decimal.exponent;
  }
  return at;
}

// Exponent part "e[+-]digits" at `at`. An exponent past int64 is no number; past the range it
// saturates.
Result<std::int64_t> ReadExponent(std::string_view text, std::size_t at) {
  if (at == text.size()) return std::int64_t{0};
  if (text[at] != 'e' && text[at] != 'E') return NotANumber(text);
  ++at;
  if (at < text.size() && text[at] == '+') {
    ++at;
    if (at < text.size() && text[at] == '-') return NotANumber(text);
  }
  std::int64_t exponent = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + at, end, exponent);
  if (error != std::errc{} || stop != end) return NotANumber(text);
  return exponent;
}

// Digit pairs of a decimal: 01..99 and 00, the exponent made even first.
struct Pairs {
  int half_exponent = 0;
  int count = 0;
  std::array<std::uint8_t, kPairsMax> values{};
};

Pairs ToPairs(const Number::Decimal& decimal) {
  Pairs pairs;
  const bool lead = (decimal.exponent & 1) != 0;
  pairs.half_exponent = (decimal.exponent + (lead ? 1 : 0)) / 2;
  int position = lead ? 1 : 0;
  for (int i = 0; i < decimal.digit_count; ++i, ++position) {
    const int pair = position / 2;
    pairs.values[pair] = static_cast<std::uint8_t>(
        pairs.values[pair] + decimal.digits[i] * (position % 2 == 0 ? 10 : 1));
  }
  pairs.count = (position + 1) / 2;
  return pairs;
}

}  // namespace

Result<Number> Number::FromDecimal(Decimal decimal) {
  int first = 0;
  while (first < decimal.digit_count && decimal.digits[first] == 0) ++first;
  if (first > 0) {
    std::memmove(decimal.digits.data(), decimal.digits.data() + first, decimal.digit_count - first);
    decimal.digit_count -= first;
    decimal.exponent -= first;
  }
  while (decimal.digit_count > 0 && decimal.digits[decimal.digit_count - 1] == 0)
    --decimal.digit_count;
  if (decimal.digit_count == 0) return Number();
  if (decimal.digit_count > kNumberDigitsMax) return TooManyDigits();
  if (decimal.exponent > kNumberExponentMax) return Overflow();
  if (decimal.exponent < kNumberExponentMin) return Underflow();

  const Pairs pairs = ToPairs(decimal);
  Number number;
  const auto head = static_cast<std::uint8_t>(pairs.half_exponent - 64);
  number.bytes_[0] = decimal.negative ? static_cast<std::uint8_t>(~head) : head;
  for (int i = 0; i < pairs.count; ++i) {
    number.bytes_[i + 1] =
        static_cast<std::uint8_t>(decimal.negative ? 101 - pairs.values[i] : pairs.values[i] + 1);
  }
  number.size_ = static_cast<std::uint8_t>(pairs.count + 1);
  if (decimal.negative && pairs.count < kPairsMax) number.bytes_[number.size_++] = kNegativeEnd;
  return number;
}

bool Number::ParseWhole(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  if (text.empty() || text.size() > kDigitsMax || text[0] == '0') return false;
  if (!std::all_of(text.begin(), text.end(), IsDigit)) return false;
  bytes_[0] = static_cast<std::uint8_t>(192 + (text.size() + 1) / 2);
  size_ = 1;
  std::size_t at = text.size() % 2;
  if (at == 1) bytes_[size_++] = static_cast<std::uint8_t>(text[0] - '0' + 1);
  for (; at < text.size(); at += 2) {
    bytes_[size_++] = static_cast<std::uint8_t>((text[at] - '0') * 10 + text[at + 1] - '0' + 1);
  }
  while (bytes_[size_ - 1] == 1) --size_;
  return true;
}

Result<Number> Number::Parse(std::string_view text) {
  Number whole;
  if (whole.ParseWhole(text)) return whole;
  std::size_t at = 0;
  Mantissa mantissa;
  if (!text.empty() && (text[0] == '+' || text[0] == '-'))
    mantissa.decimal.negative = text[at++] == '-';
  at = ReadMantissa(text, at, mantissa);
  if (!mantissa.any_digit) return NotANumber(text);
  STATOR_ASSIGN_OR_RETURN(const std::int64_t written, ReadExponent(text, at));

  // Saturated: a mantissa has at most some thousand digits, so nothing beyond this comes back into
  // the range.
  const auto exponent =
      static_cast<int>(std::clamp<std::int64_t>(written, -1'000'000'000, 1'000'000'000));
  if (mantissa.significant == 0) {
    // Zero is checked by the exponent that it is written with: "0e126" overflows. [P]
    if (exponent > kNumberExponentMax - 1) return Overflow();
    if (exponent < kNumberExponentMin - 1) return Underflow();
    return Number();
  }
  if (mantissa.significant > kNumberDigitsMax) return TooManyDigits();
  mantissa.decimal.digit_count = mantissa.significant;
  mantissa.decimal.exponent += exponent;
  return FromDecimal(mantissa.decimal);
}

Number Number::FromInt64(std::int64_t value) {
  Decimal decimal;
  decimal.negative = value < 0;
  auto magnitude =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), magnitude).ptr;
  decimal.digit_count = static_cast<int>(end - text.data());
  decimal.exponent = decimal.digit_count;
  for (int i = 0; i < decimal.digit_count; ++i)
    decimal.digits[i] = static_cast<std::uint8_t>(text[i] - '0');
  return std::move(FromDecimal(decimal)).value();
}

Number Number::FromSortable(std::string_view bytes) {
  CHECK(!bytes.empty() && bytes.size() <= kBytesMax);
  Number number;
  number.size_ = static_cast<std::uint8_t>(bytes.size());
  std::memcpy(number.bytes_.data(), bytes.data(), bytes.size());
  return number;
}

bool Number::IsSortable(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kBytesMax) return false;
  const Number number = FromSortable(bytes);
  if (number.sign() == 0) return true;
  std::size_t pairs = bytes.size() - 1;
  if (number.sign() < 0 && number.bytes_[number.size_ - 1] == kNegativeEnd) --pairs;
  if (pairs == 0) return false;
  for (std::size_t i = 1; i <= pairs; ++i) {
    const int pair = number.sign() > 0 ? number.bytes_[i] - 1 : 101 - number.bytes_[i];
    if (pair < 0 || pair > 99) return false;
  }
  const Result<Number> canonical = FromDecimal(number.ToDecimal());
  return canonical.ok() && canonical->sortable() == bytes;
}

Number::Decimal Number::ToDecimal() const {
  Decimal decimal;
  if (sign() == 0) return decimal;
  decimal.negative = sign() < 0;
  const auto head = decimal.negative ? static_cast<std::uint8_t>(~bytes_[0]) : bytes_[0];
  decimal.exponent = (static_cast<int>(head) - 256 + 64) * 2;
  int pairs = size_ - 1;
  if (decimal.negative && bytes_[size_ - 1] == kNegativeEnd) --pairs;
  for (int i = 0; i < pairs; ++i) {
    const int pair = decimal.negative ? 101 - bytes_[i + 1] : bytes_[i + 1] - 1;
    if (i > 0 || pair >= 10)
      decimal.digits[decimal.digit_count++] = static_cast<std::uint8_t>(pair / 10);
    else
      --decimal.exponent;
    decimal.digits[decimal.digit_count++] = static_cast<std::uint8_t>(pair % 10);
  }
  while (decimal.digit_count > 0 && decimal.digits[decimal.digit_count - 1] == 0)
    --decimal.digit_count;
  return decimal;
}

int Number::pair_count() const {
  const bool end_mark = bytes_[0] < kZeroByte && bytes_[size_ - 1] == kNegativeEnd;
  return size_ - (end_mark ? 2 : 1);
}

char* Number::WriteText(char* to) const {
  const int count = pair_count();
  if (count == 0) {
    *to = '0';
    return to + 1;
  }
  const auto write_pair = [&to](int value) {
    to[0] = static_cast<char>('0' + value / 10);
    to[1] = static_cast<char>('0' + value % 10);
    to += 2;
  };
  if (bytes_[0] < kZeroByte) *to++ = '-';
  int next = 0;
  int before_point = half_exponent();
  if (before_point <= 0) {
    *to++ = '0';
  } else if (pair(0) < 10) {
    *to++ = static_cast<char>('0' + pair(0));
    next = 1;
  }
  for (; next < before_point; ++next) write_pair(next < count ? pair(next) : 0);
  if (next >= count) return to;
  *to++ = '.';
  for (; before_point < 0; ++before_point) write_pair(0);
  for (; next < count; ++next) write_pair(pair(next));
  return to[-1] == '0' ? to - 1 : to;
}

void Number::AppendText(std::string& out) const {
  std::array<char, kTextBytesMax> text;
  out.append(text.data(), WriteText(text.data()));
}

std::string Number::ToText() const {
  std::string text;
  AppendText(text);
  return text;
}

std::optional<std::int64_t> Number::ToInt64() const {
  const Decimal decimal = ToDecimal();
  if (decimal.digit_count == 0) return 0;
  if (decimal.exponent > 19 || decimal.digit_count > decimal.exponent) return std::nullopt;
  std::uint64_t magnitude = 0;
  for (int i = 0; i < decimal.exponent; ++i) {
    magnitude = magnitude * 10 + (i < decimal.digit_count ? decimal.digits[i] : 0);
  }
  constexpr auto kMax = static_cast<std::uint64_t>(INT64_MAX);
  if (magnitude > kMax + (decimal.negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(decimal.negative ? 0 - magnitude : magnitude);
}

double Number::ToDouble() const {
  std::string text;
  AppendText(text);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::size_t Number::SizeBytes() const {
  const int count = pair_count();
  if (count == 0) return 1;
  const int lead = pair(0) < 10 ? 1 : 0;
  const int digits = 2 * count - lead - (pair(count - 1) % 10 == 0 ? 1 : 0);
  const int before = std::clamp(2 * half_exponent() - lead, 0, digits);
  const int after = digits - before;
  const int bytes = 1 + (before + 1) / 2 + (after + 1) / 2 + (sign() < 0 ? 1 : 0);
  return static_cast<std::size_t>(bytes);
}

Number Number::Negated() const {
  if (sign() == 0) return *this;
  Decimal decimal = ToDecimal();
  decimal.negative = !decimal.negative;
  return std::move(FromDecimal(decimal)).value();
}

namespace {

// Room for two numbers aligned at the point: 126 places before it, 130 + 38 after it, and a carry.
constexpr int kBeforePoint = kNumberExponentMax + 2;
constexpr int kPlaces = kBeforePoint - kNumberExponentMin + kNumberDigitsMax;
using Places = std::array<std::int8_t, kPlaces>;

void Accumulate(const Number::Decimal& decimal, int sign, Places& places) {
  for (int i = 0; i < decimal.digit_count; ++i) {
    auto& place = places[kBeforePoint - decimal.exponent + i];
    place = static_cast<std::int8_t>(place + sign * decimal.digits[i]);
  }
}

// Makes every place 0..9 of a sum whose places lie in [-18, 18]; returns whether the sum is
// negative.
bool Normalize(Places& places) {
  const auto leading =
      std::find_if(places.begin(), places.end(), [](std::int8_t p) { return p != 0; });
  const bool negative = leading != places.end() && *leading < 0;
  if (negative) {
    for (auto& place : places) place = static_cast<std::int8_t>(-place);
  }
  for (int i = kPlaces - 1; i > 0; --i) {
    const int carry = places[i] < 0 ? -1 : (places[i] > 9 ? 1 : 0);
    places[i] = static_cast<std::int8_t>(places[i] - 10 * carry);
    places[i - 1] = static_cast<std::int8_t>(places[i - 1] + carry);
  }
  return negative;
}

Result<Number> Sum(const Number::Decimal& a, const Number::Decimal& b) {
  Places places{};
  Accumulate(a, a.negative ? -1 : 1, places);
  Accumulate(b, b.negative ? -1 : 1, places);
  Number::Decimal sum;
  sum.negative = Normalize(places);
  const auto is_digit = [](std::int8_t p) { return p != 0; };
  const auto first = std::find_if(places.begin(), places.end(), is_digit);
  if (first == places.end()) return Number();
  const auto last = std::find_if(places.rbegin(), places.rend(), is_digit).base();
  if (last - first > kNumberDigitsMax) return TooManyDigits();
  sum.exponent = kBeforePoint - static_cast<int>(first - places.begin());
  sum.digit_count = static_cast<int>(last - first);
  std::copy(first, last, sum.digits.begin());
  return Number::FromDecimal(sum);
}

}  // namespace

Result<Number> Number::Add(const Number& a, const Number& b) {
  return Sum(a.ToDecimal(), b.ToDecimal());
}

Result<Number> Number::Subtract(const Number& a, const Number& b) {
  Decimal subtrahend = b.ToDecimal();
  subtrahend.negative = !subtrahend.negative;
  return Sum(a.ToDecimal(), subtrahend);
}

}  // namespace stator::dynamo
