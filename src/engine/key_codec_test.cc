#include "engine/key_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "dynamo/item_builder.h"
#include "engine/md5.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::Item;
using dynamo::ItemKey;
using expression::SortKeyCondition;
using expression::SortKeyOperator;

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string HashHex(const Item& item) {
  const std::uint32_t hash = PartitionHash(KeyValueBytes(*item.Find("k")));
  std::string bytes;
  for (int shift = 16; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(hash >> shift));
  return Hex(bytes);
}

std::string Row(const KeyCodec& codec, AttributeValue partition,
                std::optional<AttributeValue> sort = std::nullopt) {
  std::string out;
  codec.EncodeRow(ItemKey{partition, sort}, out);
  return out;
}

Item Bytes(AttributeType type, std::string_view bytes) {
  dynamo::ItemBuilder builder;
  builder.Name("k");
  if (type == AttributeType::kString) {
    builder.String(bytes);
  } else {
    builder.Binary(bytes);
  }
  return builder.Build();
}

TEST(HashedKey, IsTheSameWithTheHashOfThePartitionAndWithoutAndElseAnother) {
  for (const bool has_sort : {false, true}) {
    const Item item = TestItem("p: 'partition', s: 'sort'");
    const ItemKey key{*item.Find("p"), has_sort ? item.Find("s") : std::nullopt};
    std::string unhashed;
    std::string row_key;
    KeyCodec({7, 0}, has_sort).EncodeUnhashedRow(key, unhashed);
    KeyCodec({7, 0}, has_sort).EncodeRow(key, row_key);
    ASSERT_NE(unhashed, row_key);
    EXPECT_EQ(HashedKey(unhashed).hash, HashedKey(row_key).hash);
    KeyCodec({8, 0}, has_sort).EncodeRow(key, row_key);
    EXPECT_NE(HashedKey(unhashed).hash, HashedKey(row_key).hash);
  }
}

