// How often and how long: the engine's counters that belong to no single part.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/metrics.h"

namespace stator::engine {

// Operations whose duration is measured: stator_engine_operation_seconds{operation}.
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

// The engine's metrics that belong to no other part; looked up once.
class EngineMetrics {
 public:
  // Registers them; `registry` and `clock` outlive this.
  EngineMetrics(base::MetricsRegistry* registry, const base::Clock* clock);
  // Durations of one operation, from the call to its completion.
  base::Histogram* Seconds(TimedOperation operation) const {
    return seconds_[static_cast<std::size_t>(operation)];
  }
  // What durations are measured with.
  const base::Clock* clock() const { return clock_; }
  // Items written or deleted, before their sync.
  void CountItemsWritten(std::size_t items) const { items_written_->Add(items); }

 private:
  std::array<base::Histogram*, 11> seconds_;
  base::Counter* items_written_;
  const base::Clock* clock_;
};

// Records the time from its making to its end. On the stack of a read; inside what completes a
// write.
class OperationTimer {
 public:
  // Starts now.
  OperationTimer(const EngineMetrics& metrics, TimedOperation operation)
      : clock_(metrics.clock()), seconds_(metrics.Seconds(operation)), start_(clock_->Now()) {}
  // The time moves along; the empty one records nothing.
  OperationTimer(OperationTimer&& other) noexcept
      : clock_(other.clock_), seconds_(other.seconds_), start_(other.start_) {
    other.seconds_ = nullptr;
  }
  OperationTimer& operator=(OperationTimer&&) = delete;
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
