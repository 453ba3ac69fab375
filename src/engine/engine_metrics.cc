#include "engine/engine_metrics.h"

#include <string>
#include <string_view>

namespace stator::engine {

EngineMetrics::EngineMetrics(base::MetricsRegistry* registry, const base::Clock* clock)
    : clock_(clock) {
  static constexpr std::string_view kNames[] = {
      "GetItem",      "PutItem",        "UpdateItem", "DeleteItem", "Query", "Scan",
      "BatchGetItem", "BatchWriteItem", "GetMany",    "PutMany",    "tables"};
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    seconds_[i] = registry->GetHistogram("stator_engine_operation_seconds",
                                         "Time from a call of the engine to its completion.",
                                         {{"operation", std::string(kNames[i])}});
  }
  items_written_ =
      registry->GetCounter("stator_engine_items_written_total", "Items put, updated or deleted.");
}

}  // namespace stator::engine
