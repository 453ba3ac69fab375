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
  // Starts an empty item.
  ItemBuilder() { Clear(); }

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
  int depth() const { return static_cast<int>(frames_.size()) - 1; }
  // The item. REQUIRES: no container open. The builder is empty afterwards.
  Item Build();
  // Appends the item to `out`, for an ItemBatch's arena. REQUIRES and effect as Build().
  void BuildInto(std::string& out);
  // Forgets everything collected.
  void Clear();

 private:
  struct Frame {
    std::uint8_t tag;
    std::size_t start;         // of the body in bytes_
    std::size_t first_offset;  // its entries in offsets_
    bool sorted;               // names arrived in order so far
  };
  // An entry of a map that is being put in order, its place counted from the first.
  struct Entry {
    std::uint64_t name_begin;  // the first 8 bytes of its name, comparable as a number
    std::uint32_t begin;
    std::uint32_t end;
  };

  ItemBuilder& Tag(std::uint8_t tag);
  ItemBuilder& Bytes(std::uint8_t tag, std::string_view content);
  ItemBuilder& Open(std::uint8_t tag);
  void BeginValue();
  void InsertOffsets(const Frame& frame);
  void SortEntries(const Frame& frame);
  void CloseFrame(bool with_offsets);

  std::string bytes_;    // encoded values; inside a map, entries in order of arrival
  std::string scratch_;  // a body being put in order
  std::vector<std::uint32_t> offsets_;
  std::vector<Frame> frames_;
  std::vector<Entry> order_;
};

// Copies `source` into `out` with the top-level attributes `set` added or replaced and those named
// in `removed` left out. Both lists sorted by name. One pass, no intermediate form: the engine uses
// it to take keys out of items and to put them back.
void RebuildItem(ItemView source, std::span<const NamedValue> set,
                 std::span<const std::string_view> removed, std::string& out);

}  // namespace stator::dynamo
