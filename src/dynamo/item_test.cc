#include "dynamo/item.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "dynamo/item_size.h"

namespace stator::dynamo {
namespace {

Number Parsed(std::string_view text) { return std::move(Number::Parse(text)).value(); }

Item Sample() {
  ItemBuilder builder;
  builder.Name("name").String("Ann");
  builder.Name("age").Add(Parsed("41"));
  builder.Name("address").BeginMap();
  builder.Name("zip").String("1000").Name("city").String("X").EndMap();
  builder.Name("tags").BeginSet(AttributeType::kStringSet).String("b").String("a");
  EXPECT_TRUE(builder.EndSet().ok());
  builder.Name("list").BeginList().Null().Bool(true).Binary(std::string_view("\0\1", 2)).EndList();
  return builder.Build();
}

TEST(ItemTest, ReadsBackWhatWasBuiltInNameOrder) {
  const Item item = Sample();
  ASSERT_TRUE(ValidateItemBytes(item.bytes()).ok());
  std::vector<std::string> names;
  for (const NamedValue each : item.attributes()) names.emplace_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"address", "age", "list", "name", "tags"}));
  EXPECT_EQ(item.Find("name")->bytes(), "Ann");
  EXPECT_EQ(item.Find("age")->number().ToText(), "41");
  EXPECT_EQ(item.Find("address")->map().Find("city")->bytes(), "X");
  EXPECT_EQ(item.Find("list")->list().size(), 3u);
  EXPECT_EQ(item.Find("list")->list().At(2)->bytes(), std::string_view("\0\1", 2));
  EXPECT_FALSE(item.Find("list")->list().At(3));
  EXPECT_FALSE(item.Find("nam"));
  EXPECT_TRUE(item.Find("tags")->set().Contains("a"));
}

TEST(ItemTest, EqualItemsHaveEqualBytesWhateverTheOrderOfArrival) {
  ItemBuilder builder;
  builder.Name("b").Add(Parsed("5.0")).Name("a").Bool(false);
  const Item one = builder.Build();
  builder.Name("a").Bool(false).Name("b").Add(Parsed("+5"));
  EXPECT_EQ(one.bytes(), builder.Build().bytes());
}

TEST(ItemTest, OfARepeatedNameTheLastValueStays) {
  ItemBuilder builder;
  builder.Name("a").String("1").Name("b").Null().Name("a").String("2");
  const Item item = builder.Build();
  EXPECT_EQ(item.attributes().size(), 2u);
  EXPECT_EQ(item.Find("a")->bytes(), "2");
}

TEST(ItemTest, SetsRefuseDuplicatesAndEmptiness) {
  ItemBuilder builder;
  builder.Name("s").BeginSet(AttributeType::kStringSet).String("a").String("a");
  EXPECT_EQ(
      builder.EndSet().error().message(),
      "One or more parameter values were invalid: Input collection [a, a] contains duplicates.");
  builder.Name("n").BeginSet(AttributeType::kNumberSet).Add(Parsed("1")).Add(Parsed("1.0"));
  EXPECT_EQ(
      builder.EndSet().error().message(),
      "One or more parameter values were invalid: Input collection [1, 1] contains duplicates.");
  builder.Name("e").BeginSet(AttributeType::kStringSet);
  EXPECT_EQ(builder.EndSet().error().message(),
            "One or more parameter values were invalid: An string set  may not be empty");
}

