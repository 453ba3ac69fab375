#include "dynamo/item_builder.h"

#include <algorithm>
#include <cstring>

#include "base/copy_ends.h"
#include "dynamo/encoding.h"
#include "dynamo/errors.h"
#include "dynamo/item_writer.h"

namespace stator::dynamo {
namespace {

using internal::kHeaderBytes;
using internal::PutU32;

// Copies `bytes` to `to` and answers where they end. Names and numbers, which are short, take no
// call.
char* PutBytes(char* to, std::string_view bytes) {
  const std::size_t size = bytes.size();
  const char* const from = bytes.data();
  if (size > 2 * sizeof(std::uint64_t)) {
    std::memcpy(to, from, size);
  } else if (size >= sizeof(std::uint64_t)) {
    base::CopyEnds<std::uint64_t>(from, size, to);
  } else if (size >= sizeof(std::uint32_t)) {
    base::CopyEnds<std::uint32_t>(from, size, to);
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
  return to + size;
}

// Most bytes that a length takes.
constexpr std::size_t kLengthBytesMax = 4;

// Writes a length as ReadLength reads it, and answers where it ends.
char* PutLength(char* to, std::size_t length) {
  for (; length >= 0x80; length >>= 7) *to++ = static_cast<char>(length | 0x80);
  *to++ = static_cast<char>(length);
  return to;
}

constexpr std::size_t kBufferBytesMin = 1024;
// What a tag, a name or a value takes beyond its own bytes, and what ContentBegin reads beyond it.
constexpr std::size_t kContentRoomBytes = 1 + kLengthBytesMax + sizeof(std::uint64_t);

// The first 8 bytes of a name or a member as a number that orders as they do; zeros stand behind a
// shorter one. REQUIRES: 8 bytes readable.
std::uint64_t ContentBegin(const char* content, std::size_t size) {
  std::uint64_t begin;
  std::memcpy(&begin, content, sizeof begin);
  begin = __builtin_bswap64(begin);
  if (size >= sizeof begin) return begin;
  return size == 0 ? 0 : begin & ~std::uint64_t{0} << (64 - 8 * size);
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
  at_ = bytes_.bytes.get();
  entries_.clear();
  outer_.clear();
  frame_ = Frame{AttributeValue::kTagMap, 0, 0, 0};
}

void ItemBuilder::Release() {
  bytes_ = Buffer();
  scratch_ = Buffer();
  end_ = nullptr;
  entries_ = {};
  Clear();
}

void ItemBuilder::Buffer::Grow(std::size_t used_bytes, std::size_t needed_bytes) {
  size_bytes = std::max(size_bytes + size_bytes / 2, std::max(needed_bytes, kBufferBytesMin));
  auto larger = std::make_unique_for_overwrite<char[]>(size_bytes);
  if (used_bytes > 0) std::memcpy(larger.get(), bytes.get(), used_bytes);
  bytes = std::move(larger);
}

ItemBuilder::ItemBuilder(const ItemBuilder& other) { *this = other; }

ItemBuilder& ItemBuilder::operator=(const ItemBuilder& other) {
  if (this == &other) return *this;
  at_ = bytes_.bytes.get();
  Reserve(other.used());
  at_ = PutBytes(at_, {other.bytes_.bytes.get(), other.used()});
  frame_ = other.frame_;
  outer_ = other.outer_;
  entries_ = other.entries_;
  any_same_ = other.any_same_;
  return *this;
}

void ItemBuilder::Grow(std::size_t bytes) {
  const std::size_t written = used();
  bytes_.Grow(written, written + bytes);
  at_ = bytes_.bytes.get() + written;
  end_ = bytes_.bytes.get() + bytes_.size_bytes;
}

inline void ItemBuilder::Indexed(std::string_view content) {
  const auto begin = static_cast<std::uint32_t>(used() - frame_.body);
  char* const copy = PutLength(at_, content.size());
  at_ = PutBytes(copy, content);
  entries_.push_back({ContentBegin(copy, content.size()), begin, 0});
}

ItemBuilder& ItemBuilder::Name(std::string_view name) {
  CHECK(frame_.tag == AttributeValue::kTagMap);
  Reserve(name.size() + kContentRoomBytes);
  Indexed(name);
  return *this;
}

ItemBuilder& ItemBuilder::Tag(std::uint8_t tag) {
  CHECK(!IsSetTag(frame_.tag));
  Reserve(1);
  ++frame_.values;
  *at_++ = static_cast<char>(tag);
  return *this;
}

ItemBuilder& ItemBuilder::Bytes(std::uint8_t tag, std::string_view content) {
  Reserve(content.size() + kContentRoomBytes);
  if (IsSetTag(frame_.tag)) {
    Indexed(content);
    return *this;
  }
  ++frame_.values;
  *at_++ = static_cast<char>(tag);
  at_ = PutBytes(PutLength(at_, content.size()), content);
  return *this;
}

ItemBuilder& ItemBuilder::Add(const Number& number) {
  return Bytes(AttributeValue::kTagNumber, number.sortable());
}

ItemBuilder& ItemBuilder::Value(AttributeValue value) {
  CHECK(!IsSetTag(frame_.tag));
  const std::string_view encoded = value.encoded();
  Reserve(encoded.size());
  ++frame_.values;
  at_ = PutBytes(at_, encoded);
  return *this;
}

ItemBuilder& ItemBuilder::Open(std::uint8_t tag) {
  Tag(tag);
  Reserve(kHeaderBytes);
  at_ += kHeaderBytes;
  outer_.push_back(frame_);
  frame_ = Frame{tag, 0, used(), entries_.size()};
  return *this;
}

ItemBuilder& ItemBuilder::BeginSet(AttributeType type) {
  return Open(type == AttributeType::kStringSet   ? AttributeValue::kTagStringSet
              : type == AttributeType::kNumberSet ? AttributeValue::kTagNumberSet
                                                  : AttributeValue::kTagBinarySet);
}

ItemBuilder& ItemBuilder::EndMap() {
  CHECK(depth() > 0 && frame_.tag == AttributeValue::kTagMap);
  SortNames();
  CloseWith(Assemble(true));
  return *this;
}

ItemBuilder& ItemBuilder::EndList() {
  CHECK(frame_.tag == AttributeValue::kTagList);
  char* const header = bytes_.bytes.get() + frame_.body - kHeaderBytes;
  PutU32(header, static_cast<std::size_t>(at_ - header) - sizeof(std::uint32_t));
  PutU32(header + sizeof(std::uint32_t), frame_.values);
  Pop();
  return *this;
}

base::Status ItemBuilder::EndSet() {
  CHECK(IsSetTag(frame_.tag));
  if (entries_.size() == frame_.first_entry) return DropSet(EmptySet(frame_.tag));
  Sort();
  if (any_same_ && AnyMemberTwice()) {
    return DropSet(ValidationError("One or more parameter values were invalid: Input collection [" +
                                   MembersAsTheyCame() + "] contains duplicates."));
  }
  CloseWith(Assemble(false));
  return base::OkStatus();
}

bool ItemBuilder::AnyMemberTwice() const {
  for (std::size_t i = frame_.first_entry + 1; i < entries_.size(); ++i) {
    if (ContentOf(entries_[i - 1]) == ContentOf(entries_[i])) return true;
  }
  return false;
}

std::string ItemBuilder::MembersAsTheyCame() {
  std::sort(entries_.begin() + static_cast<std::ptrdiff_t>(frame_.first_entry), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
  std::string list;
  for (std::size_t i = frame_.first_entry; i < entries_.size(); ++i) {
    const std::string_view member = ContentOf(entries_[i]);
    if (!list.empty()) list += ", ";
    if (frame_.tag == AttributeValue::kTagStringSet) {
      list += member;
    } else if (frame_.tag == AttributeValue::kTagNumberSet) {
      Number::FromSortable(member).AppendText(list);
    } else {
      list += "<" + std::to_string(member.size()) + " bytes>";
    }
  }
  return list;
}

base::Error ItemBuilder::DropSet(base::Error error) {
  at_ = bytes_.bytes.get() + frame_.body - kHeaderBytes;
  at_[-1] = static_cast<char>(AttributeValue::kTagNull);
  Pop();
  return error;
}

std::string_view ItemBuilder::ContentOf(const Entry& entry) const {
  const char* at = bytes_.bytes.get() + frame_.body + entry.begin;
  const std::uint32_t length = internal::ReadLength(at);
  return {at, length};
}

void ItemBuilder::Sort() {
  any_same_ = false;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(frame_.first_entry);
  if (first == entries_.end()) return;
  bool sorted = true;
  for (auto entry = first; entry + 1 < entries_.end(); ++entry) {
    entry->end = entry[1].begin;
    sorted &= entry->content_begin < entry[1].content_begin;
  }
  entries_.back().end = static_cast<std::uint32_t>(used() - frame_.body);
  if (sorted) return;
  // Whatever stands side by side at the end was compared.
  std::sort(first, entries_.end(), [this](const Entry& a, const Entry& b) {
    if (a.content_begin != b.content_begin) [[likely]]
      return a.content_begin < b.content_begin;
    const int order = ContentOf(a).compare(ContentOf(b));
    any_same_ |= order == 0;
    return order != 0 ? order < 0 : a.begin < b.begin;
  });
}

void ItemBuilder::SortNames() {
  Sort();
  if (!any_same_) return;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(frame_.first_entry);
  const auto last = entries_.rend() - static_cast<std::ptrdiff_t>(frame_.first_entry);
  // From the back, so that the last of each name is the one that stays.
  const auto same = [this](const Entry& a, const Entry& b) { return ContentOf(a) == ContentOf(b); };
  entries_.erase(first, std::unique(entries_.rbegin(), last, same).base());
}

// Entries that arrived one behind the other and stay so are copied at once.
std::size_t ItemBuilder::Assemble(bool with_offsets) {
  const std::size_t count = entries_.size() - frame_.first_entry;
  const std::size_t table_bytes = with_offsets ? count * sizeof(std::uint32_t) : 0;
  const std::size_t room = 1 + kHeaderBytes + table_bytes + used() - frame_.body;
  if (scratch_.size_bytes < room) scratch_.Grow(0, room);
  char* const header = scratch_.bytes.get() + 1;
  char* offset = header + kHeaderBytes;
  char* const body = offset + table_bytes;
  const char* const from = bytes_.bytes.get() + frame_.body;
  std::size_t placed = 0;
  std::uint32_t run_begin = 0;
  std::uint32_t run_end = 0;
  const auto place_run = [&] {
    std::memcpy(body + placed, from + run_begin, run_end - run_begin);
    placed += run_end - run_begin;
  };
  for (std::size_t i = frame_.first_entry; i < entries_.size(); ++i) {
    const Entry entry = entries_[i];
    if (entry.begin != run_end) {
      place_run();
      run_begin = entry.begin;
    }
    run_end = entry.end;
    if (!with_offsets) continue;
    PutU32(offset, placed + entry.begin - run_begin);
    offset += sizeof(std::uint32_t);
  }
  if (count > 0) place_run();
  const auto size_bytes = static_cast<std::size_t>(body + placed - header);
  PutU32(header, size_bytes - sizeof(std::uint32_t));
  PutU32(header + sizeof(std::uint32_t), count);
  return size_bytes;
}

void ItemBuilder::CloseWith(std::size_t size_bytes) {
  char* const header = bytes_.bytes.get() + frame_.body - kHeaderBytes;
  at_ = header;
  Reserve(size_bytes);
  std::memcpy(at_, scratch_.bytes.get() + 1, size_bytes);
  at_ += size_bytes;
  Pop();
}

void ItemBuilder::Pop() {
  entries_.resize(frame_.first_entry);
  frame_ = outer_.back();
  outer_.pop_back();
}

Item ItemBuilder::Build() {
  std::string bytes;
  BuildInto(bytes);
  return Item(std::move(bytes));
}

void ItemBuilder::BuildInto(std::string& out) {
  CHECK(depth() == 0);
  SortNames();
  const std::size_t size_bytes = 1 + Assemble(true);
  scratch_.bytes[0] = kItemLayout;
  out.append(scratch_.bytes.get(), size_bytes);
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
