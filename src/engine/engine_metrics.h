// How often and how long: the engine's metrics that belong to no single part.
//
// In all, the engine has these (docs/operating.md explains them to users):
//   stator_engine_items_read_total{table,operation}   items evaluated, before filters (Table)
//   stator_engine_items_written_total                 items put, updated or deleted
//   stator_engine_operation_seconds{operation}        from a call to its completion
//   stator_engine_row_cache_hits_total, ..._misses_total   point reads (RowCache)
//   stator_engine_syncs_total, ..._synced_writes_total, ..._sync_seconds   the log (LogSync)
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/metrics.h"

namespace stator::engine {

// Operations whose duration is measured. The label is the name of the operation, and "tables" for
// those that change the catalog. Operations that only read the catalog take nanoseconds.
enum class TimedOperation : std::uint8_t {
  kGetItem,
  kPutItem,
  kUpdateItem,
  kDeleteItem,
  kQuery,
  kScan,
  kBatchGetItem,
  kBatchWriteItem,
  kGetMany,
  kPutMany,
  kTables  // CreateTable, DeleteTable, tags
};

// The engine's metrics that belong to no other part; looked up once, since a look-up in the
// registry takes a lock and builds the text of its labels.
class EngineMetrics {
 public:
  // Registers them under the names above; `registry` and `clock` outlive this.
  EngineMetrics(base::MetricsRegistry* registry, const base::Clock* clock);
  // Durations of one operation, from the call to its completion: for a write that includes the wait
  // for its sync.
  base::Histogram* Seconds(TimedOperation operation) const {
    return seconds_[static_cast<std::size_t>(operation)];
  }
  // What durations are measured with: the clock that the engine was given, so that tests can move
  // it.
  const base::Clock* clock() const { return clock_; }
  // Counts items that were put, updated or deleted, when they are committed and before their sync.
  void CountItemsWritten(std::size_t items) const { items_written_->Add(items); }

 private:
  // By TimedOperation; they belong to the registry.
  std::array<base::Histogram*, 11> seconds_;
  base::Counter* items_written_;
  const base::Clock* clock_;
};

// Records the time from its making to its end. It stands on the stack of a read, and inside what
// completes a write. Refused calls are counted too: a flood of them is load as well.
class OperationTimer {
 public:
  // Starts now. `metrics` outlives the timer, and
  // so does its clock.
  OperationTimer(const EngineMetrics& metrics, TimedOperation operation)
      : clock_(metrics.clock()), seconds_(metrics.Seconds(operation)), start_(clock_->Now()) {}
  // The time moves along; the empty one records nothing. So the timer of a write can go with its
  // answer to the sync thread.
  OperationTimer(OperationTimer&& other) noexcept
      : clock_(other.clock_), seconds_(other.seconds_), start_(other.start_) {
    other.seconds_ = nullptr;
  }
  OperationTimer& operator=(OperationTimer&&) = delete;
  // When it was made.
  base::MonotonicTime start() const { return start_; }
  ~OperationTimer() {
    if (seconds_ == nullptr) return;
    const auto taken = clock_->Now() - start_;
    seconds_->Record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(taken).count()));
  }

 private:
  const base::Clock* clock_;
  base::Histogram* seconds_;
  base::MonotonicTime start_;
};

}  // namespace stator::engine
