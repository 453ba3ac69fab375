#include "remote/many_writes.h"

#include <algorithm>

#include "dynamo/errors.h"
#include "dynamo/key.h"
#include "dynamo/limits.h"
#include "remote/typed_call.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::remote {

std::optional<dynamo::KeySchema> KeySchemaCache::Find(const std::string& table_name) {
  std::lock_guard lock(mutex_);
  const auto found = schemas_.find(table_name);
  if (found == schemas_.end()) return std::nullopt;
  return found->second;
}

void KeySchemaCache::Put(const std::string& table_name, const dynamo::KeySchema& schema) {
  std::lock_guard lock(mutex_);
  if (schemas_.size() >= kTablesMax) schemas_.clear();
  schemas_[table_name] = schema;
}

void KeySchemaCache::Forget(const std::string& table_name) {
  std::lock_guard lock(mutex_);
  schemas_.erase(table_name);
}

ManyWrites::ManyWrites(Client& client, IoLane& lane, KeySchemaCache& schemas,
                       const base::CallContext& context, dynamo::WriteManyRequest request,
                       int parallel_max, base::Completion<dynamo::WriteManyResponse> done)
    : ManyCalls(client, lane, context, parallel_max),
      schemas_(schemas),
      request_(std::move(request)),
      done_(std::move(done)) {}

void ManyWrites::Begin() {
  std::map<std::string, int> counts;
  for (const auto& write : request_.writes) ++counts[write.table_name];
  for (const auto& [table, count] : counts) {
    if (count > 1) tables_[table] = schemas_.Find(table);
  }
  for (const auto& [table, schema] : tables_) {
    if (!schema) Describe(table);
  }
  if (describing_ == 0) Order();
}

void ManyWrites::Describe(const std::string& table_name) {
  ++describing_;
  Count(Answer{});
  Call call{wire::Operation::kDescribeTable, table_name, {}, true, context_};
  wire::EncodeTableNameRequest(table_name, call.body);
  base::Completion<dynamo::TableDescription> described =
      [this, self = shared_from_this(), table_name](base::Result<dynamo::TableDescription> table) {
        if (table.ok()) {
          schemas_.Put(table_name, table->key_schema);
          tables_[table_name] = table->key_schema;
        }
        if (--describing_ == 0) Order();
      };
  client_.Send(lane_, std::move(call),
               Decoding<dynamo::TableDescription>(wire::Operation::kDescribeTable,
                                                  wire::DecodeTableDescriptionResponse,
                                                  std::move(described)));
}

// What two writes of one item share: table and key, or the table alone where its key schema is not
// known. Empty: nothing can share it.
std::string ManyWrites::IdentityOf(const dynamo::ItemWrite& write) const {
  const auto table = tables_.find(write.table_name);
  if (table == tables_.end()) return {};
  std::string identity = write.table_name + '\0';
  if (!table->second) return identity;
  const dynamo::Item& item = write.request.item;
  if (!dynamo::KeyOfItem(*table->second, item).ok()) return {};
  return identity + dynamo::MakeKeyItem(*table->second, item).bytes();
}

void ManyWrites::Order() {
  const std::size_t count = request_.writes.size();
  std::unordered_map<std::string, std::size_t> last;
  std::vector<bool> waits(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    next_.push_back(i);
    const std::string identity = IdentityOf(request_.writes[i]);
    if (identity.empty()) continue;
    const auto [entry, first] = last.try_emplace(identity, i);
    if (first) continue;
    next_[std::exchange(entry->second, i)] = i;
    waits[i] = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!waits[i]) MakeReady(i);
  }
  Proceed();
}

void ManyWrites::MakeReady(std::size_t write) {
  const bool conditional = !request_.writes[write].condition_expression.empty();
  (conditional ? ready_conditional_ : ready_).push_back(write);
}

void ManyWrites::Proceed() {
  while (MaySend()) {
    if (!queue_.empty()) {
      SendBatch(TakeQueued());
    } else if (!ready_.empty()) {
      SendBatch(NextBatch());
    } else if (!ready_conditional_.empty()) {
      const std::size_t write = ready_conditional_.front();
      ready_conditional_.pop_front();
      SendConditional(write);
    } else {
      break;
    }
  }
  const bool idle = under_way_ == 0 && queue_.empty() && ready_.empty() &&
                    ready_conditional_.empty() && describing_ == 0;
  if (!idle || !done_) return;
  Conclude(response_);
  std::exchange(done_, {})(std::move(response_));
}

