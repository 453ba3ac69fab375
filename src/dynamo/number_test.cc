#include "dynamo/number.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace stator::dynamo {
namespace {

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

Number Parsed(std::string_view text) {
  auto number = Number::Parse(text);
  EXPECT_TRUE(number.ok()) << text;
  return number.ok() ? *number : Number();
}

std::string Text(std::string_view text) { return Parsed(text).ToText(); }

std::string ErrorOf(std::string_view text) {
  const auto number = Number::Parse(text);
  return number.ok() ? "accepted as " + number->ToText() : number.error().message();
}

constexpr std::string_view kOverflow =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
constexpr std::string_view kUnderflow =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
constexpr std::string_view kTooManyDigits =
    "Attempting to store more than 38 significant digits in a Number";

TEST(NumberTest, SortableFormMatchesAwsVectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {"0", "80"},       {"1", "c102"},          {"10", "c10b"},
      {"-1", "3e6466"},  {"123.45", "c202182e"}, {"-0.001", "405b66"},
      {"1E125", "ff0b"}, {"1E-130", "8002"}};
  for (const auto& [text, hex] : vectors) EXPECT_EQ(Hex(Parsed(text).sortable()), hex) << text;
}

TEST(NumberTest, TextIsCanonical) {
  const std::pair<const char*, const char*> cases[] = {
      {"0042.1200", "42.12"}, {"+5", "5"},
      {".5", "0.5"},          {"5.", "5"},
      {"1.e5", "100000"},     {"-0", "0"},
      {"0.000", "0"},         {"1e-3", "0.001"},
      {"-12e2", "-1200"},     {"1E3", "1000"},
      {"100", "100"},         {"0.10", "0.1"},
      {"123456", "123456"},   {"9007199254740993", "9007199254740993"}};
  for (const auto& [in, out] : cases) EXPECT_EQ(Text(in), out) << in;
  EXPECT_EQ(Text("1E125").size(), 126u);
}

TEST(NumberTest, SpellingsOfOneValueAreEqual) {
  EXPECT_EQ(Parsed("5"), Parsed("5.0"));
  EXPECT_EQ(Parsed("5"), Parsed("+0.5e1"));
  EXPECT_NE(Parsed("5"), Parsed("5.00000000000000000000000000000000001"));
}

TEST(NumberTest, KeepsAll38DigitsAndRefuses39) {
  const std::string digits38 = "12345678901234567890123456789012345678";
  EXPECT_EQ(Text(digits38), digits38);
  EXPECT_EQ(Text("-0." + digits38), "-0." + digits38);
  EXPECT_EQ(ErrorOf(digits38 + "9"), kTooManyDigits);
  EXPECT_EQ(Text(digits38 + "000"), digits38 + "000");
}

TEST(NumberTest, RangeEndsAreExact) {
  EXPECT_EQ(Text("9.9999999999999999999999999999999999999E125").size(), 126u);
  EXPECT_EQ(ErrorOf("1E126"), kOverflow);
  EXPECT_EQ(ErrorOf("-1E126"), kOverflow);
  EXPECT_EQ(ErrorOf("1E-131"), kUnderflow);
  EXPECT_EQ(ErrorOf("0e126"), kOverflow);
  EXPECT_EQ(ErrorOf("0e-131"), kUnderflow);
  EXPECT_EQ(ErrorOf("1e4294967296"), kOverflow);
  EXPECT_EQ(ErrorOf("1e-4294967296"), kUnderflow);
  EXPECT_EQ(ErrorOf("1e99999999999999999999"),
            "The parameter cannot be converted to a numeric value: 1e99999999999999999999");
}

TEST(NumberTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", " 1", "1 ", "NaN", "Infinity", "0x10", "1e", "1e+", "1.2.3", "-",
                           "+", ".", "e5", "--1", "1e+-5", "1_000", "\xD9\xA1"}) {
    EXPECT_EQ(ErrorOf(text),
              std::string("The parameter cannot be converted to a numeric value: ") + text);
  }
}

TEST(NumberTest, SizeIsAsAwsCharges) {
  const std::pair<const char*, std::size_t> cases[] = {
      {"123456", 4}, {"3.14159", 5}, {"1E125", 2}, {"0", 1}, {"-1", 3}, {"0.001", 2}, {"1", 2}};
  for (const auto& [text, size] : cases) EXPECT_EQ(Parsed(text).SizeBytes(), size) << text;
}

TEST(NumberTest, OrderOfBytesIsOrderOfValues) {
  std::mt19937_64 random(7);
  std::vector<std::pair<double, Number>> numbers;
  for (int i = 0; i < 4000; ++i) {
    const double value = (static_cast<double>(random() % 2'000'001) - 1'000'000) *
                         std::pow(10.0, static_cast<double>(random() % 40) - 20);
    char text[64];
    std::snprintf(text, sizeof text, "%.15e", value);
    numbers.emplace_back(Parsed(text).ToDouble(), Parsed(text));
  }
  std::sort(numbers.begin(), numbers.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; }));
}

