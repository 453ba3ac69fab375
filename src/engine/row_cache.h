// RowCache: rows read lately, so that reading them again asks neither memtables nor table files.
//
// RocksDB caches blocks, and finding a row in cached blocks is still most of what a read costs: the
// memtable's search, the files' filters, the index block, the data block (docs/performance.md). The
// rows that are served again and again, as online features are, come from here instead.
//
// Only point reads fill it, so scans and bulk loads push nothing out. A write takes its row out
// before it commits, and nobody may put a row in while a write near it commits: what is found here
// is what RocksDB would answer, at every moment.
#pragma once

#include <atomic>
#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/metrics.h"
#include "engine/key_codec.h"

namespace stator::engine {

// Bounded by bytes; thread-safe. Row keys are those of KeyCodec, with their hash or without, values
// those of RowCodec.
class RowCache {
 public:
  // One cached row; internal.
  struct Row;
  // A row that was found: stays readable while it is held, whatever happens to the cache.
  using RowPointer = boost::intrusive_ptr<const Row>;

  // What Find says. Without a row, the permission to Fill; good for one read of RocksDB that begins
  // after Find and ends before Fill.
  struct Found {
    RowPointer row;
    std::uint64_t ticket = 0;
  };

  // A writer's share: while it exists, its rows are not in the cache and cannot come into it.
  // Move-only.
  class Writing {
   public:
    // Of no row.
    Writing() = default;
    Writing(Writing&& other) noexcept = default;
    Writing& operator=(Writing&&) = delete;
    ~Writing();

   private:
    friend class RowCache;
    boost::container::small_vector<std::atomic<std::uint32_t>*, 4> writers_;
  };

  // Holds rows of `bytes_max` in all, their keys and management included; 0: none.
  // `metrics` outlives this.
  RowCache(std::size_t bytes_max, base::MetricsRegistry* metrics);
  ~RowCache();
  RowCache(const RowCache&) = delete;
  RowCache& operator=(const RowCache&) = delete;

  // The row, or the ticket to fill it in.
  Found Find(const HashedKey& key);
  // Puts in what RocksDB has answered; `ticket` is that of Find. Does nothing when a write came
  // between, or when the row is larger than a 16th of its shard's room.
  void Fill(const HashedKey& key, std::string_view value, std::uint64_t ticket);
  // Asks the processor for what BeginWrite will look at first.
  void Prefetch(const HashedKey& key) const;
  // Takes rows out for a write. REQUIRES: called before the commit; `writing` lives until it is
  // over, however it ended, and is destroyed before this.
  void BeginWrite(const HashedKey& key, Writing& writing);

  // The stored value of a found row.
  static std::string_view ValueOf(const Row& row);

  // Bytes held now: a sum over parts that change meanwhile.
  std::size_t size_bytes() const;

 private:
  struct Shard;
  // Many more than threads; each holds its part of the bytes.
  static constexpr std::size_t kShards = 64;

  Shard& ShardOf(std::size_t hash) const;

  const std::unique_ptr<Shard[]> shards_;
  base::Counter* const hits_;
  base::Counter* const misses_;
};

// One more holder of a row: boost::intrusive_ptr calls it by this name.
void intrusive_ptr_add_ref(const RowCache::Row* row);
// One holder less; the last one frees the row.
void intrusive_ptr_release(const RowCache::Row* row);

}  // namespace stator::engine
