#include <algorithm>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "engine/capacity.h"
#include "engine/item_writer.h"
#include "engine/request_checks.h"
#include "engine/writes.h"

namespace stator::engine {
namespace {

using base::CallContext;
using base::Completion;
using base::Error;
using base::Result;
using base::Status;
using dynamo::BatchWriteItemResponse;
using dynamo::ItemFailure;
using dynamo::ItemWrite;
using dynamo::WriteManyResponse;

// A group of PutMany has kChangesMax writes and so many bytes: large enough that a batch costs
// little for each item.
constexpr std::size_t kGroupBytesMax = 1 << 20;

// One write of a group: where it stands in the request, and what it shall do.
struct GroupedWrite {
  std::size_t index;
  ItemChange change;
};

// Writes of different items that are committed together.
class WriteGroup {
 public:
  // Whether `change` can join: there is room, and none writes the same item.
  bool Takes(const ItemChange& change) const {
    return writes_.empty() || (writes_.size() < kChangesMax && bytes_ < kGroupBytesMax &&
                               !keys_.contains(change.row_key));
  }
  // REQUIRES: Takes(change).
  void Add(std::size_t index, ItemChange change) {
    bytes_ += change.put ? change.put->value.size() : 0;
    writes_.push_back({index, std::move(change)});
    keys_.insert(writes_.back().change.row_key);
  }
  bool empty() const { return writes_.empty(); }
  void Clear() {
    writes_.clear();
    keys_.clear();
    bytes_ = 0;
  }

  // Commits all. What fails (CommitChanges) goes to `failures`; `outcome(write, outcome)` is called
  // for each of the others.
  template <typename Outcome>
  void Commit(EngineParts& parts, std::vector<ItemFailure>& failures, Outcome&& outcome) {
    std::vector<const ItemChange*> changes;
    changes.reserve(writes_.size());
    for (const GroupedWrite& write : writes_) changes.push_back(&write.change);
    const auto outcomes = CommitChanges(parts, changes);
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (outcomes[i].ok()) {
        outcome(writes_[i], *outcomes[i]);
      } else {
        failures.push_back({writes_[i].index, outcomes[i].error()});
      }
    }
  }

 private:
  std::vector<GroupedWrite> writes_;
  // Row keys; views would not survive the growth of writes_.
  std::unordered_set<std::string> keys_;
  std::size_t bytes_ = 0;
};

Status PrepareWrite(EngineParts& parts, const std::string& table_name,
                    const dynamo::WriteRequest& request, ItemChange& change) {
  return request.is_delete ? PrepareByKey(parts, table_name, request.item, change)
                           : PreparePut(parts, table_name, request.item, change);
}

Status PrepareConditional(EngineParts& parts, const ItemWrite& write, ItemChange& change) {
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(
      write.expression_attributes, {{"ConditionExpression", write.condition_expression}}));
  if (!write.condition_expression.empty()) {
    STATOR_ASSIGN_OR_RETURN(auto parsed,
                            parts.expressions.GetCondition(write.condition_expression));
    expression::Binder binder(write.expression_attributes);
    STATOR_ASSIGN_OR_RETURN(change.condition, binder.Bind(std::move(parsed)));
    STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
  }
  return PrepareWrite(parts, write.table_name, write.request, change);
}

// ---- BatchWriteItem

Result<WriteGroup> PrepareBatch(EngineParts& parts, const dynamo::BatchWriteItemRequest& request,
                                std::vector<double>& units) {
  std::size_t count = 0;
  for (const auto& table : request.tables) count += table.requests.size();
  if (count > dynamo::kBatchWriteRequestsMax) {
    return dynamo::ValidationError("Too many items requested for the BatchWriteItem call");
  }
  WriteGroup group;
  std::unordered_set<std::string> keys;
  for (std::size_t i = 0; i < request.tables.size(); ++i) {
    for (const dynamo::WriteRequest& write : request.tables[i].requests) {
      ItemChange change;
      STATOR_RETURN_IF_ERROR(PrepareWrite(parts, request.tables[i].table_name, write, change));
      if (!keys.insert(change.row_key).second) {
        return dynamo::ValidationError("Provided list of item keys contains duplicates");
      }
      group.Add(i, std::move(change));
    }
  }
  units.assign(request.tables.size(), 0);
  return group;
}

