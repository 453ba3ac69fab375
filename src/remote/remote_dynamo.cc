#include "remote/remote_dynamo.h"

#include <algorithm>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "remote/many_reads.h"
#include "remote/many_writes.h"
#include "remote/typed_call.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::remote {
namespace {

// Calls that one PutMany has under way at a time.
constexpr int kParallelWrites = 16;

using base::CallContext;
using base::Completion;
using wire::Operation;

// Whether a write answers differently when it is repeated after having been done once.
template <typename Request>
bool IsConditional(const Request& request) {
  return !request.condition_expression.empty() ||
         request.return_values != dynamo::ReturnValues::kNone;
}

template <typename Response, typename Request>
void Run(Client& client, Operation operation, const CallContext& context, std::string subject,
         bool conditional, void (*encode)(const Request&, std::string&), const Request& request,
         DecodeAnswer<Response> decode, Completion<Response> done) {
  client.Send(MakeCall(operation, context, std::move(subject), conditional, encode, request),
              Decoding<Response>(operation, decode, std::move(done)));
}

void EncodeName(const std::string& table_name, std::string& out) {
  wire::EncodeTableNameRequest(table_name, out);
}

// Answers that carry nothing: their bodies are empty, or not looked at.
base::Result<base::Unit> DecodeNothing(wire::JsonReader&, std::string_view) { return base::Unit{}; }

void EncodeNothing(const base::Unit&, std::string& out) { out += "{}"; }

// Follows ListTagsOfResource from page to page.
class TagPages : public std::enable_shared_from_this<TagPages> {
 public:
  TagPages(Client& client, const CallContext& context, std::string arn,
           Completion<dynamo::ListTagsOfResourceResponse> done)
      : client_(client), context_(context), arn_(std::move(arn)), done_(std::move(done)) {}

  void Ask(const std::string& token) {
    Call call{Operation::kListTagsOfResource, arn_, {}, true, context_};
    wire::EncodeListTagsOfResourceRequest(arn_, token, call.body);
    Completion<wire::TagsPage> next = [self = shared_from_this()](auto page) {
      if (!page.ok()) return self->done_(page.error());
      self->Add(*std::move(page));
    };
    client_.Send(std::move(call),
                 Decoding<wire::TagsPage>(Operation::kListTagsOfResource,
                                          wire::DecodeListTagsOfResourceResponse, std::move(next)));
  }

 private:
  void Add(wire::TagsPage page) {
    auto& tags = response_.tags;
    tags.insert(tags.end(), page.tags.begin(), page.tags.end());
    if (!page.next_token.empty()) return Ask(page.next_token);
    std::ranges::sort(tags, {}, &dynamo::Tag::key);
    done_(std::move(response_));
  }

  Client& client_;
  const CallContext context_;
  const std::string arn_;
  Completion<dynamo::ListTagsOfResourceResponse> done_;
  dynamo::ListTagsOfResourceResponse response_;
};

std::shared_ptr<CredentialsProvider> ProviderOf(const RemoteOptions& options) {
  if (!options.keys.access_key_id.empty()) return StaticCredentials(options.keys);
  if (options.credentials != nullptr) return options.credentials;
  return EnvironmentCredentials(options.environment);
}

base::Status CheckBounds(const CallOptions& calls) {
  if (calls.keys_per_call < 1 || calls.keys_per_call > dynamo::kBatchGetKeysMax) {
    return dynamo::ValidationError("A BatchGetItem takes 1 to " +
                                   std::to_string(dynamo::kBatchGetKeysMax) + " keys, not " +
                                   std::to_string(calls.keys_per_call));
  }
  if (calls.parallel_reads < 1 || calls.connections_max < 1 || calls.attempts_max.value_or(1) < 1) {
    return dynamo::ValidationError(
        "A store needs at least one call at a time, one connection and one try");
  }
  return base::OkStatus();
}

}  // namespace

