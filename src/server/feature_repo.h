// What `stator init` writes: a feature repo with sample data that works at once.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "features/analytical_engine.h"

namespace stator::server {

// `local`: the embedded engine in the repo's folder. `aws`: DynamoDB of a region.
enum class RepoTemplate : unsigned char { kLocal, kAws };

// Writes feature_store.yaml, features/driver_stats.yaml, data/driver_stats.parquet (five drivers,
// hourly, the last fifteen days, the same numbers for the same hour) and README.md into the new
// folder `path`. The project is named after the folder. `region` is for kAws. ERRORS:
// FeastConfigError when the folder holds a feature_store.yaml already; what the file system says.
base::Status WriteFeatureRepo(const std::string& path, RepoTemplate kind, const std::string& region,
                              const base::Clock& clock, features::AnalyticalEngine& engine);

}  // namespace stator::server
