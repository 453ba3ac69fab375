// The loadable module `stator-remote.so`: stores outside of this process, on AWS or at any
// endpoint.
//
// It brings OpenSSL, whose loading alone takes a sixth of the time in which `stator dynamodb` is up
// and needs nothing of it (docs/adr-0012-remote-by-need.md).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/module.h"

namespace stator::server {

// The module itself. It has neither commands nor a door.
class RemoteModule final : public LoadableModule {
 public:
  // None.
  const std::vector<Command>& Commands() const override { return commands_; }
  // No file of its own names a store.
  base::Result<std::optional<StoreLocation>> ConfiguredStore(
      const std::string& feature_store_yaml) const override;
  // ERRORS: always, since it has none.
  base::Result<std::unique_ptr<Door>> OpenDoor(const DoorContext& context) override;
  // A client of the endpoint or of AWS; connects to nothing yet. ERRORS: ValidationException for a
  // bad endpoint or option, or when nothing says which region.
  base::Result<std::shared_ptr<dynamo::Store>> OpenRemoteStore(
      const StoreLocation& location) override;

 private:
  const std::vector<Command> commands_;
};

}  // namespace stator::server
