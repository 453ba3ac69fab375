// The loadable module `stator-remote.so`: stores outside of this process, on AWS or at any
// endpoint.
//
// It brings OpenSSL, whose loading alone takes a sixth of the time in which `stator dynamodb` is up
// and needs nothing of it (docs/adr-0012-remote-by-need.md).
#pragma once

#include <memory>

#include "server/module.h"

namespace stator::server {

// The module itself.
class RemoteModule final : public LoadableModule {
 public:
  // A client of the endpoint or of AWS; connects to nothing yet. ERRORS: ValidationException for a
  // bad endpoint or option, or when nothing says which region.
  base::Result<std::shared_ptr<dynamo::Store>> OpenRemoteStore(
      const StoreLocation& location) override;
};

}  // namespace stator::server
