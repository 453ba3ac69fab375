#include "features/read_plan.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "dynamo/limits.h"
#include "features/errors.h"
#include "features/feature_row.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;

Error KeyError(std::string_view message) { return InvalidError(kKeyError, PythonRepr(message)); }

// "view@v2:feature" taken apart.
struct Reference {
  std::string_view view;
  std::string_view feature;
  std::optional<std::int32_t> version;
};

Result<Reference> ParseReference(std::string_view text, const RegistrySnapshot& snapshot) {
  const Error malformed = ValueError("Invalid feature reference '" + std::string(text) +
                                     "'. Expected format: '<feature_view>:<feature>' or "
                                     "'<feature_view>@<version>:<feature>'");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return malformed;
  Reference reference{text.substr(0, colon), text.substr(colon + 1), std::nullopt};
  const std::size_t at = reference.view.find('@');
  if (at == std::string_view::npos) return reference;
  const std::string_view version = reference.view.substr(at + 1);
  const std::string_view qualified = std::exchange(reference.view, reference.view.substr(0, at));
  if (version == "latest") return reference;
  std::int32_t number = 0;
  const std::string_view digits = version.starts_with('v') ? version.substr(1) : version;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || number < 0)
    return malformed;
  if (!snapshot.online_versioning()) {
    return ValueError(
        "Version-qualified ref '" + std::string(qualified) +
        "' not supported: online versioning is disabled. Set "
        "'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.");
  }
  reference.version = number;
  return reference;
}

class PlanCompiler {
 public:
  PlanCompiler(const RegistrySnapshot& snapshot, const FeatureSelection& selection, ReadPlan& plan)
      : snapshot_(snapshot), selection_(selection), plan_(plan) {}

  Status Compile() {
    if (selection_.feature_service.empty()) {
      STATOR_RETURN_IF_ERROR(AddReferences());
    } else {
      STATOR_RETURN_IF_ERROR(AddService());
    }
    STATOR_RETURN_IF_ERROR(CheckCollisions());
    for (PlannedView& view : plan_.views) AddProjection(view);
    return base::OkStatus();
  }

 private:
  Result<const ViewDefinition*> FindView(std::string_view name,
                                         std::optional<std::int32_t> version) {
    const ViewDefinition* view = snapshot_.FindView(name);
    if (view != nullptr && version && *version != view->version)
      view = snapshot_.FindVersion(name, *version);
    if (view == nullptr) {
      const std::string suffix = version ? "@v" + std::to_string(*version) : "";
      return FeatureViewNotFoundError(std::string(name) + suffix, snapshot_.project());
    }
    if (view->disabled) {
      return ValueError("Feature view " + view->name +
                        " is disabled: enable it to read its features");
    }
    return view;
  }

  std::size_t KeyGroup(const ViewDefinition& view, const ServicePart* part) {
    std::vector<PlannedKey> keys;
    for (const FeatureField& key : view.join_keys) {
      std::string request_name = key.name;
      if (part != nullptr) {
        if (const auto mapped = part->join_key_map.find(key.name);
            mapped != part->join_key_map.end()) {
          request_name = mapped->second;
        }
      }
      keys.push_back({key.name, request_name, key.kind});
    }
    const auto same = std::find(plan_.key_groups.begin(), plan_.key_groups.end(), keys);
    const std::size_t index = static_cast<std::size_t>(same - plan_.key_groups.begin());
    if (same == plan_.key_groups.end()) plan_.key_groups.push_back(std::move(keys));
    return index;
  }

  void AddComputed(const ViewDefinition& view) {
    if (std::find(plan_.computed_views.begin(), plan_.computed_views.end(), view.name) ==
        plan_.computed_views.end()) {
      plan_.computed_views.push_back(view.name);
    }
    for (const FeatureField& field : view.request_fields) {
      auto& fields = plan_.request_fields;
      if (std::find(fields.begin(), fields.end(), field.name) == fields.end())
        fields.push_back(field.name);
    }
  }

  PlannedView& ViewOf(const ViewDefinition& definition, std::string reference,
                      const ServicePart* part) {
    for (PlannedView& view : plan_.views) {
      if (view.view == &definition && view.reference == reference) return view;
    }
    PlannedView& view = plan_.views.emplace_back();
    view.view = &definition;
    view.reference = std::move(reference);
    view.key_group = KeyGroup(definition, part);
    return view;
  }

  Status AddFeature(const ViewDefinition& definition, PlannedView& view, std::string_view feature) {
    if (definition.FindFeature(feature) == nullptr) {
      return KeyError("Feature " + std::string(feature) + " not found in projection " +
                      definition.name);
    }
    std::string output(feature);
    if (selection_.full_feature_names) output = view.reference + "__" + output;
    view.features.push_back({std::string(feature), std::move(output)});
    return base::OkStatus();
  }

