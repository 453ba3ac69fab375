#include "features/view_source.h"

#include "feast/core/Registry.pb.h"
#include "features/definitions.h"
#include "features/errors.h"

namespace stator::features {

using base::Result;
namespace core = feast::core;

namespace {

template <typename Views>
const typename Views::value_type* FindIn(const Views& views, const std::string& project,
                                         std::string_view name) {
  for (const auto& view : views) {
    if (view.spec().project() == project && view.spec().name() == name) return &view;
  }
  return nullptr;
}

}  // namespace

const core::DataSource* BatchSourceOf(const core::Registry& registry, const RepoConfig& config,
                                      std::string_view name) {
  if (const auto* view = FindIn(registry.feature_views(), config.project, name))
    return &view->spec().batch_source();
  if (const auto* view = FindIn(registry.stream_feature_views(), config.project, name)) {
    return &view->spec().batch_source();
  }
  if (const auto* view = FindIn(registry.label_views(), config.project, name))
    return &view->spec().source();
  return nullptr;
}

std::string ViewSource::ColumnOf(std::string_view name) const {
  for (const auto& [column, view_name] : renamed) {
    if (view_name == name) return column;
  }
  return std::string(name);
}

Result<ViewSource> FindViewSource(const core::Registry& registry, const RepoConfig& config,
                                  std::string_view name) {
  const core::DataSource* source = BatchSourceOf(registry, config, name);
  if (source == nullptr) return FeatureViewNotFoundError(name, config.project);
  ViewSource found;
  STATOR_ASSIGN_OR_RETURN(found.file, FileOfSource(config, *source));
  found.timestamp_column = source->timestamp_field();
  found.created_column = source->created_timestamp_column();
  for (const auto& [column, view_name] : source->field_mapping())
    found.renamed.emplace_back(column, view_name);
  return found;
}

}  // namespace stator::features
