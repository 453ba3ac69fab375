#include "server/http_server.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <vector>

#include "base/log.h"
#include "server/http_connection.h"

namespace stator::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";

// One listening socket. Lives on the first I/O thread.
struct Listener {
  Listener(asio::io_context& context, HttpDoor door_in)
      : door(door_in), acceptor(context.get_executor()), pause(context.get_executor()) {}
  HttpDoor door;
  Acceptor acceptor;
  // Set while the process has no file descriptor left for a new connection.
  Timer pause;
};

base::Error ListenError(const std::string& address, const error_code& failure) {
  if (failure == asio::error::address_in_use) {
    return {base::ErrorKind::kConflict, kPortInUse,
            "Address " + address + " is in use by another program."};
  }
  return {base::ErrorKind::kUnavailable, kListenFailed,
          "Cannot listen on " + address + ": " + failure.message() + "."};
}

error_code Bind(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(Acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  return failure;
}

}  // namespace

std::string HttpAddress::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, base::MetricsRegistry& metrics)
      : shared_(std::make_shared<HttpShared>(options)), metrics_(metrics) {
    for (int i = 0; i < options.threads; ++i) {
      workers_.push_back(std::make_unique<HttpWorker>(*shared_, static_cast<std::size_t>(i)));
    }
    metrics_.AddGauge(
        "stator_http_connections", "Open HTTP connections of all doors.", {},
        [shared = shared_] { return static_cast<double>(shared->connections.load()); });
  }

  base::Result<HttpAddress> Listen(std::string_view door, const std::string& host,
                                   std::uint16_t port, HttpHandler& handler) {
    const HttpAddress wanted{host, port};
    error_code failure;
    const auto ip = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failure);
    if (failure) {
      return base::Error(base::ErrorKind::kInvalid, kListenFailed,
                         "'" + host + "' is no IP address; use 127.0.0.1, 0.0.0.0 or ::.");
    }
    const base::Labels labels = {{"door", std::string(door)}};
    auto listener = std::make_unique<Listener>(
        workers_[0]->context(),
        HttpDoor{
            &handler,
            metrics_.GetCounter("stator_http_requests_total", "Requests that a door has handled.",
                                labels),
            metrics_.GetCounter("stator_http_refused_total",
                                "Requests that were no HTTP, or broke a limit of it.", labels)});
    failure = Bind(listener->acceptor, tcp::endpoint(ip, port));
    if (failure) return ListenError(wanted.ToString(), failure);
    const tcp::endpoint real = listener->acceptor.local_endpoint(failure);
    if (failure) return ListenError(wanted.ToString(), failure);
    listeners_.push_back(std::move(listener));
    return HttpAddress{real.address().to_string(), real.port()};
  }

  void Start() {
    for (auto& worker : workers_) worker->Start();
    asio::post(workers_[0]->context().get_executor(), [this] {
      for (auto& listener : listeners_) Accept(*listener);
    });
    started_ = true;
  }

  void Stop(std::chrono::milliseconds patience) {
    if (!started_) return;
    started_ = false;
    shared_->draining.store(true);
    asio::post(workers_[0]->context().get_executor(), [this] {
      for (auto& listener : listeners_) {
        error_code ignored;
        listener->acceptor.close(ignored);
        listener->pause.cancel();
      }
    });
    for (auto& worker : workers_) worker->Drain(patience);
    for (auto& worker : workers_) worker->Join();
  }

 private:
  void Accept(Listener& listener) {
    HttpWorker& worker = *workers_[next_++ % workers_.size()];
    listener.acceptor.async_accept(
        worker.context(), [this, &listener, &worker](error_code failure, HttpSocket socket) {
          if (shared_->draining.load()) return;
          if (failure) return AcceptLater(listener, failure);
          if (shared_->connections.load() >= shared_->options.connections_max)
            Refuse(listener, std::move(socket));
          else
            worker.Adopt(new HttpConnection(worker, listener.door, std::move(socket)));
          Accept(listener);
        });
  }

  static void Refuse(Listener& listener, HttpSocket socket) {
    listener.door.refused->Add();
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kTooManyConnections), ignored);
  }

  void AcceptLater(Listener& listener, error_code failure) {
    if (failure != asio::error::connection_aborted) {
      base::Log(base::LogLevel::kWarning, "cannot accept a connection",
                {{"reason", failure.message()}});
    }
    listener.pause.expires_after(std::chrono::milliseconds(100));
    listener.pause.async_wait([this, &listener](error_code cancelled) {
      if (!cancelled && !shared_->draining.load()) Accept(listener);
    });
  }

  // The gauge of connections may outlive the server.
  const std::shared_ptr<HttpShared> shared_;
  base::MetricsRegistry& metrics_;
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  // After the workers, whose contexts they use.
  std::vector<std::unique_ptr<Listener>> listeners_;
  // Whose turn it is; used on the first thread only.
  std::size_t next_ = 0;
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
