#include "engine/write_set.h"

#include <algorithm>

#include "engine/rocks.h"

namespace stator::engine {
namespace {

// A row begins with its item's size, in at most four bytes.
constexpr std::size_t kSizeRoomBytes = 4;

// A batch of RocksDB allocates its memory with exceptions; its own errors cannot happen here, since
// no size limit is set.
void MustFit(const rocksdb::Status& status) { CHECK(status.ok()); }

}  // namespace

void WriteSet::PutRow(std::string_view row_key, std::string_view value) {
  MustFit(batch_.Put(ToSlice(row_key), ToSlice(value)));
}

void WriteSet::DeleteRow(std::string_view row_key) { MustFit(batch_.Delete(ToSlice(row_key))); }

void WriteSet::DeleteRange(std::string_view low, std::string_view high) {
  MustFit(batch_.DeleteRange(ToSlice(low), ToSlice(high)));
}

void WriteSet::Count(Table& table, TableCounts change) {
  const auto at = std::find_if(counts_.begin(), counts_.end(),
                               [&](const auto& entry) { return entry.first == &table; });
  if (at == counts_.end()) {
    counts_.emplace_back(&table, change);
  } else {
    at->second.items += change.items;
    at->second.bytes += change.bytes;
  }
}

NewRow::NewRow(const Table& table, dynamo::ItemView item, std::size_t size_bytes)
    : item_size_bytes(size_bytes) {
  value.reserve(item.bytes().size() + kSizeRoomBytes);
  table.rows().Encode(item, size_bytes, value);
}

void PlanWrite(Table& table, std::string_view row_key, std::optional<std::size_t> old_size_bytes,
               const NewRow* row, WriteSet& set) {
  if (!old_size_bytes && row == nullptr) return;
  TableCounts change;
  if (old_size_bytes) {
    change.items -= 1;
    change.bytes -= static_cast<std::int64_t>(*old_size_bytes);
  }
  if (row != nullptr) {
    change.items += 1;
    change.bytes += static_cast<std::int64_t>(row->item_size_bytes);
    set.PutRow(row_key, row->value);
  } else {
    set.DeleteRow(row_key);
  }
  set.Count(table, change);
}

}  // namespace stator::engine
