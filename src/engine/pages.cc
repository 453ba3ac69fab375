#include "engine/pages.h"

#include <utility>

#include "dynamo/errors.h"
#include "dynamo/key.h"
#include "engine/capacity.h"
#include "engine/page_reader.h"
#include "engine/request_checks.h"
#include "expression/binder.h"

namespace stator::engine {
namespace {

using base::Result;
using base::Status;
using dynamo::Item;
using dynamo::ItemKey;
using dynamo::KeySchema;
using dynamo::ReadPageRequest;
using dynamo::ReadPageResponse;
using dynamo::Select;
using dynamo::ValidationError;
using expression::KeyCondition;

constexpr std::string_view kStartKeyInvalid = "The provided starting key is invalid";

// Fills in what Query and Scan share, once the expressions are parsed: filter, projection, select.
Status BindShared(EngineParts& parts, const ReadPageRequest& request, expression::Binder& binder,
                  PageSpec& spec) {
  if (!request.filter_expression.empty()) {
    STATOR_ASSIGN_OR_RETURN(auto filter,
                            parts.expressions.GetCondition(request.filter_expression,
                                                           expression::ExpressionKind::kFilter));
    STATOR_ASSIGN_OR_RETURN(spec.filter, binder.Bind(std::move(filter)));
  }
  if (!request.projection_expression.empty()) {
    STATOR_ASSIGN_OR_RETURN(auto projection,
                            parts.expressions.GetProjection(request.projection_expression));
    STATOR_ASSIGN_OR_RETURN(spec.projection, binder.Bind(std::move(projection)));
  }
  spec.limit = request.limit;
  spec.count_only = request.select == Select::kCount;
  return base::OkStatus();
}

Result<std::shared_ptr<Table>> FindSource(const EngineParts& parts,
                                          const ReadPageRequest& request) {
  STATOR_ASSIGN_OR_RETURN(std::shared_ptr<Table> table, FindTable(parts, request.table_name));
  if (!request.index_name.empty()) {
    return ValidationError("The table does not have the specified index: " + request.index_name);
  }
  return table;
}

// The row key of an ExclusiveStartKey; the item need not exist.
Result<ItemKey> CheckStartKey(const KeySchema& schema, const Item& start) {
  if (start.attributes().size() != (schema.sort ? 2U : 1U) || !start.Find(schema.partition.name) ||
      (schema.sort && !start.Find(schema.sort->name))) {
    return ValidationError(std::string(kStartKeyInvalid));
  }
  auto key = dynamo::ValidateKey(schema, start.view());
  if (!key.ok()) {
    return ValidationError(std::string(kStartKeyInvalid) + ": " + key.error().message());
  }
  return key;
}

// Goes on behind `start`, which lies in the range.
void StartBehind(std::string row_key, PageSpec& spec) {
  if (spec.forward) {
    spec.range.low = std::move(row_key) + '\0';
  } else {
    spec.range.high = std::move(row_key);
  }
}

Status ApplyQueryStart(const Item& start, const KeyCondition& condition, PageSpec& spec) {
  const KeySchema& schema = spec.table->key_schema();
  STATOR_ASSIGN_OR_RETURN(const ItemKey key, CheckStartKey(schema, start));
  if (!schema.sort) {
    return ValidationError("The query can return at most one row and cannot be restarted");
  }
  if (!(key.partition == condition.partition)) {
    return ValidationError(
        "The provided starting key is outside query boundaries based on provided conditions");
  }
  if (condition.sort && !condition.sort->Matches(*key.sort)) {
    return ValidationError("The provided starting key does not match the range key predicate");
  }
  std::string row_key;
  spec.table->keys().EncodeRow(key, row_key);
  StartBehind(std::move(row_key), spec);
  return base::OkStatus();
}

Status ApplyScanStart(const dynamo::ScanRequest& request, PageSpec& spec) {
  STATOR_ASSIGN_OR_RETURN(const ItemKey key,
                          CheckStartKey(spec.table->key_schema(), *request.exclusive_start_key));
  std::string row_key;
  spec.table->keys().EncodeRow(key, row_key);
  if (!spec.range.Contains(row_key)) {
    return ValidationError(
        std::string(kStartKeyInvalid) +
        ": Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        "TotalSegments: " +
        std::to_string(request.total_segments.value_or(1)) +
        " Segment: " + std::to_string(request.segment.value_or(0)));
  }
  StartBehind(std::move(row_key), spec);
  return base::OkStatus();
}

Result<ReadPageResponse> Answer(EngineParts& parts, const base::CallContext& context,
                                const ReadPageRequest& request, const PageSpec& spec) {
  STATOR_ASSIGN_OR_RETURN(PageOutcome page, ReadPage(parts, context, spec));
  page.response.consumed_capacity =
      MakeConsumedCapacity(request.return_consumed_capacity, spec.table->name(),
                           ReadUnits(page.size_bytes, request.consistent_read));
  return std::move(page.response);
}

Status CheckQuery(const dynamo::QueryRequest& request) {
  STATOR_RETURN_IF_ERROR(CheckPage(request, "Querying"));
  if (request.key_condition_expression.empty()) {
    return ValidationError(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request.");
  }
  return base::OkStatus();
}

}  // namespace

Result<dynamo::QueryResponse> Query(EngineParts& parts, const base::CallContext& context,
                                    const dynamo::QueryRequest& request) {
  const OperationTimer timer(*parts.metrics, TimedOperation::kQuery);
  STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "Query"));
  STATOR_RETURN_IF_ERROR(CheckQuery(request));
  PageSpec spec{.operation = ReadOperation::kQuery};
  spec.forward = request.scan_index_forward;
  expression::Binder binder(request.expression_attributes);
  STATOR_RETURN_IF_ERROR(BindShared(parts, request, binder, spec));
  STATOR_ASSIGN_OR_RETURN(auto parsed,
                          parts.expressions.GetKeyCondition(request.key_condition_expression));
  STATOR_ASSIGN_OR_RETURN(spec.table, FindSource(parts, request));
  const Table& table = *spec.table;
  STATOR_ASSIGN_OR_RETURN(const KeyCondition condition,
                          binder.BindKeyCondition(std::move(parsed), table.key_schema()));
  STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
  if (spec.filter) {
    STATOR_RETURN_IF_ERROR(expression::CheckFilterNamesNoKey(*spec.filter, table.key_schema()));
  }
  spec.range = condition.sort ? table.keys().PartitionPart(condition.partition, *condition.sort)
                              : table.keys().Partition(condition.partition);
  if (request.exclusive_start_key) {
    STATOR_RETURN_IF_ERROR(ApplyQueryStart(*request.exclusive_start_key, condition, spec));
  }
  return Answer(parts, context, request, spec);
}