base::Result<std::unique_ptr<RemoteDynamo>> RemoteDynamo::Open(const RemoteOptions& options) {
  STATOR_RETURN_IF_ERROR(CheckBounds(options.calls));
  ClientOptions client;
  const auto region = ResolveRegion(options.region, options.environment);
  STATOR_ASSIGN_OR_RETURN(
      client.endpoint,
      ResolveEndpoint(options.endpoint_url, region.value_or(""), options.environment));
  // An endpoint of one's own takes any region; AWS's "local" signs as us-east-1.
  client.region = region.value_or("us-east-1");
  if (client.region == "local") client.region = "us-east-1";
  client.credentials = ProviderOf(options);
  client.ca_bundle = !options.ca_bundle.empty() ? options.ca_bundle
                                                : options.environment("AWS_CA_BUNDLE").value_or("");
  client.lanes = std::max(options.io_threads, 1);
  client.calls = options.calls;
  client.clock = options.clock;
  return std::unique_ptr<RemoteDynamo>(new RemoteDynamo(std::move(client)));
}

RemoteDynamo::RemoteDynamo(ClientOptions options)
    : schemas_(std::make_unique<KeySchemaCache>()),
      client_(std::make_unique<Client>(std::move(options))) {}

RemoteDynamo::~RemoteDynamo() = default;

std::string RemoteDynamo::Location() const {
  const auto& options = client_->options();
  return options.endpoint.host.ends_with("amazonaws.com") ? options.region : options.endpoint.Url();
}

void RemoteDynamo::GetItem(const CallContext& context, const dynamo::GetItemRequest& request,
                           Completion<dynamo::GetItemResponse> done) {
  Run(*client_, Operation::kGetItem, context, request.table_name, false, wire::EncodeGetItemRequest,
      request, wire::DecodeGetItemResponse, std::move(done));
}

void RemoteDynamo::PutItem(const CallContext& context, const dynamo::PutItemRequest& request,
                           Completion<dynamo::PutItemResponse> done) {
  Run(*client_, Operation::kPutItem, context, request.table_name, IsConditional(request),
      wire::EncodePutItemRequest, request, wire::DecodeWriteItemResponse, std::move(done));
}

void RemoteDynamo::UpdateItem(const CallContext& context, const dynamo::UpdateItemRequest& request,
                              Completion<dynamo::UpdateItemResponse> done) {
  Run(*client_, Operation::kUpdateItem, context, request.table_name, true,
      wire::EncodeUpdateItemRequest, request, wire::DecodeWriteItemResponse, std::move(done));
}

void RemoteDynamo::DeleteItem(const CallContext& context, const dynamo::DeleteItemRequest& request,
                              Completion<dynamo::DeleteItemResponse> done) {
  Run(*client_, Operation::kDeleteItem, context, request.table_name, IsConditional(request),
      wire::EncodeDeleteItemRequest, request, wire::DecodeWriteItemResponse, std::move(done));
}

void RemoteDynamo::Query(const CallContext& context, const dynamo::QueryRequest& request,
                         Completion<dynamo::QueryResponse> done) {
  Run(*client_, Operation::kQuery, context, request.table_name, false, wire::EncodeQueryRequest,
      request, wire::DecodeReadPageResponse, std::move(done));
}

void RemoteDynamo::Scan(const CallContext& context, const dynamo::ScanRequest& request,
                        Completion<dynamo::ScanResponse> done) {
  Run(*client_, Operation::kScan, context, request.table_name, false, wire::EncodeScanRequest,
      request, wire::DecodeReadPageResponse, std::move(done));
}

void RemoteDynamo::BatchGetItem(const CallContext& context,
                                const dynamo::BatchGetItemRequest& request,
                                Completion<dynamo::BatchGetItemResponse> done) {
  Run(*client_, Operation::kBatchGetItem, context, "", false, wire::EncodeBatchGetItemRequest,
      request, wire::DecodeBatchGetItemResponse, std::move(done));
}

void RemoteDynamo::BatchWriteItem(const CallContext& context,
                                  const dynamo::BatchWriteItemRequest& request,
                                  Completion<dynamo::BatchWriteItemResponse> done) {
  Run(*client_, Operation::kBatchWriteItem, context, "", false, wire::EncodeBatchWriteItemRequest,
      request, wire::DecodeBatchWriteItemResponse, std::move(done));
}

