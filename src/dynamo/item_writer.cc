#include "dynamo/item_writer.h"

#include <cstring>

#include "dynamo/encoding.h"
#include "dynamo/item.h"

namespace stator::dynamo {
namespace {

constexpr std::size_t kOffsetBytes = sizeof(std::uint32_t);

}  // namespace

ItemWriter::Container ItemWriter::Begin(std::uint32_t names, bool with_offsets) {
  const std::size_t body = out_.size();
  out_.append(internal::kHeaderBytes + names * kOffsetBytes, '\0');
  return Container{body, out_.size(), 0, with_offsets};
}

ItemWriter::Container ItemWriter::BeginItem(std::uint32_t names) {
  out_.push_back(kItemLayout);
  return Begin(names, true);
}

ItemWriter::Container ItemWriter::BeginMap(std::uint32_t names) {
  out_.push_back(static_cast<char>(AttributeValue::kTagMap));
  return Begin(names, true);
}

ItemWriter::Container ItemWriter::BeginList() {
  out_.push_back(static_cast<char>(AttributeValue::kTagList));
  return Begin(0, false);
}

ItemWriter::Container ItemWriter::BeginSet(AttributeType type) {
  out_.push_back(static_cast<char>(type == AttributeType::kStringSet ? AttributeValue::kTagStringSet
                                   : type == AttributeType::kNumberSet
                                       ? AttributeValue::kTagNumberSet
                                       : AttributeValue::kTagBinarySet));
  return Begin(0, false);
}

void ItemWriter::Name(Container& map, std::string_view name) {
  const std::size_t offset_at = map.body + internal::kHeaderBytes + map.count++ * kOffsetBytes;
  CHECK(offset_at < map.entries);
  internal::PutU32(out_.data() + offset_at, out_.size() - map.entries);
  internal::AppendContent(out_, name);
}

void ItemWriter::Member(Container& set, std::string_view member) {
  ++set.count;
  internal::AppendContent(out_, member);
}

void ItemWriter::Number(const dynamo::Number& number) {
  out_.push_back(static_cast<char>(AttributeValue::kTagNumber));
  internal::AppendContent(out_, number.sortable());
}

void ItemWriter::CopyEntries(Container& map, MapView source, std::uint32_t first,
                             std::uint32_t last) {
  if (first == last) return;
  const std::size_t offset_at = map.body + internal::kHeaderBytes + map.count * kOffsetBytes;
  CHECK(offset_at + (last - first) * kOffsetBytes <= map.entries);
  const std::size_t moved_by = out_.size() - map.entries - source.EntryOffset(first);
  char* to = out_.data() + offset_at;
  const char* const end = source.OffsetsFrom(last);
  for (const char* from = source.OffsetsFrom(first); from != end; from += kOffsetBytes) {
    internal::PutU32(to, internal::ReadU32(from) + moved_by);
    to += kOffsetBytes;
  }
  out_.append(source.EntryBytes(first, last));
  map.count += last - first;
}

void ItemWriter::CopyElements(Container& list, ListView source) {
  out_.append(source.ElementBytes());
  list.count += source.size();
}

void ItemWriter::End(const Container& container) {
  if (container.with_offsets) {
    const std::size_t used =
        container.body + internal::kHeaderBytes + container.count * kOffsetBytes;
    if (used < container.entries) out_.erase(used, container.entries - used);
  }
  internal::PutU32(out_.data() + container.body, out_.size() - container.body - kOffsetBytes);
  internal::PutU32(out_.data() + container.body + kOffsetBytes, container.count);
}

void ItemWriter::Undo(Container& container, std::size_t mark) {
  out_.resize(mark);
  --container.count;
}

}  // namespace stator::dynamo
