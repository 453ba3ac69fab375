#include "expression/binder.h"

#include <gtest/gtest.h>

#include <string>

#include "expression/test_item.h"

namespace stator::expression {
namespace {

using dynamo::ExpressionAttributes;

const ExpressionAttributes& Attributes() {
  static const ExpressionAttributes attributes = TestAttributes(
      ":s: 'x', :t: 'N', :n: 1, :m: 0, :b: b'xy', :bool: true, :null: null, :l: [], :map: {}, "
      ":ss: <'a'>, :ns: <1>, :bs: <b'a'>, :z: 'zz', :c: b'a'",
      {{"#a", "a"}, {"#dotted", "a.b"}, {"#name", "name"}});
  return attributes;
}

// What is wrong with a condition that parses: the message without "Invalid ConditionExpression: ".
std::string FaultOf(std::string_view text) {
  auto parsed = ParseCondition(text);
  if (!parsed.ok()) return "does not parse: " + parsed.error().message();
  const auto bound = Binder(Attributes()).Bind(std::move(*parsed));
  return bound.ok() ? "none" : bound.error().message().substr(29);
}

constexpr char kType[] = "Incorrect operand type for operator or function; operator or function: ";

TEST(Binder, UndefinedNamesAndValuesAreNamed) {
  EXPECT_EQ(FaultOf("#u = :s"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #u");
  EXPECT_EQ(FaultOf("a.b[1].#u = :s"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #u");
  EXPECT_EQ(FaultOf("a = :u"),
            "An expression attribute value used in expression is not defined; attribute value: :u");
}

TEST(Binder, TheFirstUndefinedPlaceholderInTheTextIsReported) {
  EXPECT_EQ(FaultOf(":u = #u"),
            "An expression attribute value used in expression is not defined; attribute value: :u");
  EXPECT_EQ(FaultOf("#u = :u"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #u");
}

TEST(Binder, PlaceholdersAreCaseSensitive) {
  EXPECT_EQ(FaultOf("#A = :s"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #A");
}

TEST(Binder, FindsEachOfManyNames) {
  ExpressionAttributes attributes = TestAttributes(":v: 1");
  std::string text;
  for (int i = 0; i < 100; ++i) {
    const std::string digits = std::to_string((i * 37) % 100);
    attributes.names.emplace_back("#n" + digits, "attribute" + digits);
    text += (i == 0 ? "#n" : " AND #n") + digits + " = :v";
  }
  Binder binder(attributes);
  const auto bound = binder.Bind(*ParseCondition(text));
  ASSERT_TRUE(bound.ok()) << bound.error().ToString();
  EXPECT_EQ(bound->TopLevelNames().size(), 100U);
  EXPECT_TRUE(NamesTopLevel(*bound, "attribute42"));
  EXPECT_TRUE(binder.CheckAllUsed().ok());
  EXPECT_FALSE(binder.Bind(*ParseCondition("#n100 = :v")).ok());
}

TEST(Binder, ADotInAPlaceholderIsPartOfTheName) {
  const auto bound = Binder(Attributes()).Bind(*ParseCondition("#dotted.c = :s"));
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->TopLevelNames(), (std::vector<std::string_view>{"a.b"}));
}

TEST(Binder, TheNumberOfOperandsIsChecked) {
  const std::string fault =
      "Incorrect number of operands for operator or function; operator or function: ";
  EXPECT_EQ(FaultOf("attribute_exists(a, b)"), fault + "attribute_exists, number of operands: 2");
  EXPECT_EQ(FaultOf("attribute_not_exists(a, b, c)"),
            fault + "attribute_not_exists, number of operands: 3");
  EXPECT_EQ(FaultOf("contains(a)"), fault + "contains, number of operands: 1");
  EXPECT_EQ(FaultOf("begins_with(a)"), fault + "begins_with, number of operands: 1");
  EXPECT_EQ(FaultOf("attribute_type(a)"), fault + "attribute_type, number of operands: 1");
  EXPECT_EQ(FaultOf("size(a, b) = :n"), fault + "size, number of operands: 2");
}

TEST(Binder, ExistenceIsAskedOfAPath) {
  const std::string fault = "Operator or function requires a document path; operator or function: ";
  EXPECT_EQ(FaultOf("attribute_exists(:s)"), fault + "attribute_exists");
  EXPECT_EQ(FaultOf("attribute_not_exists(size(a))"), fault + "attribute_not_exists");
}

TEST(Binder, TwoOperandsMustBeDistinctPaths) {
  const std::string fault =
      "The first operand must be distinct from the remaining operands for this operator or "
      "function; operator: ";
  EXPECT_EQ(FaultOf("a = a"), fault + "=, first operand: [a]");
  EXPECT_EQ(FaultOf("a.b[1] <> a.b[1]"), fault + "<>, first operand: [a, b, [1]]");
  EXPECT_EQ(FaultOf("a >= #a"), fault + ">=, first operand: [a]");
  EXPECT_EQ(FaultOf("contains(a, a)"), fault + "contains, first operand: [a]");
  EXPECT_EQ(FaultOf("begins_with(a, #a)"), fault + "begins_with, first operand: [a]");
}

TEST(Binder, DifferentOperandsAreDistinct) {
  for (const std::string_view text :
       {"a = b", "a[0] = a[1]", "a.b = #dotted", ":s = :s", "size(a) = size(a)", "a = size(a)"}) {
    EXPECT_EQ(FaultOf(text), "none") << text;
  }
}

TEST(Binder, OrderIsForStringsNumbersAndBytes) {
  EXPECT_EQ(FaultOf("a < :bool"), std::string(kType) + "<, operand type: BOOL");
  EXPECT_EQ(FaultOf("a <= :l"), std::string(kType) + "<=, operand type: L");
  EXPECT_EQ(FaultOf(":map > a"), std::string(kType) + ">, operand type: M");
  EXPECT_EQ(FaultOf("a >= :ss"), std::string(kType) + ">=, operand type: SS");
  EXPECT_EQ(FaultOf("a BETWEEN :null AND :null"),
            std::string(kType) + "BETWEEN, operand type: NULL");
  EXPECT_EQ(FaultOf("a < :s AND a < :n AND a < :b AND size(a) < :n"), "none");
}

TEST(Binder, EqualityIsForAllTypes) {
  EXPECT_EQ(FaultOf("a = :bool AND a <> :map AND a IN (:l, :ss, :null)"), "none");
}

TEST(Binder, PrefixesAreStringsOrBytes) {
  EXPECT_EQ(FaultOf("begins_with(a, :n)"), std::string(kType) + "begins_with, operand type: N");
  EXPECT_EQ(FaultOf("begins_with(:ss, a)"), std::string(kType) + "begins_with, operand type: SS");
  EXPECT_EQ(FaultOf("begins_with(a, size(b))"),
            std::string(kType) + "begins_with, operand type: N");
  EXPECT_EQ(FaultOf("begins_with(a, :s) AND begins_with(a, :b) AND begins_with(a, b)"), "none");
}

TEST(Binder, SizeIsForWhatHasASize) {
  EXPECT_EQ(FaultOf("size(:n) = :n"), std::string(kType) + "size, operand type: N");
  EXPECT_EQ(FaultOf("size(:bool) = :n"), std::string(kType) + "size, operand type: BOOL");
  EXPECT_EQ(FaultOf("size(:null) = :n"), std::string(kType) + "size, operand type: NULL");
  EXPECT_EQ(FaultOf("size(size(a)) = :n"), std::string(kType) + "size, operand type: N");
  EXPECT_EQ(FaultOf("size(:s) = :n OR size(:b) = :n OR size(:l) = :n OR size(:map) = :n"), "none");
}

TEST(Binder, TypeNamesAreChecked) {
  EXPECT_EQ(FaultOf("attribute_type(a, :t)"), "none");
  EXPECT_EQ(FaultOf("attribute_type(a, :s)"),
            "Invalid attribute type name found; type: x, valid types: "
            "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
  EXPECT_EQ(FaultOf("attribute_type(a, :n)"),
            std::string(kType) + "attribute_type, operand type: N");
  EXPECT_EQ(FaultOf("attribute_type(a, b)"),
            std::string(kType) + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
}

TEST(Binder, BoundsAreInOrder) {
  EXPECT_EQ(FaultOf("a BETWEEN :n AND :n"), "none");
  EXPECT_EQ(FaultOf("a BETWEEN :n AND :m"),
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: "
            "{N:0}");
  EXPECT_EQ(FaultOf("a BETWEEN :z AND :s"),
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:zz}, upper bound operand: AttributeValue: "
            "{S:x}");
  EXPECT_EQ(FaultOf("a BETWEEN :b AND :c"),
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {B:<2 bytes>}, upper bound operand: "
            "AttributeValue: {B:<1 bytes>}");
  EXPECT_EQ(FaultOf("a BETWEEN b AND :m"), "none");
}

TEST(Binder, BoundsHaveOneType) {
  EXPECT_EQ(FaultOf("a BETWEEN :n AND :s"),
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
            "operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:x}");
}

TEST(Binder, OneFaultIsReportedInAWSsOrder) {
  EXPECT_EQ(FaultOf("begins_with(a, :n) AND a = a AND contains(a) AND b = :u"),
            "An expression attribute value used in expression is not defined; attribute value: :u");
  EXPECT_EQ(FaultOf("begins_with(a, :n) AND a = a AND contains(a)"),
            "Incorrect number of operands for operator or function; operator or function: "
            "contains, number of operands: 1");
  EXPECT_EQ(FaultOf("begins_with(a, :n) AND a = a"),
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: =, first operand: [a]");
}

TEST(Binder, TheMessageNamesTheParameter) {
  const auto bound = Binder(Attributes()).Bind(*ParseCondition("a = :u", ExpressionKind::kFilter));
  EXPECT_EQ(bound.error().message(),
            "Invalid FilterExpression: An expression attribute value used in expression is not "
            "defined; attribute value: :u");
}

TEST(Binder, EveryPlaceholderMustBeUsed) {
  const ExpressionAttributes attributes =
      TestAttributes(":v: 1, :w: 2", {{"#a", "a"}, {"#b", "b"}, {"#c", "c"}});
  Binder binder(attributes);
  ASSERT_TRUE(binder.Bind(*ParseCondition("#b = :w")).ok());
  EXPECT_EQ(binder.CheckAllUsed().error().message(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}");
  ASSERT_TRUE(binder.Bind(*ParseProjection("#a, #c")).ok());
  EXPECT_EQ(binder.CheckAllUsed().error().message(),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}");
  ASSERT_TRUE(binder.Bind(*ParseUpdate("SET z = :v")).ok());
  EXPECT_TRUE(binder.CheckAllUsed().ok());
}

TEST(Binder, TwoPlaceholdersMayMeanOneName) {
  const ExpressionAttributes attributes = TestAttributes(":v: 1", {{"#a", "a"}, {"#b", "a"}});
  Binder binder(attributes);
  ASSERT_TRUE(binder.Bind(*ParseCondition("#a = :v OR #b = :v")).ok());
  EXPECT_TRUE(binder.CheckAllUsed().ok());
}

TEST(Binder, TopLevelNamesAreSortedAndEachOnce) {
  const auto bound =
      Binder(Attributes())
          .Bind(*ParseCondition("#name = :s AND size(zz.b) > :n AND attribute_exists(#a[1].q)"));
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->TopLevelNames(), (std::vector<std::string_view>{"a", "name", "zz"}));
  EXPECT_FALSE(NamesTopLevel(*bound, "b"));
}

TEST(Binder, AFilterMayNotNameAKey) {
  const auto bound =
      Binder(Attributes()).Bind(*ParseCondition("b = :s AND a.x = :s", ExpressionKind::kFilter));
  ASSERT_TRUE(bound.ok());
  const dynamo::KeySchema schema{{"id"}, dynamo::KeyAttribute{"a"}};
  EXPECT_EQ(CheckFilterNamesNoKey(*bound, schema).error().message(),
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
            "a");
  EXPECT_TRUE(CheckFilterNamesNoKey(*bound, {{"id"}, std::nullopt}).ok());
}

TEST(CheckPlaceholders, TheirFormIsChecked) {
  EXPECT_TRUE(CheckPlaceholders(Attributes()).ok());
  EXPECT_TRUE(CheckPlaceholders({}).ok());
  EXPECT_EQ(CheckPlaceholders(TestAttributes("", {{"a", "b"}})).error().message(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"");
  EXPECT_EQ(CheckPlaceholders(TestAttributes("", {{"#", "b"}})).error().message(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#\"");
  EXPECT_EQ(CheckPlaceholders(TestAttributes("", {{"#a-b", "b"}})).error().message(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#a-b\"");
  EXPECT_EQ(CheckPlaceholders(TestAttributes("v: 1")).error().message(),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \"v\"");
}

TEST(CheckPlaceholders, TwoMegabytesAreTheLimit) {
  const std::string name(2 << 20, 'n');
  EXPECT_FALSE(CheckPlaceholders(TestAttributes("", {{"#a", name}})).ok());
}

}  // namespace
}  // namespace stator::expression
