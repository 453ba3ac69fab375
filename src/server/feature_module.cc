#include "server/feature_module.h"

#include <algorithm>

#include "base/log.h"
#include "server/feature_door.h"

namespace stator::server {
namespace {

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

remote::RetryMode RetryModeOf(const std::optional<std::string>& name) {
  if (name == "legacy") return remote::RetryMode::kLegacy;
  return name == "adaptive" ? remote::RetryMode::kAdaptive : remote::RetryMode::kStandard;
}

remote::CallOptions CallsOf(const features::OnlineStoreConfig& store) {
  remote::CallOptions calls;
  calls.keys_per_call = static_cast<std::size_t>(store.batch_size);
  calls.parallel_reads = static_cast<int>(store.max_read_workers);
  calls.connections_max = static_cast<std::size_t>(store.max_pool_connections);
  calls.idle_max = Milliseconds(store.keepalive_timeout_s);
  calls.connect_timeout = Milliseconds(store.connect_timeout_s);
  calls.answer_timeout = Milliseconds(store.read_timeout_s);
  if (store.total_max_retry_attempts) {
    calls.attempts_max = static_cast<int>(*store.total_max_retry_attempts);
  }
  calls.retry_mode = RetryModeOf(store.retry_mode);
  return calls;
}

}  // namespace

StoreLocation StoreOfConfig(const features::RepoConfig& config) {
  const features::OnlineStoreConfig& store = config.online_store;
  StoreLocation location;
  location.region = store.region;
  location.calls = CallsOf(store);
  if (!store.embedded) {
    location.endpoint_url = store.endpoint_url.value_or("");
  } else if (!store.embedded_path.empty()) {
    location.endpoint_url = "embedded:" + store.embedded_path;
  } else {
    location.region.clear();
  }
  return location;
}

namespace {

// As Feast's server does at its start: one call, whose failure is told and nothing more.
void WarmUp(dynamo::Store& store) {
  store.DescribeLimits(base::CallContext(), [](const base::Result<dynamo::AccountLimits>& limits) {
    if (limits.ok()) return;
    base::Log(base::LogLevel::kWarning, "connections not warmed up",
              {{"error", limits.error().ToString()}});
  });
}

}  // namespace

base::Result<std::optional<StoreLocation>> FeatureModule::ConfiguredStore(
    const std::string& feature_store_yaml) const {
  const auto config = features::LoadRepoConfig(
      {.chdir = "", .feature_store_yaml = feature_store_yaml}, features::ProcessEnvironment());
  if (!config.ok()) {
    const bool missing =
        config.error().kind() == base::ErrorKind::kNotFound && feature_store_yaml.empty();
    if (missing) return std::optional<StoreLocation>();
    return config.error();
  }
  if (config->online_store.disabled) return std::optional<StoreLocation>();
  return std::optional(StoreOfConfig(*config));
}

base::Result<std::unique_ptr<Door>> FeatureModule::OpenDoor(const DoorContext& context) {
  auto config =
      features::LoadRepoConfig({.chdir = "", .feature_store_yaml = context.feature_store_yaml},
                               features::ProcessEnvironment());
  if (!config.ok() && config.error().kind() == base::ErrorKind::kNotFound) {
    return std::unique_ptr<Door>(std::make_unique<ClosedFeatureDoor>(config.error()));
  }
  if (!config.ok()) return config.error();
  if (config->online_store.warmup_connections) WarmUp(context.store);
  std::int64_t& ttl = config->registry.cache_ttl_seconds;
  const std::int64_t asked = context.registry_ttl.count();
  ttl = ttl == 0 ? asked : std::min(ttl, asked);
  return std::unique_ptr<Door>(
      std::make_unique<FeatureDoor>(std::move(*config), context.store, context.metrics));
}

}  // namespace stator::server

STATOR_LOADABLE_MODULE(stator::server::FeatureModule)
