#include "server/remote_module.h"

#include <utility>

#include "remote/remote_dynamo.h"

namespace stator::server {

base::Result<std::shared_ptr<dynamo::Store>> RemoteModule::OpenRemoteStore(
    const StoreLocation& location) {
  remote::RemoteOptions options;
  options.region = location.region;
  options.endpoint_url = location.endpoint_url;
  options.keys = {.access_key_id = location.access_key_id,
                  .secret_access_key = location.secret_access_key,
                  .session_token = location.session_token};
  options.calls = location.calls;
  STATOR_ASSIGN_OR_RETURN(std::unique_ptr<remote::RemoteDynamo> store,
                          remote::RemoteDynamo::Open(options));
  return std::shared_ptr<dynamo::Store>(std::move(store));
}

}  // namespace stator::server

STATOR_LOADABLE_MODULE(stator::server::RemoteModule)
