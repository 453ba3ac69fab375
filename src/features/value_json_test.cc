#include "features/value_json.h"

#include <gtest/gtest.h>

#include "features/json_text.h"
#include "features/test_files.h"
#include "features/value_codec.h"

namespace stator::features {
namespace {

std::string Json(std::string_view value) {
  std::string out;
  EXPECT_TRUE(AppendValueJson(out, value));
  return out;
}

TEST(ValueJson, EveryVectorIsPrintedAsFeastPrintsIt) {
  simdjson::dom::parser parser;
  int count = 0;
  for (const auto vector : ParseVectors(parser, "format-feature-row")["values"].get_array()) {
    EXPECT_EQ(Json(FromHex(Text(vector["hex"]))), Text(vector["json"])) << Text(vector["value"]);
    ++count;
  }
  EXPECT_EQ(count, 35);
}

TEST(ValueJson, NumbersArePrintedAsPythonDoes) {
  const auto real = [](double value) {
    std::string bytes;
    EncodeDouble(value, bytes);
    return Json(bytes);
  };
  EXPECT_EQ(real(1.0), "1.0");
  EXPECT_EQ(real(-0.0), "-0.0");
  EXPECT_EQ(real(1e15), "1000000000000000.0");
  EXPECT_EQ(real(1e16), "1e+16");
  EXPECT_EQ(real(0.0001), "0.0001");
  EXPECT_EQ(real(0.00001), "1e-05");
  EXPECT_EQ(real(1.5e300), "1.5e+300");
  std::string bytes;
  EncodeFloat(0.1F, bytes);
  EXPECT_EQ(Json(bytes), "0.10000000149011612");
  EncodeInteger(ValueKind::kInt64, INT64_MIN, bytes);
  EXPECT_EQ(Json(bytes), "-9223372036854775808");
}

TEST(ValueJson, NotANumberAndTheInfinitiesAreStrings) {
  std::string packed, bytes;
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    AppendPacked(ValueKind::kDouble, RealBits(ValueKind::kDouble, value), packed);
  }
  std::string list;
  AppendLengthField(list, 1, packed);
  EncodeContent(ValueKind::kDoubleList, list, bytes);
  EXPECT_EQ(Json(bytes), R"(["NaN","Infinity","-Infinity"])");
}

TEST(ValueJson, ANumericListMayComeUnpacked) { EXPECT_EQ(Json(FromHex("720408010802")), "[1,2]"); }

TEST(ValueJson, AFieldOfALaterFeastIsSkipped) {
  EXPECT_EQ(Json(FromHex("c23e0161"
                         "20e907")),
            "1001");
}

TEST(ValueJson, ATextThatIsNoUtf8StillGivesValidJson) {
  std::string out;
  AppendJsonString(out, "a\xff\"\x01");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\\\"\\u0001\"");
}

TEST(ValueJson, BrokenBytesAreReportedAndNeverReadBeyond) {
  for (const char* hex : {"20", "12ff", "0a05", "7204", "72060a04010102", "a2010a0a080a01", "07",
                          "ffffffffffffffffffffff"}) {
    std::string out = "x";
    EXPECT_FALSE(AppendValueJson(out, FromHex(hex))) << hex;
    EXPECT_EQ(out, "xnull");
  }
}

TEST(ValueJson, NestingBeyondTheLimitIsRefused) {
  std::string value;
  for (int i = 0; i < 40; ++i) {
    std::string list, outer;
    AppendLengthField(list, 1, value);
    EncodeContent(ValueKind::kValueList, list, outer);
    value = outer;
  }
  std::string out;
  EXPECT_FALSE(AppendValueJson(out, value));
}

}  // namespace
}  // namespace stator::features
