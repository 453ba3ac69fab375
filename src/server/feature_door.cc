#include "server/feature_door.h"

#include <algorithm>

#include "base/clock.h"
#include "features/online_json.h"
#include "features/online_writer.h"
#include "server/feature_errors.h"
#include "server/feature_request.h"

namespace stator::server {
namespace {

constexpr std::string_view kOnlinePath = "/get-online-features";
constexpr std::string_view kPushPath = "/push";
constexpr std::string_view kWritePath = "/write-to-online-store";

HttpResponse EmptyResponse(int status) {
  HttpResponse response;
  response.status = status;
  response.content_type = "";
  return response;
}

// Feast answers a push with nothing, and a write with null.
HttpResponse WrittenResponse(bool push) {
  HttpResponse response = EmptyResponse(200);
  if (push) return response;
  response.content_type = "application/json";
  response.body = "null";
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
      store_(store),
      online_metrics_(metrics, std::string(kOnlinePath)),
      push_metrics_(metrics, std::string(kPushPath)),
      write_metrics_(metrics, std::string(kWritePath)) {}

base::Status FeatureDoor::Ready() const {
  const auto current = registry_.Current();
  return current.ok() ? base::OkStatus() : base::Status(current.error());
}

void FeatureDoor::Handle(const HttpRequest& request, HttpCompletion done) {
  const bool health = request.path == "/health";
  const bool push = request.path == kPushPath;
  const bool online = request.path == kOnlinePath;
  if (!health && !push && !online && request.path != kWritePath)
    return done(DetailResponse(404, "Not Found"));
  if (request.method != (health ? "GET" : "POST"))
    return done(DetailResponse(405, "Method Not Allowed"));
  if (health) return done(EmptyResponse(Ready().ok() ? 200 : 503));
  const FeatureEndpointMetrics& metrics = online ? online_metrics_
                                          : push ? push_metrics_
                                                 : write_metrics_;
  const auto started = std::chrono::steady_clock::now();
  HttpCompletion counted = [&metrics, started,
                            done = std::move(done)](HttpResponse response) mutable {
    const auto spent = std::chrono::steady_clock::now() - started;
    metrics.Record(response.status, std::chrono::duration_cast<std::chrono::microseconds>(spent));
    done(std::move(response));
  };
  if (online) return GetOnlineFeatures(request, std::move(counted));
  WriteRows(request, push, std::move(counted));
}

void FeatureDoor::GetOnlineFeatures(const HttpRequest& request, HttpCompletion done) {
  auto parsed = ParseOnlineRequest(request.body);
  if (auto* fault = std::get_if<HttpResponse>(&parsed)) return done(std::move(*fault));
  const auto plans = registry_.Current();
  if (!plans.ok()) return done(FeatureErrorResponse(plans.error()));
  reader_.Read(base::CallContext(), **plans, std::move(std::get<features::OnlineRequest>(parsed)),
               [done = std::move(done)](
                   base::Result<std::unique_ptr<features::OnlineResponse>> read) mutable {
                 if (!read.ok()) return done(FeatureErrorResponse(read.error()));
                 HttpResponse response;
                 features::AppendOnlineJson(response.body, **read);
                 done(std::move(response));
               });
}

base::Status FeatureDoor::PrepareWrites(const WriteRequestBody& body, bool push,
                                        dynamo::WriteManyRequest& writes) const {
  STATOR_ASSIGN_OR_RETURN(const auto plans, registry_.Current());
  const features::RegistrySnapshot& snapshot = *plans->snapshot();
  if (!push) {
    STATOR_ASSIGN_OR_RETURN(const auto* view, features::ViewToWrite(snapshot, body.target));
    return features::MakeWrites(*view, registry_.config(), body.rows,
                                features::DuplicateRows::kLastWins, writes);
  }
  STATOR_ASSIGN_OR_RETURN(const auto views, features::ViewsOfPushSource(snapshot, body.target));
  for (const auto* view : views) {
    STATOR_RETURN_IF_ERROR(features::MakeWrites(*view, registry_.config(), body.rows,
                                                features::DuplicateRows::kNewestWins, writes));
  }
  return base::OkStatus();
}

void FeatureDoor::WriteRows(const HttpRequest& request, bool push, HttpCompletion done) {
  auto parsed = ParseWriteRequest(request.body, push);
  if (!parsed.ok()) return done(FeatureErrorResponse(parsed.error()));
  if (auto* fault = std::get_if<HttpResponse>(&*parsed)) return done(std::move(*fault));
  dynamo::WriteManyRequest writes;
  const auto prepared = PrepareWrites(std::get<WriteRequestBody>(*parsed), push, writes);
  if (!prepared.ok()) return done(FeatureErrorResponse(prepared.error()));
  if (writes.writes.empty()) return done(WrittenResponse(push));
  base::CallContext context;
  context.completions = request.completions;
  store_.PutMany(
      context, writes,
      [push, done = std::move(done)](base::Result<dynamo::WriteManyResponse> written) mutable {
        if (!written.ok()) return done(FeatureErrorResponse(written.error()));
        if (!written->failures.empty())
          return done(FeatureErrorResponse(written->failures.front().error));
        done(WrittenResponse(push));
      });
}

void ClosedFeatureDoor::Handle(const HttpRequest&, HttpCompletion done) {
  HttpResponse response = FeatureErrorResponse(reason_);
  response.status = 503;
  done(std::move(response));
}

}  // namespace stator::server
