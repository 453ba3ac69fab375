#include "engine/row_sizes.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace stator::engine {

RowSizes::RowSizes() : memory_(std::calloc(kRowsMax / kWays + 1, sizeof(Set))) {
  CHECK(memory_ != nullptr);
  void* begin = memory_.get();
  std::size_t space = (kRowsMax / kWays + 1) * sizeof(Set);
  sets_ = static_cast<Set*>(std::align(alignof(Set), space - alignof(Set), begin, space));
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

std::optional<RowSizes::Known> RowSizes::KnownOf(std::uint32_t state) {
  if (state == kFree) return std::nullopt;
  if (state == kAbsent) return Known{.exists = false, .item_size_bytes = 0};
  return Known{.exists = true, .item_size_bytes = state - kExists};
}

std::optional<RowSizes::Known> RowSizes::Find(const HashedKey& key) const {
  if (key.row_key.size() > kKeyBytesMax) return std::nullopt;
  const Place place = PlaceOf(key);
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  const std::size_t way = WayOf(place, key.row_key);
  return way == kWays ? std::nullopt : KnownOf(sets_[place.set].states[way]);
}

std::optional<RowSizes::Known> RowSizes::Note(const HashedKey& key,
                                              std::optional<std::size_t> item_size_bytes) {
  if (key.row_key.size() > kKeyBytesMax) return std::nullopt;
  const Place place = PlaceOf(key);
  Set& set = sets_[place.set];
  const std::uint32_t state =
      item_size_bytes ? kExists + static_cast<std::uint32_t>(*item_size_bytes) : kAbsent;
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  std::size_t way = WayOf(place, key.row_key);
  if (way != kWays) return KnownOf(std::exchange(set.states[way], state));
  way = TakeWay(place);
  set.tags[way] = place.tag;
  set.states[way] = state;
  set.keys[way].bytes = static_cast<std::uint8_t>(key.row_key.size());
  std::memcpy(set.keys[way].text, key.row_key.data(), key.row_key.size());
  return std::nullopt;
}

void RowSizes::Forget(const HashedKey& key) {
  if (key.row_key.size() > kKeyBytesMax) return;
  const Place place = PlaceOf(key);
  const std::lock_guard lock(shards_[place.set % kShards].mutex);
  const std::size_t way = WayOf(place, key.row_key);
  if (way != kWays) sets_[place.set].states[way] = kFree;
}

}  // namespace stator::engine
