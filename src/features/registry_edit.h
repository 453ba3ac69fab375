// Brings a registry to what definitions in YAML say, object by object, as Feast's apply does, and
// tells every change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "features/repo_config.h"

namespace feast::core {
class Registry;
}

namespace stator::features {

// One object that apply makes, changes or removes.
struct ObjectChange {
  enum class Action : unsigned char { kCreated, kUpdated, kDeleted };
  Action action = Action::kCreated;
  // "project", "entity", "data source", "feature view", "feature service".
  std::string kind;
  std::string name;
  // Of an update: "ttl: 86400s -> 0s".
  std::vector<std::string> properties;
};

// "Created feature view driver_stats", then a line for each property, each ended by a line feed.
std::string DescribeChange(const ObjectChange& change);

// Changes `registry` so that project `config.project` holds what `wanted` (of LoadDefinitions)
// says.
//
// New objects get their times, new views a version record 0, a changed schema the next version. A
// changed object keeps its created time, a view also its intervals and its state. Objects that are
// not in `wanted` are removed only if Stator wrote them from YAML, or when `prune` is set; objects
// of other projects and fields that Stator does not know are never touched. Answers the changes;
// without any, the registry is as it was.
std::vector<ObjectChange> EditRegistry(const feast::core::Registry& wanted,
                                       const RepoConfig& config, base::WallTime now, bool prune,
                                       feast::core::Registry& registry);

}  // namespace stator::features
