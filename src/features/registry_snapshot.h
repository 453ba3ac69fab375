// One project of a registry, ready for reading: views, services and entities as plain immutable
// values. Every online request works on one snapshot; a reload makes a new one and leaves the old
// to those who still hold it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "features/repo_config.h"
#include "features/value_kind.h"

namespace feast::core {
class Registry;
}

namespace stator::features {

// A named and typed column.
struct FeatureField {
  std::string name;
  ValueKind kind = ValueKind::kUnset;
};

// Where a view stands in the registry.
enum class ViewType : std::uint8_t { kFeature, kStream, kOnDemand, kLabel };

// A view as reading needs it.
struct ViewDefinition {
  std::string name;
  ViewType type = ViewType::kFeature;
  // By name, ascending; the dummy key for a view without entities.
  std::vector<FeatureField> join_keys;
  // In the registry's order.
  std::vector<FeatureField> features;
  std::string table_name;
  // 0: rows never get too old.
  std::int64_t ttl_us = 0;
  // Feast's current_version_number.
  std::int32_t version = 0;
  // Has a table.
  bool online = true;
  // Feast's `enabled=False`: refuses reads.
  bool disabled = false;
  // An on-demand view whose values Python makes at each read.
  bool computed = false;
  // The column of its source that says when a row happened.
  std::string timestamp_field;
  // The push source that feeds it, if any.
  std::string push_source;
  // Of a computed view: what the request itself must bring.
  std::vector<FeatureField> request_fields;

  // The feature `name`, or null.
  const FeatureField* FindFeature(std::string_view name) const;
  // Whether it has no entity.
  bool entityless() const;
};

// A part of a feature service: some features of a view, perhaps under other names.
struct ServicePart {
  std::string view;
  // Empty: none.
  std::string alias;
  std::vector<std::string> features;
  // The view's join key -> the request's.
  std::map<std::string, std::string, std::less<>> join_key_map;
  std::optional<std::int32_t> version;
};

// The snapshot itself.
class RegistrySnapshot {
 public:
  // Takes the objects of `config.project` out of a registry.
  // ERRORS: RegistryInvalid for a view whose entity the registry does not know.
  static base::Result<std::shared_ptr<const RegistrySnapshot>> Build(
      const feast::core::Registry& registry, const RepoConfig& config);

  // The view `name`, or null.
  const ViewDefinition* FindView(std::string_view name) const;
  // Version `version` of a view from the version history, or null.
  const ViewDefinition* FindVersion(std::string_view name, std::int32_t version) const;
  // The parts of a feature service, or null.
  const std::vector<ServicePart>* FindService(std::string_view name) const;
  // All views, by name.
  const std::map<std::string, ViewDefinition, std::less<>>& views() const { return views_; }
  // Join keys of all entities with their types, by name, without the dummy one.
  const std::map<std::string, ValueKind, std::less<>>& join_keys() const { return join_keys_; }
  // The join key of the entity `name`, or empty: Feast accepts an entity's name in its place.
  std::string_view JoinKeyOfEntity(std::string_view name) const;
  // The project.
  const std::string& project() const { return project_; }
  // Whether "view@v2:feature" may be read.
  bool online_versioning() const { return online_versioning_; }

 private:
  friend class SnapshotBuilder;

  std::string project_;
  bool online_versioning_ = false;
  std::map<std::string, ViewDefinition, std::less<>> views_;
  std::map<std::pair<std::string, std::int32_t>, ViewDefinition> versions_;
  std::map<std::string, std::vector<ServicePart>, std::less<>> services_;
  // Name -> join key.
  std::map<std::string, std::string, std::less<>> entities_;
  std::map<std::string, ValueKind, std::less<>> join_keys_;
};

}  // namespace stator::features
