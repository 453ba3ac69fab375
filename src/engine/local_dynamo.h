// LocalDynamo: DynamoDB in this process, on RocksDB, in one data folder or in memory.
//
// Reads complete on the caller's thread, waits for the disk included. Writes complete when they
// would survive loss of power, many with one sync: where the context wants
// (CallContext::completions), else on the sync thread; with EngineOptions::sync false, or in
// memory, at once on the caller's thread. A read may see a write that is not yet acknowledged.
// docs/operating.md says what a crash may take.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "dynamo/dynamo.h"
#include "engine/engine_options.h"

namespace stator::engine {

struct EngineParts;

// The embedded store. Tables are ACTIVE at once; their item count and size are exact over all
// committed writes, at every moment and after every crash (a counter in the same batch as the
// write). Secondary indexes and streams: NotSupportedYet.
class LocalDynamo final : public dynamo::Store {
 public:
  // Opens the folder, making it when it does not exist. A new one takes a few milliseconds.
  // ERRORS: DataFolderLocked naming the process that has it open, and its address where there is
  // one; DataFormatTooNew; StorageFull; InternalServerError for what the file system or damaged
  // data say.
  static base::Result<std::unique_ptr<LocalDynamo>> Open(const EngineOptions& options);
  // Completes what waits for a sync, writes the memtable out, closes and unlocks. REQUIRES: no call
  // is running.
  ~LocalDynamo() override;

  // The operations, as dynamo::Dynamo and dynamo::DynamoTables say.
  void GetItem(const base::CallContext& context, const dynamo::GetItemRequest& request,
               base::Completion<dynamo::GetItemResponse> done) override;
  // Completes when the item is safe, as all writes below.
  void PutItem(const base::CallContext& context, const dynamo::PutItemRequest& request,
               base::Completion<dynamo::PutItemResponse> done) override;
  // Reads, changes and writes as one step.
  void UpdateItem(const base::CallContext& context, const dynamo::UpdateItemRequest& request,
                  base::Completion<dynamo::UpdateItemResponse> done) override;
  // Deleting nothing waits for a sync too: what it did not see may not be safe yet.
  void DeleteItem(const base::CallContext& context, const dynamo::DeleteItemRequest& request,
                  base::Completion<dynamo::DeleteItemResponse> done) override;
  // A page shows one moment.
  void Query(const base::CallContext& context, const dynamo::QueryRequest& request,
             base::Completion<dynamo::QueryResponse> done) override;
  // A page shows one moment; segments are ranges of AWS's own hash order.
  void Scan(const base::CallContext& context, const dynamo::ScanRequest& request,
            base::Completion<dynamo::ScanResponse> done) override;
  // Leaves keys unprocessed only beyond 16 MB.
  void BatchGetItem(const base::CallContext& context, const dynamo::BatchGetItemRequest& request,
                    base::Completion<dynamo::BatchGetItemResponse> done) override;
  // Written as one RocksDB batch; never leaves items unprocessed.
  void BatchWriteItem(const base::CallContext& context,
                      const dynamo::BatchWriteItemRequest& request,
                      base::Completion<dynamo::BatchWriteItemResponse> done) override;
  // Any number of reads, answered in one arena.
  void GetMany(const base::CallContext& context, const dynamo::ReadManyRequest& request,
               base::Completion<dynamo::ReadManyResponse> done) override;
  // Any number of writes, one sync for all.
  void PutMany(const base::CallContext& context, const dynamo::WriteManyRequest& request,
               base::Completion<dynamo::WriteManyResponse> done) override;

  // Refuses indexes and streams by name.
  void CreateTable(const base::CallContext& context, const dynamo::CreateTableRequest& request,
                   base::Completion<dynamo::TableDescription> done) override;
  // Item count and size are exact.
  void DescribeTable(const base::CallContext& context, const std::string& table_name,
                     base::Completion<dynamo::TableDescription> done) override;
  // The items go with it, as one step.
  void DeleteTable(const base::CallContext& context, const std::string& table_name,
                   base::Completion<dynamo::TableDescription> done) override;
  // From memory.
  void ListTables(const base::CallContext& context, const dynamo::ListTablesRequest& request,
                  base::Completion<dynamo::ListTablesResponse> done) override;
  // ARNs of any region and account name the table of that name.
  void TagResource(const base::CallContext& context, const dynamo::TagResourceRequest& request,
                   base::Completion<base::Unit> done) override;
  // As TagResource.
  void UntagResource(const base::CallContext& context, const dynamo::UntagResourceRequest& request,
                     base::Completion<base::Unit> done) override;
  // All on one page.
  void ListTagsOfResource(const base::CallContext& context, const std::string& resource_arn,
                          base::Completion<dynamo::ListTagsOfResourceResponse> done) override;
  // Always disabled.
  void DescribeTimeToLive(const base::CallContext& context, const std::string& table_name,
                          base::Completion<dynamo::TimeToLiveDescription> done) override;
  // Always disabled.
  void DescribeContinuousBackups(
      const base::CallContext& context, const std::string& table_name,
      base::Completion<dynamo::ContinuousBackupsDescription> done) override;
  // A new AWS account's; the engine enforces none of them.
  void DescribeLimits(const base::CallContext& context,
                      base::Completion<dynamo::AccountLimits> done) override;

  // The path of the data folder, or "memory".
  std::string Location() const override;

 private:
  explicit LocalDynamo(std::unique_ptr<EngineParts> parts);

  std::unique_ptr<EngineParts> parts_;
};

}  // namespace stator::engine
