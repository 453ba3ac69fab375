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
  // for each of the others. ERRORS: of a stall (IsStalled), none is written and no failure noted.
  template <typename Outcome>
  Status Commit(EngineParts& parts, std::vector<ItemFailure>& failures, Outcome&& outcome) {
    std::vector<const ItemChange*> changes;
    changes.reserve(writes_.size());
    for (const GroupedWrite& write : writes_) changes.push_back(&write.change);
    const auto outcomes = CommitChanges(parts, changes, WhenStalled::kSlowDown);
    for (const auto& written : outcomes) {
      if (!written.ok() && IsStalled(written.error())) return written.error();
    }
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (outcomes[i].ok()) {
        outcome(writes_[i], *outcomes[i]);
      } else {
        failures.push_back({writes_[i].index, outcomes[i].error()});
      }
    }
    return base::OkStatus();
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

Result<WriteGroup> PrepareBatch(EngineParts& parts, const dynamo::BatchWriteItemRequest& request) {
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
  return group;
}

// One batch of RocksDB, so a stall (IsStalled) leaves all of it undone.
Result<BatchWriteItemResponse> RunBatch(EngineParts& parts, const CallContext& context,
                                        const dynamo::BatchWriteItemRequest& request) {
  STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "BatchWriteItem"));
  STATOR_ASSIGN_OR_RETURN(WriteGroup group, PrepareBatch(parts, request));
  std::vector<double> units(request.tables.size());
  std::vector<ItemFailure> failures;
  STATOR_RETURN_IF_ERROR(
      group.Commit(parts, failures, [&](const GroupedWrite& write, const ItemOutcome& outcome) {
        units[write.index] += WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes);
      }));
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

// A BatchWriteItem from its first try to its answer.
struct BatchWrite {
  CallContext context;
  OperationTimer timer;
  WriteTicket ticket;
  Completion<BatchWriteItemResponse> done;

  // Tries until RocksDB takes it: later and with a copy of the request for a caller that has others
  // to serve, for any other right here.
  static void Run(EngineParts& parts, BatchWrite batch,
                  const dynamo::BatchWriteItemRequest& request) {
    for (;;) {
      auto ran = RunBatch(parts, batch.context, request);
      if (ran.ok()) {
        return parts.storage->Acknowledge(batch.context, std::move(batch.ticket),
                                          std::move(batch.timer), std::move(*ran),
                                          std::move(batch.done));
      }
      if (!IsStalled(ran.error())) return batch.done(ran.error());
      if (batch.context.completions != nullptr) return Later(parts, std::move(batch), request);
      const Status writable = parts.storage->WaitUntilWritable(batch.context.deadline);
      if (!writable.ok()) return batch.done(writable.error());
    }
  }

 private:
  static void Later(EngineParts& parts, BatchWrite batch,
                    const dynamo::BatchWriteItemRequest& request) {
    base::CompletionQueue& queue = *batch.context.completions;
    const base::Deadline deadline = batch.context.deadline;
    parts.storage->WhenWritable(
        queue, deadline,
        [&parts, batch = std::move(batch), request](Result<base::Unit> writable) mutable {
          if (!writable.ok()) return batch.done(writable.error());
          Run(parts, std::move(batch), request);
        });
  }
};

// ---- PutMany

// A PutMany from its first group to its answer.
struct ManyWrite {
  CallContext context;
  OperationTimer timer;
  WriteTicket ticket;
  Completion<WriteManyResponse> done;
  WriteManyResponse response = {};
  // How many of its writes have come to something.
  std::size_t finished = 0;

  // Writes `rest`, its writes from `finished` on, as BatchWrite does.
  static void Run(EngineParts& parts, ManyWrite many, std::span<const ItemWrite> rest) {
    for (;;) {
      rest = rest.subspan(many.WriteGroups(parts, rest));
      if (rest.empty()) return Answer(parts, std::move(many));
      if (many.context.completions != nullptr) return Later(parts, std::move(many), rest);
      const Status writable = parts.storage->WaitUntilWritable(many.context.deadline);
      if (!writable.ok()) {
        many.Fail(rest.size(), writable.error());
        return Answer(parts, std::move(many));
      }
    }
  }

