#include <gtest/gtest.h>

#include <string>

#include "expression/binder.h"
#include "expression/test_item.h"

namespace stator::expression {
namespace {

// Whether `item` fulfils `text` with `values`. The name #w stands for "with.dot".
bool Holds(std::string_view text, std::string_view item, std::string_view values = "") {
  const dynamo::ExpressionAttributes attributes = TestAttributes(values, {{"#w", "with.dot"}});
  auto parsed = ParseCondition(text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
  const auto bound = Binder(attributes).Bind(std::move(*parsed));
  EXPECT_TRUE(bound.ok()) << bound.error().ToString();
  return Evaluate(*bound, TestItem(item));
}

TEST(Evaluate, NumbersCompareByValue) {
  EXPECT_TRUE(Holds("a = :v", "a: 10", ":v: 1e1"));
  EXPECT_TRUE(Holds("a < :v", "a: 9", ":v: 10"));
  EXPECT_TRUE(Holds("a < :v", "a: -10", ":v: -9"));
  EXPECT_TRUE(Holds("a > :v", "a: 0.1", ":v: -1e100"));
  EXPECT_FALSE(Holds("a > :v", "a: 10", ":v: 10"));
  EXPECT_TRUE(Holds("a >= :v", "a: 10.0", ":v: 10"));
}

TEST(Evaluate, NumbersCompareByAllOfTheirDigits) {
  EXPECT_TRUE(Holds("a < :v", "a: 12345678901234567890123456789012345677",
                    ":v: 12345678901234567890123456789012345678"));
}

TEST(Evaluate, StringsCompareByUtf8Bytes) {
  EXPECT_TRUE(Holds("a < :v", "a: 'Z'", ":v: 'a'"));
  EXPECT_TRUE(Holds("a < :v", "a: 'a'", ":v: 'ab'"));
  EXPECT_TRUE(Holds("a < :v", "a: 'z'", ":v: '\xC3\xA9'"));
  // U+FFFD before U+1F600, unlike in UTF-16.
  EXPECT_TRUE(Holds("a < :v", "a: '\xEF\xBF\xBD'", ":v: '\xF0\x9F\x98\x80'"));
}

TEST(Evaluate, BytesCompareUnsigned) { EXPECT_TRUE(Holds("a < :v", "a: b'\x7F'", ":v: b'\x80'")); }

TEST(Evaluate, EqualityIsDeep) {
  EXPECT_TRUE(
      Holds("a = :v", "a: {x: [1, 'y', <2, 1>], z: null}", ":v: {z: null, x: [1.0, 'y', <1, 2>]}"));
  EXPECT_FALSE(Holds("a = :v", "a: [1, 2]", ":v: [2, 1]"));
  EXPECT_TRUE(Holds("a = :v", "a: true", ":v: true"));
  EXPECT_FALSE(Holds("a = :v", "a: true", ":v: false"));
}

TEST(Evaluate, DifferentTypesAreUnequalAndHaveNoOrder) {
  EXPECT_FALSE(Holds("a = :v", "a: '1'", ":v: 1"));
  EXPECT_TRUE(Holds("a <> :v", "a: '1'", ":v: 1"));
  EXPECT_FALSE(Holds("a < :v", "a: '1'", ":v: 2"));
  EXPECT_FALSE(Holds("a >= :v", "a: '1'", ":v: 0"));
  EXPECT_FALSE(Holds("a <= :v", "a: 'x'", ":v: b'x'"));
  EXPECT_FALSE(Holds("a <= b", "a: [1], b: [1]"));
}

TEST(Evaluate, AMissingAttributeIsUnequalToEverything) {
  for (const std::string_view comparator : {"=", "<", "<=", ">", ">="}) {
    EXPECT_FALSE(Holds("a " + std::string(comparator) + " :v", "b: 1", ":v: 1")) << comparator;
    EXPECT_FALSE(Holds(":v " + std::string(comparator) + " a", "b: 1", ":v: 1")) << comparator;
  }
  EXPECT_TRUE(Holds("a <> :v", "b: 1", ":v: 1"));
  EXPECT_TRUE(Holds("a <> b", ""));
  EXPECT_FALSE(Holds("a = b", ""));
}

TEST(Evaluate, NullIsAValue) {
  EXPECT_TRUE(Holds("attribute_exists(a) AND a = :v", "a: null", ":v: null"));
}

TEST(Evaluate, BetweenIncludesItsBounds) {
  EXPECT_TRUE(Holds("a BETWEEN :l AND :h", "a: 1", ":l: 1, :h: 2"));
  EXPECT_TRUE(Holds("a BETWEEN :l AND :h", "a: 2", ":l: 1, :h: 2"));
  EXPECT_FALSE(Holds("a BETWEEN :l AND :h", "a: 2.1", ":l: 1, :h: 2"));
  EXPECT_FALSE(Holds("a BETWEEN :l AND :h", "a: '1'", ":l: 1, :h: 2"));
  EXPECT_FALSE(Holds("a BETWEEN :l AND :h", "", ":l: 1, :h: 2"));
  EXPECT_TRUE(Holds(":v BETWEEN a AND b", "a: 1, b: 3", ":v: 2"));
  EXPECT_FALSE(Holds(":v BETWEEN a AND b", "a: 1", ":v: 2"));
}

TEST(Evaluate, InAsksForEquality) {
  EXPECT_TRUE(Holds("a IN (:x, :y)", "a: 2", ":x: 1, :y: 2"));
  EXPECT_FALSE(Holds("a IN (:x, :y)", "a: '2'", ":x: 1, :y: 2"));
  EXPECT_TRUE(Holds("a IN (:x, b)", "a: [2], b: [2]", ":x: 1"));
  EXPECT_FALSE(Holds("a IN (b)", ""));
  EXPECT_TRUE(Holds("size(a) IN (:x)", "a: 'four'", ":x: 4"));
}

TEST(Evaluate, ExistenceIsOfPaths) {
  EXPECT_TRUE(Holds("attribute_exists(a.b[1])", "a: {b: [1, 2]}"));
  EXPECT_FALSE(Holds("attribute_exists(a.b[2])", "a: {b: [1, 2]}"));
  EXPECT_FALSE(Holds("attribute_exists(a.b.c)", "a: {b: [1, 2]}"));
  EXPECT_FALSE(Holds("attribute_exists(a[0])", "a: {b: 1}"));
  EXPECT_FALSE(Holds("attribute_exists(a.b)", "a: 1"));
  EXPECT_TRUE(Holds("attribute_not_exists(a)", ""));
  EXPECT_FALSE(Holds("attribute_not_exists(a)", "a: null"));
}

TEST(Evaluate, ANameWithADotIsOneStep) {
  EXPECT_TRUE(Holds("#w = :v", "with.dot: 1", ":v: 1"));
  EXPECT_FALSE(Holds("attribute_exists(#w)", "with: {dot: 1}"));
}

TEST(Evaluate, EveryTypeHasItsName) {
  const std::string item =
      "s: '', n: 0, b: b'', t: true, u: null, m: {}, l: [], x: <'a'>, y: <1>, z: <b'a'>";
  const std::pair<std::string, std::string> types[] = {
      {"s", "S"}, {"n", "N"}, {"b", "B"},  {"t", "BOOL"}, {"u", "NULL"},
      {"m", "M"}, {"l", "L"}, {"x", "SS"}, {"y", "NS"},   {"z", "BS"}};
  for (const auto& [name, type] : types) {
    for (const auto& [other_name, other_type] : types) {
      EXPECT_EQ(Holds("attribute_type(" + name + ", :t)", item, ":t: '" + other_type + "'"),
                type == other_type)
          << type << " " << other_type;
    }
  }
  EXPECT_FALSE(Holds("attribute_type(gone, :t)", item, ":t: 'S'"));
}

TEST(Evaluate, PrefixesOfStringsAndBytes) {
  EXPECT_TRUE(Holds("begins_with(a, :p)", "a: 'abc'", ":p: 'ab'"));
  EXPECT_TRUE(Holds("begins_with(a, :p)", "a: 'abc'", ":p: ''"));
  EXPECT_FALSE(Holds("begins_with(a, :p)", "a: 'a'", ":p: 'ab'"));
  EXPECT_TRUE(Holds("begins_with(a, :p)", "a: b'abc'", ":p: b'ab'"));
  EXPECT_FALSE(Holds("begins_with(a, :p)", "a: 'abc'", ":p: b'ab'"));
  EXPECT_FALSE(Holds("begins_with(a, b)", "a: 12, b: 1"));
  EXPECT_FALSE(Holds("begins_with(a, :p)", "", ":p: 'a'"));
}

TEST(Evaluate, ContainsLooksIntoStringsAndBytes) {
  EXPECT_TRUE(Holds("contains(a, :p)", "a: 'abcd'", ":p: 'bc'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: 'abcd'", ":p: 'cb'"));
  EXPECT_TRUE(Holds("contains(a, :p)", "a: b'abcd'", ":p: b'd'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: 'abcd'", ":p: b'd'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: 1234", ":p: 2"));
}

TEST(Evaluate, ContainsLooksForMembersOfSets) {
  EXPECT_TRUE(Holds("contains(a, :p)", "a: <'x', 'y'>", ":p: 'y'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: <'xy'>", ":p: 'y'"));
  EXPECT_TRUE(Holds("contains(a, :p)", "a: <1, 20>", ":p: 2e1"));
  EXPECT_TRUE(Holds("contains(a, :p)", "a: <b'x'>", ":p: b'x'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: <b'x'>", ":p: 'x'"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: <'x', 'y'>", ":p: <'x'>"));
}

TEST(Evaluate, ContainsLooksForElementsOfListsOfAnyType) {
  EXPECT_TRUE(Holds("contains(a, :p)", "a: [1, 'x', [2]]", ":p: [2]"));
  EXPECT_TRUE(Holds("contains(a, :p)", "a: [1, null]", ":p: null"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: [[1]]", ":p: 1"));
  EXPECT_FALSE(Holds("contains(a, :p)", "a: {x: 1}", ":p: 'x'"));
}

TEST(Evaluate, ContainsTakesAValueFirstToo) {
  EXPECT_TRUE(Holds("contains(:l, a)", "a: 2", ":l: [1, 2]"));
}

TEST(Evaluate, SizeCountsBytesAndElements) {
  EXPECT_TRUE(Holds("size(a) = :n", "a: 'four'", ":n: 4"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: '\xC3\xA9'", ":n: 2"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: ''", ":n: 0"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: b'xyz'", ":n: 3"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: <1, 2>", ":n: 2"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: [1, 1, 1]", ":n: 3"));
  EXPECT_TRUE(Holds("size(a) = :n", "a: {x: 1}", ":n: 1"));
  EXPECT_TRUE(Holds("size(a) > size(b)", "a: 'xx', b: [1]"));
  EXPECT_TRUE(Holds("size(a) BETWEEN :l AND :h", "a: 'xx'", ":l: 1, :h: 2"));
}

TEST(Evaluate, WhatHasNoSizeIsMissing) {
  for (const std::string_view item : {"a: 12", "a: true", "a: null", "b: 1"}) {
    EXPECT_FALSE(Holds("size(a) >= :n", item, ":n: 0")) << item;
    EXPECT_TRUE(Holds("size(a) <> :n", item, ":n: 0")) << item;
  }
}

TEST(Evaluate, AndBindsTighterThanOrAndNotTighterThanAnd) {
  const std::string item = "t: 1, f: 0";
  EXPECT_TRUE(Holds("t = :one OR t = :one AND f = :one", item, ":one: 1"));
  EXPECT_FALSE(Holds("(t = :one OR t = :one) AND f = :one", item, ":one: 1"));
  EXPECT_FALSE(Holds("NOT t = :one AND f = :one", item, ":one: 1"));
  EXPECT_TRUE(Holds("NOT (t = :one AND f = :one)", item, ":one: 1"));
  EXPECT_TRUE(Holds("NOT f = :one OR f = :one", item, ":one: 1"));
  EXPECT_TRUE(Holds("NOT NOT t = :one", item, ":one: 1"));
}

TEST(Evaluate, NotOfAMissingComparisonIsTrue) {
  EXPECT_TRUE(Holds("NOT a = :v", "", ":v: 1"));
  EXPECT_TRUE(Holds("NOT a BETWEEN :v AND :v", "", ":v: 1"));
  EXPECT_FALSE(Holds("NOT a <> :v", "", ":v: 1"));
}

TEST(Evaluate, BetweenAndIsNoConjunction) {
  EXPECT_TRUE(Holds("a BETWEEN :l AND :h AND b = :l", "a: 2, b: 1", ":l: 1, :h: 3"));
}

TEST(Evaluate, AnAbsentItemIsTheEmptyItem) {
  const auto bound = Binder({}).Bind(*ParseCondition("attribute_not_exists(id)"));
  ASSERT_TRUE(bound.ok());
  EXPECT_TRUE(Evaluate(*bound, dynamo::ItemView()));
}

TEST(Evaluate, DeepConditionsAreEvaluated) {
  std::string text = "a=:v";
  for (int i = 0; i < 298; ++i) text = "NOT(" + text + ")";
  EXPECT_TRUE(Holds(text, "a: 1", ":v: 1"));
  EXPECT_FALSE(Holds("NOT(" + text + ")", "a: 1", ":v: 1"));
}

}  // namespace
}  // namespace stator::expression
