#include "engine/item_locks.h"

#include <algorithm>

namespace stator::engine {

std::unique_lock<std::mutex> ItemLocks::Lock(const HashedKey& key) {
  return std::unique_lock(stripes_[key.hash % kStripes]);
}

ItemLocks::Guard ItemLocks::LockAll(std::span<const HashedKey> keys) {
  std::vector<std::size_t> stripes;
  stripes.reserve(keys.size());
  for (const HashedKey& key : keys) stripes.push_back(key.hash % kStripes);
  std::sort(stripes.begin(), stripes.end());
  stripes.erase(std::unique(stripes.begin(), stripes.end()), stripes.end());
  Guard guard;
  guard.locks_.reserve(stripes.size());
  for (const std::size_t stripe : stripes) guard.locks_.emplace_back(stripes_[stripe]);
  return guard;
}

}  // namespace stator::engine
