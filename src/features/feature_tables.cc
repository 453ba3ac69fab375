#include "features/feature_tables.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "dynamo/errors.h"
#include "feast/core/Registry.pb.h"
#include "features/feature_row.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;
using base::Unit;
using dynamo::TableDescription;
namespace core = feast::core;

constexpr std::chrono::milliseconds kPollEvery{200};

Error AboutTable(const Error& error, const std::string& table_name) {
  return error.WithPrefix("Table " + table_name + ": ");
}

Result<TableDescription> Describe(const base::CallContext& context, dynamo::Store& store,
                                  const std::string& name) {
  return base::Wait<TableDescription>(
      [&](auto done) { store.DescribeTable(context, name, std::move(done)); });
}

bool IsMissing(const Error& error) { return error.code() == dynamo::kResourceNotFoundException; }

Status CheckKeySchema(const TableDescription& description) {
  if (description.key_schema == FeatureTableKeySchema()) return base::OkStatus();
  return dynamo::ValidationError(
      "Table " + description.name +
      " exists, but its key is not `entity_id` (S) alone, as feature views need it; "
      "choose other names with online_store.table_name_template");
}

Status WaitUntilActive(const base::CallContext& context, dynamo::Store& store,
                       const std::string& name) {
  for (;;) {
    const auto description = Describe(context, store, name);
    if (description.ok() && description->status == dynamo::TableStatus::kActive)
      return base::OkStatus();
    if (!description.ok() && !IsMissing(description.error()))
      return AboutTable(description.error(), name);
    if (context.cancel.cancelled() || context.deadline.Passed(std::chrono::steady_clock::now())) {
      return dynamo::DeadlineError("Waiting for table " + name + " to become ACTIVE");
    }
    std::this_thread::sleep_for(kPollEvery);
  }
}

Status Create(const base::CallContext& context, dynamo::Store& store, const FeatureTable& table) {
  dynamo::CreateTableRequest request;
  request.table_name = table.table_name;
  request.key_schema = FeatureTableKeySchema();
  request.billing_mode = dynamo::BillingMode::kPayPerRequest;
  request.tags = table.tags;
  const auto created = base::Wait<TableDescription>(
      [&](auto done) { store.CreateTable(context, request, std::move(done)); });
  if (!created.ok() && created.error().code() != dynamo::kResourceInUseException) {
    return AboutTable(created.error(), table.table_name);
  }
  if (created.ok() && created->status == dynamo::TableStatus::kActive) return base::OkStatus();
  return WaitUntilActive(context, store, table.table_name);
}

// As Feast: tags of the table that nobody asks for are taken away.
Status UpdateTags(const base::CallContext& context, dynamo::Store& store, const FeatureTable& table,
                  const std::string& arn) {
  const auto present = base::Wait<dynamo::ListTagsOfResourceResponse>(
      [&](auto done) { store.ListTagsOfResource(context, arn, std::move(done)); });
  if (!present.ok()) return present.error();
  dynamo::UntagResourceRequest untag{arn, {}};
  dynamo::TagResourceRequest tag{arn, {}};
  const auto find = [](const std::vector<dynamo::Tag>& tags, const std::string& key) {
    return std::find_if(tags.begin(), tags.end(),
                        [&](const dynamo::Tag& one) { return one.key == key; });
  };
  for (const dynamo::Tag& old : present->tags) {
    if (find(table.tags, old.key) == table.tags.end()) untag.tag_keys.push_back(old.key);
  }
  for (const dynamo::Tag& wanted : table.tags) {
    const auto old = find(present->tags, wanted.key);
    if (old == present->tags.end() || old->value != wanted.value) tag.tags.push_back(wanted);
  }
  if (!untag.tag_keys.empty()) {
    STATOR_RETURN_IF_ERROR(
        base::Wait<Unit>([&](auto done) { store.UntagResource(context, untag, std::move(done)); }));
  }
  if (tag.tags.empty()) return base::OkStatus();
  return base::Wait<Unit>([&](auto done) { store.TagResource(context, tag, std::move(done)); });
}

// A missing right or a table already gone is told, and the work goes on.
Status WarnIfHarmless(const Status& status, const std::string& table_name, std::string_view doing) {
  if (status.ok()) return status;
  const std::string& code = status.error().code();
  if (code != dynamo::kAccessDeniedException && code != dynamo::kResourceNotFoundException) {
    return AboutTable(status.error(), table_name);
  }
  base::Log(base::LogLevel::kWarning, doing,
            {{"table", table_name}, {"error", status.error().ToString()}});
  return base::OkStatus();
}