TEST(Md5, HasTheDigestsOfItsStandard) {
  const auto digest = [](std::string_view prefix, std::string_view text) {
    const auto bytes = Md5(prefix, text);
    return Hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(digest("", ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest("a", "bc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(digest("1234567890123456789012345678901234567890",
                   "1234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(digest("", std::string(55, 'a')), "ef1772b6dff9a122358552954ad0df65");
  EXPECT_EQ(digest("", std::string(56, 'a')), "3b0c8ac703f828b04c6c197006d17218");
  EXPECT_EQ(digest("", std::string(64, 'a')), "014842d480b571495a4a0363793f7367");
}

TEST(KeyCodec, HashesPartitionsAsAwsDoes) {
  EXPECT_EQ(HashHex(TestItem("k: 'a'")), "f6558e");
  EXPECT_EQ(HashHex(TestItem("k: 'SFO'")), "9f1b6f");
  EXPECT_EQ(HashHex(TestItem("k: 'é'")), "106280");
  EXPECT_EQ(HashHex(TestItem("k: 0")), "ce212d");
  EXPECT_EQ(HashHex(TestItem("k: 1")), "c3a031");
  EXPECT_EQ(HashHex(TestItem("k: -1")), "0267df");
  EXPECT_EQ(HashHex(Bytes(AttributeType::kBinary, std::string_view("\0", 1))), "f71f23");
}

TEST(KeyCodec, NumbersHaveTheSortableFormThatAwsHashes) {
  const auto form = [](std::string_view number) {
    return Hex(KeyValueBytes(*TestItem("k: " + std::string(number)).Find("k")));
  };
  EXPECT_EQ(form("1"), "c102");
  EXPECT_EQ(form("10"), "c10b");
  EXPECT_EQ(form("-1"), "3e6466");
  EXPECT_EQ(form("123.45"), "c202182e");
  EXPECT_EQ(form("-0.001"), "405b66");
  EXPECT_EQ(form("1e125"), "ff0b");
  EXPECT_EQ(form("1e-130"), "8002");
}

TEST(KeyCodec, SortKeysOrderInsideTheirPartition) {
  const KeyCodec codec({1, 0}, true);
  const Item numbers = TestItem("k: 'p', a: -10, b: -9.5, c: 0, d: 2, e: 10, f: 1e100");
  const AttributeValue partition = *numbers.Find("k");
  std::vector<std::string> rows;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    rows.push_back(Row(codec, partition, numbers.Find(name)));
  }
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  // UTF-8 byte order, not that of UTF-16 code units.
  const Item texts = TestItem("a: '\xEE\x80\x80', b: '\xF0\x90\x80\x80'");
  EXPECT_LT(Row(codec, partition, texts.Find("a")), Row(codec, partition, texts.Find("b")));
}

TEST(KeyCodec, NoPartitionHoldsRowsOfAnother) {
  const KeyCodec codec({7, 0}, true);
  const std::string zero(1, '\0');
  const std::vector<std::string> keys = {
      zero,       zero + zero,         zero + "\x01",       zero + "\xFF", "a",
      "a" + zero, "a" + zero + "\x01", "a" + zero + "\xFF", "\xFF",        "\xFF\xFF",
      "ab"};
  for (const std::string& one : keys) {
    const Item partition = Bytes(AttributeType::kBinary, one);
    const KeyRange range = codec.Partition(*partition.Find("k"));
    for (const std::string& other : keys) {
      for (const std::string& sort : keys) {
        const Item other_item = Bytes(AttributeType::kBinary, other);
        const Item sort_item = Bytes(AttributeType::kBinary, sort);
        const std::string row = Row(codec, *other_item.Find("k"), sort_item.Find("k"));
        EXPECT_EQ(range.Contains(row), one == other) << Hex(one) << " " << Hex(other);
        RowKeyParts parts;
        ASSERT_TRUE(codec.Decode(row, parts).ok());
        EXPECT_EQ(parts.partition, other);
        EXPECT_EQ(parts.sort, sort);
      }
    }
  }
}

TEST(KeyCodec, WithoutASortKeyAPartitionIsItsOneRow) {
  const KeyCodec codec({7, 0}, false);
  const Item key = TestItem("a: 'x', b: 'xy'");
  const KeyRange range = codec.Partition(*key.Find("a"));
  EXPECT_TRUE(range.Contains(Row(codec, *key.Find("a"))));
  EXPECT_FALSE(range.Contains(Row(codec, *key.Find("b"))));
}

// Random sort keys against every operator: a row is in the range exactly when its key matches.
TEST(KeyCodec, RangesOfSortConditionsHoldExactlyWhatMatches) {
  const KeyCodec codec({3, 0}, true);
  std::mt19937 random(1);
  const auto any_key = [&] {
    std::string key(1 + random() % 3, '\0');
    for (char& byte : key) byte = "\0\x01\x61\xFE\xFF"[random() % 5];
    return key;
  };
  const Item partition = TestItem("k: 'p'");
  for (int round = 0; round < 5'000; ++round) {
    std::string low = any_key();
    std::string high = any_key();
    if (high < low) std::swap(low, high);
    const Item low_item = Bytes(AttributeType::kBinary, low);
    const Item high_item = Bytes(AttributeType::kBinary, high);
    const Item sort = Bytes(AttributeType::kBinary, any_key());
    SortKeyCondition condition{static_cast<SortKeyOperator>(random() % 7), *low_item.Find("k"),
                               std::nullopt};
    if (condition.op == SortKeyOperator::kBetween) condition.high = *high_item.Find("k");
    const KeyRange range = codec.PartitionPart(*partition.Find("k"), condition);
    EXPECT_EQ(range.Contains(Row(codec, *partition.Find("k"), sort.Find("k"))),
              condition.Matches(*sort.Find("k")))
        << static_cast<int>(condition.op) << " " << Hex(low) << " " << Hex(sort.bytes());
  }
}

TEST(KeyCodec, SegmentsAreDisjointAndTogetherWhole) {
  const KeyCodec codec({5, 0}, false);
  for (const std::int32_t total : {1, 2, 3, 4, 7, 100, 4'095, 4'096, 4'097, 1'000'000}) {
    for (int i = 0; i < 50; ++i) {
      const Item key = TestItem("k: 'key" + std::to_string(i) + "'");
      const std::string row = Row(codec, *key.Find("k"));
      const std::uint32_t slot = PartitionHash(KeyValueBytes(*key.Find("k"))) >> 12;
      int holders = 0;
      const std::int64_t around = static_cast<std::int64_t>(slot) * total / 4'096;
      for (std::int64_t segment = std::max<std::int64_t>(0, around - 2);
           segment <= std::min<std::int64_t>(total - 1, around + 2); ++segment) {
        holders += codec.Segment(static_cast<std::int32_t>(segment), total).Contains(row) ? 1 : 0;
      }
      EXPECT_EQ(holders, 1) << total;
    }
    for (std::int32_t segment = 0; segment + 1 < std::min(total, 5'000); ++segment) {
      const std::string end = codec.Segment(segment, total).high;
      ASSERT_EQ(end, codec.Segment(segment + 1, total).low) << segment << " of " << total;
    }
    EXPECT_EQ(codec.Segment(total - 1, total).high, codec.All().high);
  }
}

TEST(KeyCodec, DamagedRowKeysAreErrors) {
  const KeyCodec codec({1, 0}, true);
  RowKeyParts parts;
  const Item key = TestItem("k: 'a', s: 'b'");
  const std::string row = Row(codec, *key.Find("k"), key.Find("s"));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(codec.Decode(std::string_view(row).substr(0, size), parts).ok()) << size;
  }
  EXPECT_FALSE(KeyCodec({2, 0}, true).Decode(row, parts).ok());
}

}  // namespace
}  // namespace stator::engine
