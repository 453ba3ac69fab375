#include "features/registry_edit.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "feast/core/Registry.pb.h"
#include "features/entity_key.h"
#include "features/proto_time.h"
#include "features/registry_file.h"

namespace stator::features {
namespace {

namespace core = feast::core;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using Action = ObjectChange::Action;

// Source copies carry times of their own, which are no part of a definition.
void ClearSourceTimes(core::DataSource& source) {
  source.clear_meta();
  if (source.has_batch_source()) ClearSourceTimes(*source.mutable_batch_source());
}

core::DataSource Definition(core::DataSource source) {
  ClearSourceTimes(source);
  return source;
}

core::EntitySpecV2 Definition(core::EntitySpecV2 spec) { return spec; }

core::FeatureViewSpec Definition(core::FeatureViewSpec spec) {
  if (spec.has_batch_source()) ClearSourceTimes(*spec.mutable_batch_source());
  if (spec.has_stream_source()) ClearSourceTimes(*spec.mutable_stream_source());
  return spec;
}

core::FeatureServiceSpec Definition(core::FeatureServiceSpec spec) {
  for (core::FeatureViewProjection& projection : *spec.mutable_features()) {
    if (projection.has_batch_source()) ClearSourceTimes(*projection.mutable_batch_source());
  }
  return spec;
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  if (!field.is_repeated()) {
    if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) return "";
    printer.PrintFieldValueToString(message, &field, -1, &text);
    return text;
  }
  std::vector<std::string> elements(
      static_cast<std::size_t>(message.GetReflection()->FieldSize(message, &field)));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    printer.PrintFieldValueToString(message, &field, static_cast<int>(i), &elements[i]);
  }
  // The entries of a map have no order of their own.
  if (field.is_map()) std::sort(elements.begin(), elements.end());
  for (const std::string& element : elements) text += (text.empty() ? "[" : ", ") + element;
  return (text.empty() ? "[" : text) + "]";
}

std::vector<std::string> Differences(const Message& before, const Message& after) {
  std::vector<std::string> lines;
  for (int i = 0; i < before.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *before.GetDescriptor()->field(i);
    const std::string old_text = FieldText(before, field);
    const std::string new_text = FieldText(after, field);
    if (old_text != new_text) lines.push_back(field.name() + ": " + old_text + " -> " + new_text);
  }
  return lines;
}

bool SameColumns(const core::FeatureViewSpec& a, const core::FeatureViewSpec& b) {
  core::FeatureViewSpec x, y;
  *x.mutable_features() = a.features();
  *x.mutable_entity_columns() = a.entity_columns();
  *y.mutable_features() = b.features();
  *y.mutable_entity_columns() = b.entity_columns();
  return MessageDifferencer::Equals(x, y);
}

class RegistryEditor {
 public:
  RegistryEditor(const core::Registry& wanted, const RepoConfig& config, base::WallTime now,
                 bool prune, core::Registry& registry)
      : wanted_(wanted), config_(config), now_(now), prune_(prune), registry_(registry) {}

  std::vector<ObjectChange> Edit() {
    AddProject();
    AddDummyEntity();
    ApplySources();
    ApplySpecs("entity", wanted_.entities(), *registry_.mutable_entities(),
               [](const auto&, auto&) {});
    ApplySpecs("feature view", wanted_.feature_views(), *registry_.mutable_feature_views(),
               [this](const auto* old, auto& view) { AddVersion(old, view); });
    ApplySpecs("feature service", wanted_.feature_services(), *registry_.mutable_feature_services(),
               [](const auto&, auto&) {});
    return std::move(changes_);
  }

 private:
  void Tell(Action action, std::string_view kind, const std::string& name,
            std::vector<std::string> properties = {}) {
    changes_.push_back({action, std::string(kind), name, std::move(properties)});
  }

  void AddProject() {
    for (const core::Project& project : registry_.projects()) {
      if (project.spec().name() == config_.project) return;
    }
    core::Project& project = *registry_.add_projects();
    project.mutable_spec()->set_name(config_.project);
    project.mutable_spec()->set_description(config_.project_description);
    SetTimes(*project.mutable_meta());
    Tell(Action::kCreated, "project", config_.project);
  }

