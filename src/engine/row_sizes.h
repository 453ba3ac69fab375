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

namespace stator::engine {

// A bounded table of the rows written last. What it does not know is read from RocksDB; what it
// knows is exact, because every write of a row notes its outcome here before it unlocks the row.
// Thread-safe; one row is used by one thread at a time (ItemLocks).
class RowSizes {
 public:
  // Rows remembered at the most: 64 bytes each, 16 MiB in all, which the kernel hands out only as
  // rows are written.
  static constexpr std::size_t kRowsMax = std::size_t{1} << 18;
  // Longer row keys are not remembered. A key of 36 characters, as UUIDs have, takes 45.
  static constexpr std::size_t kKeyBytesMax = 59;

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

  // What the last write of the row left; nullopt when that is not remembered. REQUIRES: the row is
  // locked.
  std::optional<Known> Find(std::string_view row_key) const;
  // Notes what a committed write left: an item of that size, or none (nullopt). May push another
  // row out. REQUIRES: the row is locked since before the write.
  void Note(std::string_view row_key, std::optional<std::size_t> item_size_bytes);
  // After a write of which nobody knows whether it was kept. REQUIRES: as Note.
  void Forget(std::string_view row_key);

 private:
  // A row has four places to be in, next to each other.
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kShards = 64;
  // All zero: free. One line of the processor's cache.
  struct Slot {
    // kFree, kAbsent, or kExists plus the size.
    std::uint32_t state;
    std::uint8_t key_bytes;
    char key[kKeyBytesMax];
    bool Holds(std::string_view row_key) const {
      return state != kFree && std::string_view(key, key_bytes) == row_key;
    }
  };
  static_assert(sizeof(Slot) == 64);
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

  // The set that a row belongs to.
  static std::size_t SetOf(std::string_view row_key);
  // The slot that holds the row; null when none does. REQUIRES: the shard of `set` is locked.
  Slot* FindSlot(std::size_t set, std::string_view row_key) const;
  // A slot of the set that holds no row; null when all do. REQUIRES: as FindSlot.
  Slot* FindFree(std::size_t set) const;

  // Untouched pages take no memory; `slots_` is its part that begins at a cache line.
  const std::unique_ptr<void, Freed> memory_;
  Slot* slots_;
  std::array<Shard, kShards> shards_;
};

}  // namespace stator::engine
