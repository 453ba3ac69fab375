#include "engine/row_sizes.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/check.h"

namespace stator::engine {

RowSizes::RowSizes() : memory_(std::calloc(kRowsMax / kWays + 1, sizeof(Set))) {
  CHECK(memory_ != nullptr);
  void* begin = memory_.get();
  std::size_t space = (kRowsMax / kWays + 1) * sizeof(Set);
  sets_ = static_cast<Set*>(std::align(alignof(Set), space - alignof(Set), begin, space));
}

RowSizes::Place RowSizes::PlaceOf(std::string_view row_key) {
  const std::size_t hash = std::hash<std::string_view>()(row_key);
  return {hash % (kRowsMax / kWays), static_cast<std::uint32_t>(hash >> 32)};
}

std::size_t RowSizes::WayOf(const Place& place, std::string_view row_key) const {
  const Set& set = sets_[place.set];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (set.tags[way] != place.tag || set.states[way] == kFree) continue;
    const Key& key = set.keys[way];
    if (std::string_view(key.text, key.bytes) == row_key) return way;
  }
  return kWays;
}

std::size_t RowSizes::TakeWay(const Place& place) {
  const auto& states = sets_[place.set].states;
  const auto free = std::find(states.begin(), states.end(), kFree);
  if (free != states.end()) return static_cast<std::size_t>(free - states.begin());
  return shards_[place.set % kShards].victim++ % kWays;
}

std::optional<RowSizes::Known> RowSizes::Find(std::string_view row_key) const {
  if (row_key.size() > kKeyBytesMax) return std::nullopt;
  const Place place = PlaceOf(row_key);
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  const std::size_t way = WayOf(place, row_key);
  if (way == kWays) return std::nullopt;
  const std::uint32_t state = sets_[place.set].states[way];
  if (state == kAbsent) return Known{.exists = false, .item_size_bytes = 0};
  return Known{.exists = true, .item_size_bytes = state - kExists};
}

void RowSizes::Note(std::string_view row_key, std::optional<std::size_t> item_size_bytes) {
  if (row_key.size() > kKeyBytesMax) return;
  const Place place = PlaceOf(row_key);
  Set& set = sets_[place.set];
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  std::size_t way = WayOf(place, row_key);
  if (way == kWays) {
    way = TakeWay(place);
    set.tags[way] = place.tag;
    set.keys[way].bytes = static_cast<std::uint8_t>(row_key.size());
    std::memcpy(set.keys[way].text, row_key.data(), row_key.size());
  }
  set.states[way] =
      item_size_bytes ? kExists + static_cast<std::uint32_t>(*item_size_bytes) : kAbsent;
}

void RowSizes::Forget(std::string_view row_key) {
  if (row_key.size() > kKeyBytesMax) return;
  const Place place = PlaceOf(row_key);
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  const std::size_t way = WayOf(place, row_key);
  if (way != kWays) sets_[place.set].states[way] = kFree;
}

}  // namespace stator::engine
