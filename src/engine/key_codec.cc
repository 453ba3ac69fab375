#include "engine/key_codec.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "dynamo/errors.h"
#include "engine/big_endian.h"
#include "engine/md5.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using dynamo::AttributeType;
using dynamo::AttributeValue;
using expression::SortKeyCondition;
using expression::SortKeyOperator;

// Read off AWS's scans: what precedes the key bytes in the hash.
constexpr std::string_view kHashSalt = "Outliers";
// Inside an escaped component a zero byte is followed by kZeroGoesOn, at its end by kComponentEnd:
// the shorter component comes first.
constexpr char kComponentEnd = '\x01';
constexpr char kZeroGoesOn = '\xFF';
constexpr std::size_t kComponentEndBytes = 2;
constexpr std::uint32_t kSegmentSlots = 4096;
constexpr int kSlotShift = 12;  // a slot is the upper 12 bits of the hash

void AppendEscaped(std::string_view component, std::string& out) {
  for (;;) {
    const std::size_t zero = component.find('\0');
    if (zero == std::string_view::npos) break;
    out.append(component.substr(0, zero + 1));
    out.push_back(kZeroGoesOn);
    component.remove_prefix(zero + 1);
  }
  out.append(component);
  out.push_back('\0');
  out.push_back(kComponentEnd);
}

Error Damaged(std::string_view what) {
  return Error(ErrorKind::kInternal, dynamo::kInternalServerError,
               "row key is damaged: " + std::string(what));
}

// Takes an escaped component off `in`.
base::Status TakeEscaped(std::string_view& in, std::string& out) {
  for (;;) {
    const std::size_t zero = in.find('\0');
    if (zero == std::string_view::npos || zero + 1 == in.size()) {
      return Damaged("a component has no end");
    }
    const char next = in[zero + 1];
    out.append(in.substr(0, zero));
    in.remove_prefix(zero + 2);
    if (next == kComponentEnd) return base::OkStatus();
    if (next != kZeroGoesOn) return Damaged("a zero byte is not escaped");
    out.push_back('\0');
  }
}

std::uint32_t FirstSlot(std::int64_t segment, std::int64_t total) {
  return static_cast<std::uint32_t>((kSegmentSlots * segment + total - 1) / total);
}

}  // namespace

std::string_view KeyValueBytes(AttributeValue value) {
  return value.type() == AttributeType::kNumber ? value.number_bytes() : value.bytes();
}

void AppendKeyValue(AttributeType type, std::string_view bytes, std::string& out) {
  out.push_back(static_cast<char>(type == AttributeType::kNumber   ? AttributeValue::kTagNumber
                                  : type == AttributeType::kString ? AttributeValue::kTagString
                                                                   : AttributeValue::kTagBinary));
  std::size_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) out.push_back(static_cast<char>(length | 0x80));
  out.push_back(static_cast<char>(length));
  out.append(bytes);
}

std::uint32_t PartitionHash(std::string_view partition) {
  const auto digest = Md5(kHashSalt, partition);
  return static_cast<std::uint32_t>(digest[0] << 16 | digest[1] << 8 | digest[2]);
}

std::string PrefixEnd(std::string_view prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.remove_suffix(1);
  CHECK(!prefix.empty());
  std::string end(prefix);
  ++end.back();
  return end;
}

std::size_t HashedKey::Hash(std::string_view row_key) {
  const std::string_view head = row_key.substr(0, kRowHashOffset);
  row_key.remove_prefix(std::min(row_key.size(), kRowHashOffset + kRowHashBytes));
  std::uint64_t space = head.size();
  std::memcpy(&space, head.data(), head.size());
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  return std::hash<std::string_view>()(row_key) ^ (space * kOdd);
}

KeyCodec::KeyCodec(KeySpace space, bool has_sort) : space_(space), has_sort_(has_sort) {
  std::string head;
  AppendBigEndian(space_.table, 4, head);
  AppendBigEndian(space_.index, 2, head);
  head.append(kRowHashBytes, '\0');
  std::copy(head.begin(), head.end(), head_.begin());
}

