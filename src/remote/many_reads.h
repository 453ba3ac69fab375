// GetMany over BatchGetItem: any number of reads as calls of at most 100 keys, or fewer if so
// configured.
//
// AWS's rules for one call: each table once, with one projection; each key once; at most 100 keys;
// answers in any order, up to 16 MB, the rest in UnprocessedKeys. So equal reads share one key,
// keys are grouped by table and projection, groups are packed into batches, and what comes back is
// matched to its key by the key attributes in it (key_projection.h).
//
// A key that stays unprocessed until the deadline is an error, never an absence.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "dynamo/operations.h"
#include "remote/client.h"
#include "remote/key_projection.h"
#include "remote/many_calls.h"

namespace stator::remote {

// One GetMany, on its lane's thread; gone after its completion.
class ManyReads final : public ManyCalls {
 public:
  // In calls as large and as many at a time as the client's CallOptions say.
  ManyReads(Client& client, IoLane& lane, const base::CallContext& context,
            dynamo::ReadManyRequest request, base::Completion<dynamo::ReadManyResponse> done);
  // Finds the distinct keys and sends the first batches.
  void Begin() override;

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

  // Fills groups_ and keys_ from the reads.
  void MakeKeys();
  // The group of a read, made when there is none yet.
  std::size_t GroupOf(const dynamo::ItemRead& read);
  // Fills queue_ from keys_.
  void MakeBatches();
  void Proceed() override;
  dynamo::BatchGetItemRequest MakeRequest(const Batch& batch) const;
  void Answered(const Batch& batch, const Answer& answer) override;
  // Puts the items of an answer in their places.
  void Take(const Batch& batch, const dynamo::BatchGetItemResponse& response);
  // One of them, for all reads that want it.
  void TakeItem(std::size_t group, dynamo::ItemView item);
  // The keys that an answer leaves unprocessed.
  std::vector<std::size_t> Unprocessed(const Batch& batch,
                                       const dynamo::BatchGetItemResponse& response) const;
  void FailAll(const Batch& batch, const base::Error& error) override;
  const std::string& TableOf(std::size_t key) const override;
  // The group of the keys of a table in a batch; groups_.size() when there is none.
  std::size_t GroupIn(const Batch& batch, std::string_view table_name) const;

  const dynamo::ReadManyRequest request_;
  base::Completion<dynamo::ReadManyResponse> done_;

  std::vector<Group> groups_;
  std::vector<Key> keys_;
  // By group.
  std::vector<std::unordered_map<std::string, std::size_t>> key_of_bytes_;
  dynamo::ReadManyResponse response_;
  std::string stripped_;
};

}  // namespace stator::remote
