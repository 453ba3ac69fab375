#include "features/registry_snapshot.h"

#include <algorithm>

#include "feast/core/Registry.pb.h"
#include "features/entity_key.h"
#include "features/errors.h"
#include "features/proto_time.h"

namespace stator::features {

using base::Result;
using base::Status;
namespace core = feast::core;

namespace {

ValueKind KindOf(int number) {
  return number > 0 && number <= kValueKindMax ? static_cast<ValueKind>(number) : ValueKind::kUnset;
}

std::vector<FeatureField> FieldsOf(
    const google::protobuf::RepeatedPtrField<core::FeatureSpecV2>& columns) {
  std::vector<FeatureField> fields;
  for (const core::FeatureSpecV2& column : columns)
    fields.push_back({column.name(), KindOf(column.value_type())});
  return fields;
}

}  // namespace

// Fills a snapshot from the messages of one project.
class SnapshotBuilder {
 public:
  SnapshotBuilder(const core::Registry& registry, const RepoConfig& config, RegistrySnapshot& out)
      : registry_(registry), config_(config), out_(out) {}

  Status Build() {
    out_.project_ = config_.project;
    out_.online_versioning_ = config_.registry.online_versioning;
    AddEntities();
    STATOR_RETURN_IF_ERROR(AddViews(registry_.feature_views(), ViewType::kFeature));
    STATOR_RETURN_IF_ERROR(AddViews(registry_.stream_feature_views(), ViewType::kStream));
    STATOR_RETURN_IF_ERROR(AddViews(registry_.label_views(), ViewType::kLabel));
    STATOR_RETURN_IF_ERROR(AddOnDemandViews());
    STATOR_RETURN_IF_ERROR(AddVersions());
    AddServices();
    return base::OkStatus();
  }

 private:
  void AddEntities() {
    for (const core::Entity& entity : registry_.entities()) {
      const core::EntitySpecV2& spec = entity.spec();
      if (spec.project() != config_.project) continue;
      out_.entities_[spec.name()] = spec.join_key();
      entity_kinds_[spec.join_key()] = KindOf(spec.value_type());
      if (spec.name() != kDummyEntity) out_.join_keys_[spec.join_key()] = KindOf(spec.value_type());
    }
  }

  // The join keys of a view: typed by its entity columns, or by the entity where an old registry
  // has none.
  template <typename Spec>
  Status SetJoinKeys(const Spec& spec, ViewDefinition& view) {
    for (const std::string& entity : spec.entities()) {
      const auto found = out_.entities_.find(entity);
      if (found == out_.entities_.end() && entity != kDummyEntity) {
        return InvalidError(kRegistryInvalid, "Feature view " + spec.name() + " names entity '" +
                                                  entity + "', which project " + config_.project +
                                                  " does not have");
      }
      FeatureField key{entity == kDummyEntity ? std::string(kDummyJoinKey) : found->second,
                       ValueKind::kString};
      if (entity != kDummyEntity) key.kind = entity_kinds_[key.name];
      for (const core::FeatureSpecV2& column : spec.entity_columns()) {
        if (column.name() == key.name) key.kind = KindOf(column.value_type());
      }
      if (entity != kDummyEntity && key.kind != ValueKind::kUnset)
        out_.join_keys_[key.name] = key.kind;
      view.join_keys.push_back(std::move(key));
    }
    std::sort(view.join_keys.begin(), view.join_keys.end(),
              [](const FeatureField& a, const FeatureField& b) { return a.name < b.name; });
    return base::OkStatus();
  }

  template <typename Spec>
  Result<ViewDefinition> MakeView(const Spec& spec, std::int32_t version, ViewType type) {
    ViewDefinition view;
    view.name = spec.name();
    view.type = type;
    view.version = version;
    view.features = FieldsOf(spec.features());
    view.table_name =
        TableName(config_, spec.name(), config_.registry.online_versioning ? version : 0);
    STATOR_RETURN_IF_ERROR(SetJoinKeys(spec, view));
    return view;
  }

  template <typename View>
  Result<ViewDefinition> MakeStoredView(const View& message, ViewType type) {
    STATOR_ASSIGN_OR_RETURN(
        ViewDefinition view,
        MakeView(message.spec(), message.meta().current_version_number(), type));
    view.online = message.spec().online();
    view.ttl_us = Micros(message.spec().ttl());
    SetSource(message.spec(), view);
    if constexpr (requires { message.spec().disabled(); })
      view.disabled = message.spec().disabled();
    return view;
  }

