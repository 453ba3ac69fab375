// AttributeValue and its containers, MapView, ListView and SetView: views into one encoded buffer.
// They own nothing and are valid as long as the buffer is. The layout is docs/format-item.md;
// item.h has the buffers, item_builder.h makes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "dynamo/number.h"

namespace stator::dynamo {

// DynamoDB's ten types. The numbers are ours and not on disk (there, BOOL takes two).
enum class AttributeType : std::uint8_t {
  kNull,
  kBool,
  kNumber,
  kString,
  kBinary,
  kMap,
  kList,
  kStringSet,
  kNumberSet,
  kBinarySet
};

// The name that DynamoDB JSON and error messages use: "S", "N", "B", "BOOL", "NULL", "M", "L",
// "SS", "NS", "BS".
std::string_view AttributeTypeName(AttributeType type);

// Below, since they hold AttributeValues.
class MapView;
class ListView;
class SetView;

// One value inside an item: a pointer, cheap to copy. REQUIRES, for every accessor: the type it
// names.
class AttributeValue {
 public:
  // A view of the encoded value at `at`. The bytes must be those of an Item or have passed
  // ValidateItemBytes.
  explicit AttributeValue(const char* at) : at_(at) {}

  // Its type. Never outside the enumeration for bytes that the constructor allows.
  AttributeType type() const { return kTypeOfTag[static_cast<std::uint8_t>(*at_)]; }
  // BOOL.
  bool bool_value() const { return static_cast<std::uint8_t>(*at_) == kTagTrue; }
  // The UTF-8 text of an S, the bytes of a B.
  std::string_view bytes() const;
  // N.
  Number number() const { return Number::FromSortable(number_bytes()); }
  // N in its sortable form, without a copy.
  std::string_view number_bytes() const { return {at_ + 2, static_cast<std::uint8_t>(at_[1])}; }
  // M: its attributes, without a copy.
  MapView map() const;
  // L: its elements, without a copy.
  ListView list() const;
  // SS, NS or BS: its members, without a copy.
  SetView set() const;
  // The whole encoded value, tag included. Two values are equal exactly when these bytes are.
  std::string_view encoded() const;

  // Deep equality; sets and maps compare without regard to order, numbers by value.
  friend bool operator==(AttributeValue a, AttributeValue b) { return a.encoded() == b.encoded(); }

  // Tags of the layout, one byte before every value. On disk: never renumber.
  enum Tag : std::uint8_t {
    kTagNull = 0,
    kTagFalse = 1,
    kTagTrue = 2,
    kTagNumber = 3,
    kTagString = 4,
    kTagBinary = 5,
    kTagMap = 6,
    kTagList = 7,
    kTagStringSet = 8,
    kTagNumberSet = 9,
    kTagBinarySet = 10,
    kTagEnd = 11
  };

 private:
  // The type behind each tag; BOOL is the one with two.
  static constexpr AttributeType kTypeOfTag[kTagEnd] = {
      AttributeType::kNull,      AttributeType::kBool,     AttributeType::kBool,
      AttributeType::kNumber,    AttributeType::kString,   AttributeType::kBinary,
      AttributeType::kMap,       AttributeType::kList,     AttributeType::kStringSet,
      AttributeType::kNumberSet, AttributeType::kBinarySet};

  // Points at the tag.
  const char* at_;
};

// A name with its value, both views into the same buffer, as iteration over a map gives it.
struct NamedValue {
  std::string_view name;
  AttributeValue value;
};

// Reading the layout. For this header and its source only.
namespace internal {
// The u32 at `at`, which need not be aligned. Little-endian on disk, as on the one platform that
// Stator runs on (Linux x86-64).
inline std::uint32_t ReadU32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
// A length (LEB128) of one to four bytes, seven bits each, lowest first; `at` moves behind it.
inline std::uint32_t ReadLength(const char*& at) {
  std::uint32_t length = static_cast<std::uint8_t>(*at++);
  if (length < 0x80) [[likely]]
    return length;
  length &= 0x7F;
  for (int shift = 7;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    length |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return length;
  }
}
}  // namespace internal

// The attributes of a map or of an item, sorted by name (UTF-8 byte order). Access by position is
// O(1), by name O(log n).
class MapView {
 public:
  // `body` is the encoded body of a map: its size in bytes, its count, its offsets, its entries.
  explicit MapView(const char* body) : body_(body) {}

  // How many attributes. Never more than an item of kItemSizeBytesMax can hold.
  std::uint32_t size() const { return internal::ReadU32(body_ + 4); }
  // Whether there are none.
  bool empty() const { return size() == 0; }
  // The attribute at `index` in name order. REQUIRES: index < size().
  NamedValue operator[](std::uint32_t index) const {
    const char* at = body_ + 8 + 4 * size() + internal::ReadU32(body_ + 8 + 4 * index);
    const std::uint32_t length = internal::ReadLength(at);
    return {{at, length}, AttributeValue(at + length)};
  }
  // The first attribute, from `first` on, whose name is not before `name`; size() when there is
  // none.
  std::uint32_t LowerBound(std::string_view name, std::uint32_t first = 0) const;
  // The value named `name`, by binary search.
  std::optional<AttributeValue> Find(std::string_view name) const;
  // Where entry `index` begins, counted from the first. REQUIRES: index <= size().
  std::uint32_t EntryOffset(std::uint32_t index) const {
    if (index < size()) return internal::ReadU32(body_ + 8 + 4 * index);
    return internal::ReadU32(body_) - 4 - 4 * size();
  }
  // The table of offsets from entry `index` on, 4 bytes each. REQUIRES: index <= size().
  const char* OffsetsFrom(std::uint32_t index) const {
    return body_ + 8 + 4 * static_cast<std::size_t>(index);
  }
  // The encoded entries [first, last), names and values. REQUIRES: first <= last <= size().
  std::string_view EntryBytes(std::uint32_t first, std::uint32_t last) const {
    return {body_ + 8 + 4 * size() + EntryOffset(first), EntryOffset(last) - EntryOffset(first)};
  }
  // Bytes of the body, its size field included.
  // Tag and name are not part of it.
  std::size_t body_size_bytes() const { return 4 + internal::ReadU32(body_); }

