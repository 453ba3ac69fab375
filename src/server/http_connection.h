// One connection of HttpServer. Internal to the server.
#pragma once

#include <atomic>
#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/event_loop.h"
#include "server/http_reader.h"
#include "server/http_server.h"

namespace stator::server {

class HttpWorker;

// What the connections of one server share.
struct HttpShared {
  // Takes the limits.
  explicit HttpShared(const HttpServerOptions& options_in)
      : options(options_in), budget(options_in.large_request_bytes_max) {}
  const HttpServerOptions options;
  // Of all large requests together.
  MemoryBudget budget;
  // Open ones.
  std::atomic<std::size_t> connections{0};
  // Set once, by Stop.
  std::atomic<bool> draining{false};
};

// What the connections of one door share.
struct HttpDoor {
  HttpHandler* handler;
  // Handled, and turned away before the handler saw them.
  base::Counter* requests;
  base::Counter* refused;
};

// A connection: reads a request, has it handled, writes the answer, and so on. All methods but
// Answer run on the thread of its worker. Kept alive by the worker's list and by the completion of
// the request in flight.
class HttpConnection final : public boost::intrusive_ref_counter<HttpConnection>,
                             public boost::intrusive::list_base_hook<>,
                             private IoWatcher {
 public:
  // Takes over an accepted socket, which does not block. `serial` counts the connections of the
  // server.
  HttpConnection(HttpShared& shared, const HttpDoor& door, FileDescriptor socket,
                 std::size_t serial);
  ~HttpConnection();
  // Begins to read, on the thread of `worker`.
  void Start(HttpWorker& worker);
  // Stops to read, so that another worker can start it; false, and nothing happens, unless it is
  // idle.
  bool Leave();
  // Which of the server's connections it is.
  std::size_t serial() const { return serial_; }
  // The answer of the request in flight; on any thread, exactly once.
  static void Answer(boost::intrusive_ptr<HttpConnection> connection, HttpResponse&& response);
  // Sends the answer that has been given to HttpWorker::SendLater, unless the connection has
  // closed; then reads on.
  void SendAnswer();
  // Closes the connection when its time is up, at second `now` of the worker.
  void Sweep(std::uint32_t now);
  // The server stops: closes the connection now when it is idle, else after its answer.
  void Drain();
  // Closes the socket; a late answer is dropped.
  void Close();

 private:
  using Progress = HttpRequestReader::Progress;
  // kIdle: between requests; kReading: part of one is here; kHandling: its answer is awaited;
  // kWriting: the socket's buffer does not have all of the answer yet; kLingering: refused, waiting
  // for the client to read that; kClosed: the socket is closed.
  enum class State : std::uint8_t { kIdle, kReading, kHandling, kWriting, kLingering, kClosed };

  void OnReady(Readiness readiness) override;
  void Enter(State state);
  // Has the loop watch the socket for `readiness`.
  void Wait(Readiness readiness);
  // Does what the reader wants next, until it must wait.
  void Run(Progress progress);
  // Takes the bytes that have come.
  void Receive();
  // Has the complete request handled; true when the answer is there already.
  bool Handle();
  // Makes bytes of response_, which go out when the round ends.
  void Respond();
  // Makes bytes of response_.
  void Prepare();
  // Sends what the socket takes of the rest of head and body; true when that was all of it.
  bool Send();
  // After an answer; true when the connection stays open.
  bool Written();
  bool WriteContinue();
  // Answers what the reader could not read, then lingers: closing at once would reset the
  // connection before the client has seen the answer.
  void Refuse();
  void Linger();
  // Reads and forgets what a lingering client still sends.
  void ReceiveIgnored();
  // Status line and headers of response_.
  void BuildHead();
  // Moves a small body behind its head.
  void JoinBody();
  // Empties response_ for the next answer but keeps the room of its strings, within limits.
  void Recycle();

  HttpShared& shared_;
  const HttpDoor& door_;
  FileDescriptor socket_;
  const std::size_t serial_;
  // Changes only while the connection is idle.
  HttpWorker* worker_ = nullptr;
  HttpRequestReader reader_;
  // While a request is handled: the spare answer.
  HttpResponse response_;
  // Room that only grows; its first head_bytes_ are the head, and a small body behind it.
  std::string head_;
  std::size_t head_bytes_ = 0;
  // Of head and body, so far.
  std::size_t sent_bytes_ = 0;
  // What the loop watches the socket for.
  Readiness watched_ = kReadable;
  // The worker's second in which the present state began; between two workers, whose clocks differ,
  // the seconds that it has lasted.
  std::uint32_t since_ = 0;
  State state_ = State::kIdle;
  bool keep_alive_ = true;
  bool head_only_ = false;
  // Whether Handle() is on the stack, and whether it has been answered meanwhile.
  bool inline_ = false;
  bool answered_ = false;
};

}  // namespace stator::server
