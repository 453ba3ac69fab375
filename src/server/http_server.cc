#include "server/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/log.h"
#include "server/http_balance.h"
#include "server/http_connection.h"
#include "server/http_worker.h"

namespace stator::server {
namespace {

using boost::asio::ip::tcp;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";
// Taken over in one go, so that a crowd of new connections does not hold up the open ones.
constexpr int kAcceptedAtOnce = 64;

base::Error ListenError(const std::string& address, int failure) {
  if (failure == EADDRINUSE) {
    return {base::ErrorKind::kConflict, kPortInUse,
            "Address " + address + " is in use by another program."};
  }
  return {base::ErrorKind::kUnavailable, kListenFailed,
          "Cannot listen on " + address + ": " + std::strerror(failure) + "."};
}

bool Set(const FileDescriptor& socket, int level, int option, int value) {
  return setsockopt(socket.number(), level, option, &value, sizeof value) == 0;
}

// A listening socket, whose options its connections inherit; none, and errno, on failure.
FileDescriptor ListenOn(const tcp::endpoint& endpoint) {
  FileDescriptor listening(
      socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (listening.number() < 0 || !Set(listening, SOL_SOCKET, SO_REUSEADDR, 1) ||
      !Set(listening, IPPROTO_TCP, TCP_NODELAY, 1))
    return {};
  if (bind(listening.number(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      listen(listening.number(), SOMAXCONN) != 0)
    return {};
  return listening;
}

// Whether accept() failed for one connection that has gone meanwhile, and not for lack of anything.
bool IsOfOneConnection(int failure) {
  return failure == ECONNABORTED || failure == EINTR || failure == EPROTO;
}

// The I/O threads, and how many of them have connections. Belongs to the first of them.
class HttpWorkers {
 public:
  HttpWorkers(HttpShared& shared, int threads)
      : shared_(shared), thread_count_(static_cast<std::size_t>(threads)) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(threads); ++i)
      all_.push_back(std::make_unique<HttpWorker>(shared, i));
  }

  HttpShared& shared() { return shared_; }
  HttpWorker& first() { return *all_[0]; }
  std::span<const std::unique_ptr<HttpWorker>> all() const { return all_; }

  // Starts the threads; on the thread that owns the server.
  void Start() {
    std::vector<clockid_t> clocks;
    for (auto& worker : all_) {
      worker->Start();
      clocks.push_back(worker->cpu_clock());
    }
    meter_.emplace(std::move(clocks));
  }

  // Gives a new connection to its thread.
  void Adopt(const HttpDoor& door, FileDescriptor socket) {
    const std::size_t serial = serial_++;
    all_[serial % thread_count_.count()]->Adopt(
        new HttpConnection(shared_, door, std::move(socket), serial));
    if (all_.size() > 1 && !std::exchange(balancing_, true)) BalanceLater();
  }

 private:
  void BalanceLater() {
    first().AtSweep([this] { Balance(); });
  }

  // Once a second while there are connections.
  void Balance() {
    const auto in_use = all().first(thread_count_.After(meter_->Measure()));
    for (auto& worker : all_) worker->Spread(in_use);
    balancing_ = shared_.connections.load() > 0;
    if (balancing_) BalanceLater();
  }

  HttpShared& shared_;
  std::vector<std::unique_ptr<HttpWorker>> all_;
  HttpThreadCount thread_count_;
  std::optional<HttpLoadMeter> meter_;
  std::size_t serial_ = 0;
  bool balancing_ = false;
};

// The listening socket of one door. Lives on the first I/O thread.
class HttpListener final : public IoWatcher {
 public:
  HttpListener(HttpDoor door, FileDescriptor socket, HttpWorkers& workers)
      : door_(door), socket_(std::move(socket)), workers_(workers) {}

  // Begins to accept; no effect after Close().
  void Start() {
    if (socket_.number() < 0) return;
    if (!workers_.first().loop().Watch(socket_.number(), kReadable, *this)) StartLater(errno);
  }
  void Close() { socket_.Close(); }

 private:
  void OnReady(Readiness) override {
    for (int i = 0; i < kAcceptedAtOnce; ++i) {
      FileDescriptor accepted(
          accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (accepted.number() >= 0) {
        Take(std::move(accepted));
      } else if (!IsOfOneConnection(errno)) {
        if (errno != EAGAIN && errno != EWOULDBLOCK) Pause(errno);
        return;
      }
    }
  }

  void Take(FileDescriptor socket) {
    const HttpShared& shared = workers_.shared();
    if (shared.connections.load() >= shared.options.connections_max) {
      door_.refused->Add();
      send(socket.number(), kTooManyConnections.data(), kTooManyConnections.size(), MSG_NOSIGNAL);
      return;
    }
    workers_.Adopt(door_, std::move(socket));
  }

  // No descriptor or no memory is left for a new connection, which would be told again and again.
  void Pause(int failure) {
    workers_.first().loop().Forget(socket_.number());
    StartLater(failure);
  }

  void StartLater(int failure) {
    base::Log(base::LogLevel::kWarning, "cannot accept a connection",
              {{"reason", std::strerror(failure)}});
    workers_.first().AtSweep([this] { Start(); });
  }

  const HttpDoor door_;
  FileDescriptor socket_;
  HttpWorkers& workers_;
};

}  // namespace

std::string HttpAddress::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, base::MetricsRegistry& metrics)
      : shared_(std::make_shared<HttpShared>(options)),
        metrics_(metrics),
        workers_(*shared_, options.threads) {
    metrics_.AddGauge(
        "stator_http_connections", "Open HTTP connections of all doors.", {},
        [shared = shared_] { return static_cast<double>(shared->connections.load()); });
  }

