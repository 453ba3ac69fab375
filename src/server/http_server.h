// The HTTP/1.1 server under all doors: sockets, threads, keep-alive, deadlines, graceful end.
//
// The first I/O thread accepts. A connection belongs to one thread: to the first, or in turn to as
// many as the load needs (http_balance.h; SO_REUSEPORT would spread them by hash, and let a second
// process share the port unnoticed). The hot path is epoll_wait, one recv and one send a request,
// with no timer: a sweep once a second finds what is overdue, and rests while there is no
// connection. docs/performance.md has the measurements.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "server/http.h"
#include "server/http_reader.h"

namespace stator::server {

// The code of an address that cannot be listened on because somebody else does.
inline constexpr std::string_view kPortInUse = "PortInUse";
// The code of any other address that cannot be listened on.
inline constexpr std::string_view kListenFailed = "ListenFailed";

// Limits of the server. Time limits are kept to about a second.
struct HttpServerOptions {
  // Most I/O threads; at least 1.
  int threads = 2;
  // Further connections are answered 503 and closed.
  std::size_t connections_max = 4096;
  // How long a connection may lie idle. AWS SDKs keep theirs for 12 s (botocore) to 60 s (Java).
  std::chrono::seconds idle_timeout{120};
  // From the first byte of a request to its last, and for an answer to be taken.
  std::chrono::seconds transfer_timeout{60};
  // Memory for large requests, over all connections.
  std::size_t large_request_bytes_max = 256 << 20;
  HttpReaderLimits limits;
};

// Where a door listens.
struct HttpAddress {
  std::string host;
  std::uint16_t port = 0;
  // "127.0.0.1:8000", "[::1]:8000".
  std::string ToString() const;
};

// Serves any number of doors with one set of threads.
class HttpServer {
 public:
  // Starts nothing. `metrics` must outlive the server.
  HttpServer(const HttpServerOptions& options, base::MetricsRegistry& metrics);
  // As Stop with no patience. Handlers and stores are destroyed between Stop and this, so that
  // their own threads end while a late answer still finds the server. REQUIRES: nobody completes a
  // request any more.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens for a door before Start. `host` is an IP address or "localhost", `port` 0 a free one;
  // answers the real address. `handler` must live until Stop has returned. ERRORS: PortInUse,
  // ListenFailed.
  base::Result<HttpAddress> Listen(std::string_view door, const std::string& host,
                                   std::uint16_t port, HttpHandler& handler);
  // Begins to accept.
  void Start();
  // Accepts no more, closes idle connections, lets requests in flight finish for at most
  // `patience`, then closes what is left. Blocks until all threads have ended. Does not wait for
  // requests whose clients have reset their connections; they may still be handled then.
  void Stop(std::chrono::milliseconds patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stator::server