Result<BatchWriteItemResponse> RunBatch(EngineParts& parts,
                                        const dynamo::BatchWriteItemRequest& request,
                                        WriteGroup& group, std::vector<double>& units) {
  std::vector<ItemFailure> failures;
  group.Commit(parts, failures, [&](const GroupedWrite& write, const ItemOutcome& outcome) {
    units[write.index] += WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes);
  });
  if (!failures.empty()) return failures.front().error;
  BatchWriteItemResponse response;
  for (std::size_t i = 0; i < request.tables.size(); ++i) {
    const std::string name(TableNameOf(request.tables[i].table_name));
    if (auto consumed = MakeConsumedCapacity(request.return_consumed_capacity, name, units[i])) {
      response.consumed_capacity.push_back(std::move(*consumed));
    }
  }
  return response;
}

// ---- PutMany

// Writes all groups of a request; the failures come in the order of their finding.
class ManyWriter {
 public:
  ManyWriter(EngineParts& parts, const CallContext& context, WriteManyResponse& response)
      : parts_(parts), context_(context), response_(response) {}

  void Run(std::span<const ItemWrite> writes) {
    for (std::size_t i = 0; i < writes.size(); ++i) {
      ItemChange change;
      if (const Status prepared = PrepareConditional(parts_, writes[i], change); !prepared.ok()) {
        response_.failures.push_back({i, prepared.error()});
        continue;
      }
      if (!group_.Takes(change)) CommitGroup();
      if (const Status wanted = CheckWanted(parts_, context_, "PutMany"); !wanted.ok()) {
        for (; i < writes.size(); ++i) response_.failures.push_back({i, wanted.error()});
        break;
      }
      group_.Add(i, std::move(change));
    }
    if (!group_.empty()) CommitGroup();
    std::sort(response_.failures.begin(), response_.failures.end(),
              [](const ItemFailure& a, const ItemFailure& b) { return a.index < b.index; });
  }

 private:
  void CommitGroup() {
    group_.Commit(parts_, response_.failures, [&](const GroupedWrite&, const ItemOutcome& outcome) {
      response_.consumed_write_units += WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes);
    });
    group_.Clear();
  }

  EngineParts& parts_;
  const CallContext& context_;
  WriteManyResponse& response_;
  WriteGroup group_;
};

}  // namespace

void BatchWriteItem(EngineParts& parts, const CallContext& context,
                    const dynamo::BatchWriteItemRequest& request,
                    Completion<BatchWriteItemResponse> done) {
  OperationTimer timer(*parts.metrics, TimedOperation::kBatchWriteItem);
  const auto run = [&]() -> Result<std::pair<WriteTicket, BatchWriteItemResponse>> {
    STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "BatchWriteItem"));
    std::vector<double> units;
    STATOR_ASSIGN_OR_RETURN(WriteGroup group, PrepareBatch(parts, request, units));
    STATOR_ASSIGN_OR_RETURN(WriteTicket ticket, parts.storage->Reserve(context.deadline));
    STATOR_ASSIGN_OR_RETURN(BatchWriteItemResponse response,
                            RunBatch(parts, request, group, units));
    return std::pair(std::move(ticket), std::move(response));
  };
  auto ran = run();
  if (!ran.ok()) {
    done(ran.error());
    return;
  }
  parts.storage->Acknowledge(context, std::move(ran->first), std::move(timer),
                             std::move(ran->second), std::move(done));
}

void PutMany(EngineParts& parts, const CallContext& context,
             const dynamo::WriteManyRequest& request, Completion<WriteManyResponse> done) {
  OperationTimer timer(*parts.metrics, TimedOperation::kPutMany);
  auto ticket = parts.storage->Reserve(context.deadline);
  if (!ticket.ok()) {
    done(ticket.error());
    return;
  }
  WriteManyResponse response;
  ManyWriter(parts, context, response).Run(request.writes);
  parts.storage->Acknowledge(context, std::move(*ticket), std::move(timer), std::move(response),
                             std::move(done));
}

}  // namespace stator::engine
