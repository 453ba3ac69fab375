#include "engine/row_sizes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "dynamo/item_size.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

// A row key: its head of this length is the same for all, and places none of them.
std::string KeyOf(std::size_t i) {
  return std::string(kRowHashOffset + kRowHashBytes, 't') + std::to_string(i);
}

TEST(RowSizesTest, KnowsWhatWasNotedLastAndNothingElse) {
  RowSizes sizes;
  EXPECT_FALSE(sizes.Find("row"));
  sizes.Note("row", 100);
  sizes.Note("row", 409'600);
  EXPECT_EQ(sizes.Find("row")->item_size_bytes, 409'600U);
  EXPECT_TRUE(sizes.Find("row")->exists);
  EXPECT_FALSE(sizes.Find("ro"));
  EXPECT_FALSE(sizes.Find(std::string_view("row\0", 4)));
  sizes.Note("row", std::nullopt);
  EXPECT_FALSE(sizes.Find("row")->exists);
  sizes.Forget("row");
  EXPECT_FALSE(sizes.Find("row"));
}

TEST(RowSizesTest, NotingARowTellsWhatWasKnownOfIt) {
  RowSizes sizes;
  EXPECT_FALSE(sizes.Note("row", 100));
  const auto first = sizes.Note("row", std::nullopt);
  ASSERT_TRUE(first && first->exists);
  EXPECT_EQ(first->item_size_bytes, 100U);
  const auto second = sizes.Note("row", 200);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->exists);
  sizes.Forget("row");
  EXPECT_FALSE(sizes.Note("row", 300));
}

TEST(RowSizesTest, LongKeysAreNotRemembered) {
  RowSizes sizes;
  const std::string longest(RowSizes::kKeyBytesMax, 'k');
  sizes.Note(longest, 1);
  sizes.Note(longest + "k", 2);
  EXPECT_EQ(sizes.Find(longest)->item_size_bytes, 1U);
  EXPECT_FALSE(sizes.Find(longest + "k"));
  sizes.Forget(longest + "k");
}

TEST(RowSizesTest, MoreRowsThanItHoldsPushOthersOutAndNeverMixThemUp) {
  RowSizes sizes;
  for (std::size_t i = 0; i < 2 * RowSizes::kRowsMax; ++i) sizes.Note(KeyOf(i), i);
  std::size_t known = 0;
  for (std::size_t i = 0; i < 2 * RowSizes::kRowsMax; ++i) {
    const auto found = sizes.Find(KeyOf(i));
    if (!found) continue;
    ASSERT_EQ(found->item_size_bytes, i);
    ++known;
  }
  EXPECT_LE(known, RowSizes::kRowsMax);
  EXPECT_GT(known, RowSizes::kRowsMax / 2);
}

TEST(RowSizesTest, HalfAsManyRowsAsItHoldsAreNearlyAllRemembered) {
  RowSizes sizes;
  constexpr std::size_t kRows = RowSizes::kRowsMax / 2;
  for (std::size_t i = 0; i < kRows; ++i) sizes.Note(KeyOf(i), i);
  std::size_t known = 0;
  for (std::size_t i = 0; i < kRows; ++i) known += sizes.Find(KeyOf(i)) ? 1 : 0;
  EXPECT_GT(known, kRows * 98 / 100);
}

// Random writes of every kind over few keys; the counts of DescribeTable are what a scan finds.
TEST(RowSizesTest, CountsStayExactThroughWritesOfEveryKind) {
  TestEngine engine;
  engine.MakeTable("items", "id S");
  std::mt19937 random(7);
  const std::string long_tail(60, 'x');
  for (int i = 0; i < 3'000; ++i) {
    const std::string key =
        "id: '" + std::to_string(random() % 20) + (random() % 4 == 0 ? long_tail : "") + "'";
    const std::string value = std::string(random() % 50, 'v');
    dynamo::DeleteItemRequest remove;
    dynamo::UpdateItemRequest update;
    auto conditional = TestEngine::PutRequest("items", key + ", c: 'put'");
    dynamo::BatchWriteItemRequest batch;
    switch (random() % 5) {
      case 0: engine.Put("items", key + ", v: '" + value + "'"); break;
      case 1:
        remove.table_name = "items";
        remove.key = TestItem(key);
        ASSERT_TRUE(engine.DeleteItem(remove).ok());
        break;
      case 2:
        update.table_name = "items";
        update.key = TestItem(key);
        update.update_expression = "ADD n :one SET w = :w";
        update.expression_attributes = TestAttributes(":one: 1, :w: '" + value + "'");
        ASSERT_TRUE(engine.UpdateItem(update).ok());
        break;
      case 3:
        conditional.condition_expression = "attribute_not_exists(id)";
        static_cast<void>(engine.PutItem(conditional));
        break;
      default:
        batch.tables.push_back({"items", {}});
        batch.tables[0].requests.push_back({.is_delete = false, .item = TestItem(key + ", b: 1")});
        ASSERT_TRUE(engine.BatchWriteItem(batch).ok());
    }
  }
  dynamo::ScanRequest scan;
  scan.table_name = "items";
  const auto found = engine.Scan(scan);
  ASSERT_TRUE(found.ok());
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    bytes += static_cast<std::int64_t>(dynamo::ItemSizeBytes(found->items[i]));
  }
  const auto table = engine.DescribeTable("items");
  EXPECT_EQ(table->item_count, static_cast<std::int64_t>(found->items.size()));
  EXPECT_EQ(table->size_bytes, bytes);
}

}  // namespace
}  // namespace stator::engine
