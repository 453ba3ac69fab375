// One connection of HttpServer and the I/O thread that it belongs to. Internal to the server: only
// http_server.cc and http_connection.cc see Asio.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/completion_queue.h"
#include "server/http_reader.h"
#include "server/http_server.h"

namespace stator::server {

// A socket bound to the concrete executor: the type-erased one costs a call for each operation.
using HttpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

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
// Answer run on the thread of its worker. Kept alive by its pending operation, by the worker's list
// and by the completion of the request in flight.
class HttpConnection : public boost::intrusive_ref_counter<HttpConnection>,
                       public boost::intrusive::list_base_hook<
                           boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Takes over an accepted socket.
  HttpConnection(HttpWorker& worker, const HttpDoor& door, HttpSocket socket);
  ~HttpConnection();
  // Begins to read.
  void Start();
  // The answer of the request in flight; on any thread, exactly once.
  static void Answer(boost::intrusive_ptr<HttpConnection> connection, HttpResponse&& response);
  // Closes the connection when its time is up, at second `now` of the worker.
  void Sweep(std::uint32_t now);
  // The server stops: closes the connection now when it is idle, else after its answer.
  void Drain();
  // Closes the socket; a late answer is dropped.
  void Close();

 private:
  using Progress = HttpRequestReader::Progress;
  // kIdle: between requests; kReading: part of one is here; kHandling: its answer is awaited;
  // kWriting: the answer did not fit the socket's buffer; kLingering: refused, waiting for the
  // client to read that; kClosed: the socket is closed.
  enum class State : std::uint8_t { kIdle, kReading, kHandling, kWriting, kLingering, kClosed };

  void Enter(State state);
  // Does what the reader wants next, until it must wait.
  void Run(Progress progress);
  // Waits for bytes.
  void Read();
  // Has the complete request handled; true when the answer is there already.
  bool Handle();
  void Respond();
  // Writes response_; true when all of it went out at once and the connection stays open.
  bool Write();
  // Waits until the socket takes what is behind `written` bytes.
  void WriteRest(std::size_t written);
  // After an answer; true when the connection stays open.
  bool Written();
  bool WriteContinue();
  // Answers what the reader could not read, then lingers: closing at once would reset the
  // connection before the client has seen the answer.
  void Refuse();
  void Linger();
  // Status line and headers of response_.
  void BuildHead();
  // Moves a small body behind its head.
  void JoinBody();
  // Empties response_ for the next answer but keeps the room of its strings, within limits.
  void Recycle();

  HttpWorker& worker_;
  const HttpDoor& door_;
  HttpSocket socket_;
  HttpRequestReader reader_;
  // While a request is handled: the spare answer.
  HttpResponse response_;
  // Room that only grows; its first head_bytes_ are the head, and a small body behind it.
  std::string head_;
  std::size_t head_bytes_ = 0;
  // The worker's second in which the present state began.
  std::uint32_t since_ = 0;
  State state_ = State::kIdle;
  bool keep_alive_ = true;
  bool head_only_ = false;
  // Whether Handle() is on the stack, and whether it has been answered meanwhile.
  bool inline_ = false;
  bool answered_ = false;
};

// One I/O thread with its connections. Completions that name it run on it.
class HttpWorker final : public base::CompletionQueue {
 public:
  // Starts nothing.
  HttpWorker(HttpShared& shared, std::size_t number);
  // Runs the thread.
  void Start();
  // One wake-up for all of `tasks`; on any thread.
  void Post(std::vector<base::CompletionTask> tasks) override;
  // Whether the caller is this thread.
  bool IsCurrent() const { return std::this_thread::get_id() == thread_id_; }
  // Takes a new connection over; on any thread.
  void Adopt(boost::intrusive_ptr<HttpConnection> connection);
  // Begins to drain; on any thread. The thread ends when no connection is left, or at the latest
  // after `patience`.
  void Drain(std::chrono::milliseconds patience);
  // Waits for the end of the thread.
  void Join();

  // The context of this thread.
  boost::asio::io_context& context() { return context_; }
  // Which of the server's threads this is, from 0.
  std::size_t number() const { return number_; }
  // Whether a posted completion runs, so that no handler is on the stack and a connection may
  // write its answer at once. Of this thread alone.
  bool completing() const { return completing_; }
  // Seconds counted by the sweep, for deadlines.
  std::uint32_t now() const { return now_; }
  // "Date: ...\r\n" of the present second.
  const std::string& date_header() const { return date_header_; }
  // What all threads share.
  HttpShared& shared() { return shared_; }
  // Called by a connection that has closed; ends a draining thread after the last one.
  void Closed();

 private:
  // The thread itself.
  void Work();
  // Starts the timer of the sweep unless it runs.
  void ArmSweep();
  // Once a second while there are connections: closes what is overdue.
  void Sweep();
  void CloseAll();
  void RefreshDate();

  HttpShared& shared_;
  const std::size_t number_;
  // 1: only one thread runs it.
  boost::asio::io_context context_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      sweep_timer_;
  boost::intrusive::list<HttpConnection, boost::intrusive::constant_time_size<false>> connections_;
  std::thread thread_;
  std::thread::id thread_id_;
  // Guards ended_: nothing may be posted to a context that nobody runs any more.
  std::mutex mutex_;
  bool ended_ = false;
  std::uint32_t now_ = 0;
  // Second of the sweep at which draining ends; 0 while not draining.
  std::uint32_t drain_until_ = 0;
  bool sweep_armed_ = false;
  bool completing_ = false;
  std::string date_header_;
};

}  // namespace stator::server
