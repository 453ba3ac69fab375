// WriteSet: all that one write changes, planned first and committed as one RocksDB batch.
//
// Put, Update, Delete and the elements of batches share this shape: whatever else a write will have
// to change (index rows, stream records) becomes further rows of the same set.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamo/item.h"
#include "engine/table.h"

namespace stator::engine {

// Rows to put and to delete, and by how much the counts of tables change. Not thread-safe.
class WriteSet {
 public:
  // Room for `rows` written rows with values of so many bytes together, so that the batch is not
  // copied while it grows.
  explicit WriteSet(std::size_t value_bytes = 0, std::size_t rows = 1)
      : batch_(value_bytes + rows * kRoomBytes) {}
  // Puts a row of a table.
  void PutRow(std::string_view row_key, std::string_view value);
  // Deletes a row of a table.
  void DeleteRow(std::string_view row_key);
  // Deletes all rows from `low` to below `high`.
  void DeleteRange(std::string_view low, std::string_view high);
  // Changes the counts of `table`; changes of one table add up. `table` outlives the commit.
  void Count(Table& table, TableCounts change);

  // Whether it changes nothing.
  bool empty() const { return batch_.Count() == 0; }
  // For Storage::Commit, which also adds to it what the counts become on disk.
  rocksdb::WriteBatch& batch() { return batch_; }
  // Tables whose counts change.
  const std::vector<std::pair<Table*, TableCounts>>& counts() const { return counts_; }
  // Bytes of the batch.
  std::size_t size_bytes() const { return batch_.GetDataSize(); }

 private:
  // Of a batch's head, a row key, and the change of a table's counts.
  static constexpr std::size_t kRoomBytes = 256;

  rocksdb::WriteBatch batch_;
  std::vector<std::pair<Table*, TableCounts>> counts_;
};

// A row as a write leaves it.
struct NewRow {
  // What RowCodec makes of `item`, whose ItemSizeBytes are `size_bytes`.
  NewRow(const Table& table, dynamo::ItemView item, std::size_t size_bytes);

  // The stored value.
  std::string value;
  // ItemSizeBytes of the item.
  std::size_t item_size_bytes;
};

// Adds to `set` the change of one item of `table`: `old_size_bytes` is nullopt when there was no
// item, `row` is null when there shall be none. Pure: reads and writes nothing but its arguments.
void PlanWrite(Table& table, std::string_view row_key, std::optional<std::size_t> old_size_bytes,
               const NewRow* row, WriteSet& set);

}  // namespace stator::engine
