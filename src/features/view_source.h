// Where the rows of a view lie: its file and the columns in it, field mapping undone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/analytical_engine.h"
#include "features/registry_snapshot.h"
#include "features/repo_config.h"

namespace feast::core {
class DataSource;
class Registry;
}  // namespace feast::core

namespace stator::features {

// The batch source of a view, resolved.
struct ViewSource {
  // Resolved against the repo.
  DataFile file;
  // Of the event time.
  std::string timestamp_column;
  // Empty: none.
  std::string created_column;
  // Columns of the file whose name in the view differs: (column, name).
  std::vector<std::pair<std::string, std::string>> renamed;

  // The column of the file that a feature or a join key comes from.
  std::string ColumnOf(std::string_view name) const;
};

// The source of view `name`. ERRORS: FeatureViewNotFoundException; DefinitionInvalid when it is no
// local file.
base::Result<ViewSource> FindViewSource(const feast::core::Registry& registry,
                                        const RepoConfig& config, std::string_view name);

// The message of the view's batch source, or null when the project has no such view. Of a label
// view it is its only source.
const feast::core::DataSource* BatchSourceOf(const feast::core::Registry& registry,
                                             const RepoConfig& config, std::string_view name);

}  // namespace stator::features
