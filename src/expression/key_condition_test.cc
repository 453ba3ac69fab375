#include "expression/key_condition.h"

#include <gtest/gtest.h>

#include <string>

#include "expression/binder.h"
#include "expression/test_item.h"

namespace stator::expression {
namespace {

using dynamo::AttributeType;
using dynamo::KeySchema;

const dynamo::ExpressionAttributes& Attributes() {
  static const dynamo::ExpressionAttributes attributes = TestAttributes(
      ":p: 'p', :s: 's', :t: 't', :n: 1, :m: 2, :empty: '', :b: b'b', :l: []", {{"#pk", "pk"}});
  return attributes;
}

KeySchema HashOnly() { return {{"pk", AttributeType::kString}, std::nullopt}; }
KeySchema WithSort(AttributeType type = AttributeType::kString) {
  return {{"pk", AttributeType::kString}, dynamo::KeyAttribute{"sk", type}};
}

base::Result<KeyCondition> Bind(std::string_view text, const KeySchema& schema) {
  auto parsed = ParseKeyCondition(text);
  if (!parsed.ok()) return parsed.error();
  return Binder(Attributes()).BindKeyCondition(std::move(*parsed), schema);
}

std::string FaultOf(std::string_view text, const KeySchema& schema = WithSort()) {
  const auto bound = Bind(text, schema);
  return bound.ok() ? "none" : bound.error().message();
}

constexpr char kInvalid[] = "Invalid KeyConditionExpression: ";

TEST(KeyCondition, ThePartitionKeyAlone) {
  for (const std::string_view text : {"pk = :p", ":p = pk", "#pk = :p", "(pk = :p)", "pk = (:p)"}) {
    const auto bound = Bind(text, WithSort());
    ASSERT_TRUE(bound.ok()) << text << bound.error().ToString();
    EXPECT_EQ(bound->partition.bytes(), "p");
    EXPECT_FALSE(bound->sort.has_value());
  }
}

TEST(KeyCondition, EveryConditionOnTheSortKey) {
  const std::pair<std::string, SortKeyOperator> conditions[] = {
      {"sk = :s", SortKeyOperator::kEqual},
      {"sk < :s", SortKeyOperator::kLess},
      {"sk <= :s", SortKeyOperator::kLessOrEqual},
      {"sk > :s", SortKeyOperator::kGreater},
      {"sk >= :s", SortKeyOperator::kGreaterOrEqual},
      {"begins_with(sk, :s)", SortKeyOperator::kBeginsWith},
      {"sk BETWEEN :s AND :t", SortKeyOperator::kBetween}};
  for (const auto& [text, op] : conditions) {
    const auto bound = Bind("pk = :p AND " + text, WithSort());
    ASSERT_TRUE(bound.ok()) << text << bound.error().ToString();
    EXPECT_EQ(bound->sort->op, op) << text;
    EXPECT_EQ(bound->sort->low.bytes(), "s") << text;
    EXPECT_EQ(bound->sort->high.has_value(), op == SortKeyOperator::kBetween) << text;
  }
}

TEST(KeyCondition, ANameOnTheRightTurnsTheComparisonRound) {
  const std::pair<std::string, SortKeyOperator> conditions[] = {
      {":s = sk", SortKeyOperator::kEqual},
      {":s < sk", SortKeyOperator::kGreater},
      {":s <= sk", SortKeyOperator::kGreaterOrEqual},
      {":s > sk", SortKeyOperator::kLess},
      {":s >= sk", SortKeyOperator::kLessOrEqual}};
  for (const auto& [text, op] : conditions) {
    const auto bound = Bind("pk = :p AND " + text, WithSort());
    ASSERT_TRUE(bound.ok()) << text << bound.error().ToString();
    EXPECT_EQ(bound->sort->op, op) << text;
    EXPECT_EQ(bound->sort->low.bytes(), "s") << text;
  }
}

TEST(KeyCondition, OrderAndParenthesesDoNotMatter) {
  for (const std::string_view text :
       {"sk > :s AND pk = :p", "(sk > :s) AND (pk = :p)", "(pk = :p AND (sk) > :s)"}) {
    const auto bound = Bind(text, WithSort());
    ASSERT_TRUE(bound.ok()) << text << bound.error().ToString();
    EXPECT_EQ(bound->partition.bytes(), "p") << text;
    EXPECT_EQ(bound->sort->op, SortKeyOperator::kGreater) << text;
  }
}

TEST(KeyCondition, ThePartitionKeyIsNeeded) {
  EXPECT_EQ(FaultOf("sk = :s"), "Query condition missed key schema element: pk");
  EXPECT_EQ(FaultOf("a = :s AND sk = :s"), "Query condition missed key schema element: pk");
}

TEST(KeyCondition, TheSecondConditionIsOnTheSortKey) {
  EXPECT_EQ(FaultOf("pk = :p AND a = :s"), "Query condition missed key schema element: sk");
  EXPECT_EQ(FaultOf("pk = :p AND sk = :s", HashOnly()), "Query key condition not supported");
  EXPECT_EQ(FaultOf("pk = :p AND sk = :s AND a = :s"), "Query key condition not supported");
}

TEST(KeyCondition, ThePartitionKeyIsOnlyComparedForEquality) {
  for (const std::string_view text :
       {"pk < :p", "pk >= :p", "begins_with(pk, :p)", "pk BETWEEN :p AND :s"}) {
    EXPECT_EQ(FaultOf(text), "Query key condition not supported") << text;
  }
}

TEST(KeyCondition, OtherOperatorsAreRefusedByName) {
  const std::string fault =
      std::string(kInvalid) + "Invalid operator used in KeyConditionExpression: ";
  EXPECT_EQ(FaultOf("pk = :p OR sk = :s"), fault + "OR");
  EXPECT_EQ(FaultOf("NOT pk = :p"), fault + "NOT");
  EXPECT_EQ(FaultOf("pk = :p AND sk <> :s"), fault + "<>");
  EXPECT_EQ(FaultOf("pk IN (:p)"), fault + "IN");
  EXPECT_EQ(FaultOf("pk = :p AND contains(sk, :s)"), fault + "contains");
  EXPECT_EQ(FaultOf("attribute_exists(pk)"), fault + "attribute_exists");
}

TEST(KeyCondition, AConditionComparesOneKeyWithValues) {
  EXPECT_EQ(FaultOf("pk = sk"),
            std::string(kInvalid) +
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
                "condition");
  EXPECT_EQ(FaultOf(":p = :p"),
            std::string(kInvalid) +
                "Invalid condition in KeyConditionExpression: No key attribute specified");
  EXPECT_EQ(FaultOf("size(pk) = :n"),
            std::string(kInvalid) + "KeyConditionExpressions cannot contain nested operations");
  EXPECT_EQ(FaultOf("pk.x = :p"), std::string(kInvalid) +
                                      "KeyConditionExpressions cannot have conditions on nested "
                                      "attributes");
  EXPECT_EQ(
      FaultOf("pk = :p AND pk = :s"),
      std::string(kInvalid) + "KeyConditionExpressions must only contain one condition per key");
}

TEST(KeyCondition, RangesBeginWithTheKey) {
  const std::string fault = std::string(kInvalid) + "Invalid condition in KeyConditionExpression: ";
  EXPECT_EQ(FaultOf("pk = :p AND :s BETWEEN sk AND :t"),
            fault + "BETWEEN operator must have the key attribute as its first operand");
  EXPECT_EQ(FaultOf("pk = :p AND begins_with(:s, sk)"),
            fault + "begins_with operator must have the key attribute as its first operand");
}

TEST(KeyCondition, BoundsAreInOrder) {
  EXPECT_EQ(FaultOf("pk = :p AND sk BETWEEN :t AND :s"),
            std::string(kInvalid) +
                "The BETWEEN operator requires upper bound to be greater than or equal to lower "
                "bound; lower bound operand: AttributeValue: {S:t}, upper bound operand: "
                "AttributeValue: {S:s}");
}

TEST(KeyCondition, ValuesHaveTheTypeOfTheKey) {
  const std::string fault =
      "One or more parameter values were invalid: Condition parameter type does not match schema "
      "type";
  EXPECT_EQ(FaultOf("pk = :n"), fault);
  EXPECT_EQ(FaultOf("pk = :l"), fault);
  EXPECT_EQ(FaultOf("pk = :p AND sk > :n"), fault);
  EXPECT_EQ(FaultOf("pk = :p AND begins_with(sk, :b)"), fault);
  EXPECT_EQ(FaultOf("pk = :p AND sk BETWEEN :n AND :m", WithSort(AttributeType::kNumber)), "none");
}

TEST(KeyCondition, NumbersHaveNoPrefix) {
  EXPECT_EQ(FaultOf("pk = :p AND begins_with(sk, :s)", WithSort(AttributeType::kNumber)),
            "Query key condition not supported");
}

TEST(KeyCondition, ValuesMustBePossibleKeys) {
  EXPECT_EQ(FaultOf("pk = :empty"),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: pk");
  EXPECT_EQ(FaultOf("pk = :p AND sk = :empty"),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: sk");
}

TEST(KeyCondition, FaultsOfAllConditionsAreFound) {
  EXPECT_EQ(FaultOf("pk = :u"), std::string(kInvalid) +
                                    "An expression attribute value used in expression is not "
                                    "defined; attribute value: :u");
  EXPECT_EQ(FaultOf("((pk = :p))"),
            std::string(kInvalid) + "The expression has redundant parentheses;");
  EXPECT_EQ(FaultOf("name = :p"), std::string(kInvalid) +
                                      "Attribute name is a reserved keyword; reserved keyword: "
                                      "name");
}

TEST(KeyCondition, MatchesTheSortKeysOfItsRange) {
  const dynamo::Item keys = TestItem("r: 'r', s: 's', sa: 'sa', t: 't', ta: 'ta'");
  const std::pair<std::string, std::string> conditions[] = {
      {"sk = :s", "s "},          {"sk < :s", "r "},
      {"sk <= :s", "r s "},       {"sk > :s", "sa t ta "},
      {"sk >= :s", "s sa t ta "}, {"sk BETWEEN :s AND :t", "s sa t "},
      {":s < sk", "sa t ta "},    {"begins_with(sk, :s)", "s sa "}};
  for (const auto& [text, expected] : conditions) {
    const auto bound = Bind("pk = :p AND " + text, WithSort());
    ASSERT_TRUE(bound.ok()) << text;
    std::string matched;
    for (const dynamo::NamedValue key : keys.attributes()) {
      if (bound->sort->Matches(key.value)) matched += std::string(key.name) + " ";
    }
    EXPECT_EQ(matched, expected) << text;
  }
}

}  // namespace
}  // namespace stator::expression
