#include "engine/row_sizes.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/check.h"

namespace stator::engine {

RowSizes::RowSizes() : memory_(std::calloc(kRowsMax + 1, sizeof(Slot))) {
  CHECK(memory_ != nullptr);
  void* begin = memory_.get();
  std::size_t space = (kRowsMax + 1) * sizeof(Slot);
  slots_ = static_cast<Slot*>(std::align(sizeof(Slot), kRowsMax * sizeof(Slot), begin, space));
}

std::size_t RowSizes::SetOf(std::string_view row_key) {
  return std::hash<std::string_view>()(row_key) % (kRowsMax / kWays);
}

RowSizes::Slot* RowSizes::FindSlot(std::size_t set, std::string_view row_key) const {
  Slot* const first = slots_ + set * kWays;
  Slot* const end = first + kWays;
  Slot* const found =
      std::find_if(first, end, [&](const Slot& slot) { return slot.Holds(row_key); });
  return found == end ? nullptr : found;
}

RowSizes::Slot* RowSizes::FindFree(std::size_t set) const {
  Slot* const first = slots_ + set * kWays;
  Slot* const end = first + kWays;
  Slot* const found =
      std::find_if(first, end, [](const Slot& slot) { return slot.state == kFree; });
  return found == end ? nullptr : found;
}

std::optional<RowSizes::Known> RowSizes::Find(std::string_view row_key) const {
  if (row_key.size() > kKeyBytesMax) return std::nullopt;
  const std::size_t set = SetOf(row_key);
  const std::lock_guard lock(shards_[set % kShards].mutex);
  const Slot* const slot = FindSlot(set, row_key);
  if (slot == nullptr) return std::nullopt;
  if (slot->state == kAbsent) return Known{.exists = false, .item_size_bytes = 0};
  return Known{.exists = true, .item_size_bytes = slot->state - kExists};
}

void RowSizes::Note(std::string_view row_key, std::optional<std::size_t> item_size_bytes) {
  if (row_key.size() > kKeyBytesMax) return;
  const std::size_t set = SetOf(row_key);
  Shard& shard = shards_[set % kShards];
  const std::lock_guard lock(shard.mutex);
  Slot* slot = FindSlot(set, row_key);
  if (slot == nullptr) {
    slot = FindFree(set);
    if (slot == nullptr) slot = slots_ + set * kWays + shard.victim++ % kWays;
    slot->key_bytes = static_cast<std::uint8_t>(row_key.size());
    std::memcpy(slot->key, row_key.data(), row_key.size());
  }
  slot->state = item_size_bytes ? kExists + static_cast<std::uint32_t>(*item_size_bytes) : kAbsent;
}

void RowSizes::Forget(std::string_view row_key) {
  if (row_key.size() > kKeyBytesMax) return;
  const std::size_t set = SetOf(row_key);
  const std::lock_guard lock(shards_[set % kShards].mutex);
  if (Slot* const slot = FindSlot(set, row_key)) slot->state = kFree;
}

}  // namespace stator::engine
