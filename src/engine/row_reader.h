// One stored row by its key: from the row cache, else from RocksDB.
//
// Every point read of a single row takes this way: GetItem, and the writes that look at the item
// that they replace. Reads of many rows are in reads.cc.
#pragma once

#include <rocksdb/slice.h>

#include <optional>
#include <string_view>

#include "engine/engine_parts.h"
#include "engine/row_codec.h"

namespace stator::engine {

// A row that ReadRow has found, or that there is none. Keeps the row's bytes readable; not to be
// moved.
class FoundRow {
 public:
  // Nothing found yet.
  FoundRow() = default;
  FoundRow(const FoundRow&) = delete;
  FoundRow& operator=(const FoundRow&) = delete;
  // Views of what this holds; null when there is no row.
  const StoredRow* get() const { return row_ ? &*row_ : nullptr; }

 private:
  friend class RowReader;
  // One of them holds the bytes.
  RowCache::RowPointer cached_;
  rocksdb::PinnableSlice value_;
  std::optional<StoredRow> row_;
};

// Finds a row of `table` and leaves it in the row cache. `what` names the call in errors. ERRORS:
// of the disk, of a damaged row. REQUIRES: `found` is new.
base::Status ReadRow(EngineParts& parts, const Table& table, const dynamo::ItemKey& key,
                     std::string_view what, FoundRow& found);
// The same for who has the row key.
base::Status ReadRow(EngineParts& parts, const Table& table, const HashedKey& key,
                     std::string_view what, FoundRow& found);

// The error of a read that RocksDB could not answer.
base::Error ReadError(const rocksdb::Status& status, std::string_view what, const Table& table);

}  // namespace stator::engine
