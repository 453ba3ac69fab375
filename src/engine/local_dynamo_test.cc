#include "engine/local_dynamo.h"

#include <gtest/gtest.h>

#include "dynamo/errors.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

using dynamo::ReturnValues;

TEST(LocalDynamo, WhatIsPutCanBeReadBack) {
  TestEngine engine;
  engine.MakeTable("flights", "origin S, at S");
  engine.Put("flights", "origin: 'SFO', at: '2001', delay: -3.5, tags: <'a', 'b'>, m: {x: [1]}");
  EXPECT_EQ(engine.Get("flights", "origin: 'SFO', at: '2001'"),
            "at: '2001', delay: -3.5, m: {x: [1]}, origin: 'SFO', tags: <'a', 'b'>");
  EXPECT_EQ(engine.Get("flights", "origin: 'SFO', at: '2002'"), "nothing");
}

TEST(LocalDynamo, KeyOnlyItemsAndNumberKeysComeBackWhole) {
  TestEngine engine;
  engine.MakeTable("numbers", "n N");
  engine.Put("numbers", "n: 5.0");
  EXPECT_EQ(engine.Get("numbers", "n: 5"), "n: 5");
  engine.Put("numbers", "n: 5, again: true");
  EXPECT_EQ(engine.Get("numbers", "n: 5.00"), "again: true, n: 5");
  EXPECT_EQ(engine.DescribeTable("numbers")->item_count, 1);
}

TEST(LocalDynamo, ReturnsWhatReturnValuesAsksFor) {
  TestEngine engine;
  engine.MakeTable("t01", "id S");
  auto put = TestEngine::PutRequest("t01", "id: 'a', v: 1");
  put.return_values = ReturnValues::kAllOld;
  EXPECT_FALSE(engine.PutItem(put)->attributes.has_value());
  put.item = TestItem("id: 'a', v: 2");
  EXPECT_EQ(TestText(*engine.PutItem(put)->attributes), "id: 'a', v: 1");

  dynamo::UpdateItemRequest update;
  update.table_name = "t01";
  update.key = TestItem("id: 'a'");
  update.update_expression = "SET v = v + :one, w = :w REMOVE gone";
  update.expression_attributes = TestAttributes(":one: 1, :w: 'new'");
  const auto updated = [&](ReturnValues asked) {
    update.return_values = asked;
    const auto response = engine.UpdateItem(update);
    if (!response.ok()) return response.error().ToString();
    return response->attributes ? TestText(*response->attributes) : "nothing";
  };
  EXPECT_EQ(updated(ReturnValues::kNone), "nothing");
  EXPECT_EQ(updated(ReturnValues::kAllOld), "id: 'a', v: 3, w: 'new'");
  EXPECT_EQ(updated(ReturnValues::kUpdatedOld), "v: 4, w: 'new'");
  EXPECT_EQ(updated(ReturnValues::kAllNew), "id: 'a', v: 6, w: 'new'");
  EXPECT_EQ(updated(ReturnValues::kUpdatedNew), "v: 7, w: 'new'");

  dynamo::DeleteItemRequest remove;
  remove.table_name = "t01";
  remove.key = TestItem("id: 'a'");
  remove.return_values = ReturnValues::kAllOld;
  EXPECT_EQ(TestText(*engine.DeleteItem(remove)->attributes), "id: 'a', v: 7, w: 'new'");
  EXPECT_FALSE(engine.DeleteItem(remove)->attributes.has_value());
  EXPECT_EQ(engine.Get("t01", "id: 'a'"), "nothing");
}

TEST(LocalDynamo, AFailedConditionChangesNothingAndShowsTheItemWhenAsked) {
  TestEngine engine;
  engine.MakeTable("t01", "id S");
  engine.Put("t01", "id: 'a', v: 1");
  auto put = TestEngine::PutRequest("t01", "id: 'a', v: 2");
  put.condition_expression = "attribute_not_exists(id)";
  const auto failed = engine.PutItem(put);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(ErrorText(failed), "ConditionalCheckFailedException: The conditional request failed");
  EXPECT_EQ(failed.error().detail(), nullptr);
  put.return_old_on_condition_failure = true;
  const auto shown = engine.PutItem(put);
  const auto* detail =
      dynamic_cast<const dynamo::ConditionCheckFailedDetail*>(shown.error().detail());
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(TestText(detail->item()), "id: 'a', v: 1");
  EXPECT_EQ(engine.Get("t01", "id: 'a'"), "id: 'a', v: 1");
}

TEST(LocalDynamo, AnUpdateOfNothingMakesTheItem) {
  TestEngine engine;
  engine.MakeTable("t01", "id S");
  dynamo::UpdateItemRequest update;
  update.table_name = "t01";
  update.key = TestItem("id: 'bare'");
  EXPECT_TRUE(engine.UpdateItem(update).ok());
  EXPECT_EQ(engine.Get("t01", "id: 'bare'"), "id: 'bare'");
  update.key = TestItem("id: 'counter'");
  update.update_expression = "ADD n :one";
  update.expression_attributes = TestAttributes(":one: 1");
  EXPECT_TRUE(engine.UpdateItem(update).ok());
  EXPECT_TRUE(engine.UpdateItem(update).ok());
  EXPECT_EQ(engine.Get("t01", "id: 'counter'"), "id: 'counter', n: 2");
}

TEST(LocalDynamo, ProjectionsReturnOnlyTheirPaths) {
  TestEngine engine;
  engine.MakeTable("t01", "id S");
  engine.Put("t01", "id: 'a', v: 1, m: {x: 1, y: 2}");
  dynamo::GetItemRequest get;
  get.table_name = "t01";
  get.key = TestItem("id: 'a'");
  get.projection_expression = "#m.x";
  get.expression_attributes.names = {{"#m", "m"}};
  EXPECT_EQ(TestText(*engine.GetItem(get)->item), "m: {x: 1}");
  get.projection_expression = "absent";
  get.expression_attributes = {};
  EXPECT_EQ(TestText(*engine.GetItem(get)->item), "");
}

TEST(LocalDynamo, TheNameMayBeAnArn) {
  TestEngine engine;
  engine.MakeTable("t01", "id S");
  const std::string arn = engine.DescribeTable("t01")->arn;
  EXPECT_EQ(arn, "arn:aws:dynamodb:us-east-1:000000000000:table/t01");
  engine.Put(arn, "id: 'a'");
  EXPECT_EQ(engine.Get("t01", "id: 'a'"), "id: 'a'");
}

TEST(LocalDynamo, MissingTablesAreTheDataPlanesError) {
  TestEngine engine;
  EXPECT_EQ(engine.Get("nowhere", "id: 'a'"),
            "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(ErrorText(engine.PutItem(TestEngine::PutRequest("nowhere", "id: 'a'"))),
            "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(ErrorText(engine.DescribeTable("nowhere")),
            "ResourceNotFoundException: Requested resource not found: Table: nowhere not found");
}

}  // namespace
}  // namespace stator::engine