Result<dynamo::ScanResponse> Scan(EngineParts& parts, const base::CallContext& context,
                                  const dynamo::ScanRequest& request) {
  const OperationTimer timer(*parts.metrics, TimedOperation::kScan);
  STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "Scan"));
  STATOR_RETURN_IF_ERROR(CheckPage(request, "Scanning"));
  STATOR_RETURN_IF_ERROR(CheckSegments(request));
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"ProjectionExpression", request.projection_expression},
                                      {"FilterExpression", request.filter_expression}}));
  PageSpec spec{.operation = context.sampling ? ReadOperation::kSample : ReadOperation::kScan};
  expression::Binder binder(request.expression_attributes);
  STATOR_RETURN_IF_ERROR(BindShared(parts, request, binder, spec));
  STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
  STATOR_ASSIGN_OR_RETURN(spec.table, FindSource(parts, request));
  const KeySchema& schema = spec.table->key_schema();
  spec.filter_needs_keys =
      spec.filter && (expression::NamesTopLevel(*spec.filter, schema.partition.name) ||
                      (schema.sort && expression::NamesTopLevel(*spec.filter, schema.sort->name)));
  spec.fill_cache = context.priority != base::Priority::kBackground;
  spec.range = request.segment
                   ? spec.table->keys().Segment(*request.segment, *request.total_segments)
                   : spec.table->keys().All();
  if (request.exclusive_start_key) STATOR_RETURN_IF_ERROR(ApplyScanStart(request, spec));
  return Answer(parts, context, request, spec);
}

}  // namespace stator::engine
