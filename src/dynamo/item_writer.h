// ItemWriter: writes values straight in their final form, for callers that know the order already.
// ItemBuilder takes values in any order; this takes them sorted and copies each byte once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dynamo/attribute_value.h"

namespace stator::dynamo {

// Appends encoded values to a string (docs/format-item.md). Every Begin gives a Container that the
// caller keeps until the matching End; containers close in reverse order.
//
//   ItemWriter::Container item = writer.BeginItem(2);
//   writer.Name(item, "a");
//   writer.Value(value);
//   writer.End(item);
//
// REQUIRES: names of a map and members of a set in sorted order, each once. Not checked.
class ItemWriter {
 public:
  // One open map, list or set. A plain value; only an ItemWriter looks inside.
  struct Container {
    std::size_t body;     // where its size stands
    std::size_t entries;  // where its first entry stands
    std::uint32_t count;  // of entries so far
    bool with_offsets;    // a map's entries are found through offsets
  };

  // Appends to `out`, which must outlive the writer.
  explicit ItemWriter(std::string& out) : out_(out) {}

  // Opens an item of at most `names` attributes. Closing costs a move when there are fewer.
  Container BeginItem(std::uint32_t names);
  // Opens a map of at most `names` attributes. Closing costs a move when there are fewer.
  Container BeginMap(std::uint32_t names);
  // Opens a list.
  Container BeginList();
  // Opens a set; `type` is kStringSet, kNumberSet or kBinarySet.
  Container BeginSet(AttributeType type);

  // The name of the next value of a map or an item.
  void Name(Container& map, std::string_view name);
  // To be called before each value of a list.
  void Element(Container& list) { ++list.count; }
  // A member of a set: text, bytes or a number's sortable form.
  void Member(Container& set, std::string_view member);
  // An N.
  void Number(const dynamo::Number& number);
  // A copy of a value, behind Name or Element or alone.
  void Value(AttributeValue value) { out_.append(value.encoded()); }
  // Copies the attributes [first, last) of `source` with one move of memory.
  void CopyEntries(Container& map, MapView source, std::uint32_t first, std::uint32_t last);
  // Copies all elements of `source` behind those that `list` has.
  void CopyElements(Container& list, ListView source);
  // Closes a container.
  void End(const Container& container);

  // Where the next byte goes: a mark for Undo.
  std::size_t mark() const { return out_.size(); }
  // Takes back the last entry of `container`, which began at `mark`.
  void Undo(Container& container, std::size_t mark);

 private:
  // Opens a container with room for offsets.
  Container Begin(std::uint32_t names, bool with_offsets);

  std::string& out_;
};

}  // namespace stator::dynamo
