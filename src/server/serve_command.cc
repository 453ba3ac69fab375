#include "server/serve_command.h"

#include <array>
#include <chrono>
#include <vector>

#include "base/log.h"
#include "server/command_table.h"
#include "server/door_set.h"

namespace stator::server {
namespace {

constexpr std::int64_t kRegistryTtlSeconds = 60;

struct DoorDefault {
  std::string_view name;
  std::uint16_t port;
  std::string_view who;
};
constexpr std::array<DoorDefault, 4> kDoors = {{{"features", 6566, "features door"},
                                                {"sql", 8090, "SQL door"},
                                                {"dynamodb", 8000, "DynamoDB door"},
                                                {"admin", 9090, "admin door"}}};

Flag RelaxedSyncFlag() {
  return {"--relaxed-sync", "", "acknowledge writes up to a second before they are on disk", "",
          false};
}

std::vector<Flag> ServeFlags() {
  std::vector<Flag> flags;
  for (const DoorDefault& door : kDoors) {
    const std::string name(door.name);
    flags.push_back({"--" + name + "-port", "N",
                     "port of the " + std::string(door.who) + "; 0: closed, auto: a free one " +
                         "(default " + std::to_string(door.port) + ")",
                     name == "features" ? "-p" : "", false});
  }
  flags.push_back({"--port", "N", "the same as --features-port, as Feast has it", "", false});
  flags.push_back(
      {"--host", "ADDRESS", "address of the features door (default 127.0.0.1)", "-h", false});
  flags.push_back({"--registry_ttl_sec", "SECONDS",
                   "how long a registry is served before it is read again (default 60)", "-r",
                   false});
  flags.push_back(RelaxedSyncFlag());
  return flags;
}

std::vector<Flag> DynamoFlags() {
  return {{"--port", "N", "port; 0: a free one (default 8000)", "-p", false},
          {"--host", "ADDRESS", "address to listen on (default 127.0.0.1)", "", false},
          RelaxedSyncFlag()};
}

// Reads a port flag into `door`.
base::Status ReadPort(const ParsedFlags& flags, const std::string& flag, DoorPlan& door) {
  if (!flags.Has(flag)) return base::OkStatus();
  door.is_explicit = true;
  door.flag = flag;
  if (flags.Value(flag) == "auto") {
    door.port = 0;
    return base::OkStatus();
  }
  STATOR_ASSIGN_OR_RETURN(const std::int64_t port, flags.Integer(flag, 0, 0, 65'535));
  door.port = static_cast<std::uint16_t>(port);
  door.open = port != 0;
  return base::OkStatus();
}

base::Result<std::vector<DoorPlan>> PlanServe(const ParsedFlags& flags) {
  std::vector<DoorPlan> plan;
  for (const DoorDefault& door : kDoors) {
    DoorPlan one{.name = std::string(door.name), .port = door.port};
    one.flag = "--" + one.name + "-port";
    STATOR_RETURN_IF_ERROR(ReadPort(flags, one.flag, one));
    plan.push_back(std::move(one));
  }
  DoorPlan& features = plan.front();
  if (flags.Has("--port") && features.is_explicit)
    return UsageError("--port and --features-port are the same; give one of them.");
  STATOR_RETURN_IF_ERROR(ReadPort(flags, "--port", features));
  features.host = flags.Value("--host").value_or(features.host);
  return plan;
}

base::Result<std::vector<DoorPlan>> PlanDynamo(const ParsedFlags& flags) {
  DoorPlan door{.name = "dynamodb", .port = 8000};
  STATOR_RETURN_IF_ERROR(ReadPort(flags, "--port", door));
  door.open = true;
  door.is_explicit = true;
  door.flag = "--port";
  door.host = flags.Value("--host").value_or(door.host);
  return std::vector<DoorPlan>{std::move(door)};
}

}  // namespace

Command MakeServeCommand(const std::string& name, ModuleLoader& modules, SignalWatcher& signals) {
  const bool serve = name == "serve";
  Command command;
  command.name = name;
  command.summary = FindCommand(name)->summary;
  command.example = serve ? "stator serve --path data" : "stator dynamodb --port 8000 --in-memory";
  command.flags = serve ? ServeFlags() : DynamoFlags();
  command.run = [serve, &modules, &signals](const ParsedFlags& flags,
                                            CommandEnvironment& environment) -> base::Result<int> {
    STATOR_ASSIGN_OR_RETURN(const std::vector<DoorPlan> plan,
                            serve ? PlanServe(flags) : PlanDynamo(flags));
    STATOR_ASSIGN_OR_RETURN(
        const std::int64_t ttl,
        flags.Integer("--registry_ttl_sec", kRegistryTtlSeconds, 0, 1'000'000'000));
    // A log that nobody reads any more must not end a server.
    std::signal(SIGPIPE, SIG_IGN);
    DoorSet doors(environment, modules, std::chrono::seconds(ttl));
    STATOR_RETURN_IF_ERROR(doors.Open(plan));
    const int signal = signals.Wait();
    base::Log(base::LogLevel::kInfo, "stopping", {{"signal", std::to_string(signal)}});
    doors.Close();
    return kExitOk;
  };
  return command;
}

}  // namespace stator::server
