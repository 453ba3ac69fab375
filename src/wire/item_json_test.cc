#include "wire/item_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "wire/test_json.h"

namespace stator::wire {
namespace {

using testing::HasSubstr;

base::Result<dynamo::Item> Parse(std::string_view json) {
  JsonReader reader;
  return ItemFromJson(reader, PaddedBody(json).view());
}

// The JSON that comes back from the item made of `json`.
std::string RoundTrip(std::string_view json) {
  const auto item = Parse(json);
  if (!item.ok()) return item.error().ToString();
  std::string out;
  ItemToJson(*item, out);
  return out;
}

std::string Fault(std::string_view json) {
  const auto item = Parse(json);
  return item.ok() ? "accepted" : item.error().ToString();
}

// A scalar in `wrappers` maps, as the value of attribute "a".
std::string Nested(int wrappers) {
  std::string json = R"({"a":)";
  for (int i = 0; i < wrappers; ++i) json += R"({"M":{"k":)";
  json += R"({"S":"x"})";
  for (int i = 0; i < wrappers; ++i) json += "}}";
  return json + "}";
}

TEST(ItemJson, EveryTypeComesBackAsItWas) {
  const std::string_view json =
      R"({"b":{"B":"AAEC/w=="},"bs":{"BS":["AA==","AQI="]},"e":{"S":""},"f":{"BOOL":false},)"
      R"("l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"m":{"M":{"k":{"N":"1"}}},"n":{"N":"-12.5"},)"
      R"("ns":{"NS":["1","2.5"]},"s":{"S":"text"},"ss":{"SS":["a","b"]},"t":{"BOOL":true},)"
      R"("u":{"NULL":true}})";
  EXPECT_EQ(RoundTrip(json), json);
}

TEST(ItemJson, AttributesAndSetMembersComeBackInOrder) {
  EXPECT_EQ(RoundTrip(R"({"z":{"SS":["b","a"]},"a":{"NS":["10","9"]}})"),
            R"({"a":{"NS":["9","10"]},"z":{"SS":["a","b"]}})");
}

TEST(ItemJson, NumbersAreNormalised) {
  EXPECT_EQ(RoundTrip(R"({"n":{"N":"0042.1200"}})"), R"({"n":{"N":"42.12"}})");
  EXPECT_EQ(RoundTrip(R"({"n":{"N":"1E3"}})"), R"({"n":{"N":"1000"}})");
}

TEST(ItemJson, EscapesAreReadAndWritten) {
  EXPECT_EQ(RoundTrip(R"({"a":{"S":"q\" b\\ s\/ \b\f\n\r\t \u001f \u0041 \u00e9 \ud83d\ude00"}})"),
            "{\"a\":{\"S\":\"q\\\" b\\\\ s/ \\b\\f\\n\\r\\t \\u001f A \u00e9 \U0001F600\"}}");
  EXPECT_EQ(RoundTrip(R"({"\u0061\n":{"S":"x"}})"), R"({"a\n":{"S":"x"}})");
}

TEST(ItemJson, TextsOfEveryLengthWithAnEscapeAtEveryPlaceComeBack) {
  for (std::size_t length = 1; length < 70; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string text(length, 'x');
      text[place] = '\x01';
      std::string json = R"({"a":{"S":)";
      AppendJsonString(text, json);
      json += "}}";
      const auto item = Parse(json);
      ASSERT_TRUE(item.ok()) << json;
      ASSERT_EQ(item->Find("a")->bytes(), text);
      ASSERT_EQ(RoundTrip(json), json);
    }
  }
}

TEST(ItemJson, LoneSurrogatesAndUnknownEscapesAreNoJson) {
  for (const char* text : {R"(\ud83d)", R"(\ude00)", R"(\ud83dx)", R"(\ud83d\u0041)", R"(\x41)",
                           R"(\u12)", R"(\u12g4)"}) {
    EXPECT_THAT(Fault(R"({"a":{"S":")" + std::string(text) + R"("}})"),
                HasSubstr("SerializationException"))
        << text;
  }
}

TEST(ItemJson, InvalidUtf8AndControlCharactersAreNoJson) {
  EXPECT_THAT(Fault("{\"a\":{\"S\":\"\xff\"}}"), HasSubstr("SerializationException"));
  EXPECT_THAT(Fault("{\"a\":{\"S\":\"\n\"}}"), HasSubstr("SerializationException"));
}

TEST(ItemJson, MalformedDocumentsAreRefusedWhereverTheFaultIs) {
  for (const char* json : {"",
                           " ",
                           "[]",
                           "1",
                           "\"x\"",
                           "{",
                           "}",
                           "{}x",
                           "{} {}",
                           "{}]",
                           R"({"a":{"S":"x"})",
                           R"({"a":{"S":"x"}}})",
                           R"({"a":{"S":"x"},})",
                           R"({"a":{"S":"x"}"b":{"S":"y"}})",
                           R"({"a" {"S":"x"}})",
                           R"({"a":{"S":"x",}})",
                           R"({"a":{"L":[{"S":"x"},]}})",
                           R"({"a":{"L":[{"S":"x"} {"S":"y"}]}})",
                           R"({"a":{"BOOL":tru}})",
                           R"({"a":{"BOOL":truex}})",
                           R"({"a":nul})",
                           R"({a:{"S":"x"}})",
                           R"({"a":{"S":'x'}})",
                           R"({"a":{"L":[}})",
                           R"({"a":{"S":"x","future":[1,2,}})",
                           R"({"a":{"S":"x","future":01}})",
                           R"({"a":{"S":"x","future":{"k"}}})",
                           R"({"a":{"S":"x","future":"\q"}})"}) {
    EXPECT_THAT(Fault(json), HasSubstr("SerializationException")) << json;
  }
}

