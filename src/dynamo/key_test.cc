#include "dynamo/key.h"

#include <gtest/gtest.h>

#include "dynamo/item_builder.h"

namespace stator::dynamo {
namespace {

const KeySchema kSchema{{"pk", AttributeType::kString}, KeyAttribute{"sk", AttributeType::kNumber}};

Item Make(std::string_view pk, int sk, bool extra = false) {
  ItemBuilder builder;
  builder.Name("pk").String(pk).Name("sk").Add(Number::FromInt64(sk));
  if (extra) builder.Name("x").Null();
  return builder.Build();
}

TEST(KeyTest, AcceptsExactlyTheKeyAttributes) {
  const Item key = Make("a", 1);
  const auto good = ValidateKey(kSchema, key);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->partition.bytes(), "a");
  EXPECT_EQ(ValidateKey(kSchema, Make("a", 1, true)).error().message(),
            "The provided key element does not match the schema");
  EXPECT_EQ(ValidateKey({kSchema.partition, std::nullopt}, key).error().message(),
            "The provided key element does not match the schema");
}

TEST(KeyTest, ItemWithoutItsKeyNamesTheAttribute) {
  ItemBuilder builder;
  builder.Name("pk").String("a");
  EXPECT_EQ(KeyOfItem(kSchema, builder.Build()).error().message(),
            "One or more parameter values were invalid: Missing the key sk in the item");
  builder.Name("pk").String("a").Name("sk").String("1");
  EXPECT_EQ(
      KeyOfItem(kSchema, builder.Build()).error().message(),
      "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S");
}

TEST(KeyTest, EmptyAndTooLongKeysAreRefused) {
  EXPECT_EQ(KeyOfItem(kSchema, Make("", 1)).error().message(),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an "
            "empty string value. Key: pk");
  EXPECT_TRUE(KeyOfItem(kSchema, Make(std::string(2048, 'k'), 1)).ok());
  EXPECT_EQ(KeyOfItem(kSchema, Make(std::string(2049, 'k'), 1)).error().message(),
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum "
            "size limit of 2048 "
            "bytes");
}

TEST(KeyTest, KeyItemHoldsTheKeyAlone) {
  EXPECT_EQ(MakeKeyItem(kSchema, Make("a", 7, true)).bytes(), Make("a", 7).bytes());
}

}  // namespace
}  // namespace stator::dynamo
