#include "server/http_connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstring>
#include <ctime>

#include "base/log.h"

namespace stator::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using ConnectionPointer = boost::intrusive_ptr<HttpConnection>;

// What is still read from a client that was refused, so that it sees the answer and not a reset.
constexpr std::uint32_t kLingerSeconds = 5;
constexpr std::size_t kLingerBytes = 64 * 1024;

// The completion of one request. Dropping it unanswered is a fault of the handler, which must not
// cost the client its time-out.
class Completer {
 public:
  explicit Completer(ConnectionPointer connection) : connection_(std::move(connection)) {}
  Completer(Completer&&) noexcept = default;
  Completer& operator=(Completer&&) noexcept = default;
  ~Completer() {
    if (connection_ == nullptr) return;
    base::Log(base::LogLevel::kError, "a request was dropped without an answer");
    Answer({.status = 500, .content_type = "text/plain", .headers = "", .body = "No answer.\n"});
  }
  void operator()(HttpResponse&& response) { Answer(std::move(response)); }

 private:
  void Answer(HttpResponse&& response) {
    HttpConnection::Answer(std::move(connection_), std::move(response));
  }
  ConnectionPointer connection_;
};

// Room for the parts of a head whose length is bounded: status line, Content-Length, Connection.
constexpr std::size_t kHeadBytes = 256;
// A body of this size is copied behind its head: one buffer costs the kernel less than two.
constexpr std::size_t kJoinedBodyBytes = 3 * 1024;
// Strings of an answer stay this large for the next one; larger ones are given back.
constexpr std::size_t kKeptAnswerBytes = 4 * 1024;

char* Put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* Put(char* to, std::size_t number) { return std::to_chars(to, to + 24, number).ptr; }

void Empty(std::string& text) {
  if (text.capacity() > kKeptAnswerBytes)
    text = {};
  else
    text.clear();
}

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

HttpConnection::HttpConnection(HttpWorker& worker, const HttpDoor& door, HttpSocket socket)
    : worker_(worker),
      door_(door),
      socket_(std::move(socket)),
      reader_(worker.shared().options.limits, worker.shared().budget) {
  reader_.BelongTo(&worker, worker.number(), &response_);
  worker_.shared().connections.fetch_add(1, std::memory_order_relaxed);
}

HttpConnection::~HttpConnection() {
  worker_.shared().connections.fetch_sub(1, std::memory_order_relaxed);
}

void HttpConnection::Start() {
  error_code failure;
  socket_.set_option(asio::ip::tcp::no_delay(true), failure);
  socket_.non_blocking(true, failure);
  if (failure) return Close();
  Enter(State::kIdle);
  Read();
}

void HttpConnection::Enter(State state) {
  state_ = state;
  since_ = worker_.now();
}

void HttpConnection::Read() {
  const std::span<char> space = reader_.Space();
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = ConnectionPointer(this)](error_code failure, std::size_t bytes) {
                            if (self->state_ == State::kClosed) return;
                            if (failure) return self->Close();
                            if (self->state_ == State::kIdle) self->Enter(State::kReading);
                            self->Run(self->reader_.Feed(bytes));
                          });
}

void HttpConnection::Run(Progress progress) {
  for (;;) {
    switch (progress) {
      case Progress::kSendContinue:
        if (!WriteContinue()) return Close();
        [[fallthrough]];
      case Progress::kNeedMore: return Read();
      case Progress::kFailed: return Refuse();
      case Progress::kComplete:
        if (!Handle() || !Write()) return;
        progress = reader_.Feed(0);
        break;
    }
  }
}

bool HttpConnection::Handle() {
  const HttpRequest& request = reader_.request();
  keep_alive_ = reader_.keep_alive();
  head_only_ = request.method == "HEAD";
  Enter(State::kHandling);
  door_.requests->Add();
  answered_ = false;
  inline_ = true;
  door_.handler->Handle(request, Completer(ConnectionPointer(this)));
  inline_ = false;
  return answered_;
}