  base::Result<HttpAddress> Listen(std::string_view door, const std::string& host,
                                   std::uint16_t port, HttpHandler& handler) {
    boost::system::error_code no_address;
    const auto ip =
        boost::asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, no_address);
    if (no_address) {
      return base::Error(base::ErrorKind::kInvalid, kListenFailed,
                         "'" + host + "' is no IP address; use 127.0.0.1, 0.0.0.0 or ::.");
    }
    const HttpAddress wanted{host, port};
    FileDescriptor socket = ListenOn(tcp::endpoint(ip, port));
    if (socket.number() < 0) return ListenError(wanted.ToString(), errno);
    tcp::endpoint real;
    auto length = static_cast<socklen_t>(real.capacity());
    if (getsockname(socket.number(), real.data(), &length) != 0)
      return ListenError(wanted.ToString(), errno);
    real.resize(length);
    const base::Labels labels = {{"door", std::string(door)}};
    listeners_.push_back(std::make_unique<HttpListener>(
        HttpDoor{
            &handler,
            metrics_.GetCounter("stator_http_requests_total", "Requests that a door has handled.",
                                labels),
            metrics_.GetCounter("stator_http_refused_total",
                                "Requests that were no HTTP, or broke a limit of it.", labels)},
        std::move(socket), workers_));
    return HttpAddress{real.address().to_string(), real.port()};
  }

  void Start() {
    workers_.Start();
    workers_.first().loop().Post([this] {
      for (auto& listener : listeners_) listener->Start();
    });
    started_ = true;
  }

  void Stop(std::chrono::milliseconds patience) {
    if (!started_) return;
    started_ = false;
    shared_->draining.store(true);
    workers_.first().loop().Post([this] {
      for (auto& listener : listeners_) listener->Close();
    });
    for (auto& worker : workers_.all()) worker->Drain(patience);
    for (auto& worker : workers_.all()) worker->Join();
  }

 private:
  // The gauge of connections may outlive the server.
  const std::shared_ptr<HttpShared> shared_;
  base::MetricsRegistry& metrics_;
  HttpWorkers workers_;
  // After the workers, whose loops they use.
  std::vector<std::unique_ptr<HttpListener>> listeners_;
  bool started_ = false;
};

HttpServer::HttpServer(const HttpServerOptions& options, base::MetricsRegistry& metrics)
    : impl_(std::make_unique<Impl>(options, metrics)) {}

HttpServer::~HttpServer() { Stop(std::chrono::milliseconds(0)); }

base::Result<HttpAddress> HttpServer::Listen(std::string_view door, const std::string& host,
                                             std::uint16_t port, HttpHandler& handler) {
  return impl_->Listen(door, host, port, handler);
}

void HttpServer::Start() { impl_->Start(); }

void HttpServer::Stop(std::chrono::milliseconds patience) { impl_->Stop(patience); }

}  // namespace stator::server