TEST(ItemJson, WrongJsonTypesGetTheWordsOfAws) {
  EXPECT_THAT(Fault(R"({"a":{"S":1}})"), HasSubstr("NUMBER_VALUE cannot be converted to String"));
  EXPECT_THAT(Fault(R"({"a":{"N":1.5}})"),
              HasSubstr("DECIMAL_VALUE cannot be converted to String"));
  EXPECT_THAT(Fault(R"({"a":{"S":true}})"), HasSubstr("TRUE_VALUE cannot be converted to String"));
  EXPECT_THAT(Fault(R"({"a":{"S":{}}})"),
              HasSubstr("Start of structure or map found where not expected"));
  EXPECT_THAT(Fault(R"({"a":{"SS":"x"}})"), HasSubstr("Unexpected field type"));
  EXPECT_THAT(Fault(R"({"a":"x"})"), HasSubstr("Unexpected value type in payload"));
  EXPECT_THAT(Fault(R"({"a":{"BOOL":"true"}})"), HasSubstr("Unexpected token received"));
  EXPECT_THAT(Fault(R"({"a":{"B":1}})"),
              HasSubstr("only base64-encoded strings are convertible to bytes"));
}

TEST(ItemJson, AValueHasExactlyOneType) {
  EXPECT_THAT(Fault(R"({"a":{}})"), HasSubstr("must contain exactly one of the supported"));
  EXPECT_THAT(Fault(R"({"a":{"S":null}})"), HasSubstr("Supplied AttributeValue is empty"));
  EXPECT_THAT(Fault(R"({"a":{"S":"x","N":"1"}})"), HasSubstr("more than one datatypes set"));
  EXPECT_THAT(Fault(R"({"a":{"S":"x","S":"y"}})"), HasSubstr("more than one datatypes set"));
  EXPECT_THAT(Fault(R"({"a":{"L":[null]}})"), HasSubstr("Supplied AttributeValue is empty"));
  EXPECT_THAT(Fault(R"({"a":{"NULL":false}})"), HasSubstr("must have the value of true"));
}

TEST(ItemJson, UnknownMembersAndNullsAreIgnored) {
  EXPECT_EQ(RoundTrip(R"({"a":{"Future":{"x":[1,{"y":null}]},"S":"x","N":null},"b":null})"),
            R"({"a":{"S":"x"}})");
}

TEST(ItemJson, OfARepeatedNameTheLastCounts) {
  EXPECT_EQ(RoundTrip(R"({"a":{"S":"x"},"b":{"S":"z"},"a":{"S":"y"}})"),
            R"({"a":{"S":"y"},"b":{"S":"z"}})");
}

TEST(ItemJson, SetsAreNeitherEmptyNorHoldDuplicates) {
  EXPECT_THAT(Fault(R"({"a":{"SS":[]}})"), HasSubstr("An string set  may not be empty"));
  EXPECT_THAT(Fault(R"({"a":{"NS":["1","1.0"]}})"), HasSubstr("contains duplicates"));
  EXPECT_THAT(Fault(R"({"a":{"NS":["1","x"]}})"),
              HasSubstr("cannot be converted to a numeric value: x"));
}

TEST(ItemJson, Base64IsStrict) {
  EXPECT_THAT(Fault(R"({"a":{"B":"AAA"}})"), HasSubstr("multiple of 4 bytes but found: 3"));
  for (const char* text : {"AA=A", "A===", "====", "AAE*", "AAF=", "AB==", "AA A", "AA-_"}) {
    EXPECT_THAT(Fault(R"({"a":{"B":")" + std::string(text) + R"("}})"),
                HasSubstr("SerializationException"))
        << text;
  }
}

TEST(ItemJson, ThirtyOneWrappersPassAndThirtyTwoDoNot) {
  EXPECT_EQ(RoundTrip(Nested(dynamo::kValueDepthMax - 1)), Nested(dynamo::kValueDepthMax - 1));
  EXPECT_THAT(Fault(Nested(dynamo::kValueDepthMax)), HasSubstr("Nesting Levels have exceeded"));
  EXPECT_THAT(Fault(Nested(1000)), HasSubstr("nested too deeply"));
}

TEST(ItemJson, SerializationFaultsGoBeforeFaultsOfValues) {
  EXPECT_THAT(Fault(R"({"a":{"N":"x"},"b":{"S":1}})"), HasSubstr("SerializationException"));
}

TEST(ItemJson, AReaderServesManyBodies) {
  JsonReader reader;
  EXPECT_FALSE(ItemFromJson(reader, PaddedBody(R"({"a":{"N":"x"}})").view()).ok());
  EXPECT_FALSE(ItemFromJson(reader, PaddedBody(R"({"a":{"L":[{"S":)").view()).ok());
  std::string large = R"({"a":{"S":")" + std::string(5 << 20, 'x') + R"("}})";
  EXPECT_TRUE(ItemFromJson(reader, PaddedBody(large).view()).ok());
  const auto item = ItemFromJson(reader, PaddedBody(R"({"a":{"S":"\u0041"}})").view());
  ASSERT_TRUE(item.ok());
  EXPECT_EQ(item->Find("a")->bytes(), "A");
}

}  // namespace
}  // namespace stator::wire