// The reference goes along, so that no connection ends on a thread of a store or of a door.
void HttpConnection::Answer(ConnectionPointer connection, HttpResponse&& response) {
  HttpWorker& worker = connection->worker_;
  if (worker.IsCurrent()) {
    if (connection->inline_) {
      connection->response_ = std::move(response);
      connection->answered_ = true;
      return;
    }
    if (worker.completing()) {
      if (connection->state_ == State::kClosed) return;
      connection->response_ = std::move(response);
      return connection->Respond();
    }
  }
  asio::post(worker.context().get_executor(),
             [self = std::move(connection), response = std::move(response)]() mutable {
               if (self->state_ == State::kClosed) return;
               self->response_ = std::move(response);
               self->Respond();
             });
}

void HttpConnection::Respond() {
  if (Write()) Run(reader_.Feed(0));
}

void HttpConnection::BuildHead() {
  if (worker_.shared().draining.load(std::memory_order_relaxed)) keep_alive_ = false;
  const std::string_view date = worker_.date_header();
  const std::size_t room =
      kHeadBytes + date.size() + response_.content_type.size() + response_.headers.size();
  if (head_.size() < room) head_.resize(room);
  char* to = Put(head_.data(), "HTTP/1.1 ");
  to = Put(to, static_cast<std::size_t>(response_.status));
  to = Put(to, " ");
  to = Put(to, HttpReason(response_.status));
  if (!response_.content_type.empty())
    to = Put(Put(to, "\r\nContent-Type: "), response_.content_type);
  if (!HasNoBody(response_.status))
    to = Put(Put(to, "\r\nContent-Length: "), response_.body.size());
  to = Put(Put(Put(to, "\r\n"), date), response_.headers);
  if (!keep_alive_)
    to = Put(to, "Connection: close\r\n");
  else if (reader_.http_1_0())
    to = Put(to, "Connection: keep-alive\r\n");
  to = Put(to, "\r\n");
  head_bytes_ = static_cast<std::size_t>(to - head_.data());
}

void HttpConnection::JoinBody() {
  const std::size_t bytes = head_bytes_ + response_.body.size();
  if (head_.size() < bytes) head_.resize(bytes);
  Put(head_.data() + head_bytes_, response_.body);
  head_bytes_ = bytes;
  response_.body.clear();
}

bool HttpConnection::Write() {
  Enter(State::kWriting);
  BuildHead();
  if (head_only_ || HasNoBody(response_.status))
    response_.body.clear();
  else if (response_.body.size() <= kJoinedBodyBytes)
    JoinBody();
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(head_.data(), head_bytes_),
                                                   asio::buffer(response_.body)};
  error_code failure;
  const std::size_t written = response_.body.empty() ? socket_.write_some(parts[0], failure)
                                                     : socket_.write_some(parts, failure);
  if (failure && failure != asio::error::would_block) {
    Close();
    return false;
  }
  if (written < head_bytes_ + response_.body.size()) {
    WriteRest(written);
    return false;
  }
  return Written();
}

void HttpConnection::WriteRest(std::size_t written) {
  std::array<asio::const_buffer, 2> parts = {asio::buffer(head_.data(), head_bytes_),
                                             asio::buffer(response_.body)};
  const std::size_t of_head = std::min(written, head_bytes_);
  parts[0] += of_head;
  parts[1] += written - of_head;
  asio::async_write(socket_, parts,
                    [self = ConnectionPointer(this)](error_code failure, std::size_t) {
                      if (self->state_ == State::kClosed) return;
                      if (failure) return self->Close();
                      if (self->Written()) self->Run(self->reader_.Feed(0));
                    });
}

bool HttpConnection::Written() {
  Recycle();
  if (reader_.error_status() != 0) {
    Linger();
    return false;
  }
  if (!keep_alive_) {
    Close();
    return false;
  }
  reader_.Discard();
  Enter(reader_.idle() ? State::kIdle : State::kReading);
  return true;
}

void HttpConnection::Recycle() {
  const HttpResponse fresh;
  response_.status = fresh.status;
  response_.content_type = fresh.content_type;
  Empty(response_.headers);
  Empty(response_.body);
  if (head_.size() > kKeptAnswerBytes) head_ = {};
}

bool HttpConnection::WriteContinue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code failure;
  return socket_.write_some(asio::buffer(kContinue), failure) == kContinue.size();
}

void HttpConnection::Refuse() {
  door_.refused->Add();
  keep_alive_ = false;
  head_only_ = false;
  response_ = {.status = reader_.error_status(),
               .content_type = "text/plain",
               .headers = "",
               .body = reader_.error_text() + "\n"};
  Write();
}

