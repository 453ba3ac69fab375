// The open doors of one server process: which store each works on, in what order they open, and how
// they close without losing a request.
//
// Stores: a module's door works on what its configuration names; the first configuration that names
// one is the default of all others. The DynamoDB door serves the default, unless that is remote:
// then it stays closed, since it would only be a detour.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/admin_handler.h"
#include "server/command.h"
#include "server/http_server.h"
#include "server/module_loader.h"

namespace stator::server {

// A door that the command line asks for.
struct DoorPlan {
  // "features", "sql", "dynamodb" or "admin".
  std::string name;
  std::string host = "127.0.0.1";
  // 0: a free one.
  std::uint16_t port = 0;
  bool open = true;
  // Whether the port was given: then the start fails when the door cannot open.
  bool is_explicit = false;
  // The flag that changes the port, for messages.
  std::string flag;
};

// Opens doors and closes them again. Used by one thread.
class DoorSet {
 public:
  // `environment` and `modules` must outlive it.
  DoorSet(CommandEnvironment& environment, ModuleLoader& modules,
          std::chrono::seconds registry_ttl);
  // As Close().
  ~DoorSet();
  // Opens the stores, then the doors, then accepts. ERRORS: what stores, modules and configurations
  // say; PortInUse for a port that was given; UsageError when no door is left to open.
  base::Status Open(const std::vector<DoorPlan>& plan);
  // Accepts no more, lets requests in flight finish (at most kPatience), closes doors and stores.
  void Close();

  // Shorter than the 30 s after which container platforms kill.
  static constexpr std::chrono::seconds kPatience{25};

 private:
  // A door that is ready to answer, and where it listens.
  struct OpenDoor {
    std::string name;
    std::unique_ptr<Door> door;
    HttpAddress address;
  };

  // Asks each module whose door opens where its data lies.
  base::Status ReadConfigurations(const std::vector<DoorPlan>& plan);
  // Null when the door stays closed for a good reason, which has been logged.
  base::Result<std::unique_ptr<Door>> MakeDoor(const DoorPlan& plan);
  base::Result<std::unique_ptr<Door>> MakeModuleDoor(const std::string& module);
  // Makes the door and listens. A default port in use is logged and no error.
  base::Status OpenOne(const DoorPlan& plan);
  base::Result<std::shared_ptr<dynamo::Store>> OpenStore(const StoreLocation& location);
  // The start line, the warning about addresses that others reach, DIR/endpoint.
  void Announce(const OpenDoor& door) const;

  // What the command was given.
  CommandEnvironment& environment_;
  ModuleLoader& modules_;
  const std::chrono::seconds registry_ttl_;
  // What the configuration of each module says about the store; the default for all others.
  std::map<std::string, StoreLocation> locations_;
  StoreLocation default_location_;
  // Every store in use, so that it stays open until the doors have closed.
  std::vector<std::shared_ptr<dynamo::Store>> stores_;
  std::unique_ptr<HttpServer> server_;
  std::vector<OpenDoor> doors_;
};

}  // namespace stator::server
