#include "sql/infer_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/item_builder.h"

namespace stator::sql {
namespace {

using dynamo::AttributeType;
using dynamo::ItemBuilder;
using dynamo::Number;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

dynamo::KeySchema TextKey() { return {{"id", AttributeType::kString}, std::nullopt}; }

Number N(std::string_view text) { return *Number::Parse(text); }

// Items {id, x} with the numbers given.
std::string TypeOfNumbers(std::initializer_list<std::string_view> numbers) {
  SchemaEvidence evidence(TextKey());
  for (const std::string_view number : numbers) {
    ItemBuilder builder;
    builder.Name("id").String(number);
    builder.Name("x").Add(N(number));
    evidence.Add(builder.Build());
  }
  return TypeToSql(evidence.InferColumns()[1].type);
}

std::vector<std::string> NamesOf(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

TEST(InferColumns, NumbersTakeTheNarrowestTypeThatHoldsEveryDigit) {
  EXPECT_EQ(TypeOfNumbers({"1", "-9223372036854775808", "9223372036854775807"}), "BIGINT");
  EXPECT_EQ(TypeOfNumbers({"9223372036854775808"}), "DECIMAL(38,0)");
  EXPECT_EQ(TypeOfNumbers({"1", "12.99", "0.125"}), "DECIMAL(38,3)");
  EXPECT_EQ(TypeOfNumbers({"1E100", "0.5"}), "DOUBLE");
  EXPECT_EQ(TypeOfNumbers({"1E100", "1.2345678901234567890123"}), "VARCHAR");
  EXPECT_EQ(TypeOfNumbers({"1E-40"}), "DOUBLE");
}

TEST(InferColumns, KeyAttributesStandFirstAndOthersByName) {
  SchemaEvidence evidence(
      {{"pk", AttributeType::kString}, dynamo::KeyAttribute{"at", AttributeType::kNumber}});
  ItemBuilder builder;
  builder.Name("pk").String("a");
  builder.Name("at").Add(N("1"));
  builder.Name("zeta").Bool(true);
  builder.Name("alpha").Binary("x");
  evidence.Add(builder.Build());
  const auto columns = evidence.InferColumns();
  EXPECT_THAT(NamesOf(columns), ElementsAre("pk", "at", "alpha", "zeta"));
  EXPECT_TRUE(columns[0].is_key && columns[1].is_key && !columns[2].is_key);
  EXPECT_EQ(TypeToSql(columns[2].type), "BLOB");
  EXPECT_EQ(TypeToSql(columns[3].type), "BOOLEAN");
}

TEST(InferColumns, AnEmptyTableHasItsKeyColumns) {
  const auto columns = SchemaEvidence({{"pk", AttributeType::kBinary},
                                       dynamo::KeyAttribute{"at", AttributeType::kNumber}})
                           .InferColumns();
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(TypeToSql(columns[0].type), "BLOB");
  EXPECT_EQ(TypeToSql(columns[1].type), "BIGINT");
}

TEST(InferColumns, NamesThatDifferOnlyByCaseBothAppearAndTheLaterSaysWhy) {
  SchemaEvidence evidence(TextKey());
  ItemBuilder builder;
  builder.Name("id").String("a");
  builder.Name("ID").String("b");
  builder.Name("Name").String("c");
  builder.Name("name").String("d");
  evidence.Add(builder.Build());
  const auto columns = evidence.InferColumns();
  EXPECT_THAT(NamesOf(columns), ElementsAre("id", "ID_2", "Name", "name_2"));
  EXPECT_THAT(columns[3].comment, HasSubstr("attribute name under another name"));
}

TEST(InferColumns, MixedTypesBecomeTextAndSayWhichTypesTheyWere) {
  SchemaEvidence evidence(TextKey());
  for (const bool number : {true, false}) {
    ItemBuilder builder;
    builder.Name("id").String("a");
    builder.Name("Title");
    if (number) {
      builder.Add(N("300"));
    } else {
      builder.String("Alien");
    }
    evidence.Add(builder.Build());
  }
  const auto columns = evidence.InferColumns();
  EXPECT_EQ(TypeToSql(columns[1].type), "VARCHAR");
  EXPECT_THAT(columns[1].comment, HasSubstr("N and S"));
}

TEST(InferColumns, MapsWithTheSameFieldsAreStructsAndFreeFormOnesMaps) {
  SchemaEvidence evidence(TextKey());
  for (int i = 0; i < 40; ++i) {
    ItemBuilder builder;
    builder.Name("id").String(std::to_string(i));
    builder.Name("place")
        .BeginMap()
        .Name("lat")
        .Add(N("1.5"))
        .Name("tags")
        .BeginList()
        .String("x")
        .EndList()
        .EndMap();
    builder.Name("by_user").BeginMap().Name("user" + std::to_string(i)).Add(N("1")).EndMap();
    evidence.Add(builder.Build());
  }
  const auto columns = evidence.InferColumns();
  EXPECT_EQ(TypeToSql(columns[1].type), "MAP(VARCHAR, BIGINT)");
  EXPECT_EQ(TypeToSql(columns[2].type), "STRUCT(lat DECIMAL(38,1), tags VARCHAR[])");
}

TEST(InferColumns, SetsAndListsAreListsAndNullIsOfAnyType) {
  SchemaEvidence evidence(TextKey());
  ItemBuilder builder;
  builder.Name("id").String("a");
  builder.Name("ns").BeginSet(AttributeType::kNumberSet).Add(N("1")).Add(N("2.5"));
  ASSERT_TRUE(builder.EndSet().ok());
  builder.Name("objects").BeginList().BeginMap().Name("a").Bool(true).EndMap().Null().EndList();
  builder.Name("unknown").Null();
  evidence.Add(builder.Build());
  const auto columns = evidence.InferColumns();
  EXPECT_EQ(TypeToSql(columns[1].type), "DECIMAL(38,1)[]");
  EXPECT_EQ(TypeToSql(columns[2].type), "STRUCT(a BOOLEAN)[]");
  EXPECT_EQ(TypeToSql(columns[3].type), "VARCHAR");
}

TEST(InferColumns, MoreEvidenceOnlyWidens) {
  SchemaEvidence evidence(TextKey());
  ItemBuilder builder;
  builder.Name("id").String("a");
  builder.Name("x").Add(N("1"));
  evidence.Add(builder.Build());
  EXPECT_EQ(TypeToSql(evidence.InferColumns()[1].type), "BIGINT");
  builder.Name("id").String("b");
  builder.Name("x").Add(N("0.5"));
  evidence.Learn(builder.Build());
  EXPECT_EQ(TypeToSql(evidence.InferColumns()[1].type), "DECIMAL(38,1)");
  EXPECT_EQ(evidence.statistics().items, 1U);
}

}  // namespace
}  // namespace stator::sql
