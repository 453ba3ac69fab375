// What a request for features comes down to, worked out once for each distinct list of features and
// then kept: which tables, which keys, which values, under which names.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "dynamo/operations.h"
#include "features/registry_snapshot.h"

namespace stator::features {

// A join key of a view under the name that the request gives it.
struct PlannedKey {
  std::string join_key;
  std::string request_name;
  ValueKind kind = ValueKind::kUnset;
  // Same key under the same name.
  friend bool operator==(const PlannedKey&, const PlannedKey&) = default;
};

// A feature with the name that the reply gives it: "feature" or "view__feature".
struct PlannedFeature {
  std::string name;
  std::string output_name;
};

// One view of the plan; the same view may stand twice, under two aliases.
struct PlannedView {
  const ViewDefinition* view = nullptr;
  // Alias or name, with "@v<N>" where the reference had one.
  std::string reference;
  // In ReadPlan::key_groups: views with equal keys share their entity ids.
  std::size_t key_group = 0;
  // In ReadPlan::projections; -1: the whole item.
  std::int32_t projection = -1;
  std::vector<PlannedFeature> features;
};

// What a client asks for, before its entities.
struct FeatureSelection {
  // "view:feature", "view@v2:feature".
  std::vector<std::string> features;
  // Not empty: wins over `features`, as in Feast.
  std::string feature_service;
  bool full_feature_names = false;
};

// The plan. Immutable; keeps the snapshot that it points into alive.
struct ReadPlan {
  std::shared_ptr<const RegistrySnapshot> snapshot;
  // In the order in which they were first mentioned.
  std::vector<PlannedView> views;
  // Each sorted by join key.
  std::vector<std::vector<PlannedKey>> key_groups;
  // As GetMany takes them.
  std::vector<dynamo::SharedProjection> projections;
  // What computed views need of the request.
  std::vector<std::string> request_fields;
  // On-demand views that only Python can compute.
  std::vector<std::string> computed_views;
};

// Works a plan out. A projection is used when less than half of a view's features are asked for and
// its text keeps within DynamoDB's limit; otherwise the whole item is read: the price is the same,
// and the engine is faster so. ERRORS, with Feast's texts: ValueError (no features, bad reference,
// version without versioning, disabled view), FeatureViewNotFoundException,
// FeatureServiceNotFoundException, KeyError (unknown feature), FeatureNameCollisionError.
base::Result<std::shared_ptr<const ReadPlan>> CompileReadPlan(
    std::shared_ptr<const RegistrySnapshot> snapshot, const FeatureSelection& selection);

// Plans of one snapshot by selection. Thread-safe; starts anew after kReadPlansMax plans.
class ReadPlanCache {
 public:
  static constexpr std::size_t kReadPlansMax = 1024;
  // A cache of plans of `snapshot`.
  explicit ReadPlanCache(std::shared_ptr<const RegistrySnapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}
  // The plan of a selection. ERRORS: as CompileReadPlan; they are not kept.
  base::Result<std::shared_ptr<const ReadPlan>> Get(const FeatureSelection& selection);
  // The snapshot.
  const std::shared_ptr<const RegistrySnapshot>& snapshot() const { return snapshot_; }

 private:
  std::shared_ptr<const RegistrySnapshot> snapshot_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const ReadPlan>> plans_;
};

// A text as Python's repr() shows it, which is how Feast's KeyErrors arrive at clients.
std::string PythonRepr(std::string_view text);

}  // namespace stator::features
