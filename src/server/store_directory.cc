#include "server/store_directory.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "dynamo/errors.h"
#include "engine/local_dynamo.h"
#include "server/flags.h"

namespace stator::server {
namespace {

using StorePointer = std::shared_ptr<dynamo::Store>;

constexpr std::string_view kEmbedded = "embedded:";
// What ARNs of a data folder name when no configuration names a region.
constexpr std::string_view kLocalRegion = "us-east-1";

std::string Absolute(const std::string& path) {
  std::error_code failure;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failure);
  // Links are followed as far as the path exists.
  const std::filesystem::path whole = std::filesystem::weakly_canonical(absolute, failure);
  return failure ? absolute.lexically_normal().string() : whole.string();
}

std::string EndpointFile(const std::string& folder) { return folder + "/endpoint"; }

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

StoreDirectory::StoreDirectory(StoreOptions options, base::MetricsRegistry& metrics,
                               RemoteOpener open_remote)
    : options_(std::move(options)), metrics_(metrics), open_remote_(std::move(open_remote)) {}

base::Result<std::string> StoreDirectory::DataFolder(const StoreLocation& location) const {
  const std::string configured = location.endpoint_url.starts_with(kEmbedded)
                                     ? location.endpoint_url.substr(kEmbedded.size())
                                     : std::string();
  if (options_.in_memory) {
    if (configured.empty()) return std::string();
    return UsageError("--in-memory and '" + location.endpoint_url +
                      "' of the configuration name different stores; give one of them.");
  }
  if (!options_.path)
    return Absolute(configured.empty() ? std::string(kDefaultDataFolder) : configured);
  const std::string folder = Absolute(*options_.path);
  if (!configured.empty() && Absolute(configured) != folder) {
    return UsageError("--path " + *options_.path + " and '" + location.endpoint_url +
                      "' of the configuration name different data folders; give one of them.");
  }
  return folder;
}

base::Result<StorePointer> StoreDirectory::Open(const StoreLocation& location) {
  std::string folder;
  std::string key;
  if (location.remote()) {
    key = "remote " + location.endpoint_url + ' ' + location.region + ' ' + location.access_key_id;
  } else {
    STATOR_ASSIGN_OR_RETURN(folder, DataFolder(location));
    key = "folder " + folder;
  }
  std::lock_guard lock(mutex_);
  std::weak_ptr<dynamo::Store>& known =
      stores_[{key, location.remote() ? location.calls : remote::CallOptions()}];
  if (StorePointer store = known.lock()) return store;
  base::Result<StorePointer> store =
      location.remote() ? open_remote_(location) : OpenFolder(folder, location);
  if (store.ok()) known = *store;
  return store;
}

base::Result<StorePointer> StoreDirectory::OpenFolder(const std::string& folder,
                                                      const StoreLocation& location) {
  engine::EngineOptions options;
  options.path = folder;
  options.in_memory = folder.empty();
  options.region = location.region.empty() ? std::string(kLocalRegion) : location.region;
  options.sync = options_.sync;
  options.metrics = &metrics_;
  base::Result<std::unique_ptr<engine::LocalDynamo>> engine = engine::LocalDynamo::Open(options);
  if (engine.ok()) {
    if (folder.empty()) return StorePointer(std::move(*engine));
    // An address that is still there belongs to a process that was killed. Ours goes while the
    // folder is still locked, so that nobody else's is ever removed.
    const auto withdraw = [file = EndpointFile(folder)] { unlink(file.c_str()); };
    withdraw();
    return StorePointer((*engine).release(), [withdraw](dynamo::Store* store) {
      withdraw();
      delete store;
    });
  }
  if (engine.error().code() != dynamo::kDataFolderLocked || !options_.through_running_server)
    return engine.error();
  return OpenThroughServer(folder, engine.error());
}

base::Result<StorePointer> StoreDirectory::OpenThroughServer(const std::string& folder,
                                                             const base::Error& locked) {
  StoreLocation location;
  location.endpoint_url = FirstLine(EndpointFile(folder));
  location.region = kLocalRegion;
  location.access_key_id = location.secret_access_key = "stator";
  if (location.endpoint_url.empty()) return locked;
  STATOR_ASSIGN_OR_RETURN(StorePointer store, open_remote_(location));
  if (options_.notice) {
    options_.notice("data folder " + folder + " is open in process " + FirstLine(folder + "/lock") +
                    "; working through its DynamoDB door at " + location.endpoint_url);
  }
  return store;
}

base::Status StoreDirectory::PublishEndpoint(const StoreLocation& location,
                                             const std::string& url) {
  STATOR_ASSIGN_OR_RETURN(const std::string folder, DataFolder(location));
  if (folder.empty()) return base::OkStatus();
  const std::string file = EndpointFile(folder);
  const std::string unfinished = file + ".new";
  {
    std::ofstream out(unfinished, std::ios::trunc);
    out << url << '\n';
  }
  std::error_code failure;
  std::filesystem::rename(unfinished, file, failure);
  if (failure) {
    return base::Error(base::ErrorKind::kUnavailable, dynamo::kInternalServerError,
                       "cannot write " + file + ": " + failure.message() + ".");
  }
  return base::OkStatus();
}

}  // namespace stator::server
