// RowSizes: of rows written lately, whether they exist and how large their items are, so that a
// write that needs no more of the old item does not read it.
//
// A table's item count and size are exact (docs/format-data-folder.md), so each write must know
// what it replaces. For a PutItem without condition and return values that is all it must know, and
// reading the row for it was a fifth of the write (docs/performance.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/key_codec.h"

namespace stator::engine {

// A bounded table of the rows written last. What it does not know is read from RocksDB; what it
// knows is exact, because every write of a row notes its outcome here while it locks the row.
// Thread-safe; one row is written by one thread at a time (ItemLocks).
class RowSizes {
 public:
  // Rows remembered at the most: 72 bytes each, 18 MiB in all, which the kernel hands out only as
  // rows are written.
  static constexpr std::size_t kRowsMax = std::size_t{1} << 18;
  // Longer row keys are not remembered. A key of 36 characters, as UUIDs have, takes 45.
  static constexpr std::size_t kKeyBytesMax = 63;

  // What is known of a row.
  struct Known {
    bool exists;
    // 0 when it does not exist.
    std::size_t item_size_bytes;
  };

  // Knows nothing yet.
  RowSizes();
  RowSizes(const RowSizes&) = delete;
  RowSizes& operator=(const RowSizes&) = delete;

  // What the last write of the row left; nullopt when that is not remembered. While the row is not
  // locked that may change at once.
  std::optional<Known> Find(const HashedKey& key) const;
  // Notes what a write leaves: an item of that size, or none (nullopt); returns what was known.
  // May push another row out. REQUIRES: the row is locked since before the write, and until its
  // commit or, when that did not come to be, Forget().
  std::optional<Known> Note(const HashedKey& key, std::optional<std::size_t> item_size_bytes);
  // After a write of which nobody knows whether it was kept. REQUIRES: as Note.
  void Forget(const HashedKey& key);
  // Asks the processor for what Find will look at first.
  void Prefetch(const HashedKey& key) const { __builtin_prefetch(&sets_[PlaceOf(key).set]); }

 private:
  // A row has eight places to be in, so that few rows push each other out: half of kRowsMax are
  // remembered nearly all.
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kShards = 64;
  struct Key {
    std::uint8_t bytes;
    char text[kKeyBytesMax];
  };
  // All zero: free. Finding a row touches two lines of the processor's cache, the first and that of
  // its key.
  struct alignas(64) Set {
    // A part of the hash of the row in each place.
    std::array<std::uint32_t, kWays> tags;
    // kFree, kAbsent, or kExists plus the size.
    std::array<std::uint32_t, kWays> states;
    std::array<Key, kWays> keys;
  };
  static_assert(sizeof(Set) == 64 * (kWays + 1));
  // Where a row may be.
  struct Place {
    std::size_t set;
    std::uint32_t tag;
  };
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kAbsent = 1;
  static constexpr std::uint32_t kExists = 2;
  // Guards the sets whose number is its own, modulo kShards.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    // Which way gives place next.
    std::uint32_t victim = 0;
  };
  struct Freed {
    void operator()(void* memory) const { std::free(memory); }
  };

  static Place PlaceOf(const HashedKey& key) {
    return {key.hash % (kRowsMax / kWays), static_cast<std::uint32_t>(key.hash >> 32)};
  }
  static std::optional<Known> KnownOf(std::uint32_t state);
  // The way that holds the row; kWays when none does. REQUIRES: the shard of its set is locked.
  std::size_t WayOf(const Place& place, std::string_view row_key) const;
  // The way that a row not held comes into. REQUIRES: as WayOf.
  std::size_t TakeWay(const Place& place);

  // Untouched pages take no memory; `sets_` is its part that begins at a cache line.
  const std::unique_ptr<void, Freed> memory_;
  Set* sets_;
  std::array<Shard, kShards> shards_;
};

}  // namespace stator::engine
