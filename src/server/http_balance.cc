#include "server/http_balance.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

namespace stator::server {
namespace {

double SecondsOf(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

// Processor seconds that nobody used since the machine started; `otherwise` when that is not known.
double IdleSeconds(double otherwise) {
  std::ifstream stat("/proc/stat");
  std::string name;
  // "cpu user nice system idle iowait ...", in ticks over all processors (proc(5)).
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double waiting = 0;
  if (!(stat >> name >> user >> nice >> system >> idle >> waiting)) return otherwise;
  return (idle + waiting) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::size_t HttpThreadCount::After(const HttpLoad& second) {
  const auto fewer = static_cast<double>(count_ - 1);
  const bool roomy = count_ > 1 && second.all_threads < kRoomy * fewer;
  calm_seconds_ = roomy ? calm_seconds_ + 1 : 0;
  if (second.busiest_thread > kFull && second.idle_processors > kSpare) {
    count_ = std::min(2 * count_, max_);
  } else if (calm_seconds_ >= kCalmSeconds) {
    --count_;
    calm_seconds_ = 0;
  }
  return count_;
}

HttpLoadMeter::HttpLoadMeter(std::vector<clockid_t> threads)
    : clocks_(std::move(threads)), thread_seconds_(clocks_.size()) {
  Measure();
}

HttpLoad HttpLoadMeter::Measure() {
  const double now = SecondsOf(CLOCK_MONOTONIC);
  const double passed = now - std::exchange(now_seconds_, now);
  HttpLoad load;
  for (std::size_t i = 0; i < clocks_.size(); ++i) {
    const double total = SecondsOf(clocks_[i]);
    const double busy = (total - std::exchange(thread_seconds_[i], total)) / passed;
    load.busiest_thread = std::max(load.busiest_thread, busy);
    load.all_threads += busy;
  }
  const double idle = IdleSeconds(idle_seconds_ + passed);
  load.idle_processors = (idle - std::exchange(idle_seconds_, idle)) / passed;
  return load;
}

}  // namespace stator::server
