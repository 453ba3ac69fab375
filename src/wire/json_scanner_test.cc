// The walk against simdjson's DOM parser, which reads a whole document before it gives anything of
// it: both must take the same bodies, and find the same in them.
#include "wire/json_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "wire/test_json.h"
#include "wire/test_oracle.h"

namespace stator::wire {
namespace {

using std::string_view_literals::operator""sv;
using testing::HasSubstr;

// Why the walk refuses `body`, or "".
std::string Fault(std::string_view body, char padding = '}') {
  JsonReader reader;
  return WalkFault(reader, PaddedBody(body, padding).view());
}

// Bodies with everything that JSON has, as clients of different habits write it.
const std::string_view kGood[] = {
    "{}",
    " \t\r\n{ } \n",
    R"({"a":1})",
    R"({"TableName":"bench","Item":{"id":{"S":"k1"},"count":{"N":"12345"},"flag":{"BOOL":true}}})",
    R"({"TableName": "bench", "Key": {"id": {"S": "customer"}}, "ConsistentRead": false})",
    "{\n  \"a\" : [ 1 , -2.5e+3, 0, -0, 0.0, 1E-9 ] ,\n  \"b\" : { \"c\" : null }\n}",
    R"({"a":"","":"b","a":[[],{},[{}]],"x":[true,false,null,"",0]})",
    R"({"escapes":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00","n\u0061me":"x"})",
    "{\"utf8\":\"\u00e9\u20ac\U0001F600, and something longer behind it\",\"\u00fc\":\"\x7f\"}",
    R"({"long":"sixteen letters, then as many again, until there is more than one block of them"})",
    R"({"long":"sixteen letters, then an escape that is far from the beginning \u0042 and on"})",
    R"({"i":[9223372036854775807,-9223372036854775808,18446744073709551615,1.7976931348623157e308]})",
};

TEST(JsonWalk, FindsWhatIsThereWhateverStandsBehindTheBody) {
  for (const std::string_view body : kGood) {
    for (const char padding : std::string_view("}],:\"1 n\\\xff")) {
      EXPECT_EQ(Fault(body, padding), "") << body;
      EXPECT_EQ(Disagreement(body, padding), "") << body;
    }
  }
}

TEST(JsonWalk, TakesNoBodyThatIsCutOffWhateverStandsBehindIt) {
  for (const std::string_view body : kGood) {
    const std::size_t last = body.rfind('}');
    for (std::size_t size = 0; size <= last; ++size) {
      for (const char padding : std::string_view("}],:\"1 n{[\\te0\xff")) {
        EXPECT_THAT(Fault(body.substr(0, size), padding), HasSubstr("the request body"))
            << body.substr(0, size) << " and " << padding;
      }
    }
  }
}

TEST(JsonWalk, RefusesWhatSimdjsonRefusesAmongManyChangedBodies) {
  std::mt19937 random(20'261'128);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  constexpr std::string_view kTelling =
      "{}[]\"\\:,.-+0123eEtfnul/ \n\t\0\x1f\x7f\x80\xc3\xed\xff"sv;
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string body(kGood[below(std::size(kGood))]);
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(body.size());
      switch (below(4)) {
        case 0: body[at] = kTelling[below(kTelling.size())]; break;
        case 1: body.insert(at, 1, kTelling[below(kTelling.size())]); break;
        case 2: body.erase(at, 1 + below(3)); break;
        default: body.insert(at, body.substr(below(body.size()), 1 + below(20))); break;
      }
      if (body.empty()) body = "{";
    }
    ASSERT_EQ(Disagreement(body), "") << body;
    taken += Fault(body).empty() ? 1 : 0;
  }
  EXPECT_GT(taken, 10'000);
}

TEST(JsonWalk, TextsOfEveryLengthEndWhereTheyEnd) {
  for (const std::string_view odd : {"", "\\n", "\u00e9", "\\u00e9", "\x01", "\xc3", "\\"}) {
    for (std::size_t length = 0; length < 100; ++length) {
      for (const std::size_t place : {std::size_t{0}, length / 2, length}) {
        std::string text(length, 'x');
        text.insert(place, odd);
        ASSERT_EQ(Disagreement("{\"" + text + "\":\"" + text + "\"}"), "") << text;
      }
    }
  }
}

TEST(JsonWalk, SaysWhatIsWrongAndWhere) {
  const auto expect = [](std::string_view body, std::string_view fault) {
    EXPECT_EQ(Fault(body), "the request body is not JSON: " + std::string(fault));
  };
  expect("", "it ends too early at byte 0");
  expect("x", "a value expected at byte 0");
  expect("{", "it ends too early at byte 1");
  expect(R"({"a")", "':' expected at byte 4");
  expect(R"({"a":)", "it ends too early at byte 5");
  expect(R"({"a":1)", "it ends too early at byte 6");
  expect(R"({"a":1,})", "a name in quotes expected at byte 7");
  expect(R"({"a" 1})", "':' expected at byte 5");
  expect(R"({"a":1 "b":2})", "',' or '}' expected at byte 7");
  expect(R"({"a":[1 2]})", "',' or ']' expected at byte 8");
  expect(R"({"a":nul})", "a word that is not true, false or null at byte 5");
  expect(R"({"a":-})", "a digit expected at byte 6");
  expect(R"({"a":"x)", "a string does not end at byte 7");
  expect("{\"a\":\"x\n\"}", "a string holds a control character at byte 7");
  expect(R"({"a":"\x"})", "a string has an invalid escape at byte 8");
  expect("{\"a\":\"x\xff\"}", "a string is not UTF-8 at byte 5");
  expect("{} x", "something follows the object at byte 3");
}

}  // namespace
}  // namespace stator::wire
