#include "server/dynamo_handler.h"

#include <array>
#include <charconv>
#include <cstring>
#include <random>
#include <utility>

#include "base/log.h"
#include "wire/crc32.h"
#include "wire/error_body.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::server {
namespace {

using base::Result;
using wire::JsonReader;
using wire::Operation;

static_assert(kHttpBodyPaddingBytes >= wire::kBodyPaddingBytes);

// Room for the answer to a small item, so that it is not copied while it grows.
constexpr std::size_t kAnswerBytes = 1536;

// The headers of every answer, and what they take with their values.
constexpr std::string_view kRequestIdHeader = "x-amzn-RequestId: ";
constexpr std::string_view kCrcHeader = "\r\nx-amz-crc32: ";
constexpr std::size_t kCrcDigitsMax = 10;
constexpr std::size_t kHeaderBytes =
    kRequestIdHeader.size() + wire::kRequestIdLength + kCrcHeader.size() + kCrcDigitsMax + 2;

// What AWS lets scripts of other origins read. [captured on AWS]
constexpr std::string_view kExposedHeaders =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-crc32,Date,Content-Length";
constexpr std::string_view kPreflightSeconds = "172800";

HttpResponse PlainText(int status, std::string body) {
  return {.status = status, .content_type = "text/plain", .headers = "", .body = std::move(body)};
}

HttpResponse Health(const HttpRequest& request) {
  return PlainText(200, "healthy: " + std::string(request.Header("Host")));
}

HttpResponse Preflight(const HttpRequest& request) {
  HttpResponse response;
  response.content_type = "";
  response.AddHeader("Access-Control-Allow-Origin", "*");
  response.AddHeader("Access-Control-Allow-Headers",
                     request.Header("Access-Control-Request-Headers"));
  response.AddHeader("Access-Control-Allow-Methods",
                     request.Header("Access-Control-Request-Method"));
  response.AddHeader("Access-Control-Max-Age", kPreflightSeconds);
  return response;
}

void AddCors(HttpResponse& response) {
  response.AddHeader("Access-Control-Allow-Origin", "*");
  response.AddHeader("Access-Control-Expose-Headers", kExposedHeaders);
}

// Scans give way to everything else.
base::Priority PriorityOf(Operation operation) {
  return operation == Operation::kScan ? base::Priority::kBackground : base::Priority::kServing;
}

}  // namespace

// From the header line to the answer. Completes `done` exactly once, through Finish or Fail.
struct DynamoHandler::Call {
  Call(const HttpRequest& request, HttpCompletion done_in, const wire::RequestId& id,
       base::MonotonicTime now)
      : done(std::move(done_in)), request_id(id), start(now) {
    context.deadline = base::Deadline(now + base::Deadline::kDefault);
    context.completions = request.completions;
    cors = !request.Header("Origin").empty();
    if (request.spare != nullptr) answer = std::move(*request.spare);
  }

  // Answers what stands in `answer`.
  void Finish() {
    answer.content_type = wire::kContentType;
    AddHeaders();
    if (cors) AddCors(answer);
    if (meter != nullptr) {
      const auto taken = std::chrono::steady_clock::now() - start;
      meter->seconds->Record(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(taken).count()));
    }
    done(std::move(answer));
  }

  // What every answer has; written in place, since pieces appended one by one cost more.
  void AddHeaders() {
    const auto put = [](char* to, std::string_view text) {
      std::memcpy(to, text.data(), text.size());
      return to + text.size();
    };
    std::array<char, kHeaderBytes> text;
    char* to = put(text.data(), kRequestIdHeader);
    to = put(to, wire::View(request_id));
    to = put(to, kCrcHeader);
    to = std::to_chars(to, to + kCrcDigitsMax, wire::Crc32(answer.body)).ptr;
    to = put(to, "\r\n");
    answer.headers.assign(text.data(), to);
  }

  void Fail(const base::Error& error) {
    answer.status = wire::EncodeError(error, answer.body);
    if (meter != nullptr) meter->errors->Add();
    if (answer.status >= 500) {
      base::Log(base::LogLevel::kError, "a DynamoDB request failed",
                {{"operation", std::string(wire::OperationName(operation))},
                 {"error", error.ToString()},
                 {"request_id", std::string(wire::View(request_id))}});
    } else if (base::LogEnabled(base::LogLevel::kDebug)) {
      base::Log(base::LogLevel::kDebug, "a DynamoDB request was refused",
                {{"error", error.ToString()}, {"request_id", std::string(wire::View(request_id))}});
    }
    Finish();
  }

  HttpCompletion done;
  HttpResponse answer;
  Operation operation = Operation::kGetItem;
  bool cors = false;
  Meter* meter = nullptr;
  const wire::RequestId request_id;
  const base::MonotonicTime start;
  // Its default would read the clock.
  base::CallContext context{.deadline = base::Deadline(base::MonotonicTime())};
};