  // Feast keeps one in every project, asked for or not.
  void AddDummyEntity() {
    for (const core::Entity& entity : registry_.entities()) {
      if (entity.spec().project() == config_.project && entity.spec().name() == kDummyEntity)
        return;
    }
    core::Entity& entity = *registry_.add_entities();
    entity.mutable_spec()->set_name(std::string(kDummyEntity));
    entity.mutable_spec()->set_join_key(std::string(kDummyJoinKey));
    entity.mutable_spec()->set_project(config_.project);
    SetTimes(*entity.mutable_meta());
  }

  template <typename Meta>
  void SetTimes(Meta& meta) {
    SetTime(now_, *meta.mutable_created_timestamp());
    SetTime(now_, *meta.mutable_last_updated_timestamp());
  }

  void ApplySources() {
    auto& sources = *registry_.mutable_data_sources();
    for (const core::DataSource& source : wanted_.data_sources()) {
      core::DataSource* old = nullptr;
      for (core::DataSource& candidate : sources) {
        if (candidate.project() == config_.project && candidate.name() == source.name())
          old = &candidate;
      }
      if (old == nullptr) {
        core::DataSource& added = *sources.Add();
        added = source;
        SetTimes(*added.mutable_meta());
        SetCopyTimes(added);
        Own("data source", source.name());
        Tell(Action::kCreated, "data source", source.name());
        continue;
      }
      auto lines = Differences(Definition(*old), Definition(source));
      if (lines.empty()) continue;
      const core::DataSource::SourceMeta meta = old->meta();
      *old = source;
      *old->mutable_meta() = meta;
      SetTime(now_, *old->mutable_meta()->mutable_last_updated_timestamp());
      SetCopyTimes(*old);
      Tell(Action::kUpdated, "data source", source.name(), std::move(lines));
    }
    RemoveOthers("data source", sources, wanted_.data_sources(),
                 [](const core::DataSource& source) -> const auto& { return source; });
  }

  // A copy of a source carries the times of the source that it is a copy of.
  void SetCopyTimes(core::DataSource& source) {
    if (source.has_batch_source()) CopyTimes(*source.mutable_batch_source());
  }
  void CopyTimes(core::DataSource& copy) {
    SetCopyTimes(copy);
    for (const core::DataSource& source : registry_.data_sources()) {
      if (source.project() == config_.project && source.name() == copy.name())
        *copy.mutable_meta() = source.meta();
    }
  }
  void SetCopyTimesIn(core::EntitySpecV2&) {}
  void SetCopyTimesIn(core::FeatureViewSpec& spec) {
    CopyTimes(*spec.mutable_batch_source());
    if (spec.has_stream_source()) CopyTimes(*spec.mutable_stream_source());
  }
  void SetCopyTimesIn(core::FeatureServiceSpec& spec) {
    for (core::FeatureViewProjection& projection : *spec.mutable_features())
      CopyTimes(*projection.mutable_batch_source());
  }

  // Entities, views and services alike: messages of a spec and a meta. `changed` sees the old
  // object (or null) and the new one.
  template <typename Objects, typename Changed>
  void ApplySpecs(std::string_view kind, const Objects& wanted, Objects& objects,
                  Changed&& changed) {
    for (const auto& object : wanted) {
      const std::string& name = object.spec().name();
      typename Objects::value_type* old = nullptr;
      for (auto& candidate : objects) {
        if (candidate.spec().project() == config_.project && candidate.spec().name() == name)
          old = &candidate;
      }
      std::vector<std::string> lines;
      if (old != nullptr) {
        lines = Differences(Definition(old->spec()), Definition(object.spec()));
        if (lines.empty()) continue;
      }
      auto fresh = object;
      if (old != nullptr) *fresh.mutable_meta() = old->meta();
      if (old == nullptr) SetTimes(*fresh.mutable_meta());
      SetTime(now_, *fresh.mutable_meta()->mutable_last_updated_timestamp());
      SetCopyTimesIn(*fresh.mutable_spec());
      changed(old, fresh);
      if (old == nullptr) Own(kind, name);
      Tell(old == nullptr ? Action::kCreated : Action::kUpdated, kind, name, std::move(lines));
      *(old == nullptr ? objects.Add() : old) = std::move(fresh);
    }
    RemoveOthers(kind, objects, wanted,
                 [](const auto& object) -> const auto& { return object.spec(); });
  }

