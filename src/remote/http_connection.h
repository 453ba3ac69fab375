// One connection to the endpoint: connects, with TLS or without, writes a request, reads its
// answer. Runs on its lane's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "remote/io_lane.h"

namespace stator::remote {

// The executor of sockets and timers, by its own type: cheaper than asio's erased one.
using Executor = boost::asio::io_context::executor_type;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

class HttpConnection;

// A request on its way, and who waits for its answer.
struct HttpExchange {
  // For the lane's thread.
  HttpExchange(boost::asio::io_context& context, std::string bytes,
               base::UniqueFunction<void(HttpOutcome)> on_done)
      : request(std::move(bytes)), done(std::move(on_done)), timer(context) {}

  std::string request;
  // Empty once called.
  base::UniqueFunction<void(HttpOutcome)> done;
  // Its deadline.
  Timer timer;
  // Some of the request may have left.
  bool sending = false;
  // Who carries it.
  HttpConnection* connection = nullptr;

  // Calls `done` unless that has happened.
  void Finish(HttpOutcome outcome);
  // Finish() without an answer.
  void Fail(std::string why, bool timed_out = false);
};
using HttpExchangePtr = std::shared_ptr<HttpExchange>;

// A connection, used for one exchange at a time. Keeps to connect_timeout and answer_timeout.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  // Carries one exchange, connecting first when needed, and calls released(kept) at its end.
  virtual void Carry(HttpExchangePtr exchange) = 0;
  // Whether the peer has closed it, or sent what nobody asked for, while it was idle.
  virtual bool IsStale() = 0;
  // Closes the socket; a running exchange fails.
  virtual void Close() = 0;
  // When it was last used.
  base::MonotonicTime idle_since{};
};

// What a connection needs of its lane.
struct ConnectionEnvironment {
  boost::asio::io_context& context;
  const Endpoint& endpoint;
  const CallOptions& calls;
  // Null: plain.
  TlsContext* tls;
  // The connection is free again; `kept` tells whether it can be used once more.
  base::UniqueFunction<void(HttpConnection*, bool kept)> released;
};

// A new connection, not connected yet.
std::shared_ptr<HttpConnection> MakeConnection(ConnectionEnvironment& environment);

}  // namespace stator::remote
