#include "base/metrics.h"

#include <bit>
#include <cstdio>

namespace stator::base {
namespace {

std::string EscapeLabel(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else
      out.push_back(c);
  }
  return out;
}

std::string FormatDouble(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

// "name{labels,extra} value\n"
void AppendSample(std::string& out, const std::string& name, const std::string& labels,
                  const std::string& extra, const std::string& value) {
  out += name;
  if (!labels.empty() || !extra.empty()) {
    out += '{' + labels + (labels.empty() || extra.empty() ? "" : ",") + extra + '}';
  }
  out += ' ' + value + '\n';
}

void AppendHistogram(std::string& out, const std::string& name, const std::string& labels,
                     const Histogram& histogram) {
  std::uint64_t cumulative = 0;
  double upper_seconds = static_cast<double>(Histogram::kFirstBucketMicroseconds) / 1e6;
  for (int i = 0; i < Histogram::kBuckets; ++i, upper_seconds *= 2) {
    cumulative += histogram.bucket(i);
    AppendSample(out, name + "_bucket", labels, "le=\"" + FormatDouble(upper_seconds) + "\"",
                 std::to_string(cumulative));
  }
  cumulative += histogram.bucket(Histogram::kBuckets);
  AppendSample(out, name + "_bucket", labels, "le=\"+Inf\"", std::to_string(cumulative));
  AppendSample(out, name + "_sum", labels, "",
               FormatDouble(static_cast<double>(histogram.sum_microseconds()) / 1e6));
  AppendSample(out, name + "_count", labels, "", std::to_string(cumulative));
}

}  // namespace

void Histogram::Record(std::uint64_t microseconds) {
  const std::uint64_t scaled =
      microseconds == 0 ? 0 : (microseconds - 1) / kFirstBucketMicroseconds;
  const int index = std::bit_width(scaled);
  Cell& cell = cells_[MetricCell()];
  cell.buckets[index < kBuckets ? index : kBuckets].fetch_add(1, std::memory_order_relaxed);
  cell.sum.fetch_add(microseconds, std::memory_order_relaxed);
}

std::uint64_t Histogram::bucket(int index) const {
  std::uint64_t count = 0;
  for (const Cell& cell : cells_) count += cell.buckets[index].load(std::memory_order_relaxed);
  return count;
}

std::uint64_t Histogram::sum_microseconds() const {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.sum.load(std::memory_order_relaxed);
  return sum;
}

MetricsRegistry::Family& MetricsRegistry::FamilyOf(std::string_view name, std::string_view help,
                                                   std::string_view type) {
  Family& family = families_[std::string(name)];
  if (family.type.empty()) {
    family.help = help;
    family.type = type;
  }
  return family;
}

std::string MetricsRegistry::SeriesKey(const Labels& labels) {
  const bool full = series_ >= kSeriesMax;
  std::string key;
  for (const auto& [name, value] : labels) {
    if (!key.empty()) key += ',';
    key += name + "=\"" + (full ? "other" : EscapeLabel(value)) + "\"";
  }
  return key;
}

Counter* MetricsRegistry::GetCounter(std::string_view name, std::string_view help,
                                     const Labels& labels) {
  std::lock_guard lock(mutex_);
  auto& slot = FamilyOf(name, help, "counter").counters[SeriesKey(labels)];
  if (!slot) {
    slot = std::make_unique<Counter>();
    ++series_;
  }
  return slot.get();
}

Histogram* MetricsRegistry::GetHistogram(std::string_view name, std::string_view help,
                                         const Labels& labels) {
  std::lock_guard lock(mutex_);
  auto& slot = FamilyOf(name, help, "histogram").histograms[SeriesKey(labels)];
  if (!slot) {
    slot = std::make_unique<Histogram>();
    ++series_;
  }
  return slot.get();
}

void MetricsRegistry::AddGauge(std::string_view name, std::string_view help, const Labels& labels,
                               std::function<double()> read) {
  std::lock_guard lock(mutex_);
  FamilyOf(name, help, "gauge").gauges[SeriesKey(labels)] = std::move(read);
  ++series_;
}

std::string MetricsRegistry::RenderPrometheus() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + ' ' + family.help + "\n# TYPE " + name + ' ' + family.type + '\n';
    for (const auto& [labels, counter] : family.counters)
      AppendSample(out, name, labels, "", std::to_string(counter->value()));
    for (const auto& [labels, read] : family.gauges)
      AppendSample(out, name, labels, "", FormatDouble(read()));
    for (const auto& [labels, histogram] : family.histograms)
      AppendHistogram(out, name, labels, *histogram);
  }
  return out;
}

}  // namespace stator::base
