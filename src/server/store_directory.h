// Opens the stores of one process: data folders with the engine, servers and AWS with `remote`,
// which is loaded by need.
//
// A data folder has one owner at a time (the engine locks it). The owner writes the address of its
// DynamoDB door into DIR/endpoint, so that a command beside a running server works through it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/metrics.h"
#include "server/store_opener.h"

namespace stator::server {

// What the command line says about stores.
struct StoreOptions {
  // --path.
  std::optional<std::string> path;
  // --in-memory.
  bool in_memory = false;
  // false: acknowledge writes before they are synced (--relaxed-sync).
  bool sync = true;
  // Whether a folder that another process holds is reached through that process's DynamoDB door
  // (commands), or is an error (servers, which want the folder for themselves).
  bool through_running_server = true;
  // Told once for each store that is reached through a running server.
  std::function<void(const std::string&)> notice;
};

// The folder that is meant when nobody names one, in the working folder.
inline constexpr std::string_view kDefaultDataFolder = ".stator/data";

// Opens a store outside of this process, as LoadableModule::OpenRemoteStore() says.
using RemoteOpener =
    std::function<base::Result<std::shared_ptr<dynamo::Store>>(const StoreLocation& location)>;

// The one StoreOpener of a process.
class StoreDirectory final : public StoreOpener {
 public:
  // `metrics` must outlive the stores. `open_remote` is called for each new store that is none of a
  // data folder.
  StoreDirectory(StoreOptions options, base::MetricsRegistry& metrics, RemoteOpener open_remote);
  // As StoreOpener says.
  base::Result<std::shared_ptr<dynamo::Store>> Open(const StoreLocation& location) override;

  // The data folder that `location` means: an absolute path, or empty for memory. ERRORS:
  // UsageError when command line and configuration name different ones. REQUIRES:
  // !location.remote().
  base::Result<std::string> DataFolder(const StoreLocation& location) const;
  // As StoreOpener says; the file is replaced whole, and removed before the folder is unlocked.
  base::Status PublishEndpoint(const StoreLocation& location, const std::string& url) override;

 private:
  base::Result<std::shared_ptr<dynamo::Store>> OpenFolder(const std::string& folder,
                                                          const StoreLocation& location);
  base::Result<std::shared_ptr<dynamo::Store>> OpenThroughServer(const std::string& folder,
                                                                 const base::Error& locked);

  const StoreOptions options_;
  base::MetricsRegistry& metrics_;
  const RemoteOpener open_remote_;
  // Guards stores_.
  std::mutex mutex_;
  // By folder, or by endpoint with region and key, and how it is called.
  std::map<std::pair<std::string, remote::CallOptions>, std::weak_ptr<dynamo::Store>> stores_;
};

}  // namespace stator::server
