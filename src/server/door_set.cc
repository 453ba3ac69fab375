#include "server/door_set.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <thread>

#include "base/log.h"
#include "server/dynamo_handler.h"
#include "server/store_directory.h"

namespace stator::server {
namespace {

// Kernel work dominates; more threads than this only wake each other up.
constexpr unsigned kIoThreadsMax = 8;

bool IsModule(std::string_view door) { return door == "features" || door == "sql"; }

bool IsLoopback(const std::string& host) {
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(host, failure);
  return !failure && address.is_loopback();
}

std::string DescribeLocation(const StoreLocation& location) {
  return location.endpoint_url.empty() ? "AWS in " + location.region : location.endpoint_url;
}

}  // namespace

DoorSet::DoorSet(CommandEnvironment& environment, ModuleLoader& modules,
                 std::chrono::seconds registry_ttl)
    : environment_(environment), modules_(modules), registry_ttl_(registry_ttl) {
  HttpServerOptions options;
  options.threads =
      static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, kIoThreadsMax));
  server_ = std::make_unique<HttpServer>(options, environment.metrics);
}

DoorSet::~DoorSet() { Close(); }

base::Status DoorSet::Open(const std::vector<DoorPlan>& plan) {
  STATOR_RETURN_IF_ERROR(ReadConfigurations(plan));
  for (const DoorPlan& door : plan) {
    if (door.open) STATOR_RETURN_IF_ERROR(OpenOne(door));
  }
  if (doors_.empty()) return UsageError("no door is open: every port is 0 or in use.");
  for (const OpenDoor& open : doors_) {
    auto* const admin = dynamic_cast<AdminHandler*>(open.door.get());
    if (admin == nullptr) continue;
    for (const OpenDoor& other : doors_) {
      if (other.name != open.name) admin->AddDoor(other.name, *other.door);
    }
  }
  server_->Start();
  for (const OpenDoor& door : doors_) Announce(door);
  return base::OkStatus();
}

base::Status DoorSet::ReadConfigurations(const std::vector<DoorPlan>& plan) {
  bool have_default = false;
  for (const DoorPlan& door : plan) {
    if (!door.open || !IsModule(door.name)) continue;
    const auto module = modules_.Load(door.name);
    // OpenOne decides whether that matters.
    if (!module.ok()) continue;
    STATOR_ASSIGN_OR_RETURN(const std::optional<StoreLocation> location,
                            (*module)->ConfiguredStore(environment_.feature_store_yaml));
    if (!location) continue;
    locations_[door.name] = *location;
    if (!std::exchange(have_default, true)) default_location_ = *location;
  }
  return base::OkStatus();
}

base::Result<std::shared_ptr<dynamo::Store>> DoorSet::OpenStore(const StoreLocation& location) {
  base::Result<std::shared_ptr<dynamo::Store>> store = environment_.stores.Open(location);
  if (store.ok()) stores_.push_back(*store);
  return store;
}

base::Result<std::unique_ptr<Door>> DoorSet::MakeModuleDoor(const std::string& module) {
  STATOR_ASSIGN_OR_RETURN(LoadableModule * loaded, modules_.Load(module));
  const auto configured = locations_.find(module);
  STATOR_ASSIGN_OR_RETURN(
      const std::shared_ptr<dynamo::Store> store,
      OpenStore(configured == locations_.end() ? default_location_ : configured->second));
  return loaded->OpenDoor(DoorContext{.store = *store,
                                      .stores = environment_.stores,
                                      .metrics = environment_.metrics,
                                      .analytical_engine = environment_.analytical_engine,
                                      .feature_store_yaml = environment_.feature_store_yaml,
                                      .registry_ttl = registry_ttl_});
}

base::Result<std::unique_ptr<Door>> DoorSet::MakeDoor(const DoorPlan& plan) {
  if (IsModule(plan.name)) return MakeModuleDoor(plan.name);
  if (plan.name == "admin")
    return std::unique_ptr<Door>(std::make_unique<AdminHandler>(environment_.metrics));
  if (default_location_.remote()) {
    base::Log(plan.is_explicit ? base::LogLevel::kWarning : base::LogLevel::kInfo,
              "the dynamodb door stays closed: the store is not this process's",
              {{"store", DescribeLocation(default_location_)}});
    return std::unique_ptr<Door>();
  }
  STATOR_ASSIGN_OR_RETURN(const std::shared_ptr<dynamo::Store> store, OpenStore(default_location_));
  return std::unique_ptr<Door>(std::make_unique<DynamoHandler>(*store, environment_.metrics));
}

base::Status DoorSet::OpenOne(const DoorPlan& plan) {
  base::Result<std::unique_ptr<Door>> door = MakeDoor(plan);
  if (!door.ok() && door.error().code() == kModuleNotLoaded && !plan.is_explicit) {
    base::Log(base::LogLevel::kWarning, "the " + plan.name + " door stays closed",
              {{"reason", door.error().message()}});
    return base::OkStatus();
  }
  if (!door.ok()) return door.error();
  if (*door == nullptr) return base::OkStatus();
  base::Result<HttpAddress> address = server_->Listen(plan.name, plan.host, plan.port, **door);
  if (!address.ok()) {
    const std::string advice = " Choose another port with " + plan.flag + ".";
    if (plan.is_explicit || address.error().code() != kPortInUse) {
      return base::Error(address.error().kind(), address.error().code(),
                         address.error().message() + advice);
    }
    base::Log(base::LogLevel::kWarning, "the " + plan.name + " door stays closed",
              {{"reason", address.error().message() + advice}});
    return base::OkStatus();
  }
  doors_.push_back({plan.name, std::move(*door), *address});
  return base::OkStatus();
}

void DoorSet::Announce(const OpenDoor& door) const {
  const std::string url = "http://" + door.address.ToString();
  base::Log(base::LogLevel::kInfo, door.name + " listening on " + url);
  if (!IsLoopback(door.address.host)) {
    base::Log(
        base::LogLevel::kWarning,
        "THE " + door.name +
            " DOOR IS OPEN TO THE NETWORK WITHOUT AUTHENTICATION: whoever "
            "reaches it can read, change and delete everything. Listen on 127.0.0.1, or put a "
            "proxy that authenticates before it.",
        {{"address", url}});
  }
  if (door.name != "dynamodb") return;
  // On every address means on loopback too.
  const std::string host = door.address.host == "0.0.0.0" ? "127.0.0.1"
                           : door.address.host == "::"    ? "::1"
                                                          : door.address.host;
  const base::Status published = environment_.stores.PublishEndpoint(
      default_location_, "http://" + HttpAddress{host, door.address.port}.ToString());
  if (!published.ok()) {
    base::Log(base::LogLevel::kWarning, "commands beside this server will not find it",
              {{"reason", published.error().ToString()}});
  }
}

void DoorSet::Close() {
  if (server_ == nullptr) return;
  server_->Stop(kPatience);
  // Late answers of doors and stores still find the server: it goes last.
  doors_.clear();
  stores_.clear();
  server_.reset();
}

}  // namespace stator::server