Batch ManyWrites::NextBatch() {
  Batch batch;
  std::size_t bytes = 0;
  while (!ready_.empty() && batch.elements.size() < dynamo::kBatchWriteRequestsMax) {
    bytes += request_.writes[ready_.front()].request.item.bytes().size();
    if (bytes > kBatchItemBytesMax && !batch.elements.empty()) break;
    batch.elements.push_back(ready_.front());
    ready_.pop_front();
  }
  return batch;
}

dynamo::BatchWriteItemRequest ManyWrites::MakeRequest(const Batch& batch) const {
  dynamo::BatchWriteItemRequest request;
  request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  for (const std::size_t write : batch.elements) {
    const auto& [table_name, element, condition, attributes] = request_.writes[write];
    auto table =
        std::ranges::find(request.tables, table_name, &dynamo::TableWriteRequests::table_name);
    if (table == request.tables.end()) {
      table = request.tables.insert(table, dynamo::TableWriteRequests{table_name, {}});
    }
    table->requests.push_back(element);
  }
  return request;
}

void ManyWrites::SendBatch(Batch batch) {
  std::string body;
  wire::EncodeBatchWriteItemRequest(MakeRequest(batch), body);
  Send(wire::Operation::kBatchWriteItem, std::move(batch), std::move(body));
}

void ManyWrites::Answered(const Batch& batch, const Answer& answer) {
  const auto response = wire::DecodeBatchWriteItemResponse(*answer.reader, answer.body);
  if (!response.ok()) {
    return FailAll(batch, UnreadableAnswer(wire::Operation::kBatchWriteItem, response.error()));
  }
  for (const auto& capacity : response->consumed_capacity) {
    response_.consumed_write_units += capacity.capacity_units;
  }
  const auto is_unprocessed = [&](const dynamo::ItemWrite& write) {
    const auto table = std::ranges::find(response->unprocessed_items, write.table_name,
                                         &dynamo::TableWriteRequests::table_name);
    return table != response->unprocessed_items.end() &&
           std::ranges::any_of(table->requests, [&](const dynamo::WriteRequest& each) {
             return each.is_delete == write.request.is_delete &&
                    each.item.bytes() == write.request.item.bytes();
           });
  };
  std::vector<std::size_t> unprocessed;
  for (const std::size_t write : batch.elements) {
    if (is_unprocessed(request_.writes[write])) {
      unprocessed.push_back(write);
    } else {
      Completed(write);
    }
  }
  SendAgain(batch, std::move(unprocessed));
}

void ManyWrites::SendConditional(std::size_t index) {
  ++under_way_;
  const dynamo::ItemWrite& write = request_.writes[index];
  const auto fill = [&](auto& request) {
    request.table_name = write.table_name;
    request.condition_expression = write.condition_expression;
    request.expression_attributes = write.expression_attributes;
    request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  };
  Call call{wire::Operation::kPutItem, write.table_name, {}, false, context_};
  if (write.request.is_delete) {
    call.operation = wire::Operation::kDeleteItem;
    dynamo::DeleteItemRequest request;
    fill(request);
    request.key = write.request.item;
    wire::EncodeDeleteItemRequest(request, call.body);
  } else {
    dynamo::PutItemRequest request;
    fill(request);
    request.item = write.request.item;
    wire::EncodePutItemRequest(request, call.body);
  }
  client_.Send(lane_, std::move(call),
               [this, self = shared_from_this(), index](base::Result<Answer> answer) {
                 ConditionalAnswered(index, answer);
               });
}

void ManyWrites::ConditionalAnswered(std::size_t write, const base::Result<Answer>& answer) {
  --under_way_;
  Count(answer);
  if (answer.ok()) {
    const auto response = wire::DecodeWriteItemResponse(*answer->reader, answer->body);
    if (response.ok() && response->consumed_capacity) {
      response_.consumed_write_units += response->consumed_capacity->capacity_units;
    }
    Completed(write);
  } else {
    Failed(write, answer.error());
  }
  Proceed();
}

void ManyWrites::FailAll(const Batch& batch, const base::Error& error) {
  for (const std::size_t write : batch.elements) Failed(write, error);
}

void ManyWrites::Failed(std::size_t write, const base::Error& error) {
  const auto kind = error.kind();
  if (kind == base::ErrorKind::kInvalid || kind == base::ErrorKind::kNotFound) {
    schemas_.Forget(TableOf(write));
  }
  response_.failures.push_back({write, error});
  Completed(write);
}

void ManyWrites::Completed(std::size_t write) {
  if (next_[write] != write) MakeReady(next_[write]);
}

const std::string& ManyWrites::TableOf(std::size_t write) const {
  return request_.writes[write].table_name;
}

}  // namespace stator::remote