namespace {

using CallPointer = std::unique_ptr<DynamoHandler::Call>;

// Calls `method` of the store with the decoded request and answers what `encode(response, body)`
// writes.
template <typename Plane, typename Request, typename Response, typename Encode>
void Forward(CallPointer call, Plane& store,
             void (Plane::*method)(const base::CallContext&, const Request&,
                                   base::Completion<Response>),
             const Result<Request>& request, Encode encode) {
  if (!request.ok()) return call->Fail(request.error());
  const base::CallContext context = call->context;
  (store.*method)(context, *request,
                  [call = std::move(call), encode](Result<Response> response) mutable {
                    if (!response.ok()) return call->Fail(response.error());
                    call->answer.body.reserve(kAnswerBytes);
                    encode(*response, call->answer.body);
                    call->Finish();
                  });
}

void EncodeNothing(const base::Unit&, std::string&) {}

}  // namespace

DynamoHandler::DynamoHandler(dynamo::Store& store, base::MetricsRegistry& metrics) : store_(store) {
  for (int i = 0; i < wire::kOperationCount; ++i) {
    const base::Labels labels = {
        {"operation", std::string(wire::OperationName(static_cast<Operation>(i)))}};
    meters_[static_cast<std::size_t>(i)] = {
        metrics.GetCounter("stator_dynamodb_requests_total",
                           "Requests at the DynamoDB door, by operation.", labels),
        metrics.GetCounter("stator_dynamodb_errors_total",
                           "Requests at the DynamoDB door that were answered with an error.",
                           labels),
        metrics.GetHistogram("stator_dynamodb_request_seconds",
                             "Time from a whole request to its answer.", labels)};
  }
  unknown_ = metrics.GetCounter("stator_dynamodb_unknown_operations_total",
                                "Requests at the DynamoDB door that name no known operation.");
}

DynamoHandler::~DynamoHandler() {
  for (DecoderSlot& slot : free_decoders_) delete slot.decoder.load();
}

void DynamoHandler::Handle(const HttpRequest& request, HttpCompletion done) {
  if (request.method == "POST" && request.path == "/")
    return HandleOperation(request, std::move(done));
  if (request.method == "OPTIONS") return done(Preflight(request));
  if (request.path != "/")
    return done(PlainText(404, "Nothing here; DynamoDB requests are POST /.\n"));
  if (request.method == "GET" || request.method == "HEAD") return done(Health(request));
  HttpResponse response = PlainText(405, "DynamoDB requests are POST /.\n");
  response.AddHeader("Allow", "POST, GET, OPTIONS");
  done(std::move(response));
}

void DynamoHandler::HandleOperation(const HttpRequest& request, HttpCompletion done) {
  std::unique_ptr<Decoder> decoder = TakeDecoder(request.thread);
  auto call = std::make_unique<Call>(request, std::move(done), decoder->ids.Next(),
                                     std::chrono::steady_clock::now());
  const Result<Operation> operation = wire::ParseTarget(request.Header("X-Amz-Target"));
  if (!operation.ok()) {
    unknown_->Add();
    call->Fail(operation.error());
  } else {
    call->operation = *operation;
    call->meter = &meters_[static_cast<std::size_t>(*operation)];
    call->meter->requests->Add();
    call->context.priority = PriorityOf(*operation);
    call->context.trace = decoder->next_trace++;
    Dispatch(std::move(call), decoder->reader, request.body);
  }
  GiveDecoder(request.thread, std::move(decoder));
}

void DynamoHandler::Dispatch(CallPointer call, JsonReader& reader, std::string_view body) {
  using dynamo::Dynamo;
  Dynamo& items = store_;
  const auto page = [](dynamo::Select select) {
    return [select](const dynamo::ReadPageResponse& response, std::string& out) {
      wire::EncodeReadPageResponse(response, select, out);
    };
  };
  switch (call->operation) {
    case Operation::kGetItem:
      return Forward(std::move(call), items, &Dynamo::GetItem,
                     wire::DecodeGetItemRequest(reader, body), wire::EncodeGetItemResponse);
    case Operation::kPutItem:
      return Forward(std::move(call), items, &Dynamo::PutItem,
                     wire::DecodePutItemRequest(reader, body), wire::EncodeWriteItemResponse);
    case Operation::kUpdateItem:
      return Forward(std::move(call), items, &Dynamo::UpdateItem,
                     wire::DecodeUpdateItemRequest(reader, body), wire::EncodeWriteItemResponse);
    case Operation::kDeleteItem:
      return Forward(std::move(call), items, &Dynamo::DeleteItem,
                     wire::DecodeDeleteItemRequest(reader, body), wire::EncodeWriteItemResponse);
    case Operation::kQuery: {
      const auto request = wire::DecodeQueryRequest(reader, body);
      const auto select = request.ok() ? request->select : dynamo::Select::kDefault;
      return Forward(std::move(call), items, &Dynamo::Query, request, page(select));
    }
    case Operation::kScan: {
      const auto request = wire::DecodeScanRequest(reader, body);
      const auto select = request.ok() ? request->select : dynamo::Select::kDefault;
      return Forward(std::move(call), items, &Dynamo::Scan, request, page(select));
    }
    case Operation::kBatchGetItem:
      return Forward(std::move(call), items, &Dynamo::BatchGetItem,
                     wire::DecodeBatchGetItemRequest(reader, body),
                     wire::EncodeBatchGetItemResponse);
    case Operation::kBatchWriteItem:
      return Forward(std::move(call), items, &Dynamo::BatchWriteItem,
                     wire::DecodeBatchWriteItemRequest(reader, body),
                     wire::EncodeBatchWriteItemResponse);
    default: return DispatchTables(std::move(call), reader, body);
  }
}

