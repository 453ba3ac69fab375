#include "features/feature_row.h"

#include <gtest/gtest.h>

#include <vector>

#include "features/json_text.h"
#include "features/test_files.h"
#include "features/value_json.h"

namespace stator::features {
namespace {

TEST(FeatureRow, EveryGoldenItemIsEncodedAndDecodedAsFeastStoredIt) {
  simdjson::dom::parser parser;
  int count = 0;
  for (const auto table :
       ParseJsonFile(parser, GoldenPath("dynamodb-items-decoded.json")).get_object()) {
    for (const auto golden : table.value.get_array()) {
      std::vector<std::pair<std::string, std::string>> values;
      for (const auto value : golden["values"].get_object()) {
        values.emplace_back(value.key, FromHex(Text(value.value["hex"])));
      }
      std::vector<NamedFeature> features;
      for (const auto& [name, value] : values) features.push_back({name, value});
      dynamo::ItemBuilder builder;
      const std::string event_ts = Text(golden["event_ts"]);
      const auto item =
          EncodeFeatureRow(Text(golden["entity_id"]), *ParseEventTime(event_ts), features, builder);
      EXPECT_EQ(item.Find("entity_id")->bytes(), Text(golden["entity_id"]));
      EXPECT_EQ(item.Find("event_ts")->bytes(), event_ts);
      EXPECT_EQ(item.attributes().size(), 3U);
      const auto row = FeatureRow::Decode(item);
      ASSERT_TRUE(row.ok());
      EXPECT_EQ(row->event_time(), ParseEventTime(event_ts));
      for (const auto& [name, value] : values) EXPECT_EQ(row->Find(name), value) << name;
      ++count;
    }
  }
  EXPECT_EQ(count, 38);
}

TEST(FeatureRow, AProjectedItemWithoutValuesHasNoFeatures) {
  dynamo::ItemBuilder builder;
  const auto item =
      builder.Name("entity_id").String("x").Name("event_ts").String("2026-01-01").Build();
  const auto row = FeatureRow::Decode(item);
  ASSERT_TRUE(row.ok());
  EXPECT_FALSE(row->Find("f"));
}

TEST(FeatureRow, AnotherTypeOfAnAttributeIsAnErrorThatNamesTheItem) {
  dynamo::ItemBuilder builder;
  const auto item = builder.Name("entity_id").String("abc").Name("event_ts").String("soon").Build();
  const auto row = FeatureRow::Decode(item);
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().code(), "FeatureRowInvalid");
  EXPECT_NE(row.error().message().find("'abc'"), std::string::npos);
  EXPECT_FALSE(FeatureRow::Decode(builder.Name("event_ts").Null().Build()).ok());
}

TEST(FeatureRow, AValueThatIsNotBinaryCountsAsAbsent) {
  dynamo::ItemBuilder builder;
  builder.Name("event_ts")
      .String("2026-01-01")
      .Name("values")
      .BeginMap()
      .Name("f")
      .String("x")
      .EndMap();
  const auto item = builder.Build();
  EXPECT_FALSE(FeatureRow::Decode(item)->Find("f"));
}

TEST(Base64, IsReadAndWrittenWithPadding) {
  for (const auto& [bytes, text] : {std::pair<std::string, std::string>{"", ""},
                                    {"a", "YQ=="},
                                    {"ab", "YWI="},
                                    {"abc", "YWJj"}}) {
    std::string encoded, decoded;
    AppendBase64(encoded, bytes);
    EXPECT_EQ(encoded, text);
    EXPECT_TRUE(DecodeBase64(text, decoded));
    EXPECT_EQ(decoded, bytes);
  }
  std::string out;
  EXPECT_FALSE(DecodeBase64("YQ=", out));
  EXPECT_FALSE(DecodeBase64("Y*==", out));
}

}  // namespace
}  // namespace stator::features
