#include "expression/projection.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "expression/binder.h"
#include "expression/test_item.h"

namespace stator::expression {
namespace {

const std::vector<std::pair<std::string, std::string>>& Names() {
  static const std::vector<std::pair<std::string, std::string>> names = {
      {"#a", "a"}, {"#b", "b"}, {"#name", "name"}};
  return names;
}

// The message without "Invalid ProjectionExpression: ", or "none".
std::string FaultOf(std::string_view text) {
  const dynamo::ExpressionAttributes attributes = TestAttributes("", Names());
  auto parsed = ParseProjection(text);
  if (!parsed.ok()) return parsed.error().message().substr(30);
  const auto bound = Binder(attributes).Bind(std::move(*parsed));
  return bound.ok() ? "none" : bound.error().message().substr(30);
}

std::string Projected(std::string_view text, std::string_view item) {
  const dynamo::ExpressionAttributes attributes = TestAttributes("", Names());
  const auto bound = Binder(attributes).Bind(*ParseProjection(text));
  EXPECT_TRUE(bound.ok()) << bound.error().ToString();
  std::string out;
  Project(*bound, TestItem(item), out);
  return TestText(dynamo::ItemView(out));
}

TEST(Projection, PathsAreAccepted) {
  for (const std::string_view text :
       {"a", "a,b", " a , b ", "a.b[0].c", "#a.#b", "#name", "a[0],a[1]", "a.b,a.c", "b.and"}) {
    EXPECT_EQ(FaultOf(text), text == "b.and"
                                 ? "Attribute name is a reserved keyword; reserved keyword: and"
                                 : "none")
        << text;
  }
}

TEST(Projection, SyntaxErrors) {
  EXPECT_EQ(FaultOf(""), "The expression can not be empty;");
  EXPECT_EQ(FaultOf("a,"), "Syntax error; token: \"<EOF>\", near: \",\"");
  EXPECT_EQ(FaultOf("a b"), "Syntax error; token: \"b\", near: \"a b\"");
  EXPECT_EQ(FaultOf(",a"), "Syntax error; token: \",\", near: \",a\"");
  EXPECT_EQ(FaultOf("(a)"), "Syntax error; token: \"(\", near: \"(a\"");
  EXPECT_EQ(FaultOf("a.0"), "Syntax error; token: \"0\", near: \".0\"");
  EXPECT_EQ(FaultOf(":a"), "Syntax error; token: \":a\", near: \":a\"");
  EXPECT_EQ(FaultOf("size(a)"), "Syntax error; token: \"(\", near: \"size(a\"");
}

TEST(Projection, ReservedWordsAreRefused) {
  EXPECT_EQ(FaultOf("a, name"), "Attribute name is a reserved keyword; reserved keyword: name");
}

TEST(Projection, UndefinedNamesAreNamed) {
  EXPECT_EQ(FaultOf("a, #u"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #u");
}

TEST(Projection, PathsMustNotOverlap) {
  const std::string fault =
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path "
      "one: ";
  EXPECT_EQ(FaultOf("a, a"), fault + "[a], path two: [a]");
  EXPECT_EQ(FaultOf("a, #a"), fault + "[a], path two: [a]");
  EXPECT_EQ(FaultOf("a, b, a.b[1]"), fault + "[a], path two: [a, b, [1]]");
  EXPECT_EQ(FaultOf("a.b[1], a"), fault + "[a, b, [1]], path two: [a]");
  EXPECT_EQ(FaultOf("a[1], a[2], a[1][3]"), fault + "[a, [1]], path two: [a, [1], [3]]");
}

TEST(Projection, PathsMustNotConflict) {
  const std::string fault =
      "Two document paths conflict with each other; must remove or rewrite one of these paths; "
      "path one: ";
  EXPECT_EQ(FaultOf("a[1], a.b"), fault + "[a, [1]], path two: [a, b]");
  EXPECT_EQ(FaultOf("a.b, b, a[1].c"), fault + "[a, b], path two: [a, [1], c]");
}

TEST(Projection, TopLevelAttributesAreTakenWhole) {
  EXPECT_EQ(Projected("b, a", "a: 1, b: {x: [1, 2]}, c: 3"), "a: 1, b: {x: [1, 2]}");
}

TEST(Projection, NestedPartsKeepTheirPlace) {
  EXPECT_EQ(Projected("a.x.y, a.z, b", "a: {w: 0, x: {y: 1, yy: 2}, z: 3}, b: 4"),
            "a: {x: {y: 1}, z: 3}, b: 4");
}

TEST(Projection, ElementsOfListsArePackedInTheOrderOfTheirIndex) {
  EXPECT_EQ(Projected("a[4], a[0], a[2]", "a: [0, 1, 2, 3, 4, 5]"), "a: [0, 2, 4]");
  EXPECT_EQ(Projected("a[1].x, a[2][1]", "a: [0, {x: 1, y: 2}, [3, 4]]"), "a: [{x: 1}, [4]]");
}

TEST(Projection, WhatIsMissingIsLeftOut) {
  EXPECT_EQ(Projected("a, b", "b: 1"), "b: 1");
  EXPECT_EQ(Projected("a.x.y, b", "a: {x: {z: 1}}, b: 1"), "b: 1");
  EXPECT_EQ(Projected("a[5], b", "a: [1], b: 1"), "b: 1");
  EXPECT_EQ(Projected("a[0], a[5]", "a: [1]"), "a: [1]");
  EXPECT_EQ(Projected("a.x, a.y", "a: {y: 1}"), "a: {y: 1}");
}

TEST(Projection, APathThroughAnotherTypeFindsNothing) {
  EXPECT_EQ(Projected("a[0], b", "a: {x: 1}, b: 1"), "b: 1");
  EXPECT_EQ(Projected("a.x, b", "a: [1], b: 1"), "b: 1");
  EXPECT_EQ(Projected("a.x, b.x", "a: 'x', b: <'x'>"), "");
}

TEST(Projection, AnItemWithoutAnyOfThePathsBecomesTheEmptyItem) {
  EXPECT_EQ(Projected("a, b.c", "c: 1"), "");
  std::string out;
  const auto bound = Binder({}).Bind(*ParseProjection("a"));
  Project(*bound, TestItem("c: 1"), out);
  EXPECT_TRUE(dynamo::ItemView(out).empty());
}

TEST(Projection, EmptyContainersAreTakenWhole) {
  EXPECT_EQ(Projected("a, b.c", "a: [], b: {c: {}}"), "a: [], b: {c: {}}");
}

TEST(Projection, AppendsToAnArenaWithoutTouchingWhatIsThere) {
  const auto bound = Binder({}).Bind(*ParseProjection("a, b.c"));
  std::string arena = "before";
  Project(*bound, TestItem("a: 1, b: {d: 2}"), arena);
  EXPECT_EQ(arena.substr(0, 6), "before");
  EXPECT_EQ(TestText(dynamo::ItemView(std::string_view(arena).substr(6))), "a: 1");
}

TEST(Projection, AThousandPathsAreBoundInAnInstant) {
  std::string text = "#a.k0";
  for (int i = 1; text.size() < 4080; ++i) text += ",#a.k" + std::to_string(i);
  const dynamo::ExpressionAttributes attributes = TestAttributes("", {{"#a", "a"}});
  const auto start = std::chrono::steady_clock::now();
  const auto bound = Binder(attributes).Bind(*ParseProjection(text));
  EXPECT_TRUE(bound.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
}

}  // namespace
}  // namespace stator::expression
