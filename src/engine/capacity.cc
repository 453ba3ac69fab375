#include "engine/capacity.h"

#include <algorithm>

#include "dynamo/limits.h"

namespace stator::engine {
namespace {

double Blocks(std::size_t size_bytes, std::size_t block_bytes) {
  return static_cast<double>(
      std::max<std::size_t>(1, (size_bytes + block_bytes - 1) / block_bytes));
}

}  // namespace

double ReadUnits(std::size_t size_bytes, bool consistent) {
  return Blocks(size_bytes, dynamo::kReadUnitBytes) * (consistent ? 1.0 : 0.5);
}

double WriteUnits(std::size_t old_size_bytes, std::size_t new_size_bytes) {
  return Blocks(std::max(old_size_bytes, new_size_bytes), dynamo::kWriteUnitBytes);
}

std::optional<dynamo::ConsumedCapacity> MakeConsumedCapacity(dynamo::ReturnConsumedCapacity asked,
                                                             const std::string& table_name,
                                                             double units) {
  if (asked == dynamo::ReturnConsumedCapacity::kNone) return std::nullopt;
  dynamo::ConsumedCapacity consumed;
  consumed.table_name = table_name;
  consumed.capacity_units = units;
  if (asked == dynamo::ReturnConsumedCapacity::kIndexes) {
    consumed.with_table = true;
    consumed.table_units = units;
  }
  return consumed;
}

}  // namespace stator::engine