TEST(ItemTest, LongNamesAndValuesSurvive) {
  const std::string name(300, 'n');
  const std::string text(70'000, 't');
  ItemBuilder builder;
  builder.Name(name).String(text).Name("z").String("");
  const Item item = builder.Build();
  ASSERT_TRUE(ValidateItemBytes(item.bytes()).ok());
  EXPECT_EQ(item.Find(name)->bytes(), text);
  EXPECT_EQ(item.Find("z")->bytes(), "");
}

TEST(ItemTest, RebuildTakesKeysOutAndPutsThemBack) {
  const Item item = Sample();
  const std::string_view keys[] = {"age", "name"};
  std::string without;
  RebuildItem(item, {}, keys, without);
  ASSERT_TRUE(ValidateItemBytes(without).ok());
  EXPECT_FALSE(ItemView(without).Find("age"));
  const NamedValue back[] = {{"age", *item.Find("age")}, {"name", *item.Find("name")}};
  std::string whole;
  RebuildItem(ItemView(without), back, {}, whole);
  EXPECT_EQ(whole, item.bytes());
}

TEST(ItemTest, RebuildLetsWhatIsSetWinOverWhatIsRemoved) {
  ItemBuilder builder;
  builder.Name("a").Bool(true).Name("b").Bool(true).Name("c").Bool(true);
  const Item item = builder.Build();
  const std::string_view removed[] = {"a", "b", "x"};
  const NamedValue set[] = {{"b", *item.Find("a")}, {"d", *item.Find("a")}};
  std::string out;
  RebuildItem(item, set, removed, out);

  builder.Name("b").Bool(true).Name("c").Bool(true).Name("d").Bool(true);
  EXPECT_EQ(out, builder.Build().bytes());
}

TEST(ItemTest, RebuildReplacesAndAddsAtBothEnds) {
  ItemBuilder builder;
  builder.Name("m").String("old");
  const Item item = builder.Build();
  builder.Name("a").Null().Name("m").String("new").Name("z").Null();
  const Item set = builder.Build();
  std::vector<NamedValue> values;
  for (const NamedValue each : set.attributes()) values.push_back(each);
  std::string out;
  RebuildItem(item, values, {}, out);
  EXPECT_EQ(out, set.bytes());
}

TEST(ItemTest, SizeIsAsAwsCharges) {
  ItemBuilder builder;
  builder.Name("id").String("a");                                      // 2 + 1
  builder.Name("n").Add(Parsed("123456"));                             // 1 + 4
  builder.Name("l").BeginList().Bool(true).Null().EndList();           // 1 + 3 + 2 + 2
  builder.Name("m").BeginMap().Name("k").String("\xC3\xA9").EndMap();  // 1 + 3 + 1 + 2 + 1
  EXPECT_EQ(ItemSizeBytes(builder.Build()), 3u + 5u + 8u + 8u);
}

TEST(ItemTest, EveryCutOrFlippedByteIsNoticedOrHarmless) {
  const std::string good = Sample().bytes();
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(ValidateItemBytes(std::string_view(good).substr(0, cut)).ok()) << cut;
  }
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    if (ValidateItemBytes(bad).ok()) static_cast<void>(ItemSizeBytes(ItemView(bad)));
  }
}

TEST(ItemTest, DamageNamesTheByte) {
  std::string bad = Sample().bytes();
  bad[0] = 9;
  const auto status = ValidateItemBytes(bad);
  EXPECT_EQ(status.error().code(), kInternalServerError);
  EXPECT_EQ(status.error().message(), "item is damaged: layout is not 1 at byte 0");
}

TEST(ItemBatchTest, KeepsOrderAndAbsence) {
  ItemBatch batch;
  batch.Append(Sample());
  batch.AppendAbsent();
  batch.AppendAbsent();
  batch.Set(2, Sample());
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_TRUE(batch.Find(0));
  EXPECT_FALSE(batch.Find(1));
  EXPECT_EQ(batch[2], Sample().view());
}

TEST(ItemBuilderTest, ACopyGoesOnByItself) {
  ItemBuilder builder;
  builder.Name("b").String("1");
  builder.Name("m").BeginMap().Name("y").String("2");
  ItemBuilder other = builder;
  other.Name("x").String(std::string(5'000, 'x')).EndMap();
  other.Name("a").Null();
  builder.Name("z").Null().EndMap();
  const Item first = builder.Build();
  builder = other;
  const Item second = builder.Build();
  EXPECT_EQ(first.Find("m")->map().size(), 2u);
  EXPECT_TRUE(first.Find("m")->map().Find("z"));
  EXPECT_FALSE(first.Find("a"));
  EXPECT_EQ(second.Find("b")->bytes(), "1");
  EXPECT_EQ(second.Find("m")->map().Find("x")->bytes().size(), 5'000u);
  EXPECT_TRUE(second.Find("a"));
  EXPECT_EQ(other.Build().bytes(), second.bytes());
}

TEST(ItemBuilderTest, NamesInAnyOrderGiveTheSameBytes) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  ItemBuilder builder;
  for (int round = 0; round < 2'000; ++round) {
    std::map<std::string, std::string> attributes;
    std::vector<std::pair<std::string, std::string>> arrivals;
    for (std::size_t count = below(40); count > 0; --count) {
      // Few letters, so that names repeat, and begin alike beyond their first 8 bytes.
      std::string name(below(4) == 0 ? 8 : 0, 'a');
      for (std::size_t size = below(6); size > 0; --size) name += static_cast<char>('a' + below(2));
      arrivals.emplace_back(name, std::string(below(200), static_cast<char>('A' + below(26))));
      attributes[arrivals.back().first] = arrivals.back().second;
    }
    const auto build = [&](const auto& members) {
      builder.Name("outside").Null().Name("inside").BeginMap();
      for (const auto& [name, text] : members) builder.Name(name).String(text);
      builder.EndMap().Name("again").BeginList().BeginMap().EndMap().EndList();
      for (const auto& [name, text] : members) builder.Name(name + ".").String(text);
      return builder.Build();
    };
    const Item item = build(arrivals);
    ASSERT_TRUE(ValidateItemBytes(item.bytes()).ok());
    ASSERT_EQ(item.bytes(), build(attributes).bytes());
    ASSERT_EQ(item.Find("inside")->map().size(), attributes.size());
  }
}

}  // namespace
}  // namespace stator::dynamo
