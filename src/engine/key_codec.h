// KeyCodec: where an item lies in RocksDB. The bytes are docs/format-data-folder.md, "Row keys".
//
//   row key := table:u32be, index:u16be, hash:3, components
//
// The components are the key attributes, each but the last escaped and closed, so that the bytes
// order as DynamoDB orders the keys and no partition is a prefix of another. The hash puts
// partitions into the order in which AWS scans them, and each scan segment is one range of it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dynamo/key.h"
#include "dynamo/table.h"
#include "expression/key_condition.h"

namespace stator::engine {

// The rows of one table or of one of its indexes. Numbers are given out once and never again;
// table 0 is the catalog's, index 0 is the table itself.
struct KeySpace {
  std::uint32_t table = 0;
  std::uint16_t index = 0;
};

// A range of row keys: low <= key < high.
struct KeyRange {
  std::string low;
  std::string high;
  // Whether `key` lies in it.
  bool Contains(std::string_view key) const { return key >= low && key < high; }
};

// What a row key holds: the bytes of its key attributes, as KeyValueBytes gives them.
struct RowKeyParts {
  std::string partition;
  // Empty for tables without a sort key; no sort key is empty.
  std::string sort;
};

// Bytes that stand for a key value: S its UTF-8, B its bytes, N its sortable form. REQUIRES: one of
// these types.
std::string_view KeyValueBytes(dynamo::AttributeValue value);

// Appends the encoded value of a key attribute, the reverse of KeyValueBytes.
void AppendKeyValue(dynamo::AttributeType type, std::string_view bytes, std::string& out);

// First 24 bits of MD5("Outliers" + bytes): AWS's order of partitions. [reference: order seen on
// AWS]
std::uint32_t PartitionHash(std::string_view partition);

// The smallest byte string behind all that begin with `prefix`. REQUIRES: not all bytes are FF.
std::string PrefixEnd(std::string_view prefix);

// Where the hash stands in every row key.
inline constexpr std::size_t kRowHashOffset = 6;
inline constexpr std::size_t kRowHashBytes = 3;

// A row key and its hash for tables in memory, where an unhashed row key (EncodeUnhashedRow) has
// the hash of the whole one. Who asks several of them hashes once. A view.
struct HashedKey {
  // Hashes `row_key`: whatever a string_view can be made of.
  template <std::convertible_to<std::string_view> Text>
  HashedKey(const Text& key)  // NOLINT(google-explicit-constructor)
      : HashedKey(key, Hash(key)) {}
  // A row key with the hash that an earlier HashedKey found.
  HashedKey(std::string_view key, std::size_t key_hash) : row_key(key), hash(key_hash) {}

  std::string_view row_key;
  std::size_t hash;

 private:
  static std::size_t Hash(std::string_view row_key);
};

// Encodes and decodes the keys of one table or index. A value; cheap to copy.
class KeyCodec {
 public:
  // Codec of `space`, whose keys have a sort part or not.
  KeyCodec(KeySpace space, bool has_sort);

  // Replaces `out` with the row key of `key`. REQUIRES: `key` has the schema's attributes.
  void EncodeRow(const dynamo::ItemKey& key, std::string& out) const {
    EncodeUnhashedRow(key, out);
    FillHash(key.partition, out);
  }
  // EncodeRow with zeros in place of the hash, an MD5, which costs more than all the rest. It is
  // enough to tell rows apart.
  void EncodeUnhashedRow(const dynamo::ItemKey& key, std::string& out) const;
  // Makes an unhashed row key a row key. REQUIRES: `row_key` is of that partition.
  static void FillHash(dynamo::AttributeValue partition, std::string& row_key);
  // All rows of one partition.
  KeyRange Partition(dynamo::AttributeValue partition) const;
  // The rows of a partition whose sort key meets `condition`; may be empty (low >= high).
  // REQUIRES: the schema has a sort key.
  KeyRange PartitionPart(dynamo::AttributeValue partition,
                         const expression::SortKeyCondition& condition) const;
  // All rows.
  KeyRange All() const;
  // Segment `segment` of `total`: the partitions whose first 12 bits of hash lie in
  // [ceil(4096 segment / total), ceil(4096 (segment + 1) / total)). REQUIRES: 0 <= segment < total.
  KeyRange Segment(std::int32_t segment, std::int32_t total) const;
  // Takes a row key apart into `parts`, whose memory is reused. ERRORS: InternalServerError "row
  // key is damaged: ...". Checks the form, not the hash, nor that the values suit the schema's
  // types.
  base::Status Decode(std::string_view row_key, RowKeyParts& parts) const;

 private:
  void EncodeUnhashedPartition(dynamo::AttributeValue partition, std::string& out) const;

  KeySpace space_;
  bool has_sort_;
  // What all its unhashed row keys begin with.
  std::array<char, kRowHashOffset + kRowHashBytes> head_;
};

// Every row of a table and of its indexes.
KeyRange TableRange(std::uint32_t table);

}  // namespace stator::engine
