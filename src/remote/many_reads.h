// GetMany over BatchGetItem: any number of reads as calls of at most 100 keys.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "dynamo/operations.h"
#include "remote/batching.h"
#include "remote/client.h"
#include "remote/key_projection.h"

namespace stator::remote {

// One GetMany, on its lane's thread; gone after its completion.
class ManyReads : public std::enable_shared_from_this<ManyReads> {
 public:
  // Has at most `parallel_max` calls under way at a time.
  ManyReads(Client& client, IoLane& lane, const base::CallContext& context,
            dynamo::ReadManyRequest request, int parallel_max,
            base::Completion<dynamo::ReadManyResponse> done);
  // Starts it.
  void Begin();

 private:
  // Reads that can stand in one KeysAndAttributes: of one table, with one projection and one set of
  // key attributes.
  struct Group {
    std::string table_name;
    std::int32_t projection;
    std::vector<std::string> key_names;
    KeyedProjection keyed;
  };
  // A key that is asked for once, for all reads that want it.
  struct Key {
    std::size_t group;
    const dynamo::Item* item;
    std::vector<std::size_t> reads;
  };

  void MakeKeys();
  std::size_t GroupOf(const dynamo::ItemRead& read);
  void MakeBatches();
  void Proceed();
  void SendBatch(Batch batch);
  dynamo::BatchGetItemRequest MakeRequest(const Batch& batch) const;
  void Answered(Batch batch, base::Result<Answer> answer);
  void Take(const Batch& batch, const dynamo::BatchGetItemResponse& response);
  void TakeItem(std::size_t group, dynamo::ItemView item);
  void Requeue(Batch batch, const dynamo::BatchGetItemResponse& response);
  void SendLater(Batch batch, base::ErrorKind kind);
  void Refused(Batch batch, const base::Error& error);
  void FailAll(const Batch& batch, const base::Error& error);
  std::size_t GroupIn(const Batch& batch, std::string_view table_name) const;
  void FinishIfDone();

  Client& client_;
  IoLane& lane_;
  const base::CallContext context_;
  const dynamo::ReadManyRequest request_;
  const int parallel_max_;
  base::Completion<dynamo::ReadManyResponse> done_;

  std::vector<Group> groups_;
  std::vector<Key> keys_;
  std::vector<std::unordered_map<std::string, std::size_t>> key_of_bytes_;  // by group
  std::vector<Batch> queue_;  // the next one is at the end
  int under_way_ = 0;         // calls, and waits before one
  dynamo::ReadManyResponse response_;
  std::string stripped_;
};

}  // namespace stator::remote
