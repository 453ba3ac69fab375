#include "server/feature_door.h"

#include <algorithm>

#include "base/clock.h"
#include "features/online_json.h"
#include "server/feature_errors.h"
#include "server/feature_request.h"

namespace stator::server {
namespace {

constexpr std::string_view kOnlinePath = "/get-online-features";

HttpResponse EmptyResponse(int status) {
  HttpResponse response;
  response.status = status;
  response.content_type = "";
  return response;
}

}  // namespace

FeatureEndpointMetrics::FeatureEndpointMetrics(base::MetricsRegistry& metrics,
                                               const std::string& endpoint) {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    counters_[i] =
        metrics.GetCounter("feast_feature_server_request_total", "Requests of the feature server.",
                           {{"endpoint", endpoint}, {"status", std::to_string(kStatuses[i])}});
  }
  latency_ =
      metrics.GetHistogram("feast_feature_server_request_latency_seconds",
                           "Time from a whole request to its answer.", {{"endpoint", endpoint}});
}

void FeatureEndpointMetrics::Record(int status, std::chrono::microseconds duration) const {
  const auto found = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  counters_[static_cast<std::size_t>(found - kStatuses.begin())]->Add();
  latency_->Record(static_cast<std::uint64_t>(duration.count()));
}

FeatureDoor::FeatureDoor(features::RepoConfig config, dynamo::Store& store,
                         base::MetricsRegistry& metrics)
    : registry_(std::move(config), base::SystemClock()),
      reader_(store, registry_.config()),
      online_metrics_(metrics, std::string(kOnlinePath)) {}

base::Status FeatureDoor::Ready() const {
  const auto current = registry_.Current();
  return current.ok() ? base::OkStatus() : base::Status(current.error());
}

void FeatureDoor::Handle(const HttpRequest& request, HttpCompletion done) {
  const bool health = request.path == "/health";
  if (!health && request.path != kOnlinePath) return done(DetailResponse(404, "Not Found"));
  if (request.method != (health ? "GET" : "POST"))
    return done(DetailResponse(405, "Method Not Allowed"));
  if (health) return done(EmptyResponse(Ready().ok() ? 200 : 503));
  GetOnlineFeatures(request, std::move(done));
}

void FeatureDoor::GetOnlineFeatures(const HttpRequest& request, HttpCompletion done) {
  const auto started = std::chrono::steady_clock::now();
  auto finish = [this, started, done = std::move(done)](HttpResponse response) mutable {
    const auto spent = std::chrono::steady_clock::now() - started;
    online_metrics_.Record(response.status,
                           std::chrono::duration_cast<std::chrono::microseconds>(spent));
    done(std::move(response));
  };
  auto parsed = ParseOnlineRequest(request.body);
  if (auto* fault = std::get_if<HttpResponse>(&parsed)) return finish(std::move(*fault));
  const auto plans = registry_.Current();
  if (!plans.ok()) return finish(FeatureErrorResponse(plans.error()));
  reader_.Read(base::CallContext(), **plans, std::move(std::get<features::OnlineRequest>(parsed)),
               [finish = std::move(finish)](
                   base::Result<std::unique_ptr<features::OnlineResponse>> read) mutable {
                 if (!read.ok()) return finish(FeatureErrorResponse(read.error()));
                 HttpResponse response;
                 features::AppendOnlineJson(response.body, **read);
                 finish(std::move(response));
               });
}

void ClosedFeatureDoor::Handle(const HttpRequest&, HttpCompletion done) {
  HttpResponse response = FeatureErrorResponse(reason_);
  response.status = 503;
  done(std::move(response));
}

}  // namespace stator::server
