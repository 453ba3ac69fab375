// ItemBuilder: makes one Item in a single pass over values that arrive in any order, as JSON gives
// them.
//
//   ItemBuilder builder;
//   builder.Name("id").String("a");
//   builder.Name("tags").BeginSet(AttributeType::kStringSet).String("x").String("y");
//   STATOR_RETURN_IF_ERROR(builder.EndSet());
//   Item item = builder.Build();
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/number.h"

namespace stator::dynamo {

// Collects values and encodes them. Reusable: Build() leaves it empty with its memory kept. Not
// thread-safe. REQUIRES: calls in a sensible order (a Name before each value of a map, Ends that
// match); misuse aborts.
class ItemBuilder {
 public:
  // Starts an empty item. Allocates nothing until the first name.
  ItemBuilder() { Clear(); }
  // Goes on from where `other` is, for a try that may be dropped.
  ItemBuilder(const ItemBuilder& other);
  // Goes on from where `other` is.
  ItemBuilder& operator=(const ItemBuilder& other);

  // The name of the next value; only directly inside a map or at the top. A repeated name replaces
  // the earlier value.
  ItemBuilder& Name(std::string_view name);
  // NULL.
  ItemBuilder& Null() { return Tag(AttributeValue::kTagNull); }
  // BOOL.
  ItemBuilder& Bool(bool value) {
    return Tag(value ? AttributeValue::kTagTrue : AttributeValue::kTagFalse);
  }
  // N, or a member of an open NS.
  ItemBuilder& Add(const Number& number);
  // S, or a member of an open SS. REQUIRES: UTF-8.
  ItemBuilder& String(std::string_view text) { return Bytes(AttributeValue::kTagString, text); }
  // B, or a member of an open BS.
  ItemBuilder& Binary(std::string_view bytes) { return Bytes(AttributeValue::kTagBinary, bytes); }
  // A copy of a value from elsewhere.
  ItemBuilder& Value(AttributeValue value);
  // Opens a map.
  ItemBuilder& BeginMap() { return Open(AttributeValue::kTagMap); }
  // Closes it.
  ItemBuilder& EndMap();
  // Opens a list.
  ItemBuilder& BeginList() { return Open(AttributeValue::kTagList); }
  // Closes it.
  ItemBuilder& EndList();
  // Opens a set: kStringSet, kNumberSet or kBinarySet.
  ItemBuilder& BeginSet(AttributeType type);
  // Closes it. ERRORS: ValidationException in AWS's words when it is empty or has a member twice;
  // the set is then dropped and the builder goes on as if it had been NULL.
  base::Status EndSet();

  // How many containers are open.
  int depth() const { return static_cast<int>(outer_.size()); }
  // The item. REQUIRES: no container open. The builder is empty afterwards.
  Item Build();
  // Appends the item to `out`, for an ItemBatch's arena. REQUIRES and effect as Build().
  void BuildInto(std::string& out);
  // Forgets everything collected.
  void Clear();
  // Clear(), and gives the memory back.
  void Release();

 private:
  // An open container. The item itself is a map without a header.
  struct Frame {
    std::uint8_t tag;
    std::uint32_t values;     // in it so far
    std::size_t body;         // where in bytes_ its entries, elements or members begin
    std::size_t first_entry;  // in entries_; lists have none
  };
  // An attribute of a map or a member of a set, as it stands in bytes_.
  struct Entry {
    std::uint64_t content_begin;  // the first 8 bytes of name or member, comparable as a number
    std::uint32_t begin;          // counted from the container's first
    std::uint32_t end;            // known when the container is closed
  };
  // Memory that is filled from its beginning and kept. Not cleared: nothing is read before it was
  // written.
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    std::size_t size_bytes = 0;
    // Makes it larger by half, at least, and keeps the first `used_bytes`.
    void Grow(std::size_t used_bytes, std::size_t needed_bytes);
  };

  ItemBuilder& Tag(std::uint8_t tag);
  ItemBuilder& Bytes(std::uint8_t tag, std::string_view content);
  ItemBuilder& Open(std::uint8_t tag);
  // Room for so many bytes behind at_.
  void Reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      Grow(bytes);
  }
  void Grow(std::size_t bytes);
  // Bytes written.
  std::size_t used() const { return static_cast<std::size_t>(at_ - bytes_.bytes.get()); }
  // Appends a name or a member, and its entry. REQUIRES: room for it.
  [[gnu::always_inline]] void Indexed(std::string_view content);
  // The name or member of an entry of the innermost container.
  std::string_view ContentOf(const Entry& entry) const;
  // Finds where the entries of the innermost container end, and puts them in order. Of the same
  // names or members the last to arrive stands last, and any_same_ says that there may be some.
  void Sort();
  // Sort(), and leaves only the last of entries with the same name.
  void SortNames();
  bool AnyMemberTwice() const;
  // Writes header, offsets and entries of the innermost container to scratch_, behind one byte that
  // is free. Answers how many bytes they are.
  std::size_t Assemble(bool with_offsets);
  // Closes the innermost container, whose header and entries are in scratch_.
  void CloseWith(std::size_t size_bytes);
  void Pop();
  // Makes a NULL of the set that is open.
  base::Error DropSet(base::Error error);
  // The members of the set that is open, for an error's message.
  std::string MembersAsTheyCame();

  Buffer bytes_;         // encoded values; inside a container, entries in order of arrival
  char* at_ = nullptr;   // where the next byte goes
  char* end_ = nullptr;  // of bytes_
  Buffer scratch_;       // a container being put together
  Frame frame_;          // the innermost container
  std::vector<Frame> outer_;
  std::vector<Entry> entries_;
  bool any_same_ = false;
};

// Copies `source` into `out` with the top-level attributes `set` added or replaced and those named
// in `removed` left out. Both lists sorted by name. One pass, no intermediate form: the engine uses
// it to take keys out of items and to put them back.
void RebuildItem(ItemView source, std::span<const NamedValue> set,
                 std::span<const std::string_view> removed, std::string& out);

}  // namespace stator::dynamo
