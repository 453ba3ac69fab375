// `stator get-historical-features`, and what the feature commands share.
#pragma once

#include "base/result.h"
#include "features/read_plan.h"
#include "features/repo_config.h"
#include "server/command.h"

namespace stator::server {

// The configuration of the repo in the working folder, or the one that the command line names.
base::Result<features::RepoConfig> LoadCommandConfig(const CommandEnvironment& environment);

// What --features, --feature-service and --full-feature-names ask for.
features::FeatureSelection SelectionOf(const ParsedFlags& flags);

// The command. Entity rows come from a file (--entity-rows, Parquet or CSV) or as Feast's JSON
// (--dataframe); the result goes to a file (-o, Parquet or CSV by its ending) or, as CSV, to the
// output. It needs no store.
Command GetHistoricalFeaturesCommand();

}  // namespace stator::server
