#include "engine/row_reader.h"

#include <string>

#include "engine/rocks.h"

namespace stator::engine {

using base::Status;

Status ReadRow(EngineParts& parts, const Table& table, const dynamo::ItemKey& key,
               std::string_view what, FoundRow& found) {
  std::string row_key;
  table.keys().EncodeUnhashedRow(key, row_key);
  RowCache::Found cached = parts.row_cache->Find(row_key);
  if (cached.row != nullptr) {
    STATOR_ASSIGN_OR_RETURN(found.row_, DecodeRow(RowCache::ValueOf(*cached.row)));
    found.cached_ = std::move(cached.row);
    return base::OkStatus();
  }
  KeyCodec::FillHash(key.partition, row_key);
  rocksdb::DB& db = parts.storage->db();
  const rocksdb::Status status =
      db.Get(rocksdb::ReadOptions(), db.DefaultColumnFamily(), ToSlice(row_key), &found.value_);
  if (status.IsNotFound()) return base::OkStatus();
  if (!status.ok()) return ReadError(status, what, table);
  STATOR_ASSIGN_OR_RETURN(found.row_, DecodeRow(ToView(found.value_)));
  parts.row_cache->Fill(row_key, ToView(found.value_), cached.ticket);
  return base::OkStatus();
}

base::Error ReadError(const rocksdb::Status& status, std::string_view what, const Table& table) {
  return StorageError(status, std::string(what) + " of table " + table.name());
}

}  // namespace stator::engine
