#include "remote/many_reads.h"

#include <algorithm>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::remote {
namespace {

std::vector<std::string> NamesOf(const dynamo::Item& key) {
  std::vector<std::string> names;
  for (const auto attribute : key.attributes()) names.emplace_back(attribute.name);
  return names;
}

}  // namespace

ManyReads::ManyReads(Client& client, IoLane& lane, const base::CallContext& context,
                     dynamo::ReadManyRequest request,
                     base::Completion<dynamo::ReadManyResponse> done)
    : ManyCalls(client, lane, context, client.options().calls.parallel_reads),
      request_(std::move(request)),
      done_(std::move(done)) {}

void ManyReads::Begin() {
  for (std::size_t i = 0; i < request_.reads.size(); ++i) response_.items.AppendAbsent();
  MakeKeys();
  MakeBatches();
  Proceed();
}

std::size_t ManyReads::GroupOf(const dynamo::ItemRead& read) {
  const dynamo::MapView attributes = read.key.attributes();
  const auto same = [&](const Group& group) {
    if (group.table_name != read.table_name || group.projection != read.projection ||
        group.key_names.size() != attributes.size()) {
      return false;
    }
    return std::ranges::all_of(group.key_names,
                               [&](const auto& name) { return attributes.Find(name).has_value(); });
  };
  const auto found = std::ranges::find_if(groups_, same);
  if (found != groups_.end()) return static_cast<std::size_t>(found - groups_.begin());
  Group group{read.table_name, read.projection, NamesOf(read.key), {}};
  if (read.projection >= 0) {
    group.keyed =
        WithKeys(request_.projections[static_cast<std::size_t>(read.projection)], group.key_names);
  }
  groups_.push_back(std::move(group));
  key_of_bytes_.emplace_back();
  return groups_.size() - 1;
}

void ManyReads::MakeKeys() {
  for (std::size_t i = 0; i < request_.reads.size(); ++i) {
    const dynamo::ItemRead& read = request_.reads[i];
    const std::size_t group = GroupOf(read);
    const auto [entry, fresh] = key_of_bytes_[group].try_emplace(read.key.bytes(), keys_.size());
    if (fresh) keys_.push_back({group, &read.key, {}});
    keys_[entry->second].reads.push_back(i);
  }
}

// A request names each table once, so keys of one table with two projections go separate ways.
void ManyReads::MakeBatches() {
  std::vector<std::vector<std::size_t>> by_group(groups_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) by_group[keys_[i].group].push_back(i);
  const std::size_t keys_max = client_.options().calls.keys_per_call;
  Batch batch;
  const auto flush = [&] {
    if (!batch.elements.empty()) queue_.push_back(std::exchange(batch, {}));
  };
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (!batch.elements.empty() && GroupIn(batch, groups_[group].table_name) != groups_.size()) {
      flush();
    }
    for (const std::size_t key : by_group[group]) {
      if (batch.elements.size() == keys_max) flush();
      batch.elements.push_back(key);
    }
  }
  flush();
  std::ranges::reverse(queue_);
}

std::size_t ManyReads::GroupIn(const Batch& batch, std::string_view table_name) const {
  for (const std::size_t key : batch.elements) {
    if (groups_[keys_[key].group].table_name == table_name) return keys_[key].group;
  }
  return groups_.size();
}

void ManyReads::Proceed() {
  while (!queue_.empty() && MaySend()) {
    Batch batch = TakeQueued();
    std::string body;
    wire::EncodeBatchGetItemRequest(MakeRequest(batch), body);
    Send(wire::Operation::kBatchGetItem, std::move(batch), std::move(body));
  }
  if (under_way_ > 0 || !queue_.empty() || !done_) return;
  Conclude(response_);
  auto done = std::exchange(done_, {});
  if (!response_.failures.empty() && response_.failures.size() == request_.reads.size()) {
    return done(response_.failures.front().error);
  }
  done(std::move(response_));
}

dynamo::BatchGetItemRequest ManyReads::MakeRequest(const Batch& batch) const {
  dynamo::BatchGetItemRequest request;
  request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  for (const std::size_t key : batch.elements) {
    const Group& group = groups_[keys_[key].group];
    if (request.tables.empty() || request.tables.back().table_name != group.table_name) {
      request.tables.push_back({group.table_name,
                                {},
                                request_.consistent_read,
                                group.keyed.expression,
                                group.keyed.attributes});
    }
    request.tables.back().keys.push_back(*keys_[key].item);
  }
  return request;
}

void ManyReads::Answered(const Batch& batch, const Answer& answer) {
  const auto response = wire::DecodeBatchGetItemResponse(*answer.reader, answer.body);
  if (!response.ok()) return FailAll(batch, response.error());
  for (const auto& capacity : response->consumed_capacity) {
    response_.consumed_read_units += capacity.capacity_units;
  }
  Take(batch, *response);
  SendAgain(batch, Unprocessed(batch, *response));
}

void ManyReads::Take(const Batch& batch, const dynamo::BatchGetItemResponse& response) {
  for (const auto& [table, items] : response.responses) {
    const std::size_t group = GroupIn(batch, table);
    if (group == groups_.size()) continue;
    for (std::size_t i = 0; i < items.size(); ++i) TakeItem(group, items[i]);
  }
}

void ManyReads::TakeItem(std::size_t group, dynamo::ItemView item) {
  const Group& of = groups_[group];
  const auto found = key_of_bytes_[group].find(KeyBytes(item, of.key_names));
  if (found == key_of_bytes_[group].end()) return;
  const Key& key = keys_[found->second];
  if (!of.keyed.added.empty()) {
    const std::vector<std::string_view> added(of.keyed.added.begin(), of.keyed.added.end());
    stripped_.clear();
    dynamo::RebuildItem(item, {}, added, stripped_);
    item = dynamo::ItemView(stripped_);
  }
  for (const std::size_t read : key.reads) response_.items.Set(read, item);
}

std::vector<std::size_t> ManyReads::Unprocessed(
    const Batch& batch, const dynamo::BatchGetItemResponse& response) const {
  std::vector<std::size_t> keys;
  for (const auto& table : response.unprocessed_keys) {
    const std::size_t group = GroupIn(batch, table.table_name);
    if (group == groups_.size()) continue;
    for (const auto& item : table.keys) {
      const auto found = key_of_bytes_[group].find(item.bytes());
      if (found != key_of_bytes_[group].end()) keys.push_back(found->second);
    }
  }
  return keys;
}

void ManyReads::FailAll(const Batch& batch, const base::Error& error) {
  for (const std::size_t key : batch.elements) {
    for (const std::size_t read : keys_[key].reads) response_.failures.push_back({read, error});
  }
}

const std::string& ManyReads::TableOf(std::size_t key) const {
  return groups_[keys_[key].group].table_name;
}

}  // namespace stator::remote
