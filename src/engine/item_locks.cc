#include "engine/item_locks.h"

#include <algorithm>
#include <functional>

namespace stator::engine {

std::size_t ItemLocks::StripeOf(std::string_view row_key) {
  return std::hash<std::string_view>()(row_key) % kStripes;
}

std::unique_lock<std::mutex> ItemLocks::Lock(std::string_view row_key) {
  return std::unique_lock(stripes_[StripeOf(row_key)]);
}

ItemLocks::Guard ItemLocks::LockAll(std::span<const std::string_view> row_keys) {
  std::vector<std::size_t> stripes;
  stripes.reserve(row_keys.size());
  for (const std::string_view row_key : row_keys) stripes.push_back(StripeOf(row_key));
  std::sort(stripes.begin(), stripes.end());
  stripes.erase(std::unique(stripes.begin(), stripes.end()), stripes.end());
  Guard guard;
  guard.locks_.reserve(stripes.size());
  for (const std::size_t stripe : stripes) guard.locks_.emplace_back(stripes_[stripe]);
  return guard;
}

}  // namespace stator::engine
