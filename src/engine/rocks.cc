#include "engine/rocks.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "dynamo/errors.h"
#include "engine/log_files.h"
#include "engine/memtable.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;

// Warnings and errors of RocksDB go to our log; the rest, and its LOG files, would only grow.
class LogBridge final : public rocksdb::Logger {
 public:
  LogBridge() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    char text[1024];
    std::vsnprintf(text, sizeof text, format, arguments);
    if (std::string_view(text).find(kOptionsNotKept) != std::string_view::npos) return;
    const bool error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
    base::Log(error ? base::LogLevel::kError : base::LogLevel::kWarning, "rocksdb",
              {{"text", text}});
  }
};

class CountsMerge final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "stator.counts.1"; }
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& operand,
             std::string* result, rocksdb::Logger*) const override {
    TableCounts sum = existing ? DecodeCounts(ToView(*existing)) : TableCounts{};
    const TableCounts change = DecodeCounts(ToView(operand));
    sum.items += change.items;
    sum.bytes += change.bytes;
    *result = EncodeCounts(sum);
    return true;
  }
};

std::shared_ptr<rocksdb::TableFactory> MakeTableFactory(const EngineOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  // A page reads many rows and a get one: 4 KB is the smallest that compresses well.
  table.block_size = 4096;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  // A put looks for the item that it replaces; for a new one the filter saves the search.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.format_version = 5;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

}  // namespace

rocksdb::Options MakeRocksOptions(const EngineOptions& options,
                                  std::shared_ptr<rocksdb::EventListener> listener) {
  rocksdb::Options rocks;
  if (options.env != nullptr) rocks.env = options.env;
  rocks.create_if_missing = true;
  rocks.info_log = std::make_shared<LogBridge>();
  rocks.merge_operator = MakeCountsMerge();
  rocks.table_factory = MakeTableFactory(options);
  if (listener) rocks.listeners.push_back(std::move(listener));

  rocks.max_background_jobs = 2;
  rocks.skip_stats_update_on_db_open = true;
  // Sixteen threads, its default, take longer to start than a handful of files to open.
  rocks.max_file_opening_threads = 1;
  // Old files are deleted in the background; at a start that saves as long as all the rest takes.
  rocks.avoid_unnecessary_blocking_io = true;
  rocks.write_buffer_size = options.memtable_bytes;
  rocks.max_write_buffer_number = 2;
  // Takes one writer at a time: the first of a group inserts what all of it bring.
  rocks.memtable_factory = MakeMemtableFactory();
  rocks.allow_concurrent_memtable_write = false;
  // What has just been written is soon written again by compaction: compressing it would be lost.
  rocks.compression_per_level.assign(rocks.num_levels, rocksdb::kLZ4Compression);
  rocks.compression_per_level.front() = rocksdb::kNoCompression;
  // Else compaction reads block by block, a system call each.
  rocks.compaction_readahead_size = 1 << 20;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.bytes_per_sync = 1 << 20;
  // Its own statistics would wake a thread every ten minutes to write files that nobody reads.
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  // With `sync` the log is handed to the kernel once for all who wait (LogSync). Without it, at
  // every write, so that a crash of the process alone loses nothing.
  rocks.manual_wal_flush = options.sync;
  return rocks;
}

Error StorageError(const rocksdb::Status& status, std::string_view doing) {
  std::string message(doing);
  if (status.IsNoSpace()) {
    return Error(ErrorKind::kUnavailable, dynamo::kStorageFull,
                 message +
                     ": the disk is full. Every acknowledged write is safe; free space on the "
                     "disk and writes go on by themselves");
  }
  const bool damaged = status.IsCorruption();
  return Error(damaged ? ErrorKind::kInternal : ErrorKind::kUnavailable,
               dynamo::kInternalServerError, message + ": " + status.ToString());
}

std::string EncodeCounts(TableCounts counts) {
  std::string bytes(sizeof counts, '\0');
  std::memcpy(bytes.data(), &counts, sizeof counts);
  return bytes;
}

TableCounts DecodeCounts(std::string_view bytes) {
  TableCounts counts;
  if (bytes.size() == sizeof counts) std::memcpy(&counts, bytes.data(), sizeof counts);
  return counts;
}

std::shared_ptr<rocksdb::MergeOperator> MakeCountsMerge() {
  return std::make_shared<CountsMerge>();
}

}  // namespace stator::engine
