// Which store a command or a door works on, and who opens it. Modules receive a StoreOpener and
// never name `remote` or `engine`, but for the plain numbers of remote::CallOptions.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "dynamo/dynamo.h"
#include "remote/call_options.h"

namespace stator::server {

// What a configuration file or a dataset says about a store. Everything empty: it says nothing, and
// the data folder of the process is meant.
struct StoreLocation {
  // "": the default; "embedded:PATH": the data folder PATH; "http://..." or "https://...": a server
  // that speaks DynamoDB.
  std::string endpoint_url;
  // With an empty endpoint_url: AWS in this region. With `embedded:` or nothing at all it only
  // names ARNs.
  std::string region;
  // Keys, where the configuration gives them; empty: from the environment.
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  // For stores outside of this process; a data folder needs no connection.
  remote::CallOptions calls = {};

  // Whether data lies outside this process: an endpoint, or AWS.
  bool remote() const {
    return endpoint_url.empty() ? !region.empty() : !endpoint_url.starts_with("embedded:");
  }
};

// Opens stores and hands the same one out again for the same location, since a data folder can be
// open only once. A store outside of this process is the same only with equal `calls`. Thread-safe.
class StoreOpener {
 public:
  virtual ~StoreOpener() = default;
  // The store at `location`. A data folder is, in order: --path or --in-memory of the command line,
  // the folder that `embedded:` names, ./.stator/data; two different ones are a UsageError. When
  // another process holds the folder, the answer is a client of that process's DynamoDB door, and a
  // log line says so. ERRORS: DataFolderLocked naming the process when it has no such door;
  // DataFormatTooNew; what the file system says.
  virtual base::Result<std::shared_ptr<dynamo::Store>> Open(const StoreLocation& location) = 0;
  // Tells other processes the address ("http://127.0.0.1:8000") of the DynamoDB door that this
  // process has opened on the data folder at `location`; nothing happens for memory.
  virtual base::Status PublishEndpoint(const StoreLocation& location, const std::string& url) = 0;
};

}  // namespace stator::server
