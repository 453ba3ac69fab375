// The seam: the DynamoDB API as C++ interfaces, one method an operation. Implemented by
// remote::RemoteDynamo (AWS or any endpoint) and engine::LocalDynamo (embedded). Features and SQL
// know nothing else of any store.
//
// Every method: thread-safe; never throws; never blocks; runs its completion exactly once. Every
// failure is a base::Error whose code is the AWS exception name (dynamo/errors.h). The request need
// only live until the method returns. The completion runs on the caller's thread for engine reads
// (a wait for the disk included), for engine writes on the queue that the context names, else on
// the sync thread, and on an I/O thread for `remote`: it must not block. base::Wait turns a call
// into a blocking one. A call completes by its deadline, except a write already handed to the log:
// that one completes when its outcome is known. `remote` reports a write whose answer never came as
// kUnknownOutcome, never as a failure.
#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/completion.h"
#include "dynamo/operations.h"

namespace stator::dynamo {

// Items.
class Dynamo {
 public:
  virtual ~Dynamo() = default;
  // Reads one item by its whole key. A missing item is a response without one; a missing table is
  // an error.
  virtual void GetItem(const base::CallContext&, const GetItemRequest&,
                       base::Completion<GetItemResponse>) = 0;
  // Writes one item, replacing what was there, if the condition holds.
  virtual void PutItem(const base::CallContext&, const PutItemRequest&,
                       base::Completion<PutItemResponse>) = 0;
  // Changes attributes of one item, creating it when there is none, if the condition holds.
  virtual void UpdateItem(const base::CallContext&, const UpdateItemRequest&,
                          base::Completion<UpdateItemResponse>) = 0;
  // Deletes one item, if the condition holds. Deleting nothing succeeds.
  virtual void DeleteItem(const base::CallContext&, const DeleteItemRequest&,
                          base::Completion<DeleteItemResponse>) = 0;
  // One page of the items of one partition, in sort key order.
  virtual void Query(const base::CallContext&, const QueryRequest&,
                     base::Completion<QueryResponse>) = 0;
  // One page of a table or of one segment of it, in the order of the partition keys' hashes.
  virtual void Scan(const base::CallContext&, const ScanRequest&,
                    base::Completion<ScanResponse>) = 0;
  // At most 100 keys; may leave keys unprocessed.
  virtual void BatchGetItem(const base::CallContext&, const BatchGetItemRequest&,
                            base::Completion<BatchGetItemResponse>) = 0;
  // At most 25 puts and deletes; may leave some unprocessed. Not a transaction.
  virtual void BatchWriteItem(const base::CallContext&, const BatchWriteItemRequest&,
                              base::Completion<BatchWriteItemResponse>) = 0;
  // Any number of reads over any number of tables, repeated keys allowed. Splitting into hundreds
  // and 16 MB, parallelism, retry of UnprocessedKeys stay inside. Fails as a whole only when
  // nothing could be read.
  virtual void GetMany(const base::CallContext&, const ReadManyRequest&,
                       base::Completion<ReadManyResponse>) = 0;
  // Its twin for writes. Two writes of one item apply in the order given. Unprocessed writes are
  // retried until the deadline, then stand in `failures`.
  virtual void PutMany(const base::CallContext&, const WriteManyRequest&,
                       base::Completion<WriteManyResponse>) = 0;
};

// Tables, tags and settings.
class DynamoTables {
 public:
  virtual ~DynamoTables() = default;
  // Creates a table. ERRORS: ResourceInUseException when it exists.
  virtual void CreateTable(const base::CallContext&, const CreateTableRequest&,
                           base::Completion<TableDescription>) = 0;
  // Describes a table by name or ARN.
  virtual void DescribeTable(const base::CallContext&, const std::string& table_name,
                             base::Completion<TableDescription>) = 0;
  // Deletes a table with all its items; answers its last description.
  virtual void DeleteTable(const base::CallContext&, const std::string& table_name,
                           base::Completion<TableDescription>) = 0;
  // Names of tables, ascending.
  virtual void ListTables(const base::CallContext&, const ListTablesRequest&,
                          base::Completion<ListTablesResponse>) = 0;
  // Adds or replaces tags.
  virtual void TagResource(const base::CallContext&, const TagResourceRequest&,
                           base::Completion<base::Unit>) = 0;
  // Removes tags; unknown keys are ignored.
  virtual void UntagResource(const base::CallContext&, const UntagResourceRequest&,
                             base::Completion<base::Unit>) = 0;
  // All tags of a table.
  virtual void ListTagsOfResource(const base::CallContext&, const std::string& resource_arn,
                                  base::Completion<ListTagsOfResourceResponse>) = 0;
  // The item time-to-live setting of a table.
  virtual void DescribeTimeToLive(const base::CallContext&, const std::string& table_name,
                                  base::Completion<TimeToLiveDescription>) = 0;
  // The backup settings of a table.
  virtual void DescribeContinuousBackups(const base::CallContext&, const std::string& table_name,
                                         base::Completion<ContinuousBackupsDescription>) = 0;
  // The account's limits.
  virtual void DescribeLimits(const base::CallContext&, base::Completion<AccountLimits>) = 0;
};

// A store: both planes, and the region that its ARNs name.
class Store : public Dynamo, public DynamoTables {
 public:
  // Where it is, for messages: "us-east-1", "http://127.0.0.1:8000", "./.stator/data".
  virtual std::string Location() const = 0;
};

}  // namespace stator::dynamo