TEST(NumberTest, AddsExactly) {
  const auto sum = [](const char* a, const char* b) { return Number::Add(Parsed(a), Parsed(b)); };
  EXPECT_EQ(sum("0.1", "0.2")->ToText(), "0.3");
  EXPECT_EQ(sum("9007199254740993", "1")->ToText(), "9007199254740994");
  EXPECT_EQ(sum("-1", "1")->ToText(), "0");
  EXPECT_EQ(sum("999", "1")->ToText(), "1000");
  EXPECT_EQ(sum("1000", "-0.001")->ToText(), "999.999");
  EXPECT_EQ(sum("9E125", "9E125").error().message(), kOverflow);
  EXPECT_EQ(sum("1E100", "1").error().message(), kTooManyDigits);
  EXPECT_EQ(Number::Subtract(Parsed("1"), Parsed("3.5"))->ToText(), "-2.5");
}

TEST(NumberTest, AgreesWithInt64) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 4000; ++i) {
    const auto a =
        static_cast<std::int64_t>(random() >> (random() % 63)) / 2 * (random() % 2 ? 1 : -1);
    const auto b =
        static_cast<std::int64_t>(random() >> (random() % 63)) / 2 * (random() % 2 ? 1 : -1);
    EXPECT_EQ(Number::FromInt64(a).ToText(), std::to_string(a));
    EXPECT_EQ(Number::FromInt64(a).ToInt64(), a);
    EXPECT_EQ(Number::FromInt64(a) < Number::FromInt64(b), a < b);
    EXPECT_EQ(Number::Add(Number::FromInt64(a), Number::FromInt64(b))->ToText(),
              std::to_string(a + b));
    EXPECT_EQ(Number::Subtract(Number::FromInt64(a), Number::FromInt64(b))->ToText(),
              std::to_string(a - b));
  }
  for (const std::int64_t edge : {INT64_MIN, INT64_MAX, std::int64_t{0}}) {
    EXPECT_EQ(Number::FromInt64(edge).ToInt64(), edge);
  }
  EXPECT_EQ(Parsed("9223372036854775808").ToInt64(), std::nullopt);
  EXPECT_EQ(Parsed("1.5").ToInt64(), std::nullopt);
}

TEST(NumberTest, EveryStoredFormIsRecognised) {
  for (const char* text : {"0", "1", "-1", "123.45", "-0.001", "1E125",
                           "-9.9999999999999999999999999999999999999E125"}) {
    EXPECT_TRUE(Number::IsSortable(Parsed(text).sortable())) << text;
  }
  EXPECT_FALSE(Number::IsSortable(""));
  EXPECT_FALSE(Number::IsSortable(std::string_view("\xC1", 1)));
  EXPECT_FALSE(Number::IsSortable(
      std::string_view("\xC1\x01\x02", 3)));  // 0.00 01: not the canonical exponent
  EXPECT_FALSE(Number::IsSortable(std::string_view("\xC1\x66\x02", 3)));
}

TEST(NumberTest, NegatedKeepsTheMagnitude) {
  EXPECT_EQ(Parsed("12.5").Negated().ToText(), "-12.5");
  EXPECT_EQ(Parsed("0").Negated().ToText(), "0");
}

TEST(Number, WholeNumbersAreTheSameHoweverTheyAreWritten) {
  std::string digits;
  for (const char digit : std::string_view("1020300400050000600007")) {
    digits += digit;
    const std::string text = digits;
    const auto plain = Number::Parse(text);
    ASSERT_TRUE(plain.ok()) << text;
    EXPECT_EQ(plain->ToText(), text);
    for (const std::string& other : {"+" + text, "0" + text, text + ".0", text + "E0"}) {
      EXPECT_EQ(*Number::Parse(other), *plain) << other;
    }
    const auto negative = Number::Parse("-" + text);
    EXPECT_EQ(negative->ToText(), "-" + text);
    EXPECT_EQ(negative->Negated(), *plain);
  }
}

TEST(Number, TheTextOfANumberIsThatNumber) {
  for (const char* mantissa : {"1", "12", "123", "1234", "99", "100001", "7654321"}) {
    for (int exponent = -120; exponent < 115; ++exponent) {
      for (const char* sign : {"", "-"}) {
        const std::string text = sign + std::string(mantissa) + "E" + std::to_string(exponent);
        const auto number = Number::Parse(text);
        ASSERT_TRUE(number.ok()) << text;
        const std::string plain = number->ToText();
        EXPECT_EQ(plain.find_first_not_of("-.0123456789"), std::string::npos) << plain;
        EXPECT_EQ(*Number::Parse(plain), *number) << text << " became " << plain;
        EXPECT_FALSE(plain.find('.') != std::string::npos && plain.back() == '0') << plain;
      }
    }
  }
}

}  // namespace
}  // namespace stator::dynamo
