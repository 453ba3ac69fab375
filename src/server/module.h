// What the program and a loadable module (`stator-features.so`, `stator-sql.so`,
// `stator-remote.so`, beside `stator`) agree on. The program opens a module by need, once, and
// never unloads it. A module links none of base, dynamo, expression, wire and server again: the
// program exports those symbols.
//
// In CMake: stator_loadable(NAME ARCHIVES features LIBRARIES yaml-cpp) in
// src/server/CMakeLists.txt; sources are src/server/NAME_*.cc (feature_*.cc for `features`,
// sql_*.cc for `sql`, remote_*.cc for `remote`). In C++, in one of them:
//
//   STATOR_LOADABLE_MODULE(stator::server::FeatureModule)
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "server/command.h"
#include "server/http.h"
#include "server/store_opener.h"

namespace stator::server {

// What a door is made of. The references outlive the door.
struct DoorContext {
  // The store of this process, already open: what ConfiguredStore() said, or the data folder.
  dynamo::Store& store;
  // For further ones, such as datasets of another region.
  StoreOpener& stores;
  base::MetricsRegistry& metrics;
  // As in CommandEnvironment.
  std::function<base::Result<std::shared_ptr<features::AnalyticalEngine>>()> analytical_engine;
  std::string feature_store_yaml;
  // How long a registry may be served before it is read again: `-r/--registry_ttl_sec` of `serve`.
  std::chrono::seconds registry_ttl{60};
};

// A way in. Its destructor ends what it started: threads and running queries; no request is in
// flight by then.
class Door : public HttpHandler {
 public:
  // Whether it can answer now, for `/ready` of the admin door; the error says what is missing.
  virtual base::Status Ready() const { return base::OkStatus(); }
};

// The code of a module that is missing, of another version than the program, or without the part
// that is asked of it.
inline constexpr std::string_view kModuleNotLoaded = "ModuleNotLoaded";

// The one object that a module gives the program. Thread-safe after its construction. What a module
// does not override it has not: the program asks each only for what it is loaded for.
class LoadableModule {
 public:
  virtual ~LoadableModule() = default;
  // Its commands. Each stands, with its summary, in command_table.cc too, so that the list of
  // commands can be printed without loading anything.
  virtual std::vector<Command> Commands() const { return {}; }
  // What the configuration in the working folder (feature_store.yaml) says about the store; nullopt
  // when there is no such file. ERRORS: a file that cannot be read as one.
  virtual base::Result<std::optional<StoreLocation>> ConfiguredStore(
      const std::string& /*feature_store_yaml*/) const {
    return std::optional<StoreLocation>();
  }
  // Opens its door. A configuration that is not there is no error: the door then says so in its
  // answers. ERRORS: ModuleNotLoaded of a module without a door.
  virtual base::Result<std::unique_ptr<Door>> OpenDoor(const DoorContext& /*context*/) {
    return Without("a door");
  }
  // The engine behind features::AnalyticalEngine. ERRORS: ModuleNotLoaded of every module but
  // `sql`.
  virtual base::Result<std::shared_ptr<features::AnalyticalEngine>> MakeAnalyticalEngine() {
    return Without("an engine that reads files");
  }
  // A store outside of this process. ERRORS: ModuleNotLoaded of every module but `remote`.
  // REQUIRES: location.remote().
  virtual base::Result<std::shared_ptr<dynamo::Store>> OpenRemoteStore(
      const StoreLocation& /*location*/) {
    return Without("a client of other stores");
  }

 private:
  static base::Error Without(const std::string& part) {
    return {base::ErrorKind::kInternal, kModuleNotLoaded,
            "This part of Stator is without " + part +
                "; program and modules are of different builds, install all of one."};
  }
};

// Name of the factory that every module exports.
inline constexpr const char* kModuleFactory = "StatorOpenModule";
// Its type: null when `version` (STATOR_VERSION of the caller) is not the module's own. The caller
// owns the object.
using ModuleFactory = LoadableModule* (*)(const char* version);

}  // namespace stator::server

// Defines the factory of a module whose object is a `Type`, default-constructed. The program calls
// it once.
#define STATOR_LOADABLE_MODULE(Type)                                                \
  extern "C" __attribute__((visibility("default"))) stator::server::LoadableModule* \
  StatorOpenModule(const char* version) {                                           \
    return std::string_view(version) == STATOR_VERSION ? new Type : nullptr;        \
  }
