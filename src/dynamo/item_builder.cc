#include "dynamo/item_builder.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dynamo/encoding.h"
#include "dynamo/errors.h"
#include "dynamo/item_writer.h"

namespace stator::dynamo {
namespace {

using internal::AppendContent;
using internal::kHeaderBytes;
using internal::PutU32;

std::string_view ContentAt(const char* at) {
  const std::uint32_t length = internal::ReadLength(at);
  return {at, length};
}

// The first 8 bytes of a name as a number that orders as they do; zeros behind a shorter one.
std::uint64_t NameBegin(std::string_view name) {
  std::uint64_t begin = 0;
  std::memcpy(&begin, name.data(), std::min(name.size(), sizeof begin));
  return __builtin_bswap64(begin);
}

bool IsSetTag(std::uint8_t tag) { return tag >= AttributeValue::kTagStringSet; }

base::Error EmptySet(std::uint8_t tag) {
  const std::string_view words =
      tag == AttributeValue::kTagStringSet   ? "An string set  may not be empty"
      : tag == AttributeValue::kTagNumberSet ? "An number set  may not be empty"
                                             : "Binary sets should not be empty";
  return ValidationError("One or more parameter values were invalid: " + std::string(words));
}

}  // namespace

void ItemBuilder::Clear() {
  bytes_.assign(1, kItemLayout);
  bytes_.append(kHeaderBytes, '\0');
  offsets_.clear();
  frames_.assign(1, Frame{AttributeValue::kTagMap, 1, 0, true});
}

ItemBuilder& ItemBuilder::Name(std::string_view name) {
  Frame& frame = frames_.back();
  CHECK(frame.tag == AttributeValue::kTagMap);
  const std::size_t entries = frame.start + kHeaderBytes;
  if (frame.sorted && offsets_.size() > frame.first_offset) {
    frame.sorted = ContentAt(bytes_.data() + entries + offsets_.back()) < name;
  }
  offsets_.push_back(static_cast<std::uint32_t>(bytes_.size() - entries));
  AppendContent(bytes_, name);
  return *this;
}

void ItemBuilder::BeginValue() {
  const Frame& frame = frames_.back();
  if (frame.tag == AttributeValue::kTagMap) return;
  offsets_.push_back(static_cast<std::uint32_t>(bytes_.size() - frame.start - kHeaderBytes));
}

ItemBuilder& ItemBuilder::Tag(std::uint8_t tag) {
  CHECK(!IsSetTag(frames_.back().tag));
  BeginValue();
  bytes_.push_back(static_cast<char>(tag));
  return *this;
}

ItemBuilder& ItemBuilder::Bytes(std::uint8_t tag, std::string_view content) {
  BeginValue();
  if (!IsSetTag(frames_.back().tag)) bytes_.push_back(static_cast<char>(tag));
  AppendContent(bytes_, content);
  return *this;
}

ItemBuilder& ItemBuilder::Add(const Number& number) {
  return Bytes(AttributeValue::kTagNumber, number.sortable());
}

ItemBuilder& ItemBuilder::Value(AttributeValue value) {
  CHECK(!IsSetTag(frames_.back().tag));
  BeginValue();
  bytes_.append(value.encoded());
  return *this;
}

ItemBuilder& ItemBuilder::Open(std::uint8_t tag) {
  Tag(tag);
  frames_.push_back(Frame{tag, bytes_.size(), offsets_.size(), true});
  bytes_.append(kHeaderBytes, '\0');
  return *this;
}

ItemBuilder& ItemBuilder::BeginSet(AttributeType type) {
  return Open(type == AttributeType::kStringSet   ? AttributeValue::kTagStringSet
              : type == AttributeType::kNumberSet ? AttributeValue::kTagNumberSet
                                                  : AttributeValue::kTagBinarySet);
}

ItemBuilder& ItemBuilder::EndMap() {
  CHECK(depth() > 0 && frames_.back().tag == AttributeValue::kTagMap);
  CloseFrame(true);
  return *this;
}

ItemBuilder& ItemBuilder::EndList() {
  CHECK(frames_.back().tag == AttributeValue::kTagList);
  CloseFrame(false);
  return *this;
}

base::Status ItemBuilder::EndSet() {
  const Frame frame = frames_.back();
  CHECK(IsSetTag(frame.tag));
  const char* members = bytes_.data() + frame.start + kHeaderBytes;
  const auto drop = [&](base::Error error) {
    bytes_.resize(frame.start);
    bytes_.back() = static_cast<char>(AttributeValue::kTagNull);
    offsets_.resize(frame.first_offset);
    frames_.pop_back();
    return error;
  };
  const std::size_t count = offsets_.size() - frame.first_offset;
  if (count == 0) return drop(EmptySet(frame.tag));

  std::vector<std::string_view> sorted;
  sorted.reserve(count);
  for (std::size_t i = frame.first_offset; i < offsets_.size(); ++i)
    sorted.push_back(ContentAt(members + offsets_[i]));
  std::vector<std::string_view> arrived = sorted;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    std::string list;
    for (const std::string_view member : arrived) {
      if (!list.empty()) list += ", ";
      if (frame.tag == AttributeValue::kTagStringSet)
        list += member;
      else if (frame.tag == AttributeValue::kTagNumberSet)
        Number::FromSortable(member).AppendText(list);
      else
        list += "<" + std::to_string(member.size()) + " bytes>";
    }
    return drop(ValidationError("One or more parameter values were invalid: Input collection [" +
                                list + "] contains duplicates."));
  }
  scratch_.clear();
  for (const std::string_view member : sorted) AppendContent(scratch_, member);
  bytes_.replace(frame.start + kHeaderBytes, std::string::npos, scratch_);
  CloseFrame(false);
  return base::OkStatus();
}

