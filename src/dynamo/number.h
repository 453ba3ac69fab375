// DynamoDB's number: 38 significant decimal digits, 1E-130 to 9.99...E+125 and their negatives,
// zero. Never binary.
//
// One encoding serves the key, the item and the comparison: the sortable form of
// docs/format-item.md (1 to 21 bytes), which orders as memcmp does and has one form for each value,
// so that "5", "5.0" and "+5" are the same bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stator::dynamo {

// An exact decimal number. A plain value of 22 bytes; cheap to copy.
class Number {
 public:
  // Most bytes of the sortable form: one for sign and exponent, 20 digit pairs (38 digits that
  // straddle a pair at each end).
  static constexpr std::size_t kBytesMax = 21;

  // Zero.
  Number() : size_(1), bytes_{0x80} {}
  // Parses decimal text: optional sign, digits with an optional point, optional exponent; no white
  // space, no "NaN". ERRORS: ValidationException with AWS's words for overflow, underflow, over 38
  // digits, or text that is no number.
  static base::Result<Number> Parse(std::string_view text);
  // The exact value of an integer.
  static Number FromInt64(std::int64_t value);
  // Reads the sortable form from trusted bytes (an Item). REQUIRES: 1 <= size <= kBytesMax.
  static Number FromSortable(std::string_view bytes);
  // Whether `bytes` is the sortable form of some number; for bytes that come from outside.
  static bool IsSortable(std::string_view bytes);

  // The sortable form. Valid as long as this Number.
  std::string_view sortable() const {
    return {reinterpret_cast<const char*>(bytes_.data()), size_};
  }
  // Most bytes of the canonical text.
  static constexpr std::size_t kTextBytesMax = 169;
  // Writes DynamoDB's canonical text: no exponent, no needless zeros ("1E3" gives "1000"). Answers
  // where it ends. REQUIRES: room for kTextBytesMax.
  char* WriteText(char* to) const;
  // Appends the canonical text.
  void AppendText(std::string& out) const;
  // The canonical text.
  std::string ToText() const;
  // The value when it is an integer that fits, else nullopt.
  std::optional<std::int64_t> ToInt64() const;
  // The nearest double.
  double ToDouble() const;
  // -1, 0 or 1.
  int sign() const { return bytes_[0] == 0x80 && size_ == 1 ? 0 : (bytes_[0] >= 0x80 ? 1 : -1); }
  // What it costs in an item [P]: 1 + half the digits before the point + half those after it, each
  // rounded up, + 1 when negative.
  std::size_t SizeBytes() const;

  // The exact sum. ERRORS: ValidationException when it leaves the range or needs more than 38
  // digits.
  static base::Result<Number> Add(const Number& a, const Number& b);
  // The exact difference a - b. ERRORS: as Add.
  static base::Result<Number> Subtract(const Number& a, const Number& b);
  // The number with the other sign.
  Number Negated() const;

  // Numeric equality; the encoding is canonical.
  friend bool operator==(const Number& a, const Number& b) { return a.sortable() == b.sortable(); }
  // Numeric order.
  friend std::strong_ordering operator<=>(const Number& a, const Number& b) {
    const int order = a.sortable().compare(b.sortable());
    return order <=> 0;
  }

  // The value taken apart: (-1)^negative x 0.d1d2...dn x 10^exponent, d1 and dn not zero; zero has
  // no digits.
  struct Decimal {
    bool negative = false;
    int exponent = 0;
    int digit_count = 0;
    std::array<std::uint8_t, 40> digits{};
  };
  // Takes the number apart.
  Decimal ToDecimal() const;
  // Puts a number together from at most 40 digits, trimmed or not; range and digit count are
  // checked as in Parse.
  static base::Result<Number> FromDecimal(Decimal decimal);

 private:
  // Digit pairs behind the first byte.
  int pair_count() const;
  // The pair at `index`, 0..99.
  int pair(int index) const {
    return bytes_[0] >= 0x80 ? bytes_[index + 1] - 1 : 101 - bytes_[index + 1];
  }
  // How many pairs stand before the point; negative for zeros behind it.
  int half_exponent() const {
    return (bytes_[0] >= 0x80 ? bytes_[0] : static_cast<std::uint8_t>(~bytes_[0])) - 192;
  }
  // Reads a whole number without sign or leading zero, of at most 18 digits; false for others.
  bool ParseWhole(std::string_view text);

  std::uint8_t size_;
  std::array<std::uint8_t, kBytesMax> bytes_;
};

}  // namespace stator::dynamo
