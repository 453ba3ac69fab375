#include "engine/row_reader.h"

#include <string>
#include <utility>

#include "engine/rocks.h"

namespace stator::engine {

using base::Status;

// The one way to fill a FoundRow.
class RowReader {
 public:
  // Calls `whole_key` for the row key with the partition's hash, which only RocksDB needs.
  template <typename WholeKey>
  static Status Read(EngineParts& parts, const Table& table, const HashedKey& key,
                     std::string_view what, FoundRow& found, WholeKey&& whole_key) {
    RowCache::Found cached = parts.row_cache->Find(key);
    if (cached.row != nullptr) {
      STATOR_ASSIGN_OR_RETURN(found.row_, DecodeRow(RowCache::ValueOf(*cached.row)));
      found.cached_ = std::move(cached.row);
      return base::OkStatus();
    }
    const std::string_view row_key = whole_key();
    rocksdb::DB& db = parts.storage->db();
    const rocksdb::Status status =
        db.Get(rocksdb::ReadOptions(), db.DefaultColumnFamily(), ToSlice(row_key), &found.value_);
    if (status.IsNotFound()) return base::OkStatus();
    if (!status.ok()) return ReadError(status, what, table);
    STATOR_ASSIGN_OR_RETURN(found.row_, DecodeRow(ToView(found.value_)));
    parts.row_cache->Fill(HashedKey(row_key, key.hash), ToView(found.value_), cached.ticket);
    return base::OkStatus();
  }
};

Status ReadRow(EngineParts& parts, const Table& table, const dynamo::ItemKey& key,
               std::string_view what, FoundRow& found) {
  std::string row_key;
  table.keys().EncodeUnhashedRow(key, row_key);
  return RowReader::Read(parts, table, row_key, what, found, [&] {
    KeyCodec::FillHash(key.partition, row_key);
    return std::string_view(row_key);
  });
}

Status ReadRow(EngineParts& parts, const Table& table, const HashedKey& key, std::string_view what,
               FoundRow& found) {
  return RowReader::Read(parts, table, key, what, found, [&] { return key.row_key; });
}

base::Error ReadError(const rocksdb::Status& status, std::string_view what, const Table& table) {
  return StorageError(status, std::string(what) + " of table " + table.name());
}

}  // namespace stator::engine
