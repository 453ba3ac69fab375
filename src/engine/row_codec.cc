#include "engine/row_codec.h"

#include <utility>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using dynamo::ItemView;
using dynamo::NamedValue;

constexpr int kSizeBytesMax = 4;  // 7 bits each; an item has at most 409,600 bytes

Error Damaged(std::string_view what) {
  return Error(ErrorKind::kInternal, dynamo::kInternalServerError,
               "row is damaged: " + std::string(what));
}

}  // namespace

base::Result<StoredRow> DecodeRow(std::string_view value) {
  StoredRow row;
  std::size_t at = 0;
  for (int shift = 0;; shift += 7) {
    if (at == value.size() || at == kSizeBytesMax) return Damaged("its size runs over");
    const auto byte = static_cast<std::uint8_t>(value[at++]);
    row.item_size_bytes |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  value.remove_prefix(at);
  if (value.size() < ItemView().bytes().size() || value[0] != dynamo::kItemLayout) {
    return Damaged("its item has an unknown layout");
  }
  row.rest = ItemView(value);
  if (1 + row.rest.attributes().body_size_bytes() != value.size()) {
    return Damaged("its item has another size");
  }
  return row;
}

RowCodec::RowCodec(const dynamo::KeySchema& schema) : schema_(schema) {
  names_[0] = schema.partition.name;
  if (!schema.sort) return;
  names_[1] = schema.sort->name;
  sort_first_ = names_[1] < names_[0];
  if (sort_first_) std::swap(names_[0], names_[1]);
}

void RowCodec::Encode(ItemView item, std::size_t item_size_bytes, std::string& out) const {
  out.clear();
  for (; item_size_bytes >= 0x80; item_size_bytes >>= 7) {
    out.push_back(static_cast<char>(item_size_bytes | 0x80));
  }
  out.push_back(static_cast<char>(item_size_bytes));
  const std::span<const std::string_view> keys(names_.data(), schema_.sort ? 2 : 1);
  dynamo::RebuildItem(item, {}, keys, out);
}

void RowCodec::AppendItem(const dynamo::ItemKey& key, ItemView rest, std::string& out) const {
  if (!schema_.sort) {
    const NamedValue set[] = {{names_[0], key.partition}};
    dynamo::RebuildItem(rest, set, {}, out);
    return;
  }
  const NamedValue set[] = {{names_[0], sort_first_ ? *key.sort : key.partition},
                            {names_[1], sort_first_ ? key.partition : *key.sort}};
  dynamo::RebuildItem(rest, set, {}, out);
}

}  // namespace stator::engine