 private:
  // As many of `rest` as RocksDB takes; how many that are.
  std::size_t WriteGroups(EngineParts& parts, std::span<const ItemWrite> rest) {
    WriteGroup group;
    std::size_t written = 0;
    std::size_t failures = response.failures.size();
    const auto commit = [&](std::size_t end) {
      if (!group.empty() && !Commit(parts, group).ok()) {
        // What was found out about writes of this group will be found out again.
        response.failures.erase(response.failures.begin() + static_cast<std::ptrdiff_t>(failures),
                                response.failures.end());
        return false;
      }
      group.Clear();
      written = end;
      failures = response.failures.size();
      return true;
    };
    bool taken = true;
    for (std::size_t i = 0; i < rest.size() && taken; ++i) {
      ItemChange change;
      if (const Status prepared = PrepareConditional(parts, rest[i], change); !prepared.ok()) {
        response.failures.push_back({finished + i, prepared.error()});
        continue;
      }
      if (!group.Takes(change)) taken = commit(i);
      if (const Status wanted = CheckWanted(parts, context, "PutMany"); taken && !wanted.ok()) {
        for (; i < rest.size(); ++i) response.failures.push_back({finished + i, wanted.error()});
        break;
      }
      if (taken) group.Add(finished + i, std::move(change));
    }
    if (taken) commit(rest.size());
    finished += written;
    return written;
  }
  Status Commit(EngineParts& parts, WriteGroup& group) {
    return group.Commit(parts, response.failures,
                        [&](const GroupedWrite&, const ItemOutcome& outcome) {
                          response.consumed_write_units +=
                              WriteUnits(outcome.old_size_bytes, outcome.new_size_bytes);
                        });
  }
  void Fail(std::size_t count, const Error& error) {
    for (std::size_t i = 0; i < count; ++i) response.failures.push_back({finished + i, error});
    finished += count;
  }
  static void Answer(EngineParts& parts, ManyWrite many) {
    std::sort(many.response.failures.begin(), many.response.failures.end(),
              [](const ItemFailure& a, const ItemFailure& b) { return a.index < b.index; });
    parts.storage->Acknowledge(many.context, std::move(many.ticket), std::move(many.timer),
                               std::move(many.response), std::move(many.done));
  }
  static void Later(EngineParts& parts, ManyWrite many, std::span<const ItemWrite> rest) {
    base::CompletionQueue& queue = *many.context.completions;
    const base::Deadline deadline = many.context.deadline;
    parts.storage->WhenWritable(
        queue, deadline,
        [&parts, many = std::move(many),
         writes = std::vector(rest.begin(), rest.end())](Result<base::Unit> writable) mutable {
          if (writable.ok()) return Run(parts, std::move(many), writes);
          many.Fail(writes.size(), writable.error());
          Answer(parts, std::move(many));
        });
  }
};

}  // namespace

void BatchWriteItem(EngineParts& parts, const CallContext& context,
                    const dynamo::BatchWriteItemRequest& request,
                    Completion<BatchWriteItemResponse> done) {
  OperationTimer timer(*parts.metrics, TimedOperation::kBatchWriteItem);
  auto ticket = parts.storage->Reserve();
  if (!ticket.ok()) return done(ticket.error());
  BatchWrite::Run(parts, {context, std::move(timer), std::move(*ticket), std::move(done)}, request);
}

void PutMany(EngineParts& parts, const CallContext& context,
             const dynamo::WriteManyRequest& request, Completion<WriteManyResponse> done) {
  OperationTimer timer(*parts.metrics, TimedOperation::kPutMany);
  auto ticket = parts.storage->Reserve();
  if (!ticket.ok()) return done(ticket.error());
  ManyWrite::Run(parts, {context, std::move(timer), std::move(*ticket), std::move(done)},
                 request.writes);
}

}  // namespace stator::engine
