#include "engine/writes.h"

#include <utility>

#include "dynamo/errors.h"
#include "engine/capacity.h"
#include "engine/item_writer.h"
#include "engine/request_checks.h"

namespace stator::engine {
namespace {

using base::CallContext;
using base::Completion;
using base::Result;
using base::Status;
using dynamo::WriteItemResponse;

// The expressions of one write, bound.
struct BoundExpressions {
  std::optional<expression::BoundCondition> condition;
  std::optional<expression::BoundUpdate> update;
};

Result<BoundExpressions> BindExpressions(EngineParts& parts, const std::string& update,
                                         const std::string& condition,
                                         const dynamo::ExpressionAttributes& attributes) {
  BoundExpressions bound;
  if (update.empty() && condition.empty()) return bound;
  expression::Binder binder(attributes);
  std::shared_ptr<const expression::UpdateExpression> parsed_update;
  std::shared_ptr<const expression::ConditionExpression> parsed_condition;
  if (!update.empty()) {
    STATOR_ASSIGN_OR_RETURN(parsed_update, parts.expressions.GetUpdate(update));
  }
  if (!condition.empty()) {
    STATOR_ASSIGN_OR_RETURN(parsed_condition, parts.expressions.GetCondition(condition));
  }
  if (parsed_update) {
    STATOR_ASSIGN_OR_RETURN(bound.update, binder.Bind(std::move(parsed_update)));
  }
  if (parsed_condition) {
    STATOR_ASSIGN_OR_RETURN(bound.condition, binder.Bind(std::move(parsed_condition)));
  }
  STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
  return bound;
}

Result<ItemChange> Prepare(EngineParts& parts, const dynamo::PutItemRequest& request) {
  STATOR_RETURN_IF_ERROR(CheckReturnsOldOnly(request.return_values));
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"ConditionExpression", request.condition_expression}}));
  STATOR_ASSIGN_OR_RETURN(
      BoundExpressions bound,
      BindExpressions(parts, {}, request.condition_expression, request.expression_attributes));
  STATOR_ASSIGN_OR_RETURN(ItemChange change, PreparePut(parts, request.table_name, request.item));
  change.condition = std::move(bound.condition);
  return change;
}

Result<ItemChange> Prepare(EngineParts& parts, const dynamo::DeleteItemRequest& request) {
  STATOR_RETURN_IF_ERROR(CheckReturnsOldOnly(request.return_values));
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"ConditionExpression", request.condition_expression}}));
  STATOR_ASSIGN_OR_RETURN(
      BoundExpressions bound,
      BindExpressions(parts, {}, request.condition_expression, request.expression_attributes));
  STATOR_ASSIGN_OR_RETURN(ItemChange change, PrepareByKey(parts, request.table_name, request.key));
  change.condition = std::move(bound.condition);
  return change;
}

Result<ItemChange> Prepare(EngineParts& parts, const dynamo::UpdateItemRequest& request) {
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"UpdateExpression", request.update_expression},
                                      {"ConditionExpression", request.condition_expression}}));
  STATOR_ASSIGN_OR_RETURN(BoundExpressions bound, BindExpressions(parts, request.update_expression,
                                                                  request.condition_expression,
                                                                  request.expression_attributes));
  STATOR_ASSIGN_OR_RETURN(ItemChange change, PrepareByKey(parts, request.table_name, request.key));
  if (bound.update) {
    STATOR_RETURN_IF_ERROR(
        expression::CheckUpdatesNoKey(*bound.update, change.table->key_schema()));
  }
  change.is_update = true;
  change.key_item = request.key;
  change.update = std::move(bound.update);
  change.condition = std::move(bound.condition);
  return change;
}

// Locks the item, plans and commits.
Result<ItemOutcome> Execute(EngineParts& parts, const ItemChange& change) {
  WriteSet set(change.put ? change.put->size_bytes : 0);
  const auto use = parts.catalog->SharedUse();
  const auto lock = parts.locks.Lock(change.row_key);
  STATOR_ASSIGN_OR_RETURN(ItemOutcome outcome, PlanChange(parts, change, set));
  RowCache::Writing writing;
  parts.row_cache->BeginWrite(change.row_key, writing);
  const Status committed = parts.storage->Commit(set);
  NoteOutcome(parts, change, outcome, committed);
  STATOR_RETURN_IF_ERROR(committed);
  return outcome;
}

// A write of one item, from the request to the answer or to the queue for the next sync.
template <typename Request>
void WriteOne(EngineParts& parts, const CallContext& context, const Request& request,
              TimedOperation operation, std::string_view what, Completion<WriteItemResponse> done) {
  OperationTimer timer(*parts.metrics, operation);
  const auto run = [&]() -> Result<std::pair<WriteTicket, WriteItemResponse>> {
    STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, what));
    STATOR_ASSIGN_OR_RETURN(ItemChange change, Prepare(parts, request));
    change.return_values = request.return_values;
    change.return_old_on_condition_failure = request.return_old_on_condition_failure;
    STATOR_ASSIGN_OR_RETURN(WriteTicket ticket, parts.storage->Reserve(context.deadline));
    STATOR_ASSIGN_OR_RETURN(ItemOutcome outcome, Execute(parts, change));
    parts.metrics->CountItemsWritten(1);
    WriteItemResponse response;
    response.attributes = std::move(outcome.attributes);
    response.consumed_capacity =
        MakeConsumedCapacity(request.return_consumed_capacity, change.table->name(),
                             WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes));
    return std::pair(std::move(ticket), std::move(response));
  };
  auto ran = run();
  if (!ran.ok()) {
    done(ran.error());
    return;
  }
  auto& [ticket, response] = *ran;
  parts.storage->Acknowledge(context, std::move(ticket), std::move(timer), std::move(response),
                             std::move(done));
}

}  // namespace

void PutItem(EngineParts& parts, const CallContext& context, const dynamo::PutItemRequest& request,
             Completion<dynamo::PutItemResponse> done) {
  WriteOne(parts, context, request, TimedOperation::kPutItem, "PutItem", std::move(done));
}

void UpdateItem(EngineParts& parts, const CallContext& context,
                const dynamo::UpdateItemRequest& request,
                Completion<dynamo::UpdateItemResponse> done) {
  WriteOne(parts, context, request, TimedOperation::kUpdateItem, "UpdateItem", std::move(done));
}

void DeleteItem(EngineParts& parts, const CallContext& context,
                const dynamo::DeleteItemRequest& request,
                Completion<dynamo::DeleteItemResponse> done) {
  WriteOne(parts, context, request, TimedOperation::kDeleteItem, "DeleteItem", std::move(done));
}

}  // namespace stator::engine