Status Deploy(const base::CallContext& context, dynamo::Store& store, const FeatureTable& table) {
  const auto description = Describe(context, store, table.table_name);
  if (!description.ok()) {
    if (!IsMissing(description.error())) return AboutTable(description.error(), table.table_name);
    return Create(context, store, table);
  }
  STATOR_RETURN_IF_ERROR(CheckKeySchema(*description));
  if (description->status != dynamo::TableStatus::kActive) {
    STATOR_RETURN_IF_ERROR(WaitUntilActive(context, store, table.table_name));
  }
  if (table.tags.empty()) return base::OkStatus();
  return WarnIfHarmless(UpdateTags(context, store, table, description->arn), table.table_name,
                        "tags not updated");
}

Status Remove(const base::CallContext& context, dynamo::Store& store, const FeatureTable& table) {
  const auto deleted = base::Wait<TableDescription>(
      [&](auto done) { store.DeleteTable(context, table.table_name, std::move(done)); });
  return WarnIfHarmless(deleted.ok() ? base::OkStatus() : Status(deleted.error()), table.table_name,
                        "table not deleted");
}

void SetTag(std::vector<dynamo::Tag>& tags, const std::string& key, const std::string& value) {
  for (dynamo::Tag& tag : tags) {
    if (tag.key != key) continue;
    if (!value.empty()) tag.value = value;
    return;
  }
  tags.push_back({key, value});
}

class TableCollector {
 public:
  explicit TableCollector(const RepoConfig& config) : config_(config) {}

  template <typename Views>
  void Add(const Views& views) {
    for (const auto& view : views) {
      if (view.spec().project() != config_.project || !IsOnline(view.spec())) continue;
      const std::int32_t version =
          config_.registry.online_versioning ? view.meta().current_version_number() : 0;
      FeatureTable table{view.spec().name(), TableName(config_, view.spec().name(), version), {}};
      const bool known = std::any_of(
          tables_.begin(), tables_.end(),
          [&](const FeatureTable& other) { return other.table_name == table.table_name; });
      if (known) continue;
      for (const auto& [key, value] : config_.online_store.tags) SetTag(table.tags, key, value);
      for (const auto& [key, value] : view.spec().tags()) SetTag(table.tags, key, value);
      tables_.push_back(std::move(table));
    }
  }
  std::vector<FeatureTable> Take() { return std::move(tables_); }

 private:
  template <typename Spec>
  static bool IsOnline(const Spec& spec) {
    if constexpr (requires { spec.write_to_online_store(); }) {
      return spec.write_to_online_store();
    } else {
      return spec.online();
    }
  }

  const RepoConfig& config_;
  std::vector<FeatureTable> tables_;
};

}  // namespace

std::vector<FeatureTable> FeatureTables(const core::Registry& registry, const RepoConfig& config) {
  TableCollector collector(config);
  collector.Add(registry.feature_views());
  collector.Add(registry.stream_feature_views());
  collector.Add(registry.on_demand_feature_views());
  collector.Add(registry.label_views());
  return collector.Take();
}

Result<std::vector<TablePlan>> PlanTables(const base::CallContext& context, dynamo::Store& store,
                                          const std::vector<FeatureTable>& keep,
                                          const std::vector<FeatureTable>& remove) {
  std::vector<TablePlan> plans;
  for (const bool gone : {false, true}) {
    for (const FeatureTable& table : gone ? remove : keep) {
      const auto description = Describe(context, store, table.table_name);
      if (!description.ok() && !IsMissing(description.error())) {
        return AboutTable(description.error(), table.table_name);
      }
      plans.push_back({table, description.ok(), gone});
    }
  }
  return plans;
}

Status UpdateTables(const base::CallContext& context, dynamo::Store& store,
                    const std::vector<FeatureTable>& keep, const std::vector<FeatureTable>& remove,
                    const ProgressLine& tell) {
  for (const FeatureTable& table : remove) {
    tell("Removing infrastructure for " + table.view);
    STATOR_RETURN_IF_ERROR(Remove(context, store, table));
  }
  for (const FeatureTable& table : keep) {
    tell("Deploying infrastructure for " + table.view);
    STATOR_RETURN_IF_ERROR(Deploy(context, store, table));
  }
  return base::OkStatus();
}

}  // namespace stator::features
