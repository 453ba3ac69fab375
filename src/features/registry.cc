#include "features/registry.h"

#include "base/log.h"
#include "feast/core/Registry.pb.h"

namespace stator::features {

using base::Result;

Registry::Registry(RepoConfig config, const base::Clock& clock)
    : config_(std::move(config)), clock_(clock), file_(config_.registry.path, clock) {}

bool Registry::NeedsLook(base::MonotonicTime now) const {
  return now.time_since_epoch().count() >= next_look_.load(std::memory_order_relaxed);
}

Result<std::shared_ptr<ReadPlanCache>> Registry::Current() {
  auto current = current_.load(std::memory_order_acquire);
  const base::MonotonicTime now = clock_.Now();
  if (current && !NeedsLook(now)) return current;
  std::unique_lock lock(reload_mutex_, std::defer_lock);
  if (current) {
    if (!lock.try_lock()) return current;
  } else {
    lock.lock();
    current = current_.load(std::memory_order_acquire);
  }
  if (current && !NeedsLook(now)) return current;
  next_look_.store((now + kCheckEvery).time_since_epoch().count(), std::memory_order_relaxed);
  const auto stamp = file_.Stamp();
  const bool expired = config_.registry.cache_ttl_seconds > 0 &&
                       now - loaded_at_ >= std::chrono::seconds(config_.registry.cache_ttl_seconds);
  if (current && stamp == stamp_ && !expired) return current;
  return Reload(stamp);
}

Result<std::shared_ptr<ReadPlanCache>> Registry::Reload(const std::optional<FileStamp>& stamp) {
  const auto old = current_.load(std::memory_order_acquire);
  auto registry = file_.Load();
  auto snapshot = registry.ok() ? RegistrySnapshot::Build(**registry, config_)
                                : Result<std::shared_ptr<const RegistrySnapshot>>(registry.error());
  if (!snapshot.ok()) {
    if (!old) return snapshot.error();
    base::Log(base::LogLevel::kWarning, "registry not reloaded, the old one stays",
              {{"path", file_.path()}, {"error", snapshot.error().ToString()}});
    return old;
  }
  stamp_ = stamp;
  loaded_at_ = clock_.Now();
  auto plans = std::make_shared<ReadPlanCache>(std::move(*snapshot));
  current_.store(plans, std::memory_order_release);
  return plans;
}

}  // namespace stator::features
