#include "features/online_reader.h"

#include <unordered_map>
#include <utility>

#include "dynamo/item_builder.h"
#include "features/errors.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;

std::string QuotedList(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) text += (text.size() > 1 ? ", '" : "'") + name + "'";
  return text + "]";
}

// Feast lists every join key of the project here, not only the view's.
Error MissingKeysError(const ReadPlan& plan, const EntityColumns& entities) {
  std::vector<std::string> missing, empty, provided;
  for (const auto& [name, kind] : plan.snapshot->join_keys()) {
    const bool given = entities.Find(name) != nullptr;
    if (!given) missing.push_back(name);
    if (!given || entities.rows == 0) empty.push_back(name);
    if (given) provided.push_back(name);
  }
  return InvalidError(kKeyError,
                      PythonRepr("Missing join key values for keys: " + QuotedList(missing) +
                                 ". No values provided for keys: " + QuotedList(empty) +
                                 ". Provided join_key_values: " + QuotedList(provided)));
}

// The entity ids of one group of keys: each distinct key once.
struct KeyGroupIds {
  std::vector<std::uint32_t> row_of;
  std::vector<dynamo::Item> keys;
};

Result<KeyGroupIds> ComputeIds(const ReadPlan& plan, const std::vector<PlannedKey>& group,
                               const EntityColumns& entities, int version) {
  static const EntityValue kDummyValue{ValueKind::kString, 0, {}};
  std::vector<const EntityColumn*> columns;
  std::vector<EntityKeyPart> parts;
  for (const PlannedKey& key : group) {
    const EntityColumn* column =
        key.join_key == kDummyJoinKey ? nullptr : entities.Find(key.request_name);
    if (column == nullptr && key.join_key != kDummyJoinKey) continue;
    columns.push_back(column);
    parts.push_back({key.join_key, &kDummyValue});
  }
  if (parts.empty() || entities.rows == 0) return MissingKeysError(plan, entities);
  KeyGroupIds ids;
  ids.row_of.reserve(entities.rows);
  std::unordered_map<std::string, std::uint32_t> seen;
  std::string bytes;
  dynamo::ItemBuilder builder;
  for (std::size_t row = 0; row < entities.rows; ++row) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (columns[i] != nullptr) parts[i].value = &columns[i]->values[row];
    }
    bytes.clear();
    STATOR_RETURN_IF_ERROR(SerializeEntityKey(parts, version, bytes));
    const auto next = static_cast<std::uint32_t>(ids.keys.size());
    const auto [at, inserted] =
        entities.rows == 1 ? std::pair{seen.end(), true} : seen.emplace(bytes, next);
    if (inserted) ids.keys.push_back(EntityIdKey(ComputeEntityId(bytes), builder));
    ids.row_of.push_back(inserted ? next : at->second);
  }
  return ids;
}

Error ReadError(const Error& error) {
  if (error.code() != "ResourceNotFoundException") return error;
  return Error(
      error.kind(), error.code(),
      "An error occurred (ResourceNotFoundException) when calling the BatchGetItem operation: " +
          error.message());
}

// Moves the items into the reply and decodes them, view by view in the order in which they were
// asked for.
Status TakeRows(Result<dynamo::ReadManyResponse>& answer, OnlineResponse& response) {
  if (!answer.ok()) return ReadError(answer.error());
  if (!answer->failures.empty()) return ReadError(answer->failures.front().error);
  response.items = std::move(answer->items);
  std::size_t next = 0;
  for (ViewRows& view : response.views) {
    for (auto& row : view.rows) {
      const auto item = response.items.Find(next++);
      if (!item) continue;
      STATOR_ASSIGN_OR_RETURN(row, FeatureRow::Decode(*item));
    }
  }
  return base::OkStatus();
}

}  // namespace

Status OnlineReader::Prepare(ReadPlanCache& plans, OnlineRequest& request, OnlineResponse& response,
                             dynamo::ReadManyRequest& reads) const {
  STATOR_ASSIGN_OR_RETURN(response.plan, plans.Get(request.selection));
  const ReadPlan& plan = *response.plan;
  STATOR_ASSIGN_OR_RETURN(response.entities, SortOutEntities(plan, request.entities));
  if (!plan.computed_views.empty()) {
    return InvalidError(
        kOnDemandViewNotSupported,
        "On-demand feature view " + plan.computed_views.front() +
            " is computed by Python code, which Stator does not run; ask for its source features, "
            "or "
            "give the view write_to_online_store=True, and Stator serves what Feast wrote");
  }
  std::vector<KeyGroupIds> groups;
  for (const auto& group : plan.key_groups) {
    STATOR_ASSIGN_OR_RETURN(KeyGroupIds ids,
                            ComputeIds(plan, group, response.entities, key_version_));
    response.row_of_group.push_back(std::move(ids.row_of));
    groups.push_back(std::move(ids));
  }
  reads.projections = plan.projections;
  reads.consistent_read = consistent_reads_;
  response.views.reserve(plan.views.size());
  for (const PlannedView& view : plan.views) {
    const KeyGroupIds& ids = groups[view.key_group];
    for (const dynamo::Item& key : ids.keys)
      reads.reads.push_back({view.view->table_name, key, view.projection});
    ViewRows& rows = response.views.emplace_back();
    rows.row_of = response.row_of_group[view.key_group];
    rows.rows.resize(ids.keys.size());
  }
  return base::OkStatus();
}

void OnlineReader::Read(const base::CallContext& context, ReadPlanCache& plans,
                        OnlineRequest request,
                        base::Completion<std::unique_ptr<OnlineResponse>> done) const {
  auto response = std::make_unique<OnlineResponse>();
  response->include_version_metadata = request.include_version_metadata;
  dynamo::ReadManyRequest reads;
  if (const auto prepared = Prepare(plans, request, *response, reads); !prepared.ok()) {
    done(prepared.error());
    return;
  }
  dynamo_.GetMany(context, reads,
                  [response = std::move(response),
                   done = std::move(done)](Result<dynamo::ReadManyResponse> answer) mutable {
                    const auto taken = TakeRows(answer, *response);
                    if (!taken.ok()) {
                      done(taken.error());
                      return;
                    }
                    done(std::move(response));
                  });
}

}  // namespace stator::features