void RemoteDynamo::GetMany(const CallContext& context, const dynamo::ReadManyRequest& request,
                           Completion<dynamo::ReadManyResponse> done) {
  const auto lane = client_->PickLane();
  if (!lane.ok()) return done(lane.error());
  auto reads = std::make_shared<ManyReads>(*client_, **lane, context, request, std::move(done));
  (*lane)->Post([reads = std::move(reads)] { reads->Begin(); });
}

void RemoteDynamo::PutMany(const CallContext& context, const dynamo::WriteManyRequest& request,
                           Completion<dynamo::WriteManyResponse> done) {
  const auto lane = client_->PickLane();
  if (!lane.ok()) return done(lane.error());
  auto writes = std::make_shared<ManyWrites>(*client_, **lane, *schemas_, context, request,
                                             kParallelWrites, std::move(done));
  (*lane)->Post([writes = std::move(writes)] { writes->Begin(); });
}

void RemoteDynamo::CreateTable(const CallContext& context,
                               const dynamo::CreateTableRequest& request,
                               Completion<dynamo::TableDescription> done) {
  schemas_->Forget(request.table_name);
  Run(*client_, Operation::kCreateTable, context, request.table_name, true,
      wire::EncodeCreateTableRequest, request, wire::DecodeTableDescriptionResponse,
      std::move(done));
}

void RemoteDynamo::DescribeTable(const CallContext& context, const std::string& table_name,
                                 Completion<dynamo::TableDescription> done) {
  Run(*client_, Operation::kDescribeTable, context, table_name, false, EncodeName, table_name,
      wire::DecodeTableDescriptionResponse, std::move(done));
}

void RemoteDynamo::DeleteTable(const CallContext& context, const std::string& table_name,
                               Completion<dynamo::TableDescription> done) {
  schemas_->Forget(table_name);
  Run(*client_, Operation::kDeleteTable, context, table_name, true, EncodeName, table_name,
      wire::DecodeTableDescriptionResponse, std::move(done));
}

void RemoteDynamo::ListTables(const CallContext& context, const dynamo::ListTablesRequest& request,
                              Completion<dynamo::ListTablesResponse> done) {
  Run(*client_, Operation::kListTables, context, "", false, wire::EncodeListTablesRequest, request,
      wire::DecodeListTablesResponse, std::move(done));
}

void RemoteDynamo::TagResource(const CallContext& context,
                               const dynamo::TagResourceRequest& request,
                               Completion<base::Unit> done) {
  Run(*client_, Operation::kTagResource, context, request.resource_arn, false,
      wire::EncodeTagResourceRequest, request, DecodeNothing, std::move(done));
}

void RemoteDynamo::UntagResource(const CallContext& context,
                                 const dynamo::UntagResourceRequest& request,
                                 Completion<base::Unit> done) {
  Run(*client_, Operation::kUntagResource, context, request.resource_arn, false,
      wire::EncodeUntagResourceRequest, request, DecodeNothing, std::move(done));
}

void RemoteDynamo::ListTagsOfResource(const CallContext& context, const std::string& resource_arn,
                                      Completion<dynamo::ListTagsOfResourceResponse> done) {
  std::make_shared<TagPages>(*client_, context, resource_arn, std::move(done))->Ask("");
}

void RemoteDynamo::DescribeTimeToLive(const CallContext& context, const std::string& table_name,
                                      Completion<dynamo::TimeToLiveDescription> done) {
  Run(*client_, Operation::kDescribeTimeToLive, context, table_name, false, EncodeName, table_name,
      wire::DecodeDescribeTimeToLiveResponse, std::move(done));
}

void RemoteDynamo::DescribeContinuousBackups(
    const CallContext& context, const std::string& table_name,
    Completion<dynamo::ContinuousBackupsDescription> done) {
  Run(*client_, Operation::kDescribeContinuousBackups, context, table_name, false, EncodeName,
      table_name, wire::DecodeDescribeContinuousBackupsResponse, std::move(done));
}

void RemoteDynamo::DescribeLimits(const CallContext& context,
                                  Completion<dynamo::AccountLimits> done) {
  Run(*client_, Operation::kDescribeLimits, context, "", false, EncodeNothing, base::Unit{},
      wire::DecodeDescribeLimitsResponse, std::move(done));
}

}  // namespace stator::remote
