// The loadable module `stator-features.so`: the features door and the commands of Feast.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "features/repo_config.h"
#include "server/module.h"

namespace stator::server {

// Where the online store of a configuration lies and how it is called, in the words of the program.
// docs/feature-store-options.md says what becomes of each option of `online_store:`.
StoreLocation StoreOfConfig(const features::RepoConfig& config);

// The commands init, plan, apply, materialize, materialize-incremental, get-online-features,
// get-historical-features and teardown, under Feast's names and flags.
std::vector<Command> FeatureCommands();

// The module itself.
class FeatureModule final : public LoadableModule {
 public:
  // See FeatureCommands.
  std::vector<Command> Commands() const override { return FeatureCommands(); }
  // The online store that feature_store.yaml names. nullopt without a file, or when the file
  // disables the store.
  base::Result<std::optional<StoreLocation>> ConfiguredStore(
      const std::string& feature_store_yaml) const override;
  // The door of the repo in the working folder; a closed one when there is none.
  base::Result<std::unique_ptr<Door>> OpenDoor(const DoorContext& context) override;
};

}  // namespace stator::server
