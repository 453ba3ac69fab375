// RemoteDynamo: a store over HTTP or HTTPS: AWS DynamoDB, another Stator, any compatible endpoint.
//
// Every call completes by its deadline. Throttled and unavailable calls are tried again as retry.h
// says; a write whose answer never came is kUnknownOutcome, and is only repeated by itself when
// repeating it changes nothing.
#pragma once

#include <memory>
#include <string>

#include "dynamo/dynamo.h"
#include "remote/client.h"

namespace stator::remote {

// Where to and with what. Everything empty: from the environment.
struct RemoteOptions {
  std::string region;
  std::string endpoint_url;
  // Given keys; empty: credentials, and without them the environment.
  signing::Credentials keys;
  std::shared_ptr<CredentialsProvider> credentials;
  // PEM file of trusted certificates; empty: AWS_CA_BUNDLE, or the system's.
  std::string ca_bundle;
  int io_threads = 2;
  CallOptions calls;
  Environment environment = ReadEnvironment;
  const base::Clock* clock = &base::SystemClock();
};

class KeySchemaCache;

// The store. Thread-safe. Destroying it fails what is still running.
class RemoteDynamo final : public dynamo::Store {
 public:
  // Resolves endpoint, region and keys; connects to nothing yet.
  // ERRORS: ValidationException for a bad endpoint, for numbers outside the bounds of CallOptions,
  // or when neither an option nor the environment says which region.
  static base::Result<std::unique_ptr<RemoteDynamo>> Open(const RemoteOptions& options);
  ~RemoteDynamo() override;

  // Repeated freely: a read changes nothing.
  void GetItem(const base::CallContext& context, const dynamo::GetItemRequest& request,
               base::Completion<dynamo::GetItemResponse> done) override;
  // Repeated only without a condition and without old values in the answer.
  void PutItem(const base::CallContext& context, const dynamo::PutItemRequest& request,
               base::Completion<dynamo::PutItemResponse> done) override;
  // Never repeated once it may have been carried out: adding twice is not adding once.
  void UpdateItem(const base::CallContext& context, const dynamo::UpdateItemRequest& request,
                  base::Completion<dynamo::UpdateItemResponse> done) override;
  // As PutItem.
  void DeleteItem(const base::CallContext& context, const dynamo::DeleteItemRequest& request,
                  base::Completion<dynamo::DeleteItemResponse> done) override;
  // One page, as the endpoint cuts it.
  void Query(const base::CallContext& context, const dynamo::QueryRequest& request,
             base::Completion<dynamo::QueryResponse> done) override;
  // One page; with priority kBackground it waits for capacity until its deadline.
  void Scan(const base::CallContext& context, const dynamo::ScanRequest& request,
            base::Completion<dynamo::ScanResponse> done) override;
  // Sent as it is: unprocessed keys are for the caller, unlike in GetMany.
  void BatchGetItem(const base::CallContext& context, const dynamo::BatchGetItemRequest& request,
                    base::Completion<dynamo::BatchGetItemResponse> done) override;
  // Sent as it is, repeated freely: putting the same items again changes nothing.
  void BatchWriteItem(const base::CallContext& context,
                      const dynamo::BatchWriteItemRequest& request,
                      base::Completion<dynamo::BatchWriteItemResponse> done) override;
  // Calls of CallOptions::keys_per_call distinct keys, several tables in one, `parallel_reads` at a
  // time, on one I/O thread; items are told apart by their keys. A key or table that is refused
  // fails alone.
  void GetMany(const base::CallContext& context, const dynamo::ReadManyRequest& request,
               base::Completion<dynamo::ReadManyResponse> done) override;
  // Calls of 25 writes, conditional ones by themselves; writes of one item one after the other.
  // Needs DescribeTable once for each table, and is slow without it.
  void PutMany(const base::CallContext& context, const dynamo::WriteManyRequest& request,
               base::Completion<dynamo::WriteManyResponse> done) override;

  // Never repeated once it may have been carried out.
  void CreateTable(const base::CallContext& context, const dynamo::CreateTableRequest& request,
                   base::Completion<dynamo::TableDescription> done) override;
  // Indexes included.
  void DescribeTable(const base::CallContext& context, const std::string& table_name,
                     base::Completion<dynamo::TableDescription> done) override;
  // Never repeated once it may have been carried out.
  void DeleteTable(const base::CallContext& context, const std::string& table_name,
                   base::Completion<dynamo::TableDescription> done) override;
  // One page.
  void ListTables(const base::CallContext& context, const dynamo::ListTablesRequest& request,
                  base::Completion<dynamo::ListTablesResponse> done) override;
  // Repeated freely.
  void TagResource(const base::CallContext& context, const dynamo::TagResourceRequest& request,
                   base::Completion<base::Unit> done) override;
  // Repeated freely.
  void UntagResource(const base::CallContext& context, const dynamo::UntagResourceRequest& request,
                     base::Completion<base::Unit> done) override;
  // Follows NextToken to the last page; tags come sorted.
  void ListTagsOfResource(const base::CallContext& context, const std::string& resource_arn,
                          base::Completion<dynamo::ListTagsOfResourceResponse> done) override;
  // As the endpoint has it.
  void DescribeTimeToLive(const base::CallContext& context, const std::string& table_name,
                          base::Completion<dynamo::TimeToLiveDescription> done) override;
  // As the endpoint has it.
  void DescribeContinuousBackups(
      const base::CallContext& context, const std::string& table_name,
      base::Completion<dynamo::ContinuousBackupsDescription> done) override;
  // As the endpoint has it.
  void DescribeLimits(const base::CallContext& context,
                      base::Completion<dynamo::AccountLimits> done) override;

  // The region for AWS, else the URL.
  std::string Location() const override;

 private:
  explicit RemoteDynamo(ClientOptions options);

  std::unique_ptr<KeySchemaCache> schemas_;
  // Last, so that it is destroyed first: its threads may use what stands above.
  std::unique_ptr<Client> client_;
};

}  // namespace stator::remote
