#include "server/http_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/log.h"
#include "server/http_worker.h"

namespace stator::server {
namespace {

using ConnectionPointer = boost::intrusive_ptr<HttpConnection>;

// What is still read from a client that was refused, so that it sees the answer and not a reset.
constexpr std::uint32_t kLingerSeconds = 5;
constexpr std::size_t kLingerBytes = 16 * 1024;

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

// Whether a call on a socket has to be made again later.
bool MustWait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// Sends what is behind the first `sent` bytes of the two parts; as send() answers.
ssize_t SendBehind(int socket, std::string_view head, std::string_view body, std::size_t sent) {
  const std::size_t of_head = std::min(sent, head.size());
  head.remove_prefix(of_head);
  body.remove_prefix(sent - of_head);
  if (head.empty() || body.empty()) {
    const std::string_view rest = head.empty() ? body : head;
    return send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
  }
  std::array<iovec, 2> parts = {iovec{const_cast<char*>(head.data()), head.size()},
                                iovec{const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

HttpConnection::HttpConnection(HttpShared& shared, const HttpDoor& door, FileDescriptor socket,
                               std::size_t serial)
    : shared_(shared),
      door_(door),
      socket_(std::move(socket)),
      serial_(serial),
      reader_(shared.options.limits, shared.budget) {
  shared_.connections.fetch_add(1, std::memory_order_relaxed);
}

HttpConnection::~HttpConnection() { shared_.connections.fetch_sub(1, std::memory_order_relaxed); }

void HttpConnection::Start(HttpWorker& worker) {
  worker_ = &worker;
  reader_.BelongTo(&worker, worker.number(), &response_);
  since_ = worker.now() - since_;
  if (!worker.loop().Watch(socket_.number(), watched_, *this)) Close();
}

bool HttpConnection::Leave() {
  if (state_ != State::kIdle) return false;
  worker_->loop().Forget(socket_.number());
  since_ = worker_->now() - since_;
  return true;
}

void HttpConnection::OnReady(Readiness readiness) {
  switch (state_) {
    case State::kIdle:
    case State::kReading: return Receive();
    case State::kHandling:
      // Nobody is left to take the answer; else, what has come waits for its turn.
      return (readiness & kBroken) != 0 ? Close() : Wait(kNothing);
    case State::kWriting: return SendAnswer();
    case State::kLingering: return ReceiveIgnored();
    case State::kClosed: return;
  }
}

void HttpConnection::Enter(State state) {
  state_ = state;
  since_ = worker_->now();
}

void HttpConnection::Wait(Readiness readiness) {
  if (watched_ == readiness) return;
  watched_ = readiness;
  worker_->loop().Change(socket_.number(), readiness, *this);
}

void HttpConnection::Receive() {
  const std::span<char> space = reader_.Space();
  const ssize_t bytes = recv(socket_.number(), space.data(), space.size(), 0);
  if (bytes < 0 && MustWait()) return;
  if (bytes <= 0) return Close();
  if (state_ == State::kIdle) Enter(State::kReading);
  Run(reader_.Feed(static_cast<std::size_t>(bytes)));
}

void HttpConnection::Run(Progress progress) {
  switch (progress) {
    case Progress::kSendContinue:
      if (!WriteContinue()) return Close();
      [[fallthrough]];
    case Progress::kNeedMore: return Wait(kReadable);
    case Progress::kFailed: return Refuse();
    case Progress::kComplete:
      if (!Handle()) return;
      worker_->AnsweredAtOnce();
      return Respond();
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
  HttpWorker& worker = *connection->worker_;
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
  worker.loop().Post([self = std::move(connection), response = std::move(response)]() mutable {
    if (self->state_ == State::kClosed) return;
    self->response_ = std::move(response);
    self->Respond();
  });
}

void HttpConnection::Respond() {
  Prepare();
  worker_->SendLater(*this);
}

void HttpConnection::BuildHead() {
  if (shared_.draining.load(std::memory_order_relaxed)) keep_alive_ = false;
  const std::string_view date = worker_->date_header();
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

void HttpConnection::SendAnswer() {
  if (state_ == State::kWriting && Send() && Written()) Run(reader_.Feed(0));
}

void HttpConnection::Prepare() {
  Enter(State::kWriting);
  BuildHead();
  if (head_only_ || HasNoBody(response_.status))
    response_.body.clear();
  else if (response_.body.size() <= kJoinedBodyBytes)
    JoinBody();
  sent_bytes_ = 0;
}

bool HttpConnection::Send() {
  const std::string_view head(head_.data(), head_bytes_);
  const ssize_t sent = SendBehind(socket_.number(), head, response_.body, sent_bytes_);
  if (sent < 0 && !MustWait()) {
    Close();
    return false;
  }
  sent_bytes_ += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (sent_bytes_ == head_bytes_ + response_.body.size()) return true;
  Wait(kWritable);
  return false;
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
  // The head may be older than the server's wish to stop.
  if (shared_.draining.load(std::memory_order_relaxed)) Drain();
  return state_ != State::kClosed;
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
  return SendBehind(socket_.number(), kContinue, {}, 0) == static_cast<ssize_t>(kContinue.size());
}

void HttpConnection::Refuse() {
  door_.refused->Add();
  keep_alive_ = false;
  head_only_ = false;
  response_ = {.status = reader_.error_status(),
               .content_type = "text/plain",
               .headers = "",
               .body = reader_.error_text() + "\n"};
  Prepare();
  if (Send()) Written();
}

void HttpConnection::Linger() {
  if (shutdown(socket_.number(), SHUT_WR) != 0) return Close();
  Enter(State::kLingering);
  Wait(kReadable);
}

void HttpConnection::ReceiveIgnored() {
  std::array<char, kLingerBytes> ignored;
  const ssize_t bytes = recv(socket_.number(), ignored.data(), ignored.size(), 0);
  if (bytes == 0 || (bytes < 0 && !MustWait())) Close();
}

void HttpConnection::Sweep(std::uint32_t now) {
  const HttpServerOptions& options = shared_.options;
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
  socket_.Close();
  worker_->Closed(*this);
}

}  // namespace stator::server