void KeyCodec::EncodeUnhashedPartition(AttributeValue partition, std::string& out) const {
  out.assign(head_.data(), head_.size());
  if (has_sort_) {
    AppendEscaped(KeyValueBytes(partition), out);
  } else {
    out.append(KeyValueBytes(partition));
  }
}

void KeyCodec::EncodeUnhashedRow(const dynamo::ItemKey& key, std::string& out) const {
  // Room for all, unless zero bytes are escaped.
  out.reserve(head_.size() + KeyValueBytes(key.partition).size() +
              (has_sort_ ? kComponentEndBytes + KeyValueBytes(*key.sort).size() : 0));
  EncodeUnhashedPartition(key.partition, out);
  if (has_sort_) out.append(KeyValueBytes(*key.sort));
}

void KeyCodec::FillHash(AttributeValue partition, std::string& row_key) {
  const std::uint32_t hash = PartitionHash(KeyValueBytes(partition));
  for (std::size_t i = 0; i < kRowHashBytes; ++i) {
    row_key[kRowHashOffset + i] = static_cast<char>(hash >> (8 * (kRowHashBytes - 1 - i)));
  }
}

KeyRange KeyCodec::Partition(AttributeValue partition) const {
  KeyRange range;
  EncodeUnhashedPartition(partition, range.low);
  FillHash(partition, range.low);
  // Without a sort part the partition is one row, and others may begin with its key.
  range.high = has_sort_ ? PrefixEnd(range.low) : range.low + '\0';
  return range;
}

KeyRange KeyCodec::PartitionPart(AttributeValue partition,
                                 const SortKeyCondition& condition) const {
  KeyRange range = Partition(partition);
  const std::string prefix = range.low;
  const std::string low = prefix + std::string(KeyValueBytes(condition.low));
  switch (condition.op) {
    case SortKeyOperator::kEqual:
      range.low = low;
      range.high = low + '\0';
      break;
    case SortKeyOperator::kLess: range.high = low; break;
    case SortKeyOperator::kLessOrEqual: range.high = low + '\0'; break;
    case SortKeyOperator::kGreater: range.low = low + '\0'; break;
    case SortKeyOperator::kGreaterOrEqual: range.low = low; break;
    case SortKeyOperator::kBetween:
      range.low = low;
      range.high = prefix + std::string(KeyValueBytes(*condition.high)) + '\0';
      break;
    case SortKeyOperator::kBeginsWith:
      range.low = low;
      range.high = PrefixEnd(low);
      break;
  }
  return range;
}

KeyRange KeyCodec::All() const {
  KeyRange range;
  range.low.assign(head_.data(), kRowHashOffset);
  range.high = PrefixEnd(range.low);
  return range;
}

KeyRange KeyCodec::Segment(std::int32_t segment, std::int32_t total) const {
  KeyRange range = All();
  const std::string space = range.low;
  // Behind the last slot there is no hash: a segment that begins there is empty.
  const auto at_slot = [&](std::uint32_t slot) {
    std::string bound = space;
    AppendBigEndian(slot << kSlotShift, kRowHashBytes, bound);
    return slot < kSegmentSlots ? bound : range.high;
  };
  return {at_slot(FirstSlot(segment, total)),
          at_slot(FirstSlot(static_cast<std::int64_t>(segment) + 1, total))};
}

base::Status KeyCodec::Decode(std::string_view row_key, RowKeyParts& parts) const {
  if (row_key.size() <= kRowHashOffset + kRowHashBytes) return Damaged("it is too short");
  if (ReadBigEndian(row_key.substr(0, 4)) != space_.table ||
      ReadBigEndian(row_key.substr(4, 2)) != space_.index) {
    return Damaged("it is of another table");
  }
  row_key.remove_prefix(kRowHashOffset + kRowHashBytes);
  parts.partition.clear();
  if (!has_sort_) {
    parts.partition = row_key;
    return base::OkStatus();
  }
  STATOR_RETURN_IF_ERROR(TakeEscaped(row_key, parts.partition));
  parts.sort = row_key;
  return parts.sort.empty() ? Damaged("its sort key is empty") : base::OkStatus();
}

KeyRange TableRange(std::uint32_t table) {
  KeyRange range;
  AppendBigEndian(table, 4, range.low);
  range.high = PrefixEnd(range.low);
  return range;
}

}  // namespace stator::engine
