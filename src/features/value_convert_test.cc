#include "features/value_convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "features/history.h"
#include "features/map_value.h"
#include "features/test_files.h"
#include "features/value_json.h"

namespace stator::features {
namespace {

Column Integers(std::vector<std::int64_t> values, ColumnKind kind = ColumnKind::kInteger) {
  Column column;
  column.kind = kind;
  column.integers = std::move(values);
  return column;
}

Column Reals(std::vector<double> values, ColumnKind kind = ColumnKind::kDouble) {
  Column column;
  column.kind = kind;
  column.doubles = std::move(values);
  return column;
}

Column Texts(const std::vector<std::string>& values, ColumnKind kind = ColumnKind::kText) {
  Column column;
  column.kind = kind;
  column.offsets = {0};
  for (const std::string& value : values) {
    column.bytes += value;
    column.offsets.push_back(column.bytes.size());
  }
  return column;
}

Column ListOf(Column elements, std::vector<std::uint64_t> offsets) {
  Column column;
  column.kind = ColumnKind::kList;
  column.offsets = std::move(offsets);
  column.children.push_back(std::move(elements));
  return column;
}

Column WithNull(Column column, std::vector<std::uint8_t> valid) {
  column.valid = std::move(valid);
  return column;
}

// The hex of the Value, or the error.
std::string Hex(ValueKind kind, const Column& column, std::size_t row = 0) {
  std::string out;
  const auto status = EncodeFeature("f", kind, column, row, out);
  return status.ok() ? ToHex(out) : status.error().ToString();
}

std::string Json(ValueKind kind, const Column& column, std::size_t row = 0) {
  std::string value, json;
  const auto status = EncodeFeature("f", kind, column, row, value);
  if (!status.ok()) return status.error().ToString();
  EXPECT_TRUE(AppendValueJson(json, value));
  return json;
}

TEST(ValueConvert, ScalarsHaveFeastsBytes) {
  EXPECT_EQ(Hex(ValueKind::kInt64, Integers({1001})), "20e907");
  EXPECT_EQ(Hex(ValueKind::kInt32, Integers({-1})), "18ffffffffffffffffff01");
  EXPECT_EQ(Hex(ValueKind::kFloat, Reals({0.9273980259895325}, ColumnKind::kFloat)), "35f5696d3f");
  EXPECT_EQ(Hex(ValueKind::kDouble, Reals({0.1})), "299a9999999999b93f");
  EXPECT_EQ(Hex(ValueKind::kBool, Integers({0}, ColumnKind::kBool)), "3800");
  EXPECT_EQ(Hex(ValueKind::kString, Texts({"hello"})), "120568656c6c6f");
  EXPECT_EQ(Hex(ValueKind::kBytes, Texts({std::string("\0\xff", 2)}, ColumnKind::kBytes)),
            "0a0200ff");
  EXPECT_EQ(Hex(ValueKind::kUnixTimestamp, Integers({1758823656'750000}, ColumnKind::kTimestamp)),
            "40e889d6c606");
  EXPECT_EQ(Hex(ValueKind::kDecimal, Texts({"1.10"}, ColumnKind::kDecimal)), "e20204312e3130");
  EXPECT_EQ(Hex(ValueKind::kJson, Texts({"{\"a\":1}"})), "8202077b2261223a317d");
  EXPECT_EQ(Hex(ValueKind::kImageBytes, Texts({"\x89PNG"}, ColumnKind::kBytes)), "0a0489504e47");
}

TEST(ValueConvert, ANullIsNoBytesButATimestampsIsTheSmallestInteger) {
  const Column nulls = WithNull(Integers({0}), {0});
  EXPECT_EQ(Hex(ValueKind::kInt64, nulls), "");
  EXPECT_EQ(Hex(ValueKind::kUnixTimestamp, nulls), "4080808080808080808001");
  EXPECT_EQ(Hex(ValueKind::kInt64List, WithNull(ListOf(Integers({}), {0, 0}), {0})), "");
  EXPECT_EQ(Hex(ValueKind::kDouble, Reals({std::nan("")})), "");
  EXPECT_EQ(Json(ValueKind::kDouble, Reals({std::numeric_limits<double>::infinity()})),
            "\"Infinity\"");
}

TEST(ValueConvert, AnIntegerBesideANullKeepsItsLastBit) {
  const Column column = WithNull(Integers({9007199254740993, 0}), {1, 0});
  EXPECT_EQ(Json(ValueKind::kInt64, column), "9007199254740993");
  EXPECT_EQ(Json(ValueKind::kString, column), "\"9007199254740993\"");
}

TEST(ValueConvert, TimesBefore1970AreFloored) {
  EXPECT_EQ(Json(ValueKind::kUnixTimestamp, Integers({-750'000}, ColumnKind::kTimestamp)), "-1");
  EXPECT_EQ(Json(ValueKind::kUnixTimestamp, Texts({"1969-12-31 23:59:59.25"})), "-1");
}

TEST(ValueConvert, TextIsParsedWhereANumberIsWantedAndTheReverse) {
  EXPECT_EQ(Json(ValueKind::kInt64, Texts({"1001"})), "1001");
  EXPECT_EQ(Json(ValueKind::kDouble, Texts({"1.5"})), "1.5");
  EXPECT_EQ(Json(ValueKind::kInt64, Reals({7.9})), "7");
  EXPECT_EQ(Json(ValueKind::kString, Reals({1.0})), "\"1.0\"");
  EXPECT_EQ(Json(ValueKind::kString, Integers({1}, ColumnKind::kBool)), "\"True\"");
}

TEST(ValueConvert, AValueThatCannotBeIsAnErrorThatNamesIt) {
  EXPECT_EQ(Hex(ValueKind::kInt32, Integers({2147483648})),
            "ConversionError: Feature 'f' is INT32, and the value 2147483648 (INTEGER) cannot "
            "become one");
  EXPECT_NE(Hex(ValueKind::kInt64, Texts({"abc"})).find("the value abc"), std::string::npos);
  EXPECT_NE(Hex(ValueKind::kBytes, Texts({"abc"})).find("ConversionError"), std::string::npos);
  EXPECT_NE(Hex(ValueKind::kJson, Texts({"{"})).find("ConversionError"), std::string::npos);
  EXPECT_NE(Hex(ValueKind::kInt64List, Integers({1})).find("ConversionError"), std::string::npos);
  EXPECT_NE(Hex(ValueKind::kInt64, Reals({1e300})).find("ConversionError"), std::string::npos);
  EXPECT_NE(Hex(ValueKind::kScalarMap, Texts({"{}"})).find("ConversionError"), std::string::npos);
}

TEST(ValueConvert, ListsAndSetsHaveFeastsBytes) {
  EXPECT_EQ(Hex(ValueKind::kInt64List, ListOf(Integers({1, 2, 300}), {0, 3})), "72060a040102ac02");
  EXPECT_EQ(Hex(ValueKind::kInt64List, ListOf(Integers({}), {0, 0})), "7200");
  EXPECT_EQ(Hex(ValueKind::kFloatList, ListOf(Reals({0.5, 1.5}), {0, 2})),
            "82010a0a080000003f0000c03f");
  EXPECT_EQ(Hex(ValueKind::kStringList, ListOf(Texts({"a", "", "bc"}), {0, 3})),
            "62090a01610a000a026263");
  EXPECT_EQ(Hex(ValueKind::kInt32Set, ListOf(Integers({7, 7}), {0, 2})), "c201030a0107");
  EXPECT_EQ(Hex(ValueKind::kUuidList, ListOf(Texts({}), {0, 0})), "b20200");
  EXPECT_EQ(Hex(ValueKind::kValueList, ListOf(ListOf(Integers({1, 2, 3}), {0, 1, 3}), {0, 2})),
            "d2020f0a0572030a01010a0672040a020203");
  EXPECT_EQ(Hex(ValueKind::kValueList, ListOf(ListOf(Integers({4}), {0, 0, 1}), {0, 2})),
            "d202090a000a0572030a0104");
}

TEST(ValueConvert, ANullInAListIsWhatFeastPutsThere) {
  EXPECT_EQ(Json(ValueKind::kStringList, ListOf(WithNull(Texts({"a", ""}), {1, 0}), {0, 2})),
            R"(["a",""])");
  EXPECT_EQ(Json(ValueKind::kBoolList,
                 ListOf(WithNull(Integers({1, 0}, ColumnKind::kBool), {1, 0}), {0, 2})),
            "[true,false]");
  EXPECT_EQ(Json(ValueKind::kDoubleList, ListOf(WithNull(Reals({1, 0}), {1, 0}), {0, 2})),
            R"([1.0,"NaN"])");
  EXPECT_NE(Json(ValueKind::kInt64List, ListOf(WithNull(Integers({1, 0}), {1, 0}), {0, 2}))
                .find("ConversionError"),
            std::string::npos);
}

TEST(ValueConvert, MapsComeFromJsonTextAndFromStructs) {
  EXPECT_EQ(Hex(ValueKind::kMap, Texts({"{\"k\":\"v\"}"})), "a2010a0a080a016b1203120176");
  EXPECT_EQ(Hex(ValueKind::kMap, Texts({"{}"})), "a20100");
  EXPECT_EQ(
      Json(ValueKind::kMap, Texts({R"({"a":{"b":[1,2]},"n":null,"m":[{"x":1.5}],"z":[1,2.5]})"})),
      R"({"a":{"b":[1,2]},"n":null,"m":[{"x":1.5}],"z":[1.0,2.5]})");
  Column structs;
  structs.kind = ColumnKind::kStruct;
  structs.children = {Texts({"x"}), Integers({3})};
  structs.children[0].name = "name";
  structs.children[1].name = "n";
  EXPECT_EQ(Json(ValueKind::kStruct, structs), R"({"name":"x","n":3})");
  EXPECT_EQ(Json(ValueKind::kStructList, ListOf(structs, {0, 1})), R"([{"name":"x","n":3}])");
  EXPECT_NE(Hex(ValueKind::kMap, Texts({"[1]"})).find("ConversionError"), std::string::npos);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"a\":";
  EXPECT_FALSE(MapOfJson(deep + "1" + std::string(100, '}')));
}

TEST(ValueConvert, JoinKeysTakeTheirDeclaredType) {
  EXPECT_EQ(EntityValueOf("id", ValueKind::kString, Integers({7}), 0)->text, "7");
  EXPECT_EQ(EntityValueOf("id", ValueKind::kInt32, Texts({"7"}), 0)->integer, 7);
  EXPECT_FALSE(EntityValueOf("id", ValueKind::kInt64, WithNull(Integers({7}), {0}), 0).ok());
}

TEST(ValueConvert, TypesAreInferredAsFeastInfersThem) {
  Column small = Integers({});
  small.integer_bits = 16;
  EXPECT_EQ(InferValueKind(small), ValueKind::kInt32);
  small.integer_bits = 32;
  EXPECT_EQ(InferValueKind(small), ValueKind::kInt32);
  small.integer_unsigned = true;
  EXPECT_EQ(InferValueKind(small), ValueKind::kInt64);
  EXPECT_EQ(InferValueKind(ListOf(Reals({}), {0})), ValueKind::kDoubleList);
  EXPECT_EQ(InferValueKind(ListOf(ListOf(Texts({}), {0}), {0})), ValueKind::kValueList);
}

TEST(EntityRows, ComeFromFeastsJsonAsRowsOrAsColumns) {
  for (
      const char* json :
      {R"([{"driver_id":1001,"event_timestamp":"2026-01-01T00:00:00"},{"driver_id":1002,"event_timestamp":"2026-01-02"}])",
       R"({"driver_id":[1001,1002],"event_timestamp":["2026-01-01T00:00:00Z","2026-01-02"]})"}) {
    const auto rows = EntityRowsFromJson(json);
    ASSERT_TRUE(rows.ok()) << rows.error().ToString();
    EXPECT_EQ(rows->rows, 2U);
    EXPECT_EQ(rows->Find("driver_id")->integers[1], 1002);
    EXPECT_EQ(rows->Find("event_timestamp")->kind, ColumnKind::kTimestamp);
    EXPECT_EQ(rows->Find("event_timestamp")->integers[0], 1'767'225'600'000'000);
    EXPECT_EQ(*FindTimestampColumn(*rows), "event_timestamp");
  }
  for (const char* json : {"", "[1]", "{\"a\":1}", R"({"a":[1],"b":[1,2]})", R"({"a":[1,"x"]})",
                           R"([{"a":1},{"b":1}])", R"({"event_timestamp":["soon"]})"}) {
    EXPECT_FALSE(EntityRowsFromJson(json).ok()) << json;
  }
}

}  // namespace
}  // namespace stator::features
