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

// Parses and binds the expressions of `change`; "" where there is none.
Status BindExpressions(EngineParts& parts, const std::string& update, const std::string& condition,
                       const dynamo::ExpressionAttributes& attributes, ItemChange& change) {
  if (update.empty() && condition.empty()) return base::OkStatus();
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
    STATOR_ASSIGN_OR_RETURN(change.update, binder.Bind(std::move(parsed_update)));
  }
  if (parsed_condition) {
    STATOR_ASSIGN_OR_RETURN(change.condition, binder.Bind(std::move(parsed_condition)));
  }
  return binder.CheckAllUsed();
}

// A PutItem or a DeleteItem, before its item or key is looked at.
template <typename Request>
Status BindCondition(EngineParts& parts, const Request& request, ItemChange& change) {
  STATOR_RETURN_IF_ERROR(CheckReturnsOldOnly(request.return_values));
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"ConditionExpression", request.condition_expression}}));
  return BindExpressions(parts, {}, request.condition_expression, request.expression_attributes,
                         change);
}

Status Prepare(EngineParts& parts, const dynamo::PutItemRequest& request, ItemChange& change) {
  STATOR_RETURN_IF_ERROR(BindCondition(parts, request, change));
  return PreparePut(parts, request.table_name, request.item, change);
}

Status Prepare(EngineParts& parts, const dynamo::DeleteItemRequest& request, ItemChange& change) {
  STATOR_RETURN_IF_ERROR(BindCondition(parts, request, change));
  return PrepareByKey(parts, request.table_name, request.key, change);
}

Status Prepare(EngineParts& parts, const dynamo::UpdateItemRequest& request, ItemChange& change) {
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      request.expression_attributes, {{"UpdateExpression", request.update_expression},
                                      {"ConditionExpression", request.condition_expression}}));
  STATOR_RETURN_IF_ERROR(BindExpressions(parts, request.update_expression,
                                         request.condition_expression,
                                         request.expression_attributes, change));
  STATOR_RETURN_IF_ERROR(PrepareByKey(parts, request.table_name, request.key, change));
  if (change.update) {
    STATOR_RETURN_IF_ERROR(
        expression::CheckUpdatesNoKey(*change.update, change.table->key_schema()));
  }
  change.is_update = true;
  change.key_item = request.key;
  return base::OkStatus();
}

// Whether the change that a request becomes looks at the old item, and so views the request.
template <typename Request>
bool IsViewed(const Request& request) {
  return request.return_values != dynamo::ReturnValues::kNone ||
         !request.condition_expression.empty();
}
bool IsViewed(const dynamo::UpdateItemRequest&) { return true; }

// A PutItem, UpdateItem or DeleteItem. Owns a copy of the request when its change views that.
template <typename Request>
class SingleWrite final : public PendingWrite {
 public:
  SingleWrite(EngineParts& parts, const CallContext& context, const Request& request,
              TimedOperation operation, Completion<WriteItemResponse> done)
      : PendingWrite(context.completions, context.deadline),
        timer_(*parts.metrics, operation),
        return_consumed_capacity_(request.return_consumed_capacity),
        done_(std::move(done)) {}

  Status Begin(EngineParts& parts, const CallContext& context, const Request& given,
               std::string_view what) {
    STATOR_RETURN_IF_ERROR(CheckWanted(context, timer_.start(), what));
    const Request& request = IsViewed(given) ? request_.emplace(given) : given;
    STATOR_RETURN_IF_ERROR(Prepare(parts, request, change_));
    change_.return_values = request.return_values;
    change_.return_old_on_condition_failure = request.return_old_on_condition_failure;
    CHECK(request_ || !LooksAtOldItem(change_));
    STATOR_ASSIGN_OR_RETURN(WriteTicket ticket, parts.storage->Reserve());
    ticket_.emplace(std::move(ticket));
    return parts.storage->commits_later() ? FetchOldItem(parts, change_) : base::OkStatus();
  }

  const ItemChange& change() const override { return change_; }

  void Committed(ItemOutcome outcome) override {
    ticket_->Spend();
    response_.attributes = std::move(outcome.attributes);
    response_.consumed_capacity =
        MakeConsumedCapacity(return_consumed_capacity_, change_.table->name(),
                             WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes));
  }

  void Run(const Status& outcome) override { CompleteSynced(outcome, std::move(response_), done_); }

 private:
  // Ends last, just behind the completion.
  OperationTimer timer_;
  const dynamo::ReturnConsumedCapacity return_consumed_capacity_;
  std::optional<Request> request_;
  ItemChange change_;
  std::optional<WriteTicket> ticket_;
  WriteItemResponse response_;
  Completion<WriteItemResponse> done_;
};

template <typename Request>
void WriteOne(EngineParts& parts, const CallContext& context, const Request& request,
              TimedOperation operation, std::string_view what, Completion<WriteItemResponse> done) {
  auto write =
      std::make_unique<SingleWrite<Request>>(parts, context, request, operation, std::move(done));
  const Status begun = write->Begin(parts, context, request, what);
  if (!begun.ok()) return write->Run(begun);
  parts.storage->Submit(std::move(write));
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
