// The DynamoDB tables behind feature views: which a project needs, how they come and go. With
// CreateTable, DescribeTable and DeleteTable alone, and the tag operations only where tags are
// asked for.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "features/repo_config.h"

namespace feast::core {
class Registry;
}

namespace stator::features {

// A table that a view of the project needs.
struct FeatureTable {
  std::string view;
  std::string table_name;
  // Those of the configuration, replaced and joined by those of the view.
  std::vector<dynamo::Tag> tags;
};

// The tables of a project, one for each view that is online (label views and on-demand views that
// are written included), in the registry's order; views that share a table by the template of the
// names stand once.
std::vector<FeatureTable> FeatureTables(const feast::core::Registry& registry,
                                        const RepoConfig& config);

// Gets one line of what is done, without a line feed.
using ProgressLine = std::function<void(const std::string&)>;

// What PlanTables finds out about a table.
struct TablePlan {
  FeatureTable table;
  bool exists = false;
  bool remove = false;
};

// Looks at every table: DescribeTable only. ERRORS: what the store says, with the table's name.
base::Result<std::vector<TablePlan>> PlanTables(const base::CallContext& context,
                                                dynamo::Store& store,
                                                const std::vector<FeatureTable>& keep,
                                                const std::vector<FeatureTable>& remove);

// Creates what is missing and waits until it is ACTIVE, brings tags in line where there are any to
// set, removes what is to go. A missing right to tag or to delete, and a table already gone, are
// warnings. `tell` hears "Deploying infrastructure for VIEW" and "Removing infrastructure for
// VIEW". ERRORS: what the store says, with the table's name; DeadlineExceeded while waiting;
// ValidationException for a table that exists with another key schema.
base::Status UpdateTables(const base::CallContext& context, dynamo::Store& store,
                          const std::vector<FeatureTable>& keep,
                          const std::vector<FeatureTable>& remove, const ProgressLine& tell);

}  // namespace stator::features