  template <typename Spec>
  static void SetSource(const Spec& spec, ViewDefinition& view) {
    if constexpr (requires { spec.batch_source(); }) {
      view.timestamp_field = spec.batch_source().timestamp_field();
      if (spec.stream_source().type() == core::DataSource::PUSH_SOURCE)
        view.push_source = spec.stream_source().name();
    } else {
      view.timestamp_field = spec.source().timestamp_field();
    }
  }

  template <typename Messages>
  Status AddViews(const Messages& messages, ViewType type) {
    for (const auto& message : messages) {
      if (message.spec().project() != config_.project) continue;
      STATOR_ASSIGN_OR_RETURN(ViewDefinition view, MakeStoredView(message, type));
      out_.views_.insert_or_assign(view.name, std::move(view));
    }
    return base::OkStatus();
  }

  Status AddOnDemandViews() {
    for (const core::OnDemandFeatureView& message : registry_.on_demand_feature_views()) {
      const auto& spec = message.spec();
      if (spec.project() != config_.project) continue;
      STATOR_ASSIGN_OR_RETURN(
          ViewDefinition view,
          MakeView(spec, message.meta().current_version_number(), ViewType::kOnDemand));
      view.computed = !spec.write_to_online_store();
      view.online = !view.computed;
      view.disabled = spec.disabled();
      for (const auto& [name, source] : spec.sources()) {
        if (!source.has_request_data_source()) continue;
        for (auto& field : FieldsOf(source.request_data_source().request_data_options().schema())) {
          view.request_fields.push_back(std::move(field));
        }
      }
      out_.views_.insert_or_assign(view.name, std::move(view));
    }
    return base::OkStatus();
  }

  // Only feature views: other kinds have no version in Feast's references.
  Status AddVersions() {
    if (!out_.online_versioning_) return base::OkStatus();
    for (const auto& record : registry_.feature_view_version_history().records()) {
      if (record.project_id() != config_.project || record.feature_view_type() != "feature_view")
        continue;
      core::FeatureView message;
      if (!message.ParseFromString(record.feature_view_proto())) continue;
      message.mutable_meta()->set_current_version_number(record.version_number());
      STATOR_ASSIGN_OR_RETURN(ViewDefinition view, MakeStoredView(message, ViewType::kFeature));
      out_.versions_.insert_or_assign({view.name, record.version_number()}, std::move(view));
    }
    return base::OkStatus();
  }

  void AddServices() {
    for (const core::FeatureService& service : registry_.feature_services()) {
      if (service.spec().project() != config_.project) continue;
      std::vector<ServicePart> parts;
      for (const core::FeatureViewProjection& projection : service.spec().features()) {
        ServicePart part;
        part.view = projection.feature_view_name();
        if (projection.feature_view_name_alias() != part.view)
          part.alias = projection.feature_view_name_alias();
        for (const auto& column : projection.feature_columns())
          part.features.push_back(column.name());
        for (const auto& [view_key, request_key] : projection.join_key_map())
          part.join_key_map[view_key] = request_key;
        if (projection.has_version_tag()) part.version = projection.version_tag();
        parts.push_back(std::move(part));
      }
      out_.services_.insert_or_assign(service.spec().name(), std::move(parts));
    }
  }

  const core::Registry& registry_;
  const RepoConfig& config_;
  RegistrySnapshot& out_;
  std::map<std::string, ValueKind, std::less<>> entity_kinds_;
};

const FeatureField* ViewDefinition::FindFeature(std::string_view feature) const {
  for (const FeatureField& field : features) {
    if (field.name == feature) return &field;
  }
  return nullptr;
}

bool ViewDefinition::entityless() const {
  return join_keys.size() == 1 && join_keys[0].name == kDummyJoinKey;
}

Result<std::shared_ptr<const RegistrySnapshot>> RegistrySnapshot::Build(
    const core::Registry& registry, const RepoConfig& config) {
  auto snapshot = std::make_shared<RegistrySnapshot>();
  STATOR_RETURN_IF_ERROR(SnapshotBuilder(registry, config, *snapshot).Build());
  return std::shared_ptr<const RegistrySnapshot>(std::move(snapshot));
}

const ViewDefinition* RegistrySnapshot::FindView(std::string_view name) const {
  const auto found = views_.find(name);
  return found == views_.end() ? nullptr : &found->second;
}

const ViewDefinition* RegistrySnapshot::FindVersion(std::string_view name,
                                                    std::int32_t version) const {
  const auto found = versions_.find({std::string(name), version});
  return found == versions_.end() ? nullptr : &found->second;
}

const std::vector<ServicePart>* RegistrySnapshot::FindService(std::string_view name) const {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second;
}

std::string_view RegistrySnapshot::JoinKeyOfEntity(std::string_view name) const {
  const auto found = entities_.find(name);
  return found == entities_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace stator::features