  Status AddReferences() {
    if (selection_.features.empty()) return ValueError("No features specified for retrieval");
    for (const std::string& text : selection_.features) {
      STATOR_ASSIGN_OR_RETURN(const Reference reference, ParseReference(text, snapshot_));
      STATOR_ASSIGN_OR_RETURN(const ViewDefinition* view,
                              FindView(reference.view, reference.version));
      std::string name = view->name;
      if (reference.version) name += "@v" + std::to_string(*reference.version);
      if (view->computed) AddComputed(*view);
      STATOR_RETURN_IF_ERROR(
          AddFeature(*view, ViewOf(*view, std::move(name), nullptr), reference.feature));
    }
    return base::OkStatus();
  }

  Status AddService() {
    const auto* service = snapshot_.FindService(selection_.feature_service);
    if (service == nullptr) {
      return NotFoundError(kFeatureServiceNotFound,
                           "Feature service " + selection_.feature_service +
                               " does not exist in project " + snapshot_.project());
    }
    for (const ServicePart& part : *service) {
      STATOR_ASSIGN_OR_RETURN(const ViewDefinition* view, FindView(part.view, part.version));
      std::string reference = part.alias.empty() ? part.view : part.alias;
      if (part.version) reference += "@v" + std::to_string(*part.version);
      if (view->computed) AddComputed(*view);
      PlannedView& planned = ViewOf(*view, std::move(reference), &part);
      for (const std::string& feature : part.features)
        STATOR_RETURN_IF_ERROR(AddFeature(*view, planned, feature));
    }
    return base::OkStatus();
  }

  Status CheckCollisions() {
    std::map<std::string_view, int> seen;
    std::string twice;
    for (const PlannedView& view : plan_.views) {
      for (const PlannedFeature& feature : view.features) {
        if (++seen[feature.output_name] == 2)
          twice += (twice.empty() ? "" : ", ") + feature.output_name;
      }
    }
    if (twice.empty()) return base::OkStatus();
    const std::string advice = selection_.full_feature_names
                                   ? "please ensure that the feature views or their own features "
                                     "have different names, or ask for each once."
                                   : "either use the full feature name by setting "
                                     "'full_feature_names=True', or ensure that the features in "
                                     "question have different names.";
    return InvalidError(kFeatureNameCollision, "Duplicate features named " + twice +
                                                   " found.\nTo resolve this collision, " + advice);
  }

  void AddProjection(PlannedView& view) {
    if (2 * view.features.size() >= view.view->features.size()) return;
    dynamo::SharedProjection projection;
    projection.expression = "#entity_id, #event_ts";
    projection.attributes.names = {{"#entity_id", std::string(kEntityIdAttribute)},
                                   {"#event_ts", std::string(kEventTsAttribute)},
                                   {"#vals", std::string(kValuesAttribute)}};
    for (std::size_t i = 0; i < view.features.size(); ++i) {
      const std::string placeholder = "#feat" + std::to_string(i);
      projection.expression += ", #vals." + placeholder;
      projection.attributes.names.emplace_back(placeholder, view.features[i].name);
    }
    if (projection.expression.size() > dynamo::kExpressionBytesMax) return;
    view.projection = static_cast<std::int32_t>(plan_.projections.size());
    plan_.projections.push_back(std::move(projection));
  }

  const RegistrySnapshot& snapshot_;
  const FeatureSelection& selection_;
  ReadPlan& plan_;
};

std::string CacheKey(const FeatureSelection& selection) {
  std::string key(1, selection.full_feature_names ? '1' : '0');
  key += selection.feature_service;
  if (!selection.feature_service.empty()) return key;
  for (const std::string& feature : selection.features) {
    key += '\n';
    key += feature;
  }
  return key;
}

}  // namespace

Result<std::shared_ptr<const ReadPlan>> CompileReadPlan(
    std::shared_ptr<const RegistrySnapshot> snapshot, const FeatureSelection& selection) {
  auto plan = std::make_shared<ReadPlan>();
  STATOR_RETURN_IF_ERROR(PlanCompiler(*snapshot, selection, *plan).Compile());
  plan->snapshot = std::move(snapshot);
  return std::shared_ptr<const ReadPlan>(std::move(plan));
}

Result<std::shared_ptr<const ReadPlan>> ReadPlanCache::Get(const FeatureSelection& selection) {
  const std::string key = CacheKey(selection);
  {
    std::shared_lock lock(mutex_);
    if (const auto found = plans_.find(key); found != plans_.end()) return found->second;
  }
  STATOR_ASSIGN_OR_RETURN(auto plan, CompileReadPlan(snapshot_, selection));
  std::unique_lock lock(mutex_);
  if (plans_.size() >= kReadPlansMax) plans_.clear();
  plans_.emplace(key, plan);
  return plan;
}

std::string PythonRepr(std::string_view text) {
  const bool single =
      text.find('\'') == std::string_view::npos || text.find('"') != std::string_view::npos;
  const char quote = single ? '\'' : '"';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out + quote;
}

}  // namespace stator::features
