#include "features/apply.h"

#include <algorithm>

#include "feast/core/Registry.pb.h"
#include "features/errors.h"
#include "features/registry_file.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;
namespace core = feast::core;

// The tables of `before` that nothing in `after` needs any more.
std::vector<FeatureTable> NoLongerNeeded(const std::vector<FeatureTable>& before,
                                         const std::vector<FeatureTable>& after) {
  std::vector<FeatureTable> gone;
  for (const FeatureTable& table : before) {
    const bool needed = std::any_of(after.begin(), after.end(), [&](const FeatureTable& other) {
      return other.table_name == table.table_name;
    });
    if (!needed) gone.push_back(table);
  }
  return gone;
}

// What an edit of the registry comes to.
struct Edit {
  std::vector<ObjectChange> changes;
  std::vector<FeatureTable> keep;
  std::vector<FeatureTable> remove;
};

Edit EditAndCompare(const ApplyContext& context, const core::Registry* wanted, bool prune,
                    core::Registry& registry) {
  Edit edit;
  const auto before = FeatureTables(registry, context.config);
  if (wanted != nullptr) {
    edit.changes = EditRegistry(*wanted, context.config, context.clock.WallNow(), prune, registry);
  }
  edit.keep = FeatureTables(registry, context.config);
  edit.remove = NoLongerNeeded(before, edit.keep);
  return edit;
}

// The YAML definitions, or null when there are none and the registry itself has to say everything.
Result<std::unique_ptr<core::Registry>> LoadWanted(const ApplyContext& context) {
  if (DefinitionFiles(context.config).empty()) {
    const RegistryFile file(context.config.registry.path, context.clock);
    if (!file.Stamp()) {
      return NotFoundError(
          kRegistryNotFound,
          HasPythonDefinitions(context.config)
              ? "The definitions of this repo are in Python, and there is no registry at " +
                    file.path() +
                    " yet: run `feast apply` first, then `stator apply` makes the tables"
              : "There is nothing to apply: no definitions in features/*.yaml, and no registry "
                "at " +
                    file.path() + " (with definitions in Python, `feast apply` makes it)");
    }
    return std::unique_ptr<core::Registry>();
  }
  return LoadDefinitions(context.call, context.config, context.engine);
}

void ForgetMaterialized(core::FeatureViewMeta& meta) {
  meta.clear_materialization_intervals();
  meta.clear_state();
}

template <typename Views>
bool ForgetAll(Views& views, const std::string& project) {
  bool changed = false;
  for (auto& view : views) {
    if (view.spec().project() != project || view.meta().materialization_intervals().empty())
      continue;
    ForgetMaterialized(*view.mutable_meta());
    changed = true;
  }
  return changed;
}

// Tables that versions of views had, beside those of today.
void AddOldVersions(const core::Registry& registry, const RepoConfig& config,
                    std::vector<FeatureTable>& tables) {
  if (!config.registry.online_versioning) return;
  for (const auto& record : registry.feature_view_version_history().records()) {
    if (record.project_id() != config.project) continue;
    FeatureTable table{record.feature_view_name(),
                       TableName(config, record.feature_view_name(), record.version_number()),
                       {}};
    const bool known = std::any_of(tables.begin(), tables.end(), [&](const FeatureTable& other) {
      return other.table_name == table.table_name;
    });
    if (!known) tables.push_back(std::move(table));
  }
}

}  // namespace

Status Apply(const ApplyContext& context, bool prune) {
  context.tell("Applying changes for project " + context.config.project);
  STATOR_ASSIGN_OR_RETURN(const auto wanted, LoadWanted(context));
  const RegistryFile file(context.config.registry.path, context.clock);
  return file.Update(context.call, [&](core::Registry& registry) -> Result<bool> {
    const Edit edit = EditAndCompare(context, wanted.get(), prune, registry);
    for (const ObjectChange& change : edit.changes) {
      std::string text = DescribeChange(change);
      text.pop_back();
      context.tell(text);
    }
    STATOR_RETURN_IF_ERROR(
        UpdateTables(context.call, context.store, edit.keep, edit.remove, context.tell));
    return !edit.changes.empty();
  });
}

Status Plan(const ApplyContext& context, bool prune) {
  STATOR_ASSIGN_OR_RETURN(const auto wanted, LoadWanted(context));
  const RegistryFile file(context.config.registry.path, context.clock);
  auto registry = std::make_unique<core::Registry>();
  if (file.Stamp()) {
    STATOR_ASSIGN_OR_RETURN(registry, file.Load());
  }
  const Edit edit = EditAndCompare(context, wanted.get(), prune, *registry);
  for (const ObjectChange& change : edit.changes) {
    std::string text = DescribeChange(change);
    text.pop_back();
    context.tell(text);
  }
  if (edit.changes.empty()) context.tell("No changes to registry");
  STATOR_ASSIGN_OR_RETURN(const auto tables,
                          PlanTables(context.call, context.store, edit.keep, edit.remove));
  bool any = false;
  for (const TablePlan& plan : tables) {
    if (plan.exists != plan.remove) continue;
    any = true;
    context.tell((plan.remove ? "Deleted dynamodb table " : "Created dynamodb table ") +
                 plan.table.table_name);
  }
  if (!any) context.tell("No changes to infrastructure");
  return base::OkStatus();
}

Status Teardown(const ApplyContext& context) {
  const RegistryFile file(context.config.registry.path, context.clock);
  if (!file.Stamp()) return file.Load().error();
  return file.Update(context.call, [&](core::Registry& registry) -> Result<bool> {
    auto tables = FeatureTables(registry, context.config);
    AddOldVersions(registry, context.config, tables);
    STATOR_RETURN_IF_ERROR(UpdateTables(context.call, context.store, {}, tables, context.tell));
    const bool views = ForgetAll(*registry.mutable_feature_views(), context.config.project);
    const bool streams =
        ForgetAll(*registry.mutable_stream_feature_views(), context.config.project);
    return views || streams;
  });
}

}  // namespace stator::features
