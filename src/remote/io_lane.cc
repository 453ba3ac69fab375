#include "remote/io_lane.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <list>
#include <thread>
#include <vector>

#include "remote/http_connection.h"
#include "remote/retry.h"

namespace stator::remote {

namespace asio = boost::asio;

class IoLane::Impl {
 public:
  Impl(Endpoint endpoint, std::shared_ptr<TlsContext> tls, const CallOptions& calls,
       std::size_t connections_max, std::uint64_t seed)
      : backoff(seed),
        endpoint_(std::move(endpoint)),
        tls_(std::move(tls)),
        calls_(calls),
        connections_max_(connections_max),
        work_(context_.get_executor()),
        environment_{context_, endpoint_, calls_, endpoint_.tls ? tls_.get() : nullptr,
                     [this](HttpConnection* connection, bool kept) { Released(connection, kept); }},
        thread_([this] { context_.run(); }) {}

  ~Impl() {
    asio::post(context_, [this] { Close(); });
    thread_.join();
  }

  void Post(base::UniqueFunction<void()> task) {
    asio::post(context_, [task = std::move(task)]() mutable { task(); });
  }

  void After(std::chrono::milliseconds delay, base::UniqueFunction<void()> task) {
    if (closing) return Post(std::move(task));
    const auto timer = delayed_.emplace(delayed_.end(), context_);
    timer->expires_after(delay);
    timer->async_wait([this, timer, task = std::move(task)](boost::system::error_code) mutable {
      delayed_.erase(timer);
      task();
    });
  }

  void Send(std::string request, base::MonotonicTime deadline,
            base::UniqueFunction<void(HttpOutcome)> done) {
    const auto exchange =
        std::make_shared<HttpExchange>(context_, std::move(request), std::move(done));
    if (closing) return exchange->Fail("the client is shutting down");
    exchange->timer.expires_at(deadline);
    exchange->timer.async_wait([this, exchange](boost::system::error_code error) {
      if (!error) TimedOut(exchange);
    });
    if (const auto connection = TakeConnection()) return connection->Carry(exchange);
    if (waiting_.size() >= kWaitingMax) {
      return exchange->Fail(endpoint_.Url() + ": " + std::to_string(kWaitingMax) +
                            " requests wait for a connection already");
    }
    waiting_.push_back(exchange);
  }

  bool closing = false;
  wire::JsonReader reader;
  Backoff backoff;

 private:
  // A kept connection that is still good, or a new one while there may be more.
  std::shared_ptr<HttpConnection> TakeConnection() {
    const auto now = std::chrono::steady_clock::now();
    while (!idle_.empty()) {
      const auto connection = std::move(idle_.back());
      idle_.pop_back();
      if (now - connection->idle_since < calls_.idle_max && !connection->IsStale()) {
        busy_.push_back(connection);
        return connection;
      }
      connection->Close();
    }
    if (busy_.size() >= connections_max_) return nullptr;
    return busy_.emplace_back(MakeConnection(environment_));
  }

  void Released(HttpConnection* connection, bool kept) {
    const auto at =
        std::ranges::find_if(busy_, [&](const auto& each) { return each.get() == connection; });
    const auto released = std::move(*at);
    busy_.erase(at);
    if (kept && !closing) {
      released->idle_since = std::chrono::steady_clock::now();
      idle_.push_back(released);
    } else {
      released->Close();
    }
    // Not from here: the connection is still in the middle of its last exchange.
    if (!waiting_.empty()) asio::post(context_, [this] { ServeWaiting(); });
  }

  void ServeWaiting() {
    while (!waiting_.empty()) {
      if (!waiting_.front()->done) {
        waiting_.pop_front();
        continue;
      }
      const auto connection = TakeConnection();
      if (connection == nullptr) return;
      const auto exchange = std::move(waiting_.front());
      waiting_.pop_front();
      connection->Carry(exchange);
    }
  }

  void TimedOut(const HttpExchangePtr& exchange) {
    HttpConnection* const connection = exchange->connection;
    exchange->Fail(endpoint_.Url() + ": no answer before the deadline", true);
    if (connection != nullptr) {
      connection->Close();
    } else {
      std::erase(waiting_, exchange);
    }
  }

  void Close() {
    closing = true;
    work_.reset();
    for (auto& timer : delayed_) timer.cancel();
    for (const auto& exchange : std::exchange(waiting_, {})) {
      exchange->Fail("the client is shutting down");
    }
    for (const auto& connection : std::exchange(idle_, {})) connection->Close();
    for (const auto& connection : std::vector(busy_)) connection->Close();
  }

  asio::io_context context_{1};
  const Endpoint endpoint_;
  const std::shared_ptr<TlsContext> tls_;
  const CallOptions calls_;
  const std::size_t connections_max_;
  asio::executor_work_guard<Executor> work_;
  ConnectionEnvironment environment_;
  std::vector<std::shared_ptr<HttpConnection>> idle_;  // the one used last is at the end
  std::vector<std::shared_ptr<HttpConnection>> busy_;
  std::deque<HttpExchangePtr> waiting_;
  std::list<Timer> delayed_;
  std::thread thread_;
};

IoLane::IoLane(Endpoint endpoint, std::shared_ptr<TlsContext> tls, const CallOptions& calls,
               std::size_t connections_max, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(std::move(endpoint), std::move(tls), calls, connections_max,
                                   seed)) {}
IoLane::~IoLane() = default;

void IoLane::Post(base::UniqueFunction<void()> task) { impl_->Post(std::move(task)); }
void IoLane::After(std::chrono::milliseconds delay, base::UniqueFunction<void()> task) {
  impl_->After(delay, std::move(task));
}
void IoLane::Send(std::string request, base::MonotonicTime deadline,
                  base::UniqueFunction<void(HttpOutcome)> done) {
  impl_->Send(std::move(request), deadline, std::move(done));
}
bool IoLane::closing() const { return impl_->closing; }
wire::JsonReader& IoLane::reader() { return impl_->reader; }
Backoff& IoLane::backoff() { return impl_->backoff; }

}  // namespace stator::remote
