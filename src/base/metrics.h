// Counters, gauges and histograms in Prometheus's text form. A MetricsRegistry is made by the
// program and passed down; there is no global one.
#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stator::base {

// Every metric is spread over so many cells, each in cache lines of its own: threads that count the
// same thing on different processors do not wait for each other's caches.
inline constexpr std::size_t kMetricCells = 4;

// The cell of the processor that the caller runs on. A hint: the caller may move to another one at
// any time, so cells are atomic.
inline std::size_t MetricCell() { return static_cast<unsigned>(sched_getcpu()) % kMetricCells; }

// A number that only grows, from 0 at the start of the process. Prometheus computes rates from it.
// Thread-safe, lock-free.
class Counter {
 public:
  // Adds `amount`.
  void Add(std::uint64_t amount = 1) {
    cells_[MetricCell()].value.fetch_add(amount, std::memory_order_relaxed);
  }
  // Its value now.
  std::uint64_t value() const {
    std::uint64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  // By processor; the value is their sum.
  std::array<Cell, kMetricCells> cells_;
};

// Counts durations by size, so that quantiles can be estimated over any time span: buckets that
// double from 16 us to 8.4 s. Thread-safe, lock-free.
class Histogram {
 public:
  // Buckets with an upper end; a last one holds what is longer.
  static constexpr int kBuckets = 20;
  // Upper end of the first: shorter than any HTTP request takes.
  static constexpr std::uint64_t kFirstBucketMicroseconds = 16;
  // Counts one duration.
  void Record(std::uint64_t microseconds);
  // Durations counted in bucket `index` (not cumulative); bucket kBuckets holds all longer ones.
  std::uint64_t bucket(int index) const;
  // Sum of all durations.
  std::uint64_t sum_microseconds() const;

 private:
  struct alignas(64) Cell {
    std::array<std::atomic<std::uint64_t>, kBuckets + 1> buckets{};
    std::atomic<std::uint64_t> sum{0};
  };
  // By processor; what is asked for is their sum.
  std::array<Cell, kMetricCells> cells_;
};

// Label names with values, in the order in which they are printed, for example {{"table",
// "flights"}, {"operation", "Query"}}.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Names metrics and renders them. Thread-safe. Look a metric up once and keep the pointer: it lives
// as long as the registry. At most kSeriesMax series exist; beyond it, new label sets share one
// series labelled "other".
class MetricsRegistry {
 public:
  // Bounds the memory of the registry: table names are labels, and anybody may create tables.
  static constexpr std::size_t kSeriesMax = 10'000;
  // The counter `name` (ending in "_total") with these labels; made at the first call.
  Counter* GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  // The histogram `name` (ending in "_seconds") with these labels; made at the first call.
  Histogram* GetHistogram(std::string_view name, std::string_view help, const Labels& labels = {});
  // A value read when the metrics are rendered.
  void AddGauge(std::string_view name, std::string_view help, const Labels& labels,
                std::function<double()> read);
  // All metrics as Prometheus text, sorted by name.
  std::string RenderPrometheus() const;

 private:
  // All series of one name. The maps are keyed by rendered labels.
  struct Family {
    std::string help;
    std::string type;
    std::map<std::string, std::unique_ptr<Counter>> counters;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
    std::map<std::string, std::function<double()>> gauges;
  };
  // Labels as they are printed; "other" for every value once the registry is full.
  std::string SeriesKey(const Labels& labels);
  Family& FamilyOf(std::string_view name, std::string_view help, std::string_view type);

  // Guards the maps, not the values in them.
  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
  std::size_t series_ = 0;
};

}  // namespace stator::base