void DynamoHandler::DispatchTables(CallPointer call, JsonReader& reader, std::string_view body) {
  using dynamo::DynamoTables;
  DynamoTables& tables = store_;
  switch (call->operation) {
    case Operation::kCreateTable:
      return Forward(std::move(call), tables, &DynamoTables::CreateTable,
                     wire::DecodeCreateTableRequest(reader, body),
                     wire::EncodeTableDescriptionResponse);
    case Operation::kDescribeTable:
      return Forward(std::move(call), tables, &DynamoTables::DescribeTable,
                     wire::DecodeTableNameRequest(reader, body), wire::EncodeDescribeTableResponse);
    case Operation::kDeleteTable:
      return Forward(std::move(call), tables, &DynamoTables::DeleteTable,
                     wire::DecodeTableNameRequest(reader, body),
                     wire::EncodeTableDescriptionResponse);
    case Operation::kListTables:
      return Forward(std::move(call), tables, &DynamoTables::ListTables,
                     wire::DecodeListTablesRequest(reader, body), wire::EncodeListTablesResponse);
    case Operation::kTagResource:
      return Forward(std::move(call), tables, &DynamoTables::TagResource,
                     wire::DecodeTagResourceRequest(reader, body), EncodeNothing);
    case Operation::kUntagResource:
      return Forward(std::move(call), tables, &DynamoTables::UntagResource,
                     wire::DecodeUntagResourceRequest(reader, body), EncodeNothing);
    case Operation::kListTagsOfResource:
      return Forward(std::move(call), tables, &DynamoTables::ListTagsOfResource,
                     wire::DecodeListTagsOfResourceRequest(reader, body),
                     wire::EncodeListTagsOfResourceResponse);
    case Operation::kDescribeTimeToLive:
      return Forward(std::move(call), tables, &DynamoTables::DescribeTimeToLive,
                     wire::DecodeTableNameRequest(reader, body),
                     wire::EncodeDescribeTimeToLiveResponse);
    case Operation::kDescribeContinuousBackups:
      return Forward(std::move(call), tables, &DynamoTables::DescribeContinuousBackups,
                     wire::DecodeTableNameRequest(reader, body),
                     wire::EncodeDescribeContinuousBackupsResponse);
    default: {
      const base::Status empty = wire::DecodeEmptyRequest(reader, body);
      if (!empty.ok()) return call->Fail(empty.error());
      const base::CallContext context = call->context;
      tables.DescribeLimits(context,
                            [call = std::move(call)](Result<dynamo::AccountLimits> limits) mutable {
                              if (!limits.ok()) return call->Fail(limits.error());
                              wire::EncodeDescribeLimitsResponse(*limits, call->answer.body);
                              call->Finish();
                            });
    }
  }
}

std::unique_ptr<DynamoHandler::Decoder> DynamoHandler::TakeDecoder(std::size_t thread) {
  auto& slot = free_decoders_[thread % free_decoders_.size()].decoder;
  if (Decoder* const decoder = slot.exchange(nullptr, std::memory_order_acquire))
    return std::unique_ptr<Decoder>(decoder);
  constexpr int kTraceBits = 40;
  std::random_device random;
  return std::make_unique<Decoder>((std::uint64_t{random()} << 32) | random(),
                                   (decoders_.fetch_add(1) << kTraceBits) + 1);
}

void DynamoHandler::GiveDecoder(std::size_t thread, std::unique_ptr<Decoder> decoder) {
  auto& slot = free_decoders_[thread % free_decoders_.size()].decoder;
  decoder.reset(slot.exchange(decoder.release(), std::memory_order_acq_rel));
}

}  // namespace stator::server