  // Walks the attributes in name order.
  class Iterator {
   public:
    // Starts at the offset at `offset`, of a map whose first entry is at `entries`.
    Iterator(const char* offset, const char* entries) : offset_(offset), entries_(entries) {}
    // The current attribute, as a pair of views.
    NamedValue operator*() const {
      const char* at = entries_ + internal::ReadU32(offset_);
      const std::uint32_t length = internal::ReadLength(at);
      return {{at, length}, AttributeValue(at + length)};
    }
    // Moves on.
    Iterator& operator++() {
      offset_ += sizeof(std::uint32_t);
      return *this;
    }
    // Compares positions within one map.
    bool operator!=(const Iterator& other) const { return offset_ != other.offset_; }

   private:
    // In the table of offsets, which ends where the entries begin: the end of one is the other.
    const char* offset_;
    // What offsets count from.
    const char* entries_;
  };
  // For range-based loops: the first attribute.
  Iterator begin() const { return {body_ + 8, body_ + 8 + 4 * size()}; }
  // Behind the last attribute.
  Iterator end() const {
    const char* const entries = body_ + 8 + 4 * size();
    return {entries, entries};
  }

 private:
  // Points at the size of the body, just behind the tag.
  const char* body_;
};

// The elements of a list, in order. Access by position is O(n): lists have no offset table, since
// almost all readers walk.
class ListView {
 public:
  // `body` is the encoded body of a list: its size in bytes, its count, its values.
  explicit ListView(const char* body) : body_(body) {}
  // How many elements.
  std::uint32_t size() const { return internal::ReadU32(body_ + 4); }
  // The encoded elements, all of them.
  std::string_view ElementBytes() const { return {body_ + 8, internal::ReadU32(body_) - 4}; }
  // The element at `index`, found by walking. nullopt beyond the end.
  std::optional<AttributeValue> At(std::uint32_t index) const;

  // Walks the elements. Each step reads the size of the element that it leaves behind.
  class Iterator {
   public:
    // Starts at an encoded value.
    explicit Iterator(const char* at) : at_(at) {}
    // The current element.
    AttributeValue operator*() const { return AttributeValue(at_); }
    // Moves on.
    Iterator& operator++() {
      at_ += AttributeValue(at_).encoded().size();
      return *this;
    }
    // Compares positions.
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const char* at_;
  };
  // For range-based loops: the first element.
  Iterator begin() const { return Iterator(body_ + 8); }
  // Behind the last element.
  Iterator end() const { return Iterator(body_ + 4 + internal::ReadU32(body_)); }

 private:
  // Points at the size of the body, just behind the tag.
  const char* body_;
};

// The members of a set, sorted: text and bytes by memcmp, numbers by value. So two equal sets have
// equal bytes, whatever the order in which their members arrived.
class SetView {
 public:
  // `body` is the encoded body of a set; `members` is the type of its members.
  SetView(const char* body, AttributeType members) : body_(body), members_(members) {}
  // How many members; never none in a stored item.
  std::uint32_t size() const { return internal::ReadU32(body_ + 4); }
  // kString, kNumber or kBinary.
  AttributeType member_type() const { return members_; }
  // Whether `member` is in the set: text, bytes, or a number's sortable form.
  bool Contains(std::string_view member) const;

  // Walks the members, smallest first.
  class Iterator {
   public:
    // Starts at an encoded member.
    explicit Iterator(const char* at) : at_(at) {}
    // The current member: text, bytes, or a number's sortable form.
    std::string_view operator*() const {
      const char* at = at_;
      const std::uint32_t length = internal::ReadLength(at);
      return {at, length};
    }
    // Moves on.
    Iterator& operator++() {
      const std::string_view member = **this;
      at_ = member.data() + member.size();
      return *this;
    }
    // Compares positions.
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const char* at_;
  };
  // The first member.
  Iterator begin() const { return Iterator(body_ + 8); }
  // Behind the last member.
  Iterator end() const { return Iterator(body_ + 4 + internal::ReadU32(body_)); }

 private:
  // Points at the size of the body; the type comes from the tag before it.
  const char* body_;
  AttributeType members_;
};

inline MapView AttributeValue::map() const { return MapView(at_ + 1); }
inline ListView AttributeValue::list() const { return ListView(at_ + 1); }
inline std::string_view AttributeValue::bytes() const {
  const char* at = at_ + 1;
  const std::uint32_t length = internal::ReadLength(at);
  return {at, length};
}

}  // namespace stator::dynamo