  // Feast numbers the schemas of a view from 0 and keeps each as a record.
  void AddVersion(const core::FeatureView* old, core::FeatureView& view) {
    std::int32_t number = 0;
    if (old != nullptr) {
      if (SameColumns(old->spec(), view.spec())) return;
      for (const auto& record : registry_.feature_view_version_history().records()) {
        const bool same = record.project_id() == config_.project &&
                          record.feature_view_name() == view.spec().name();
        if (same) number = std::max(number, record.version_number() + 1);
      }
      view.mutable_meta()->set_current_version_number(number);
    }
    core::FeatureViewVersionRecord& record =
        *registry_.mutable_feature_view_version_history()->add_records();
    record.set_feature_view_name(view.spec().name());
    record.set_project_id(config_.project);
    record.set_version_number(number);
    record.set_feature_view_type("feature_view");
    record.set_feature_view_proto(view.SerializeAsString());
    SetTime(now_, *record.mutable_created_timestamp());
    record.set_version_id(NewUuid());
  }

  template <typename Objects, typename SpecOf>
  void RemoveOthers(std::string_view kind, Objects& objects, const Objects& wanted,
                    SpecOf&& spec_of) {
    for (int i = objects.size() - 1; i >= 0; --i) {
      const auto& spec = spec_of(objects.Get(i));
      // It is named behind its end. NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
      const std::string name = spec.name();
      if (spec.project() != config_.project || name == kDummyEntity) continue;
      bool keep = false;
      for (const auto& object : wanted) keep = keep || spec_of(object).name() == name;
      if (keep || !(prune_ || IsOwn(kind, name))) continue;
      objects.DeleteSubrange(i, 1);
      Disown(kind, name);
      Tell(Action::kDeleted, kind, name);
    }
  }

  int FindOwn(std::string_view kind, const std::string& name) const {
    for (int i = 0; i < registry_.stator_objects_size(); ++i) {
      const core::StatorObject& object = registry_.stator_objects(i);
      if (object.project() == config_.project && object.kind() == kind && object.name() == name)
        return i;
    }
    return -1;
  }
  bool IsOwn(std::string_view kind, const std::string& name) const {
    return FindOwn(kind, name) >= 0;
  }
  void Own(std::string_view kind, const std::string& name) {
    if (IsOwn(kind, name)) return;
    core::StatorObject& object = *registry_.add_stator_objects();
    object.set_project(config_.project);
    object.set_kind(std::string(kind));
    object.set_name(name);
  }
  void Disown(std::string_view kind, const std::string& name) {
    const int index = FindOwn(kind, name);
    if (index >= 0) registry_.mutable_stator_objects()->DeleteSubrange(index, 1);
  }

  const core::Registry& wanted_;
  const RepoConfig& config_;
  const base::WallTime now_;
  const bool prune_;
  core::Registry& registry_;
  std::vector<ObjectChange> changes_;
};

}  // namespace

std::string DescribeChange(const ObjectChange& change) {
  static constexpr std::string_view kActions[] = {"Created", "Updated", "Deleted"};
  std::string text(kActions[static_cast<std::size_t>(change.action)]);
  text += ' ' + change.kind + ' ' + change.name + '\n';
  for (const std::string& property : change.properties) text += '\t' + property + '\n';
  return text;
}

std::vector<ObjectChange> EditRegistry(const core::Registry& wanted, const RepoConfig& config,
                                       base::WallTime now, bool prune, core::Registry& registry) {
  return RegistryEditor(wanted, config, now, prune, registry).Edit();
}

}  // namespace stator::features
