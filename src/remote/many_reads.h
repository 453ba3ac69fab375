// GetMany over BatchGetItem: any number of reads as calls of at most 100 keys.
//
// AWS's rules for one call: each table once, with one projection; each key once; at most 100 keys;
// answers in any order, up to 16 MB, the rest in UnprocessedKeys. So equal reads share one key,
// keys are grouped by table and projection, groups are packed into batches, and what comes back is
// matched to its key by the key attributes in it (key_projection.h).
//
// A batch that is refused as a whole is split until only what is at fault fails (batching.h). A key
// that stays unprocessed, or a batch that is throttled, is sent again with jitter until the
// deadline, and is an error then, never an absence.
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

  // Fills groups_ and keys_ from the reads.
  void MakeKeys();
  // The group of a read, made when there is none yet.
  std::size_t GroupOf(const dynamo::ItemRead& read);
  // Fills queue_ from keys_.
  void MakeBatches();
  // Sends what may be sent, and finishes when nothing is left.
  void Proceed();
  void SendBatch(Batch batch);
  dynamo::BatchGetItemRequest MakeRequest(const Batch& batch) const;
  // An answer or an error for a whole batch.
  void Answered(Batch batch, base::Result<Answer> answer);
  // Puts the items of an answer in their places.
  void Take(const Batch& batch, const dynamo::BatchGetItemResponse& response);
  // One of them, for all reads that want it.
  void TakeItem(std::size_t group, dynamo::ItemView item);
  // Sends the unprocessed keys of an answer again.
  void Requeue(Batch batch, const dynamo::BatchGetItemResponse& response);
  // Sends a batch after a wait, or fails it when the deadline comes first.
  void SendLater(Batch batch, base::ErrorKind kind);
  // Splits, delays or fails a batch.
  void Refused(Batch batch, const base::Error& error);
  // Every read of these keys fails with `error`.
  void FailAll(const Batch& batch, const base::Error& error);
  // The group of the keys of a table in a batch; groups_.size() when there is none.
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
  // By group.
  std::vector<std::unordered_map<std::string, std::size_t>> key_of_bytes_;
  // The next one is at the end.
  std::vector<Batch> queue_;
  // Calls, and waits before one.
  int under_way_ = 0;
  dynamo::ReadManyResponse response_;
  std::string stripped_;
};

}  // namespace stator::remote
