#include "features/history.h"

#include <simdjson.h>

#include "features/entity_key.h"
#include "features/errors.h"
#include "features/json_columns.h"
#include "features/view_source.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;
using simdjson::dom::element;

JoinType JoinTypeOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kInt32:
    case ValueKind::kInt64: return JoinType::kInteger;
    case ValueKind::kBytes: return JoinType::kBytes;
    case ValueKind::kUnixTimestamp: return JoinType::kTimestamp;
    default: return JoinType::kText;
  }
}

using NamedValues = std::pair<std::string, std::vector<element>>;

// Rows as columns, in the order of the first row. False unless every row has the keys of the first
// one.
bool ColumnsOfRows(simdjson::dom::array rows, std::vector<NamedValues>& columns) {
  for (const element row : rows) {
    simdjson::dom::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS) return false;
    if (columns.empty()) {
      for (const auto field : object) columns.emplace_back(field.key, std::vector<element>());
    }
    if (object.size() != columns.size()) return false;
    for (auto& [name, values] : columns) {
      element value;
      if (object[name].get(value) != simdjson::SUCCESS) return false;
      values.push_back(value);
    }
  }
  return true;
}

bool ColumnsOf(element whole, std::vector<NamedValues>& columns) {
  simdjson::dom::array rows;
  if (whole.get_array().get(rows) == simdjson::SUCCESS) return ColumnsOfRows(rows, columns);
  simdjson::dom::object object;
  if (whole.get_object().get(object) != simdjson::SUCCESS) return false;
  for (const auto field : object) {
    simdjson::dom::array list;
    if (field.value.get_array().get(list) != simdjson::SUCCESS) return false;
    columns.emplace_back(field.key, std::vector<element>(list.begin(), list.end()));
  }
  return true;
}

}  // namespace

Result<HistoryRequest> MakeHistoryRequest(const feast::core::Registry& registry,
                                          const RepoConfig& config,
                                          std::shared_ptr<const RegistrySnapshot> snapshot,
                                          const FeatureSelection& selection,
                                          EntityRows entity_rows) {
  STATOR_ASSIGN_OR_RETURN(const auto plan, CompileReadPlan(std::move(snapshot), selection));
  if (!plan->computed_views.empty()) {
    return InvalidError(kOnDemandViewNotSupported,
                        "On-demand feature view " + plan->computed_views.front() +
                            " is computed by Python code, which Stator does not run");
  }
  HistoryRequest request;
  request.entity_rows = std::move(entity_rows);
  for (const PlannedView& planned : plan->views) {
    STATOR_ASSIGN_OR_RETURN(const ViewSource source,
                            FindViewSource(registry, config, planned.view->name));
    HistoryView& view = request.views.emplace_back();
    view.file = source.file;
    view.timestamp_column = source.timestamp_column;
    view.created_column = source.created_column;
    if (planned.view->ttl_us > 0) view.ttl_us = planned.view->ttl_us;
    for (const PlannedKey& key : plan->key_groups[planned.key_group]) {
      if (key.join_key == kDummyJoinKey) continue;
      view.keys.push_back({key.request_name, source.ColumnOf(key.join_key), JoinTypeOf(key.kind)});
    }
    for (const PlannedFeature& feature : planned.features) {
      view.features.push_back({source.ColumnOf(feature.name), feature.output_name});
    }
  }
  return request;
}

Result<std::string> FindTimestampColumn(const ColumnBatch& columns) {
  if (columns.Find(kEventTimestampDefault) != nullptr) return std::string(kEventTimestampDefault);
  std::string found;
  for (const Column& column : columns.columns) {
    if (column.kind != ColumnKind::kTimestamp) continue;
    if (!found.empty()) found += ", ";
    found += column.name;
  }
  if (!found.empty() && found.find(", ") == std::string::npos) return found;
  return ValueError(
      "Please provide an entity_df with a column named event_timestamp representing the time of "
      "events" +
      (found.empty() ? std::string(".") : "; these could be it: " + found));
}

Result<ColumnBatch> EntityRowsFromJson(std::string_view json) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(json);
  element whole;
  std::vector<NamedValues> columns;
  if (parser.parse(padded).get(whole) != simdjson::SUCCESS || !ColumnsOf(whole, columns)) {
    return ValueError(
        "The entity rows are no JSON list of rows, such as [{\"driver_id\": 1001, "
        "\"event_timestamp\": "
        "\"2021-04-12T10:59:42\"}], and no object of columns, such as {\"driver_id\": [1001], "
        "...}");
  }
  ColumnBatch rows;
  for (const auto& [name, values] : columns) {
    STATOR_ASSIGN_OR_RETURN(Column column, ColumnFromJson(name, values));
    if (column.name == kEventTimestampDefault) STATOR_RETURN_IF_ERROR(MakeTimes(column));
    if (!rows.columns.empty() && rows.rows != column.valid.size()) {
      return ValueError("All arrays must be of the same length");
    }
    rows.rows = column.valid.size();
    rows.columns.push_back(std::move(column));
  }
  return rows;
}

}  // namespace stator::features
