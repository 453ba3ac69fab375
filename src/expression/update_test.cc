#include "expression/update.h"

#include <gtest/gtest.h>

#include <string>

#include "dynamo/item_size.h"
#include "expression/binder.h"
#include "expression/test_item.h"

namespace stator::expression {
namespace {

struct Outcomes {
  std::string item;  // or the message of the error
  std::string touched_old;
  std::string touched_new;
};

Outcomes Apply(std::string_view text, std::string_view item, std::string_view values = "") {
  const dynamo::ExpressionAttributes attributes = TestAttributes(values);
  auto parsed = ParseUpdate(text);
  if (!parsed.ok()) return {parsed.error().ToString(), "", ""};
  const auto bound = Binder(attributes).Bind(std::move(*parsed));
  if (!bound.ok()) return {bound.error().ToString(), "", ""};
  const dynamo::Item old_item = TestItem(item);
  const auto updated = ApplyUpdate(*bound, old_item);
  if (!updated.ok()) return {updated.error().message(), "", ""};
  return {TestText(*updated), TestText(TouchedOld(*bound, old_item)),
          TestText(TouchedNew(*bound, old_item))};
}

// The item that an update makes of another.
std::string Updated(std::string_view text, std::string_view item, std::string_view values = "") {
  return Apply(text, item, values).item;
}

constexpr char kInvalidPath[] =
    "The document path provided in the update expression is invalid for update";
constexpr char kMissing[] =
    "The provided expression refers to an attribute that does not exist in the item";
constexpr char kWrongType[] = "An operand in the update expression has an incorrect data type";

TEST(Update, SetAddsAndReplaces) {
  EXPECT_EQ(Updated("SET b = :v", "a: 1, c: 3", ":v: 2"), "a: 1, b: 2, c: 3");
  EXPECT_EQ(Updated("SET a = :v, c = :v", "a: 1, b: 2", ":v: 'x'"), "a: 'x', b: 2, c: 'x'");
  EXPECT_EQ(Updated("SET a = :v", "", ":v: {x: [1]}"), "a: {x: [1]}");
}

TEST(Update, SetCopiesOtherAttributes) {
  EXPECT_EQ(Updated("SET a = b.c[1]", "b: {c: [1, {d: 2}]}"), "a: {d: 2}, b: {c: [1, {d: 2}]}");
}

TEST(Update, OperandsAreReadBeforeAnythingChanges) {
  EXPECT_EQ(Updated("SET a = b, b = a", "a: 1, b: 2"), "a: 2, b: 1");
  EXPECT_EQ(Updated("REMOVE a SET b = a", "a: 1"), "b: 1");
  EXPECT_EQ(Updated("ADD a :n SET b = a", "a: 1", ":n: 5"), "a: 6, b: 1");
  EXPECT_EQ(Updated("SET l[0] = l[1], l[1] = l[0]", "l: [1, 2]"), "l: [2, 1]");
}

TEST(Update, AnOperandThatIsMissingIsAnError) {
  EXPECT_EQ(Updated("SET a = b", "c: 1"), kMissing);
  EXPECT_EQ(Updated("SET a = c.x", "c: 1"), kMissing);
  EXPECT_EQ(Updated("SET a = a + :n", "", ":n: 1"), kMissing);
  EXPECT_EQ(Updated("SET a = list_append(a, :l)", "", ":l: []"), kMissing);
}

TEST(Update, ArithmeticIsExact) {
  EXPECT_EQ(Updated("SET a = a + :n", "a: 0.1", ":n: 0.2"), "a: 0.3");
  EXPECT_EQ(Updated("SET a = a - :n", "a: 1", ":n: 3.5"), "a: -2.5");
  EXPECT_EQ(Updated("SET a = :n - a", "a: 1", ":n: 3.5"), "a: 2.5");
  EXPECT_EQ(Updated("SET a = b + c", "b: 12345678901234567890123456789012345677, c: 1"),
            "a: 12345678901234567890123456789012345678, b: 12345678901234567890123456789012345677, "
            "c: 1");
}

TEST(Update, ArithmeticIsForNumbers) {
  EXPECT_EQ(Updated("SET a = a + :n", "a: 'x'", ":n: 1"), kWrongType);
  EXPECT_EQ(Updated("SET a = :n - a", "a: [1]", ":n: 1"), kWrongType);
  EXPECT_EQ(Updated("SET a = list_append(b, b) + :n", "b: [1]", ":n: 1"), kWrongType);
}

TEST(Update, ArithmeticOutOfRangeIsAnError) {
  EXPECT_EQ(Updated("SET a = a + a", "a: 9e125"),
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range");
  EXPECT_EQ(Updated("ADD a :n", "a: 9e125", ":n: 9e125"),
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range");
}

TEST(Update, IfNotExistsGivesTheFirstThatIsThere) {
  EXPECT_EQ(Updated("SET a = if_not_exists(a, :n)", "a: 5", ":n: 1"), "a: 5");
  EXPECT_EQ(Updated("SET a = if_not_exists(a, :n)", "", ":n: 1"), "a: 1");
  EXPECT_EQ(Updated("SET a = if_not_exists(x.y[3], b)", "b: 2"), "a: 2, b: 2");
  EXPECT_EQ(Updated("SET a = if_not_exists(a, :z) + :n", "", ":z: 0, :n: 1"), "a: 1");
  EXPECT_EQ(Updated("SET a = if_not_exists(a, b)", "a: 1"), "a: 1");
  EXPECT_EQ(Updated("SET a = if_not_exists(a, b)", ""), kMissing);
}

TEST(Update, ListAppendJoinsInOrder) {
  EXPECT_EQ(Updated("SET a = list_append(a, :l)", "a: [1]", ":l: [2, 'x']"), "a: [1, 2, 'x']");
  EXPECT_EQ(Updated("SET a = list_append(:l, a)", "a: [1]", ":l: [2]"), "a: [2, 1]");
  EXPECT_EQ(Updated("SET a = list_append(if_not_exists(a, :e), list_append(:l, :l))", "",
                    ":e: [], :l: [{x: 1}]"),
            "a: [{x: 1}, {x: 1}]");
}

TEST(Update, ListAppendIsForLists) {
  EXPECT_EQ(Updated("SET a = list_append(a, :l)", "a: <1>", ":l: [2]"), kWrongType);
  EXPECT_EQ(Updated("SET a = list_append(:l, a)", "a: 'x'", ":l: [2]"), kWrongType);
}

TEST(Update, SetReachesIntoMapsAndLists) {
  EXPECT_EQ(Updated("SET a.b.c = :v", "a: {b: {c: 1, d: 2}, e: 3}", ":v: 9"),
            "a: {b: {c: 9, d: 2}, e: 3}");
  EXPECT_EQ(Updated("SET a[1].x = :v, a[0] = :v", "a: [1, {x: 2, y: 3}, 4]", ":v: 9"),
            "a: [9, {x: 9, y: 3}, 4]");
  EXPECT_EQ(Updated("SET a.fresh = :v", "a: {}", ":v: 9"), "a: {fresh: 9}");
}

TEST(Update, AMissingParentIsAnError) {
  EXPECT_EQ(Updated("SET a.b = :v", "", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("SET a.b.c = :v", "a: {}", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("SET a[0] = :v", "", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("SET a[5].b = :v", "a: [1]", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("REMOVE a.b", ""), kInvalidPath);
  EXPECT_EQ(Updated("ADD a.b :n", "", ":n: 1"), kInvalidPath);
  EXPECT_EQ(Updated("DELETE a.b :s", "", ":s: <1>"), kInvalidPath);
}

TEST(Update, AParentOfAnotherTypeIsAnError) {
  EXPECT_EQ(Updated("SET a.b = :v", "a: 1", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("SET a.b = :v", "a: [1]", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("SET a[0] = :v", "a: {b: 1}", ":v: 1"), kInvalidPath);
  EXPECT_EQ(Updated("REMOVE a[0]", "a: <1>"), kInvalidPath);
}

TEST(Update, OneFaultIsReportedInAWSsOrder) {
  EXPECT_EQ(Updated("ADD a :n, b.c :n SET d = e", "a: 'x'", ":n: 1"), kMissing);
  EXPECT_EQ(Updated("ADD b.c :n, a :n", "a: 'x'", ":n: 1"), kInvalidPath);
  EXPECT_EQ(Updated("ADD a :n REMOVE b.c", "a: 'x'", ":n: 1"), kWrongType);
}

TEST(Update, SetBehindTheEndOfAListAppends) {
  EXPECT_EQ(Updated("SET a[2] = :v", "a: [1, 2]", ":v: 9"), "a: [1, 2, 9]");
  EXPECT_EQ(Updated("SET a[99] = :w, a[50] = :v", "a: [1]", ":v: 50, :w: 99"), "a: [1, 50, 99]");
  EXPECT_EQ(Updated("SET a[2147483647] = :v", "a: []", ":v: 9"), "a: [9]");
}

TEST(Update, IndexesAreThoseOfTheOldList) {
  EXPECT_EQ(Updated("REMOVE a[0], a[2]", "a: [0, 1, 2, 3]"), "a: [1, 3]");
  EXPECT_EQ(Updated("REMOVE a[0] SET a[2] = :v", "a: [0, 1, 2]", ":v: 9"), "a: [1, 9]");
  EXPECT_EQ(Updated("REMOVE a[1] SET a[7] = :v", "a: [0, 1, 2]", ":v: 9"), "a: [0, 2, 9]");
}

TEST(Update, RemoveTakesAttributesAndElementsAway) {
  EXPECT_EQ(Updated("REMOVE a, c.d", "a: 1, b: 2, c: {d: 3, e: 4}"), "b: 2, c: {e: 4}");
  EXPECT_EQ(Updated("REMOVE c.d, l[0]", "c: {d: 3}, l: [1]"), "c: {}, l: []");
}

TEST(Update, RemoveOfWhatIsNotThereIsNoError) {
  EXPECT_EQ(Updated("REMOVE a, b.c, l[7]", "b: {}, l: [1]"), "b: {}, l: [1]");
}

TEST(Update, AddCountsUp) {
  EXPECT_EQ(Updated("ADD a :n", "a: 1", ":n: 2.5"), "a: 3.5");
  EXPECT_EQ(Updated("ADD a :n", "a: 1", ":n: -2"), "a: -1");
  EXPECT_EQ(Updated("ADD a :n, m.c :n", "m: {}", ":n: 2"), "a: 2, m: {c: 2}");
  EXPECT_EQ(Updated("ADD l[0] :n, l[9] :n", "l: [1]", ":n: 2"), "l: [3, 2]");
}

TEST(Update, AddUnitesSets) {
  EXPECT_EQ(Updated("ADD a :s", "a: <'b', 'd'>", ":s: <'a', 'b', 'c', 'e'>"),
            "a: <'a', 'b', 'c', 'd', 'e'>");
  EXPECT_EQ(Updated("ADD a :s", "a: <1, 10>", ":s: <2, 1.0>"), "a: <1, 2, 10>");
  EXPECT_EQ(Updated("ADD a :s", "a: <b'x'>", ":s: <b'y'>"), "a: <b'x', b'y'>");
  EXPECT_EQ(Updated("ADD a :s", "", ":s: <'x'>"), "a: <'x'>");
}

TEST(Update, AddToAnotherTypeIsAnError) {
  EXPECT_EQ(Updated("ADD a :n", "a: 'x'", ":n: 1"), kWrongType);
  EXPECT_EQ(Updated("ADD a :s", "a: <1>", ":s: <'x'>"), kWrongType);
  EXPECT_EQ(Updated("ADD a :s", "a: ['x']", ":s: <'x'>"), kWrongType);
}

TEST(Update, DeleteTakesMembersAway) {
  EXPECT_EQ(Updated("DELETE a :s", "a: <'a', 'b', 'c'>", ":s: <'b', 'x'>"), "a: <'a', 'c'>");
  EXPECT_EQ(Updated("DELETE m.a :s", "m: {a: <1, 2>}", ":s: <2.0>"), "m: {a: <1>}");
}

TEST(Update, ASetThatIsEmptiedGoes) {
  EXPECT_EQ(Updated("DELETE a :s", "a: <'a'>, b: 1", ":s: <'a', 'b'>"), "b: 1");
  EXPECT_EQ(Updated("DELETE l[0] :s", "l: [<1>, 2]", ":s: <1>"), "l: [2]");
}

TEST(Update, DeleteFromWhatIsNotThereChangesNothing) {
  EXPECT_EQ(Updated("DELETE a :s, m.x :s", "b: 1, m: {}", ":s: <1>"), "b: 1, m: {}");
}

TEST(Update, DeleteFromAnotherTypeIsAnError) {
  EXPECT_EQ(Updated("DELETE a :s", "a: 1", ":s: <1>"), kWrongType);
  EXPECT_EQ(Updated("DELETE a :s", "a: <'1'>", ":s: <1>"), kWrongType);
}

TEST(Update, AllSectionsWorkTogether) {
  EXPECT_EQ(Updated("SET m.s = :v, z = m.r REMOVE m.r ADD m.n :n DELETE m.d :d",
                    "k: 'key', m: {d: <1, 2>, n: 1, r: 'r'}", ":v: 's', :n: 1, :d: <1>"),
            "k: 'key', m: {d: <2>, n: 2, s: 's'}, z: 'r'");
}

TEST(Update, ManyClausesKeepTheItemSorted) {
  std::string item = "a: 1";
  std::string text = "SET a = :v";
  std::string expected = "a: 9";
  for (char name = 'b'; name <= 'z'; ++name) {
    if (name % 2 == 0) item += std::string(", ") + name + ": 1";
    if (name % 3 == 0) text += std::string(", ") + name + " = :v";
    if (name % 3 == 0 || name % 2 == 0) {
      expected += std::string(", ") + name + (name % 3 == 0 ? ": 9" : ": 1");
    }
  }
  EXPECT_EQ(Updated(text, item, ":v: 9"), expected);
}

TEST(Update, LongNamesAndValuesSurvive) {
  const std::string name(300, 'n');
  const std::string value(70'000, 'v');
  EXPECT_EQ(Updated("SET b = :v REMOVE c", name + ": '" + value + "', c: 1", ":v: '" + value + "'"),
            "b: '" + value + "', " + name + ": '" + value + "'");
}

// `depth` maps around a 1.
std::string Nested(int depth) {
  std::string text = "1";
  for (int i = 0; i < depth; ++i) text = "{a: " + text + "}";
  return text;
}

TEST(Update, ThirtyTwoLevelsAreTheLimit) {
  const std::string deep = "a: " + Nested(30);
  std::string path = "a";
  for (int i = 0; i < 30; ++i) path += ".a";
  EXPECT_EQ(Updated("SET " + path + " = :v", deep, ":v: {x: 1}").substr(0, 4), "a: {");
  EXPECT_EQ(Updated("SET " + path + " = :v", deep, ":v: {x: {y: 1}}"),
            "Nesting Levels have exceeded supported limits");
  EXPECT_EQ(Updated("SET b.c = a", deep + ", b: {}").substr(0, 4), "a: {");
  EXPECT_EQ(Updated("SET b.c[0] = a", deep + ", b: {c: []}"),
            "Nesting Levels have exceeded supported limits");
}

TEST(Update, AnUpdateCannotMakeAGiant) {
  std::string list = "'" + std::string(1000, 'x') + "'";
  for (int i = 0; i < 300; ++i) list += ", '" + std::string(1000, 'x') + "'";
  std::string text = ":l";
  for (int i = 0; i < 200; ++i) text = "list_append(:l," + text + ")";
  EXPECT_EQ(Updated("SET a=" + text, "", ":l: [" + list + "]"),
            "Item size to update has exceeded the maximum allowed size");
  std::string sets = "SET a0=:l";
  for (int i = 1; i < 400; ++i) sets += ",a" + std::to_string(i) + "=:l";
  EXPECT_EQ(Updated(sets, "", ":l: [" + list + "]"),
            "Item size to update has exceeded the maximum allowed size");
}

TEST(Update, AnItemAtTheLimitCanBeCopiedWhole) {
  const std::string value(200'000, 'v');
  const dynamo::ExpressionAttributes none;
  const auto bound = Binder(none).Bind(*ParseUpdate("SET b = a"));
  const auto updated = ApplyUpdate(*bound, TestItem("a: '" + value + "'"));
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(dynamo::ItemSizeBytes(*updated), 400'002U);
}

TEST(Touched, WholeAttributes) {
  const Outcomes outcomes = Apply("SET a = :v, b = :v", "a: 1, c: 3", ":v: 2");
  EXPECT_EQ(outcomes.touched_old, "a: 1");
  EXPECT_EQ(outcomes.touched_new, "a: 2, b: 2");
}

TEST(Touched, OnlyThePathsInTheirNestedShape) {
  const Outcomes outcomes =
      Apply("SET m.x.y = :v, m.z = :v", "m: {w: 0, x: {y: 1, yy: 1}, z: 1}", ":v: 2");
  EXPECT_EQ(outcomes.touched_old, "m: {x: {y: 1}, z: 1}");
  EXPECT_EQ(outcomes.touched_new, "m: {x: {y: 2}, z: 2}");
}

TEST(Touched, ListElementsArePacked) {
  const Outcomes outcomes =
      Apply("SET l[1] = :v, l[3].x = :v, l[9] = :w", "l: [0, 1, 2, {x: 3}]", ":v: 8, :w: 9");
  EXPECT_EQ(outcomes.item, "l: [0, 8, 2, {x: 8}, 9]");
  EXPECT_EQ(outcomes.touched_old, "l: [1, {x: 3}]");
  EXPECT_EQ(outcomes.touched_new, "l: [8, {x: 8}, 9]");
}

TEST(Touched, WhatWasRemovedIsOldOnly) {
  const Outcomes outcomes = Apply("REMOVE a, l[0], m.x", "a: 1, l: [1, 2], m: {x: 1, y: 2}");
  EXPECT_EQ(outcomes.touched_old, "a: 1, l: [1], m: {x: 1}");
  EXPECT_EQ(outcomes.touched_new, "");
}

TEST(Touched, SumsAndSets) {
  const Outcomes outcomes = Apply("ADD n :n, s :s DELETE d :s, e :s, f :s",
                                  "n: 1, s: <1>, d: <2, 3>, e: <2>", ":n: 1, :s: <2>");
  EXPECT_EQ(outcomes.touched_old, "d: <2, 3>, e: <2>, n: 1, s: <1>");
  EXPECT_EQ(outcomes.touched_new, "d: <3>, n: 2, s: <1, 2>");
}

}  // namespace
}  // namespace stator::expression
