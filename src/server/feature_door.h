// The features door: Feast's HTTP API of its feature server, port 6566.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "base/metrics.h"
#include "dynamo/dynamo.h"
#include "features/online_reader.h"
#include "features/registry.h"
#include "server/feature_write_request.h"
#include "server/http.h"
#include "server/module.h"

namespace stator::server {

// Counts the requests of one endpoint under Feast's own metric names, so that dashboards made for
// its server go on working: feast_feature_server_request_total{endpoint,status} and
// feast_feature_server_request_latency_seconds{endpoint}. Thread-safe.
class FeatureEndpointMetrics {
 public:
  // `metrics` must outlive this. The series are made here, so that they read 0 before the first
  // request.
  FeatureEndpointMetrics(base::MetricsRegistry& metrics, const std::string& endpoint);
  // One answer with its duration, from the whole request to the answer handed over; the time that
  // sending takes is the server's.
  void Record(int status, std::chrono::microseconds duration) const;

 private:
  // The statuses that Feast answers with; any other one counts as the last.
  static constexpr std::array<int, 4> kStatuses = {200, 404, 422, 500};
  std::array<base::Counter*, kStatuses.size()> counters_;
  base::Histogram* latency_;
};

// Answers POST /get-online-features, /push, /write-to-online-store and GET /health (200, or 503
// without a registry). Everything else is 404 or 405, as FastAPI says it.
class FeatureDoor final : public Door {
 public:
  // Serves the repo of `config` from `store`, which must outlive this. The registry is read by the
  // first request, and again when its file changes.
  FeatureDoor(features::RepoConfig config, dynamo::Store& store, base::MetricsRegistry& metrics);

  // Answers one request. Reads wait at most base::Deadline::kDefault.
  void Handle(const HttpRequest& request, HttpCompletion done) override;
  // Whether the registry can be read: the error says how to make one.
  base::Status Ready() const override;

 private:
  void GetOnlineFeatures(const HttpRequest& request, HttpCompletion done);
  void WriteRows(const HttpRequest& request, bool push, HttpCompletion done);
  base::Status PrepareWrites(const WriteRequestBody& body, bool push,
                             dynamo::WriteManyRequest& writes) const;

  mutable features::Registry registry_;
  const features::OnlineReader reader_;
  dynamo::Store& store_;
  const FeatureEndpointMetrics online_metrics_;
  const FeatureEndpointMetrics push_metrics_;
  const FeatureEndpointMetrics write_metrics_;
};

// The door of a process that found no feature repo: it stays open, so that a client learns what is
// missing instead of a refused connection.
class ClosedFeatureDoor final : public Door {
 public:
  // `reason` is what loading the configuration said.
  explicit ClosedFeatureDoor(base::Error reason) : reason_(std::move(reason)) {}
  // 503 with the reason, whatever was asked.
  void Handle(const HttpRequest& request, HttpCompletion done) override;
  // The reason: not ready. An operator sees it in the admin door's /ready, beside those of other
  // doors.
  base::Status Ready() const override { return reason_; }

 private:
  const base::Error reason_;
};

}  // namespace stator::server
