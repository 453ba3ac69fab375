// The online read path: a request for features comes down to one GetMany over all its tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/completion.h"
#include "dynamo/dynamo.h"
#include "features/entity_columns.h"
#include "features/feature_row.h"
#include "features/read_plan.h"
#include "features/repo_config.h"

namespace stator::features {

// A request, as every front makes it.
struct OnlineRequest {
  // Which features, under which names.
  FeatureSelection selection;
  // Join keys and request data, one column each, all of one length.
  std::vector<RequestColumn> entities;
  // Whether the reply names the views that were read, with their versions.
  bool include_version_metadata = false;
};

// The rows of one view of a reply.
struct ViewRows {
  // For each row of the request, the index in `rows`: equal keys are read once.
  std::span<const std::uint32_t> row_of;
  // nullopt: there is no such item.
  std::vector<std::optional<FeatureRow>> rows;
};

// A reply: the plan, the entities, and for each view of the plan its rows. Feature f of view v for
// row r is views[v].rows[views[v].row_of[r]]->Find(plan->views[v].features[f].name): a value (zero
// bytes: null) is PRESENT, none is NOT_FOUND. Values point into `items`.
struct OnlineResponse {
  std::shared_ptr<const ReadPlan> plan;
  // What opens the reply.
  EntityColumns entities;
  // One for each view of the plan.
  std::vector<ViewRows> views;
  // What ViewRows::row_of views.
  std::vector<std::vector<std::uint32_t>> row_of_group;
  // The items of all views, in one arena.
  dynamo::ItemBatch items;
  bool include_version_metadata = false;
};

// Reads features. Thread-safe.
class OnlineReader {
 public:
  // `dynamo` must outlive this.
  OnlineReader(dynamo::Dynamo& dynamo, const RepoConfig& config)
      : dynamo_(dynamo),
        key_version_(static_cast<int>(config.entity_key_serialization_version)),
        consistent_reads_(config.online_store.consistent_reads) {}

  // Answers through `done`, on the thread that GetMany completes on; before any read, on the
  // caller's. ERRORS: those of CompileReadPlan and SortOutEntities; OnDemandViewNotSupported naming
  // the view; KeyError "Missing join key values ..." when none of a view's keys is given; whatever
  // error a single read met (a throttled read is never an absence); FeatureRowInvalid.
  void Read(const base::CallContext& context, ReadPlanCache& plans, OnlineRequest request,
            base::Completion<std::unique_ptr<OnlineResponse>> done) const;

 private:
  base::Status Prepare(ReadPlanCache& plans, OnlineRequest& request, OnlineResponse& response,
                       dynamo::ReadManyRequest& reads) const;

  dynamo::Dynamo& dynamo_;
  const int key_version_;
  const bool consistent_reads_;
};

}  // namespace stator::features
