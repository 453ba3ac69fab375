// PutMany over BatchWriteItem: any number of writes as calls of at most 25, and a call of its own
// for each conditional one.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dynamo/operations.h"
#include "remote/many_calls.h"

namespace stator::remote {

// Bytes of encoded items in one BatchWriteItem: even if every byte had to be escaped as six, the
// body stays below AWS's 16 MB. A single item may be larger than that by itself.
inline constexpr std::size_t kBatchItemBytesMax = 5 << 19;

// Key schemas of tables, which never change while a table lives. Thread-safe.
class KeySchemaCache {
 public:
  // Beyond this many tables it starts anew.
  static constexpr std::size_t kTablesMax = 1'000;
  // The schema of a table, when it is known.
  std::optional<dynamo::KeySchema> Find(const std::string& table_name);
  // Remembers one.
  void Put(const std::string& table_name, const dynamo::KeySchema& schema);
  // Forgets one: the table was deleted, or a key did not fit.
  void Forget(const std::string& table_name);

 private:
  std::mutex mutex_;
  std::map<std::string, dynamo::KeySchema> schemas_;
};

// One PutMany, on its lane's thread; gone after its completion.
//
// Two writes of one item must not travel in one BatchWriteItem, nor overtake each other: each waits
// for the one before it. To see that two writes are of one item takes the table's key schema, from
// a DescribeTable the first time; where that is refused, all writes of the table go one after the
// other.
class ManyWrites final : public ManyCalls {
 public:
  // Has at most `parallel_max` calls under way at a time.
  ManyWrites(Client& client, IoLane& lane, KeySchemaCache& schemas,
             const base::CallContext& context, dynamo::WriteManyRequest request, int parallel_max,
             base::Completion<dynamo::WriteManyResponse> done);
  // Asks for key schemas where needed, then sends what waits for nothing.
  void Begin() override;

 private:
  // Asks for a table's key schema.
  void Describe(const std::string& table_name);
  // Finds out which write waits for which, and begins with those that wait for none.
  void Order();
  std::string IdentityOf(const dynamo::ItemWrite& write) const;
  // Nothing stands before this write any more.
  void MakeReady(std::size_t write);
  void Proceed() override;
  // As many ready writes as fit.
  Batch NextBatch();
  void SendBatch(Batch batch);
  dynamo::BatchWriteItemRequest MakeRequest(const Batch& batch) const;
  void Answered(const Batch& batch, const Answer& answer) override;
  // A call of its own for a write with a condition.
  void SendConditional(std::size_t write);
  void ConditionalAnswered(std::size_t write, const base::Result<Answer>& answer);
  void FailAll(const Batch& batch, const base::Error& error) override;
  void Failed(std::size_t write, const base::Error& error);
  // Done or failed: the write that waited for it is next.
  void Completed(std::size_t write);
  const std::string& TableOf(std::size_t write) const override;

  KeySchemaCache& schemas_;
  const dynamo::WriteManyRequest request_;
  base::Completion<dynamo::WriteManyResponse> done_;

  // Those with several writes.
  std::map<std::string, std::optional<dynamo::KeySchema>> tables_;
  int describing_ = 0;
  // The write that waits for this one; none: its own index.
  std::vector<std::size_t> next_;
  std::deque<std::size_t> ready_;
  std::deque<std::size_t> ready_conditional_;
  dynamo::WriteManyResponse response_;
};

}  // namespace stator::remote