void HttpConnection::Linger() {
  error_code failure;
  if (state_ != State::kLingering) {
    socket_.shutdown(HttpSocket::shutdown_send, failure);
    Enter(State::kLingering);
  }
  if (failure) return Close();
  // The reader's buffer may be full.
  response_.body.resize(kLingerBytes);
  socket_.async_read_some(asio::buffer(response_.body),
                          [self = ConnectionPointer(this)](error_code read_failure, std::size_t) {
                            if (self->state_ == State::kClosed) return;
                            if (read_failure) return self->Close();
                            self->Linger();
                          });
}

void HttpConnection::Sweep(std::uint32_t now) {
  const HttpServerOptions& options = worker_.shared().options;
  const std::uint32_t age = now - since_;
  const auto longer_than = [&](std::chrono::seconds limit) { return age > limit.count(); };
  switch (state_) {
    case State::kIdle:
      if (longer_than(options.idle_timeout)) Close();
      break;
    case State::kReading:
    case State::kWriting:
      if (longer_than(options.transfer_timeout)) Close();
      break;
    case State::kLingering:
      if (age > kLingerSeconds) Close();
      break;
    case State::kHandling:
    case State::kClosed: break;
  }
}

void HttpConnection::Drain() {
  if (state_ == State::kIdle) Close();
}

void HttpConnection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  error_code ignored;
  socket_.close(ignored);
  // The list holds a reference, which may be the last one.
  const ConnectionPointer self(this);
  unlink();
  intrusive_ptr_release(this);
  worker_.Closed();
}

HttpWorker::HttpWorker(HttpShared& shared, std::size_t number)
    : shared_(shared),
      number_(number),
      work_(context_.get_executor()),
      sweep_timer_(context_.get_executor()) {
  RefreshDate();
}

void HttpWorker::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("http-" + std::to_string(number_)).c_str());
    Work();
  });
}

void HttpWorker::Work() {
  thread_id_ = std::this_thread::get_id();
  context_.run();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  // What was posted while the last connection closed.
  context_.restart();
  context_.poll();
}

void HttpWorker::Post(std::vector<base::CompletionTask> tasks) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      asio::post(context_.get_executor(), [this, tasks = std::move(tasks)]() mutable {
        completing_ = true;
        for (base::CompletionTask& task : tasks) task();
        completing_ = false;
      });
      return;
    }
  }
  for (base::CompletionTask& task : tasks) task();
}

void HttpWorker::Adopt(ConnectionPointer connection) {
  asio::post(context_.get_executor(), [this, connection = std::move(connection)] {
    connections_.push_back(*connection);
    intrusive_ptr_add_ref(connection.get());
    if (drain_until_ != 0) return connection->Close();
    ArmSweep();
    connection->Start();
  });
}

// The clock of the sweep stands still while there is no connection.
void HttpWorker::ArmSweep() {
  if (sweep_armed_) return;
  sweep_armed_ = true;
  RefreshDate();
  sweep_timer_.expires_after(std::chrono::seconds(1));
  sweep_timer_.async_wait([this](error_code failure) {
    sweep_armed_ = false;
    if (!failure) Sweep();
  });
}

void HttpWorker::Sweep() {
  ++now_;
  for (auto at = connections_.begin(); at != connections_.end();) (at++)->Sweep(now_);
  if (drain_until_ != 0 && now_ >= drain_until_) CloseAll();
  if (!connections_.empty()) ArmSweep();
}

void HttpWorker::CloseAll() {
  for (auto at = connections_.begin(); at != connections_.end();) (at++)->Close();
}

void HttpWorker::Drain(std::chrono::milliseconds patience) {
  asio::post(context_.get_executor(), [this, patience] {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
    drain_until_ = now_ + 1 + static_cast<std::uint32_t>(seconds);
    for (auto at = connections_.begin(); at != connections_.end();) (at++)->Drain();
    if (seconds == 0) CloseAll();
    Closed();
  });
}

void HttpWorker::Closed() {
  if (drain_until_ == 0 || !connections_.empty()) return;
  sweep_timer_.cancel();
  work_.reset();
  context_.stop();
}

void HttpWorker::Join() {
  if (thread_.joinable()) thread_.join();
}

void HttpWorker::RefreshDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  const std::size_t length =
      std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
  date_header_.assign(text, length);
}

}  // namespace stator::server
