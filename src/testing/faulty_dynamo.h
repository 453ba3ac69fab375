// FaultyDynamo: a real store that now and then behaves as one far away does: it throttles, delays,
// fails, loses answers, and leaves keys of a batch unprocessed. Seeded, so that a test that found
// something finds it again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <queue>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dynamo/dynamo.h"

namespace stator::testing {

// How often what happens, each a probability of 0 to 1 for one call or one key. Everything 0: the
// store as it is.
struct FaultPlan {
  // ProvisionedThroughputExceededException, nothing done.
  double throttled = 0;
  // InternalServerError, nothing done.
  double unavailable = 0;
  // Writes only: done, but reported as kUnknownOutcome.
  double unknown_outcome = 0;
  // Each key of a batch, GetMany or PutMany; never all of a batch's.
  double unprocessed = 0;
  // The call starts later.
  double delayed = 0;
  std::chrono::milliseconds delay_max{20};
};

// The wrapper. Thread-safe. Delayed calls start on a thread of its own, and complete with
// kDeadline, unsent, when their deadline passes first. Destroy it before the store, when no call is
// running.
class FaultyDynamo final : public dynamo::Store {
 public:
  // Wraps `store`, which must outlive this.
  FaultyDynamo(dynamo::Store& store, FaultPlan plan, std::uint64_t seed);
  // Starts what is delayed at once, then returns.
  ~FaultyDynamo() override;

  // Changes what happens from now on.
  void SetPlan(FaultPlan plan);
  // Faults so far, delays included.
  std::uint64_t faults() const;

  // May be throttled, fail or come late.
  void GetItem(const base::CallContext& context, const dynamo::GetItemRequest& request,
               base::Completion<dynamo::GetItemResponse> done) override;
  // May besides be done and lose its answer.
  void PutItem(const base::CallContext& context, const dynamo::PutItemRequest& request,
               base::Completion<dynamo::PutItemResponse> done) override;
  // As PutItem.
  void UpdateItem(const base::CallContext& context, const dynamo::UpdateItemRequest& request,
                  base::Completion<dynamo::UpdateItemResponse> done) override;
  // As PutItem.
  void DeleteItem(const base::CallContext& context, const dynamo::DeleteItemRequest& request,
                  base::Completion<dynamo::DeleteItemResponse> done) override;
  // As GetItem.
  void Query(const base::CallContext& context, const dynamo::QueryRequest& request,
             base::Completion<dynamo::QueryResponse> done) override;
  // As GetItem.
  void Scan(const base::CallContext& context, const dynamo::ScanRequest& request,
            base::Completion<dynamo::ScanResponse> done) override;
  // May leave keys unprocessed, but for one.
  void BatchGetItem(const base::CallContext& context, const dynamo::BatchGetItemRequest& request,
                    base::Completion<dynamo::BatchGetItemResponse> done) override;
  // May leave writes unprocessed, but for one.
  void BatchWriteItem(const base::CallContext& context,
                      const dynamo::BatchWriteItemRequest& request,
                      base::Completion<dynamo::BatchWriteItemResponse> done) override;
  // May report reads as throttled, even all of them.
  void GetMany(const base::CallContext& context, const dynamo::ReadManyRequest& request,
               base::Completion<dynamo::ReadManyResponse> done) override;
  // May report writes as throttled, which are then not done.
  void PutMany(const base::CallContext& context, const dynamo::WriteManyRequest& request,
               base::Completion<dynamo::WriteManyResponse> done) override;

  // As PutItem.
  void CreateTable(const base::CallContext& context, const dynamo::CreateTableRequest& request,
                   base::Completion<dynamo::TableDescription> done) override;
  // As GetItem.
  void DescribeTable(const base::CallContext& context, const std::string& table_name,
                     base::Completion<dynamo::TableDescription> done) override;
  // As PutItem.
  void DeleteTable(const base::CallContext& context, const std::string& table_name,
                   base::Completion<dynamo::TableDescription> done) override;
  // As GetItem.
  void ListTables(const base::CallContext& context, const dynamo::ListTablesRequest& request,
                  base::Completion<dynamo::ListTablesResponse> done) override;
  // As PutItem.
  void TagResource(const base::CallContext& context, const dynamo::TagResourceRequest& request,
                   base::Completion<base::Unit> done) override;
  // As PutItem.
  void UntagResource(const base::CallContext& context, const dynamo::UntagResourceRequest& request,
                     base::Completion<base::Unit> done) override;
  // As GetItem.
  void ListTagsOfResource(const base::CallContext& context, const std::string& resource_arn,
                          base::Completion<dynamo::ListTagsOfResourceResponse> done) override;
  // As GetItem.
  void DescribeTimeToLive(const base::CallContext& context, const std::string& table_name,
                          base::Completion<dynamo::TimeToLiveDescription> done) override;
  // As GetItem.
  void DescribeContinuousBackups(
      const base::CallContext& context, const std::string& table_name,
      base::Completion<dynamo::ContinuousBackupsDescription> done) override;
  // As GetItem.
  void DescribeLimits(const base::CallContext& context,
                      base::Completion<dynamo::AccountLimits> done) override;

  // The store's.
  std::string Location() const override;

 private:
  struct Delayed {
    base::MonotonicTime at;
    std::uint64_t order;
    mutable base::UniqueFunction<void()> start;
    bool operator<(const Delayed& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  // Draws, and counts what happens.
  bool Happens(double FaultPlan::* probability);
  // On the thread: starts each delayed call at its time.
  void StartDelayed();
  // Passes a call on, with the faults of a single operation.
  template <typename Request, typename Response, typename Start>
  void Pass(bool is_write, const base::CallContext& context, const Request& request,
            base::Completion<Response> done, Start start);
  // For each of `count` elements whether it is left out; never all when `keep_one`.
  std::vector<bool> LeaveOut(std::size_t count, bool keep_one);

  dynamo::Store& store_;
  mutable std::mutex mutex_;
  FaultPlan plan_;
  std::mt19937_64 random_;
  std::uint64_t faults_ = 0;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t delayed_count_ = 0;
  std::priority_queue<Delayed> delayed_;
  std::thread thread_;
};

}  // namespace stator::testing
