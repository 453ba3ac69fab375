// plan, apply and teardown: from the definitions of a repo to its registry and its tables.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "features/definitions.h"
#include "features/feature_tables.h"
#include "features/registry_edit.h"
#include "features/repo_config.h"

namespace stator::features {

// What the operations need. The references outlive the call.
struct ApplyContext {
  const base::CallContext& call;
  const RepoConfig& config;
  dynamo::Store& store;
  const base::Clock& clock;
  // Asked for only where a schema has to be inferred.
  EngineProvider engine;
  ProgressLine tell;
};

// Brings registry and tables to what the repo says. Tables first, then the registry, as in Feast;
// both under the registry's lock. With definitions in YAML, objects change as EditRegistry says.
// Without them, the registry is the one that `feast apply` made: it stays as it is, byte for byte,
// and only missing tables are made. ERRORS: RegistryNotFound saying `feast apply`, when there are
// neither YAML definitions nor a registry; DefinitionInvalid; what the store says.
base::Status Apply(const ApplyContext& context, bool prune);

// Tells what Apply would do, in the lines of `feast plan`, and changes nothing.
base::Status Plan(const ApplyContext& context, bool prune);

// Deletes the tables of this project, older versions of its views included, and forgets what was
// materialized into them. Definitions and other projects in the same registry stay.
base::Status Teardown(const ApplyContext& context);

}  // namespace stator::features
