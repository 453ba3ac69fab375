#include "expression/render.h"

#include <gtest/gtest.h>

#include "expression/binder.h"
#include "expression/test_item.h"

namespace stator::expression {
namespace {

TEST(ExpressionWriter, OneNameHasOnePlaceholder) {
  ExpressionWriter writer;
  EXPECT_EQ(writer.Name("name"), "#n0");
  EXPECT_EQ(writer.Name("a.b"), "#n1");
  EXPECT_EQ(writer.Name("name"), "#n0");
  EXPECT_EQ(writer.Path({"a.b", "name", "c"}), "#n1.#n0.#n2");
  const dynamo::ExpressionAttributes attributes = writer.Build();
  EXPECT_EQ(attributes.names, (std::vector<std::pair<std::string, std::string>>{
                                  {"#n0", "name"}, {"#n1", "a.b"}, {"#n2", "c"}}));
  EXPECT_TRUE(attributes.values.empty());
}

TEST(ExpressionWriter, EveryValueHasAPlaceholderOfItsOwn) {
  const dynamo::Item item = TestItem("l: [1]");
  ExpressionWriter writer;
  EXPECT_EQ(writer.String("x"), ":v0");
  EXPECT_EQ(writer.String("x"), ":v1");
  EXPECT_EQ(writer.Integer(-7), ":v2");
  EXPECT_EQ(writer.Binary("b"), ":v3");
  EXPECT_EQ(writer.Bool(true), ":v4");
  EXPECT_EQ(writer.Value(*item.Find("l")), ":v5");
  EXPECT_EQ(writer.Number(*dynamo::Number::Parse("1.5")), ":v6");
  EXPECT_EQ(TestText(writer.Build().values),
            ":v0: 'x', :v1: 'x', :v2: -7, :v3: b'b', :v4: true, :v5: [1], :v6: 1.5");
}

TEST(ExpressionWriter, WhatItWritesBindsWithoutARest) {
  ExpressionWriter writer;
  std::string text = "attribute_exists(" + writer.Name("id") + ")";
  for (int i = 0; i < 20; ++i) {
    text +=
        " AND " + writer.Path({"select", "from " + std::to_string(i)}) + " <> " + writer.Integer(i);
  }
  const dynamo::ExpressionAttributes attributes = writer.Build();
  EXPECT_TRUE(CheckPlaceholders(attributes).ok());
  Binder binder(attributes);
  const auto bound = binder.Bind(*ParseCondition(text));
  ASSERT_TRUE(bound.ok()) << bound.error().ToString();
  EXPECT_TRUE(binder.CheckAllUsed().ok());
  EXPECT_TRUE(Evaluate(*bound, TestItem("id: 1")));
}

TEST(ExpressionWriter, BuildLeavesItEmpty) {
  ExpressionWriter writer;
  EXPECT_TRUE(writer.empty());
  writer.Name("a");
  EXPECT_FALSE(writer.empty());
  writer.Build();
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.Name("b"), "#n0");
  EXPECT_EQ(writer.String("b"), ":v0");
}

}  // namespace
}  // namespace stator::expression
