#include "sql/plan_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/projection.h"

namespace stator::sql {
namespace {

using dynamo::AttributeType;
using dynamo::Number;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TableFacts Flights() {
  TableFacts table;
  table.name = "flights";
  table.key = {{"origin", AttributeType::kString},
               dynamo::KeyAttribute{"flight", AttributeType::kString}};
  table.item_count = 3'000'000;
  table.size_bytes = 450e6;
  table.items_per_partition = 10'000;
  return table;
}

AttributePath Origin() { return {{"origin"}, TypeKind::kText, true}; }
AttributePath Flight() { return {{"flight"}, TypeKind::kText, true}; }
AttributePath Delay() { return {{"delay"}, TypeKind::kBigint, false}; }
AttributePath Carrier() { return {{"carrier"}, TypeKind::kText, false}; }

Literal S(std::string text) { return Literal::Text(std::move(text)); }
Literal N(std::int64_t number) { return Literal::Of(Number::FromInt64(number)); }

Predicate Eq(AttributePath path, Literal value) {
  return Predicate::Compare(std::move(path), CompareOp::kEqual, std::move(value));
}

ScanPlan Plan(std::vector<Predicate> conjuncts) {
  ScanWish wish;
  wish.conjuncts = std::move(conjuncts);
  wish.all_attributes = true;
  return PlanScan(Flights(), wish);
}

// The key conditions of a plan as people read them.
std::vector<std::string> Keys(const ScanPlan& plan) {
  std::vector<std::string> keys;
  for (const KeyRegion& region : plan.regions) keys.push_back(RegionToSql(Flights().key, region));
  return keys;
}

// The key condition as it is sent must be one that the store's parser takes.
std::string KeyCondition(const ScanPlan& plan) {
  expression::ExpressionWriter writer = plan.placeholders;
  const std::string text = WriteKeyCondition(Flights().key, plan.regions[0], writer);
  EXPECT_TRUE(expression::ParseKeyCondition(text).ok()) << text;
  return text;
}

TEST(PlanScan, WholeKeyIsGetItem) {
  const ScanPlan plan = Plan({Eq(Origin(), S("SFO")), Eq(Flight(), S("2001-01"))});
  EXPECT_EQ(plan.access, AccessPath::kGetItem);
  EXPECT_THAT(plan.decided, ElementsAre(true, true));
  EXPECT_DOUBLE_EQ(plan.expected_read_units, 0.5);
}

TEST(PlanScan, PartitionKeyAloneIsQuery) {
  const ScanPlan plan = Plan({Eq(Origin(), S("SFO"))});
  EXPECT_EQ(plan.access, AccessPath::kQuery);
  EXPECT_EQ(KeyCondition(plan), "#n0 = :v0");
  EXPECT_DOUBLE_EQ(plan.expected_items, 10'000);
}

TEST(PlanScan, SortKeyRangesJoinTheKeyCondition) {
  const auto at_least = Predicate::Compare(Flight(), CompareOp::kGreaterOrEqual, S("2001-01-05"));
  const auto at_most = Predicate::Compare(Flight(), CompareOp::kLessOrEqual, S("2001-03"));
  const ScanPlan plan = Plan({Eq(Origin(), S("SFO")), at_least, at_most});
  EXPECT_THAT(Keys(plan),
              ElementsAre("origin = 'SFO' AND flight BETWEEN '2001-01-05' AND '2001-03'"));
  EXPECT_THAT(KeyCondition(plan), HasSubstr("BETWEEN"));
  EXPECT_THAT(plan.decided, ElementsAre(true, true, true));
}

TEST(PlanScan, ABoundThatBetweenCannotLeaveOutIsCheckedAgain) {
  const auto above = Predicate::Compare(Flight(), CompareOp::kGreater, S("2001-01-05"));
  const auto below = Predicate::Compare(Flight(), CompareOp::kLess, S("2001-03"));
  const ScanPlan plan = Plan({Eq(Origin(), S("SFO")), above, below});
  EXPECT_EQ(plan.access, AccessPath::kQuery);
  EXPECT_THAT(plan.decided, ElementsAre(false, false, false));
  EXPECT_THAT(plan.filter_expression, IsEmpty())
      << "DynamoDB refuses key attributes in a Query's filter";
}

TEST(PlanScan, PrefixIsBeginsWith) {
  const auto prefix = Predicate::Leaf(Predicate::Kind::kPrefix, Flight(), {S("2001-01")});
  const ScanPlan plan = Plan({Eq(Origin(), S("SFO")), prefix});
  EXPECT_THAT(KeyCondition(plan), HasSubstr("begins_with(#n1, :v1)"));
  EXPECT_THAT(plan.decided, ElementsAre(true, true));
}

TEST(PlanScan, InListsOfWholeKeysAreGetManyWithEachKeyOnce) {
  const ScanPlan plan = Plan({Predicate::In(Origin(), {S("SFO"), S("LAX"), S("SFO")}),
                              Predicate::In(Flight(), {S("1"), S("2"), S("3")})});
  EXPECT_EQ(plan.access, AccessPath::kGetMany);
  EXPECT_EQ(plan.regions.size(), 6U);
}

TEST(PlanScan, InListOfPartitionsIsAQueryEach) {
  const ScanPlan plan = Plan({Predicate::In(Origin(), {S("SFO"), S("LAX")})});
  EXPECT_EQ(plan.access, AccessPath::kQuery);
  EXPECT_THAT(Keys(plan), ElementsAre("origin = 'LAX'", "origin = 'SFO'"));
}

TEST(PlanScan, PairsOfKeysJoinedByOrAreGetMany) {
  const auto pair = [](const char* origin, const char* flight) {
    return Predicate::And({Eq(Origin(), S(origin)), Eq(Flight(), S(flight))});
  };
  const ScanPlan plan =
      Plan({Predicate::Or({pair("SFO", "1"), pair("LAX", "2"), pair("SFO", "1")})});
  EXPECT_EQ(plan.access, AccessPath::kGetMany);
  EXPECT_THAT(Keys(plan),
              ElementsAre("origin = 'LAX' AND flight = '2'", "origin = 'SFO' AND flight = '1'"));
}

TEST(PlanScan, OverlappingRangesAreReadOnce) {
  const auto range = [](const char* low, const char* high) {
    return Predicate::And({Predicate::Compare(Flight(), CompareOp::kGreaterOrEqual, S(low)),
                           Predicate::Compare(Flight(), CompareOp::kLessOrEqual, S(high))});
  };
  const ScanPlan plan =
      Plan({Eq(Origin(), S("SFO")),
            Predicate::Or({range("a", "m"), range("k", "z"), range("zz", "zzz")})});
  EXPECT_THAT(Keys(plan), ElementsAre("origin = 'SFO' AND flight BETWEEN 'a' AND 'z'",
                                      "origin = 'SFO' AND flight BETWEEN 'zz' AND 'zzz'"));
}

TEST(PlanScan, ContradictionsReadNothing) {
  EXPECT_EQ(Plan({Eq(Origin(), S("SFO")), Eq(Origin(), S("LAX"))}).access, AccessPath::kEmpty);
  EXPECT_EQ(Plan({Eq(Origin(), S(""))}).access, AccessPath::kEmpty);
  EXPECT_EQ(Plan({Predicate::Leaf(Predicate::Kind::kIsNull, Origin())}).access, AccessPath::kEmpty);
  const auto low = Predicate::Compare(Flight(), CompareOp::kGreater, S("b"));
  const auto high = Predicate::Compare(Flight(), CompareOp::kLess, S("b"));
  EXPECT_EQ(Plan({Eq(Origin(), S("SFO")), low, high}).access, AccessPath::kEmpty);
}

TEST(PlanScan, OtherAttributesGoIntoTheFilterOfAQuery) {
  const ScanPlan plan =
      Plan({Eq(Origin(), S("SFO")), Predicate::Compare(Delay(), CompareOp::kGreater, N(60))});
  EXPECT_EQ(plan.filter_expression, "#n0 > :v0");
  EXPECT_EQ(plan.filter_sql, "delay > 60");
  EXPECT_THAT(plan.decided, ElementsAre(true, false));
}

TEST(PlanScan, WithoutAPartitionKeyItScansInSegmentsWithAFilter) {
  const ScanPlan plan = Plan({Predicate::Compare(Flight(), CompareOp::kGreater, S("2001-06"))});
  EXPECT_EQ(plan.access, AccessPath::kScan);
  EXPECT_EQ(plan.segments, 32);
  EXPECT_EQ(plan.filter_expression, "#n0 > :v0");
  EXPECT_DOUBLE_EQ(plan.expected_read_units, std::ceil(450e6 / 4096) / 2);
}

TEST(PlanScan, TextFiltersLetValuesOfOtherTypesPass) {
  const ScanPlan plan = Plan({Eq(Carrier(), S("UA"))});
  EXPECT_EQ(plan.filter_expression,
            "#n0 = :v0 OR attribute_exists(#n0) AND NOT attribute_type(#n0, :v1)");
  EXPECT_TRUE(
      expression::ParseCondition(plan.filter_expression, expression::ExpressionKind::kFilter).ok());
}

TEST(PlanScan, WhatCannotBeSaidIsLeftOut) {
  const auto said = Predicate::Compare(Delay(), CompareOp::kLess, N(0));
  EXPECT_EQ(Plan({Predicate::And({said, Predicate::Opaque()})}).filter_expression, "#n0 < :v0");
  EXPECT_EQ(Plan({Predicate::Or({said, Predicate::Opaque()})}).filter_expression, "");
  EXPECT_EQ(Plan({Predicate::Not(Predicate::Opaque())}).filter_expression, "");
}

TEST(PlanScan, PlaceholdersAreTakenOnlyForWhatIsSaid) {
  const auto said = Predicate::Compare(Delay(), CompareOp::kLess, N(0));
  const auto half = Predicate::Or({Eq(Carrier(), S("UA")), Predicate::Opaque()});
  ScanPlan plan = Plan({Predicate::And({half, said})});
  EXPECT_EQ(plan.filter_expression, "#n0 < :v0");
  EXPECT_EQ(plan.placeholders.Build().names.size(), 1U) << "DynamoDB refuses unused ones";
}

TEST(PlanScan, NegationIsPushedDownToTheLeaves) {
  const auto range = Predicate::And({Predicate::Compare(Delay(), CompareOp::kGreater, N(1)),
                                     Predicate::Compare(Delay(), CompareOp::kLess, N(9))});
  EXPECT_EQ(Plan({Predicate::Not(range)}).filter_expression, "#n0 <= :v0 OR #n0 >= :v1");
}

TEST(PlanScan, LongListsAreSplitAtAHundredOperands) {
  std::vector<Literal> values;
  for (int i = 0; i < 250; ++i) values.push_back(N(i));
  const ScanPlan plan = Plan({Predicate::In(Delay(), values)});
  EXPECT_THAT(plan.filter_expression, HasSubstr(") OR #n0 IN ("));
  EXPECT_TRUE(
      expression::ParseCondition(plan.filter_expression, expression::ExpressionKind::kFilter).ok());
}

TEST(PlanScan, AFilterThatIsTooLongStaysWithSqlAndLeavesNoPlaceholderBehind) {
  std::vector<Literal> values;
  for (int i = 0; i < 2000; ++i) values.push_back(N(i));
  ScanPlan plan = Plan({Predicate::In(Delay(), values)});
  EXPECT_THAT(plan.filter_expression, IsEmpty());
  EXPECT_TRUE(plan.placeholders.Build().names.empty());
}

TEST(PlanScan, ProjectionAsksForTheColumnsAndTheKey) {
  ScanWish wish;
  wish.attributes = {"place", "delay", "place"};
  const ScanPlan plan = PlanScan(Flights(), wish);
  EXPECT_EQ(plan.projection_sql, "delay, flight, origin, place");
  EXPECT_TRUE(expression::ParseProjection(plan.projection_expression).ok());
}

TEST(PlanScan, CountingIsLeftToTheStoreWhenNothingIsToBeChecked) {
  ScanWish wish;
  wish.count_only = true;
  EXPECT_EQ(PlanScan(Flights(), wish).select, dynamo::Select::kCount);
  wish.conjuncts = {Eq(Origin(), S("SFO"))};
  EXPECT_EQ(PlanScan(Flights(), wish).select, dynamo::Select::kCount);
  wish.conjuncts = {Predicate::Opaque()};
  EXPECT_NE(PlanScan(Flights(), wish).select, dynamo::Select::kCount);
}

TEST(PlanScan, ASmallLimitBecomesThePageLimit) {
  ScanWish wish;
  wish.all_attributes = true;
  wish.limit = 10;
  EXPECT_EQ(PlanScan(Flights(), wish).page_limit, 10);
  EXPECT_EQ(PlanScan(Flights(), wish).segments, 1);
  wish.conjuncts = {Predicate::Compare(Delay(), CompareOp::kLess, N(0))};
  EXPECT_EQ(PlanScan(Flights(), wish).page_limit, std::nullopt) << "most of a page may not match";
}

TEST(PlanScan, TooManyKeyPairsKeepTheSmallerListAndAreCheckedAgain) {
  std::vector<Literal> origins, flights;
  for (int i = 0; i < 200; ++i) origins.push_back(S("o" + std::to_string(i)));
  for (int i = 0; i < 300; ++i) flights.push_back(S("f" + std::to_string(i)));
  const ScanPlan plan = Plan({Predicate::In(Origin(), origins), Predicate::In(Flight(), flights)});
  EXPECT_EQ(plan.access, AccessPath::kQuery);
  EXPECT_EQ(plan.regions.size(), 200U);
  EXPECT_THAT(plan.decided, ElementsAre(false, false));
}

TEST(ExplainPlan, NamesAccessKeyFilterAttributesAndReadUnits) {
  const ScanPlan plan =
      Plan({Eq(Origin(), S("SFO")), Predicate::Compare(Delay(), CompareOp::kGreater, N(60))});
  std::string text;
  for (const ExplainLine& line : ExplainPlan(Flights(), plan))
    text += line.label + ": " + line.text + "\n";
  EXPECT_EQ(
      text,
      "Table: flights\nAccess: Query\nKey: origin = 'SFO'\nFilter: delay > 60\nAttributes: all\n"
      "Expected read units: 184\n");
}

TEST(PrefixEnd, IsTheFirstTextBehindAllWithThePrefix) {
  EXPECT_EQ(PrefixEnd(S("ab")), S("ac"));
  EXPECT_EQ(PrefixEnd(S("a\xC3\xBF")), S("a\xC4\x80"));
  EXPECT_EQ(PrefixEnd(S("\xED\x9F\xBF")), S("\xEE\x80\x80"));
  EXPECT_EQ(PrefixEnd(S("a\xF4\x8F\xBF\xBF")), S("b"));
  EXPECT_EQ(PrefixEnd(S("")), std::nullopt);
  EXPECT_EQ(PrefixEnd(Literal::Binary("a\xFF")), Literal::Binary("b"));
}

}  // namespace
}  // namespace stator::sql
