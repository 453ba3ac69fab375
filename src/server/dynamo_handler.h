// The DynamoDB door: the wire protocol of the AWS SDKs over HTTP, on a store.
//
// `POST /` with X-Amz-Target is an operation; `GET /` is the health check that load balancers and
// AWS's own tools make; `OPTIONS` is a browser's preflight. Any credentials are accepted and no
// signature is checked: the door listens on loopback unless told otherwise.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/metrics.h"
#include "dynamo/dynamo.h"
#include "server/http.h"
#include "server/module.h"
#include "wire/json_reader.h"
#include "wire/operation.h"
#include "wire/request_id.h"

namespace stator::server {

// Decodes requests, calls the store, encodes its answers. Every answer to an operation carries
// x-amzn-RequestId and x-amz-crc32, errors included.
class DynamoHandler final : public Door {
 public:
  // Both references must outlive the handler.
  DynamoHandler(dynamo::Store& store, base::MetricsRegistry& metrics);
  ~DynamoHandler() override;
  // Answers on the thread on which the store completes.
  void Handle(const HttpRequest& request, HttpCompletion done) override;

  // One operation in flight; defined in the .cc.
  struct Call;

 private:
  // What decoding needs, for one thread at a time.
  struct Decoder {
    Decoder(std::uint64_t seed, base::TraceId first_trace) : ids(seed), next_trace(first_trace) {}
    wire::JsonReader reader;
    wire::RequestIdSource ids;
    // Identifies a request in the logs of all modules.
    base::TraceId next_trace;
  };
  // The decoder of an I/O thread while it is not at work: in a cache line of its own, since every
  // request takes it and puts it back.
  struct alignas(64) DecoderSlot {
    std::atomic<Decoder*> decoder{nullptr};
  };
  // Metrics of one operation; looked up once, since the registry has a lock.
  struct Meter {
    base::Counter* requests = nullptr;
    base::Counter* errors = nullptr;
    base::Histogram* seconds = nullptr;
  };

  // Reads target and body, then calls the store.
  void HandleOperation(const HttpRequest& request, HttpCompletion done);
  // Decodes the body as the operation wants it and forwards it: items here, tables below.
  void Dispatch(std::unique_ptr<Call> call, wire::JsonReader& reader, std::string_view body);
  void DispatchTables(std::unique_ptr<Call> call, wire::JsonReader& reader, std::string_view body);
  // A decoder for the calling thread, an HttpRequest::thread, until it gives it back.
  std::unique_ptr<Decoder> TakeDecoder(std::size_t thread);
  void GiveDecoder(std::size_t thread, std::unique_ptr<Decoder> decoder);

  // Where everything goes.
  dynamo::Store& store_;
  // By operation.
  std::array<Meter, wire::kOperationCount> meters_;
  // Requests whose operation is not known: they belong to no meter.
  base::Counter* unknown_;
  // Decoders made so far; no two count the same trace ids.
  std::atomic<std::uint64_t> decoders_{0};
  // By thread. Threads beyond share; who finds its slot empty makes a new decoder.
  std::array<DecoderSlot, 16> free_decoders_;
};

}  // namespace stator::server
