#include "remote/client.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>

#include "dynamo/errors.h"
#include "remote/attempts.h"

namespace stator::remote {

std::optional<base::WallTime> ParseHttpDate(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

Client::Client(ClientOptions options)
    : options_(std::move(options)), host_header_(options_.endpoint.HostHeader()) {}

Client::~Client() {
  std::vector<std::unique_ptr<IoLane>> lanes;
  {
    std::lock_guard lock(mutex_);
    lanes.swap(lanes_);
  }
}

base::Status Client::StartLanes() {
  std::shared_ptr<TlsContext> tls;
  if (options_.endpoint.tls) {
    STATOR_ASSIGN_OR_RETURN(tls, MakeTlsContext(options_.ca_bundle));
  }
  // A GetMany stays on one lane, which should have a connection for each of its calls.
  const CallOptions& calls = options_.calls;
  const std::size_t count = std::clamp<std::size_t>(
      calls.connections_max / static_cast<std::size_t>(calls.parallel_reads), 1,
      static_cast<std::size_t>(options_.lanes));
  std::random_device random;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t connections =
        calls.connections_max / count + (i < calls.connections_max % count ? 1 : 0);
    lanes_.push_back(
        std::make_unique<IoLane>(options_.endpoint, tls, calls, connections, random()));
  }
  return base::OkStatus();
}

base::Result<IoLane*> Client::PickLane() {
  std::lock_guard lock(mutex_);
  if (lanes_.empty()) STATOR_RETURN_IF_ERROR(StartLanes());
  return lanes_[next_lane_.fetch_add(1, std::memory_order_relaxed) % lanes_.size()].get();
}

void Client::Send(Call call, base::Completion<Answer> done) {
  const auto lane = PickLane();
  if (!lane.ok()) return done(lane.error());
  (*lane)->Post([this, lane = *lane, call = std::move(call), done = std::move(done)]() mutable {
    Send(*lane, std::move(call), std::move(done));
  });
}

void Client::Send(IoLane& lane, Call call, base::Completion<Answer> done) {
  std::make_shared<Attempts>(*this, lane, std::move(call), std::move(done))->Begin();
}

std::shared_ptr<const signing::Signer> Client::SignerFor(const SharedCredentials& credentials) {
  std::lock_guard lock(mutex_);
  if (signer_credentials_ != credentials) {
    signer_credentials_ = credentials;
    signer_ = std::make_shared<const signing::Signer>(*credentials, options_.region);
  }
  return signer_;
}

std::string Client::Request(const signing::Signer& signer, const Call& call) const {
  const signing::HeaderView headers[] = {{"host", host_header_},
                                         {"content-type", wire::kContentType},
                                         {"x-amz-target", wire::OperationTarget(call.operation)}};
  signing::CanonicalRequest canonical;
  canonical.path = options_.endpoint.path;
  canonical.headers = headers;
  canonical.body = call.body;
  const base::WallTime now =
      options_.clock->WallNow() + std::chrono::microseconds(clock_offset_us_.load());
  const auto signature = signer.Sign(canonical, now);

  std::string out;
  out.reserve(call.body.size() + 768);
  out.append("POST ").append(options_.endpoint.path).append(" HTTP/1.1\r\nHost: ");
  out.append(host_header_).append("\r\nContent-Type: ").append(wire::kContentType);
  out.append("\r\nX-Amz-Target: ").append(wire::OperationTarget(call.operation));
  out.append("\r\nX-Amz-Date: ").append(signature.x_amz_date);
  if (!signer.credentials().session_token.empty()) {
    out.append("\r\nX-Amz-Security-Token: ").append(signer.credentials().session_token);
  }
  out.append("\r\nAuthorization: ").append(signature.authorization);
  out.append("\r\nContent-Length: ").append(std::to_string(call.body.size()));
  out.append("\r\nUser-Agent: stator\r\n\r\n").append(call.body);
  return out;
}

}  // namespace stator::remote
