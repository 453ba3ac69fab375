// ItemLocks: one writer at a time for each item, so that reading the old item, checking the
// condition and writing are one step.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "engine/key_codec.h"

namespace stator::engine {

// Locks by stripe: two items may share one, which costs waiting and never correctness. Held for one
// read and one unsynced write, tens of microseconds. Thread-safe.
class ItemLocks {
 public:
  // The locks of some items, held until it is destroyed.
  // Move-only.
  class Guard {
   public:
    // Holds nothing.
    Guard() = default;

   private:
    friend class ItemLocks;
    std::vector<std::unique_lock<std::mutex>> locks_;
  };

  // Locks one item by its row key, until the result is destroyed. Never call it while holding
  // another lock of these: that could wait for itself.
  std::unique_lock<std::mutex> Lock(const HashedKey& key);
  // Locks many, in the order of their stripes, so that callers cannot wait for each other in a
  // ring.
  Guard LockAll(std::span<const HashedKey> keys);

 private:
  // Many more than threads, so that waiting on a neighbour is rare: 16 threads meet in 3 % of
  // writes.
  static constexpr std::size_t kStripes = 512;

  std::array<std::mutex, kStripes> stripes_;
};

}  // namespace stator::engine