// Puts the table of offsets in front of the entries of a map.
void ItemBuilder::InsertOffsets(const Frame& frame) {
  const std::size_t table_bytes = (offsets_.size() - frame.first_offset) * sizeof(std::uint32_t);
  if (table_bytes == 0) return;
  bytes_.insert(frame.start + kHeaderBytes, table_bytes, '\0');
  std::memcpy(bytes_.data() + frame.start + kHeaderBytes, offsets_.data() + frame.first_offset,
              table_bytes);
}

// InsertOffsets for a map whose names did not arrive in order, which puts the entries into order;
// of equal names the last one stays.
void ItemBuilder::SortEntries(const Frame& frame) {
  const char* entries = bytes_.data() + frame.start + kHeaderBytes;
  const auto total = static_cast<std::uint32_t>(bytes_.size() - frame.start - kHeaderBytes);
  order_.clear();
  for (std::size_t i = frame.first_offset; i < offsets_.size(); ++i) {
    const std::uint32_t end = i + 1 < offsets_.size() ? offsets_[i + 1] : total;
    order_.push_back({NameBegin(ContentAt(entries + offsets_[i])), offsets_[i], end});
  }
  const auto order_of = [entries](const Entry& a, const Entry& b) {
    if (a.name_begin != b.name_begin) return a.name_begin <=> b.name_begin;
    return ContentAt(entries + a.begin) <=> ContentAt(entries + b.begin);
  };
  std::sort(order_.begin(), order_.end(), [&](const Entry& a, const Entry& b) {
    const auto order = order_of(a, b);
    return order != 0 ? order < 0 : a.begin < b.begin;
  });
  const auto same = [&](const Entry& a, const Entry& b) { return order_of(a, b) == 0; };
  const auto first = std::unique(order_.rbegin(), order_.rend(), same).base();

  offsets_.resize(frame.first_offset);
  const auto count = static_cast<std::size_t>(order_.end() - first);
  scratch_.assign(count * sizeof(std::uint32_t), '\0');
  const std::size_t table_bytes = scratch_.size();
  for (auto entry = first; entry != order_.end(); ++entry) {
    offsets_.push_back(static_cast<std::uint32_t>(scratch_.size() - table_bytes));
    scratch_.append(entries + entry->begin, entry->end - entry->begin);
  }
  std::memcpy(scratch_.data(), offsets_.data() + frame.first_offset, table_bytes);
  bytes_.replace(frame.start + kHeaderBytes, std::string::npos, scratch_);
}

void ItemBuilder::CloseFrame(bool with_offsets) {
  const Frame frame = frames_.back();
  if (!frame.sorted) {
    SortEntries(frame);
  } else if (with_offsets) {
    InsertOffsets(frame);
  }
  const std::size_t count = offsets_.size() - frame.first_offset;
  PutU32(bytes_.data() + frame.start, bytes_.size() - frame.start - sizeof(std::uint32_t));
  PutU32(bytes_.data() + frame.start + sizeof(std::uint32_t), count);
  offsets_.resize(frame.first_offset);
  frames_.pop_back();
}

Item ItemBuilder::Build() {
  CHECK(depth() == 0);
  CloseFrame(true);
  Item item{std::string(bytes_)};
  Clear();
  return item;
}

void ItemBuilder::BuildInto(std::string& out) {
  CHECK(depth() == 0);
  CloseFrame(true);
  out.append(bytes_);
  Clear();
}

namespace {

// How many attributes RebuildItem leaves.
std::uint32_t CountRebuilt(MapView source, std::span<const NamedValue> set,
                           std::span<const std::string_view> removed) {
  std::uint32_t count = source.size();
  for (const NamedValue& each : set) count += source.Find(each.name) ? 0 : 1;
  for (const std::string_view name : removed) {
    const bool stays = std::any_of(set.begin(), set.end(),
                                   [&](const NamedValue& each) { return each.name == name; });
    count -= !stays && source.Find(name) ? 1 : 0;
  }
  return count;
}

}  // namespace

void RebuildItem(ItemView source, std::span<const NamedValue> set,
                 std::span<const std::string_view> removed, std::string& out) {
  const MapView attributes = source.attributes();
  std::size_t room = source.bytes().size() + set.size() * 2 * sizeof(std::uint32_t);
  for (const NamedValue& each : set) room += each.name.size() + each.value.encoded().size();
  out.reserve(out.size() + room);

  ItemWriter writer(out);
  ItemWriter::Container item = writer.BeginItem(CountRebuilt(attributes, set, removed));
  std::uint32_t next = 0;  // of `attributes`, not copied yet
  while (!set.empty() || !removed.empty()) {
    const bool sets = !set.empty() && (removed.empty() || set.front().name <= removed.front());
    const std::string_view name = sets ? set.front().name : removed.front();
    const std::uint32_t place = attributes.LowerBound(name, next);
    writer.CopyEntries(item, attributes, next, place);
    next = place < attributes.size() && attributes[place].name == name ? place + 1 : place;
    if (sets) {
      writer.Name(item, name);
      writer.Value(set.front().value);
      set = set.subspan(1);
    }
    if (!removed.empty() && removed.front() == name) removed = removed.subspan(1);
  }
  writer.CopyEntries(item, attributes, next, attributes.size());
  writer.End(item);
}

}  // namespace stator::dynamo
