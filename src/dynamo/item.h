// Item, ItemView and ItemBatch: the buffers behind AttributeValue. One layout serves the wire, the
// disk, SQL and features.
//
// An item is a layout byte followed by the body of a map (docs/format-item.md). The encoding is
// canonical: equal items have equal bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/attribute_value.h"

namespace stator::dynamo {

// The layout this code writes and reads. Stored as an item's first byte; another value is an error,
// never a guess.
inline constexpr char kItemLayout = 1;

// An item somewhere else in memory: in an Item, an ItemBatch, a RocksDB block.
class ItemView {
 public:
  // The empty item.
  ItemView();
  // REQUIRES: `bytes` come from an Item, or ValidateItemBytes has accepted them.
  explicit ItemView(std::string_view bytes) : bytes_(bytes) {}
  // Its attributes.
  MapView attributes() const { return MapView(bytes_.data() + 1); }
  // The top-level attribute `name`.
  std::optional<AttributeValue> Find(std::string_view name) const {
    return attributes().Find(name);
  }
  // Whether it has no attribute.
  bool empty() const { return attributes().empty(); }
  // The whole encoding.
  std::string_view bytes() const { return bytes_; }
  // Deep equality.
  friend bool operator==(ItemView a, ItemView b) { return a.bytes_ == b.bytes_; }

 private:
  std::string_view bytes_;
};

// An item of its own. Immutable once made; a plain value.
class Item {
 public:
  // The empty item.
  Item() : bytes_(ItemView().bytes()) {}
  // A copy of `view`.
  explicit Item(ItemView view) : bytes_(view.bytes()) {}
  // Takes over encoded bytes. REQUIRES: as ItemView.
  explicit Item(std::string bytes) : bytes_(std::move(bytes)) {}
  // A view, valid as long as this Item.
  ItemView view() const { return ItemView(bytes_); }
  // A view, valid as long as this Item.
  operator ItemView() const { return view(); }  // NOLINT(google-explicit-constructor)
  // Its attributes.
  MapView attributes() const { return view().attributes(); }
  // The top-level attribute `name`.
  std::optional<AttributeValue> Find(std::string_view name) const { return view().Find(name); }
  // Whether it has no attribute.
  bool empty() const { return view().empty(); }
  // The whole encoding.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Many items in one arena: what Query, Scan and GetMany return. An entry may be absent (GetMany's
// missing items).
class ItemBatch {
 public:
  // How many entries, absent ones included.
  std::size_t size() const { return entries_.size(); }
  // Whether there is no entry.
  bool empty() const { return entries_.empty(); }
  // Entry `index`. REQUIRES: index < size(), and the entry is present.
  ItemView operator[](std::size_t index) const {
    const Entry entry = entries_[index];
    CHECK(entry.size_bytes > 0);
    return ItemView({arena_.data() + entry.offset, entry.size_bytes});
  }
  // Entry `index`, or nullopt when it is absent. REQUIRES: index < size().
  std::optional<ItemView> Find(std::size_t index) const {
    if (entries_[index].size_bytes == 0) return std::nullopt;
    return (*this)[index];
  }
  // Adds a copy of `item`.
  void Append(ItemView item) {
    const std::size_t start = arena_.size();
    arena_.append(item.bytes());
    CloseAt(start);
  }
  // Adds an absent entry.
  void AppendAbsent() { entries_.push_back({}); }
  // For encoders that write in place: append one item's bytes to arena(), then call CloseAt(size of
  // the arena before).
  std::string& arena() { return arena_; }
  // Makes an entry of everything behind `start`. REQUIRES: a whole item stands there.
  void CloseAt(std::size_t start) {
    entries_.push_back({start, static_cast<std::uint32_t>(arena_.size() - start)});
  }
  // Replaces entry `index`, for answers that arrive out of order. The old bytes stay in the arena.
  void Set(std::size_t index, ItemView item);
  // Bytes held.
  std::size_t arena_size_bytes() const { return arena_.size(); }

 private:
  struct Entry {
    std::size_t offset = 0;
    std::uint32_t size_bytes = 0;
  };
  std::string arena_;
  std::vector<Entry> entries_;
};

// Checks bytes that come from outside (disk, fuzzer): layout, bounds, order of names, canonical
// numbers, depth. ERRORS: InternalServerError "item is damaged: ..." naming the byte offset.
base::Status ValidateItemBytes(std::string_view bytes);

}  // namespace stator::dynamo
