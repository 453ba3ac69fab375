#include "dynamo/item_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "dynamo/item.h"
#include "dynamo/item_builder.h"

namespace stator::dynamo {
namespace {

// {a: 1, l: ["x", "y"], m: {z: null}, s: <"p", "q">}
Item Sample() {
  ItemBuilder builder;
  builder.Name("a").Add(Number::FromInt64(1));
  builder.Name("l").BeginList().String("x").String("y").EndList();
  builder.Name("m").BeginMap().Name("z").Null().EndMap();
  builder.Name("s").BeginSet(AttributeType::kStringSet).String("p").String("q");
  EXPECT_TRUE(builder.EndSet().ok());
  return builder.Build();
}

TEST(ItemWriter, WritesWhatTheBuilderWrites) {
  const Item sample = Sample();
  std::string out;
  ItemWriter writer(out);
  ItemWriter::Container item = writer.BeginItem(4);
  writer.Name(item, "a");
  writer.Number(Number::FromInt64(1));
  writer.Name(item, "l");
  ItemWriter::Container list = writer.BeginList();
  writer.CopyElements(list, sample.Find("l")->list());
  writer.End(list);
  writer.Name(item, "m");
  ItemWriter::Container map = writer.BeginMap(1);
  writer.Name(map, "z");
  writer.Value(*sample.Find("m")->map().Find("z"));
  writer.End(map);
  writer.Name(item, "s");
  ItemWriter::Container set = writer.BeginSet(AttributeType::kStringSet);
  writer.Member(set, "p");
  writer.Member(set, "q");
  writer.End(set);
  writer.End(item);
  EXPECT_EQ(out, sample.bytes());
}

TEST(ItemWriter, CopiesRunsOfAttributes) {
  const Item sample = Sample();
  std::string out = "before";
  ItemWriter writer(out);
  ItemWriter::Container item = writer.BeginItem(4);
  writer.CopyEntries(item, sample.attributes(), 0, 1);
  writer.CopyEntries(item, sample.attributes(), 1, 1);
  writer.CopyEntries(item, sample.attributes(), 1, 4);
  writer.End(item);
  EXPECT_EQ(out, "before" + sample.bytes());
}

TEST(ItemWriter, RoomThatIsNotUsedGoes) {
  const Item sample = Sample();
  std::string out;
  ItemWriter writer(out);
  ItemWriter::Container item = writer.BeginItem(9);
  writer.CopyEntries(item, sample.attributes(), 0, 4);
  writer.End(item);
  EXPECT_EQ(out, sample.bytes());
}

TEST(ItemWriter, TheLastEntryCanBeTakenBack) {
  const Item sample = Sample();
  std::string out;
  ItemWriter writer(out);
  ItemWriter::Container item = writer.BeginItem(5);
  writer.CopyEntries(item, sample.attributes(), 0, 4);
  const std::size_t mark = writer.mark();
  writer.Name(item, "t");
  writer.End(writer.BeginMap(3));
  writer.Undo(item, mark);
  writer.End(item);
  EXPECT_EQ(out, sample.bytes());
}

}  // namespace
}  // namespace stator::dynamo
