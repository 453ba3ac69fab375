// Bytes of a connection in, whole HTTP/1.x requests out: the parsing half of the server, without
// sockets.
//
// The grammar is Beast's (boost::beast::http::basic_parser, hidden in the .cc): it refuses what
// requests are smuggled with, two lengths or a length beside chunks. Plain heads that arrive whole,
// as SDKs send them, do not take the way through it (http_head.h). Header values and an unchunked
// body are views into the one buffer that the socket reads into; nothing is copied.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/http.h"

namespace stator::server {

// What a request may weigh.
struct HttpReaderLimits {
  // Request line and headers together. AWS's own limit is not known; its longest session tokens
  // are about 4 KiB, and proxies allow 8 to 32 KiB.
  std::size_t header_bytes_max = 32 * 1024;
  // Beyond it the answer is 413. DynamoDB's limit of a request is 16 MiB.
  std::size_t body_bytes_max = 16 << 20;
};

// Memory that all connections together may use beyond their small buffers, so that many large
// requests become errors 503 and not an end by lack of memory. Thread-safe.
class MemoryBudget {
 public:
  // `bytes_max` in all.
  explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  // Takes `bytes`; false, and nothing is taken, when they are not left.
  bool Take(std::size_t bytes);
  // Gives `bytes` back.
  void Give(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
};

// Reads the requests of one connection, one after the other; bytes of the next one that arrived
// early wait in the buffer. Not thread-safe.
class HttpRequestReader {
 public:
  // What a connection has to do next.
  enum class Progress {
    kNeedMore,      // read into Space() and Feed()
    kSendContinue,  // answer "100 Continue", then as kNeedMore
    kComplete,      // request() is whole
    kFailed,        // answer error_status(), then close
  };
  // Buffers stay this large between requests; larger ones are given back.
  static constexpr std::size_t kKeptBytes = 16 * 1024;

  // Both references must outlive the reader.
  HttpRequestReader(const HttpReaderLimits& limits, MemoryBudget& budget);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  // The thread that every request of this connection names, its number, and the spare answer.
  void BelongTo(base::CompletionQueue* queue, std::size_t thread, HttpResponse* spare) {
    request_.completions = queue;
    request_.thread = thread;
    request_.spare = spare;
  }
  // Where the next bytes of the connection belong; never empty unless a request is complete.
  std::span<char> Space() { return {buffer_.get() + size_, capacity_ - size_}; }
  // Takes note of `bytes` more bytes in Space(). Feed(0) looks at what is already there.
  Progress Feed(std::size_t bytes);
  // The complete request; valid until Discard().
  const HttpRequest& request() const { return request_; }
  // Whether the client wants the connection to stay open.
  bool keep_alive() const;
  // Whether the client speaks HTTP/1.0, which must be told about keep-alive.
  bool http_1_0() const;
  // 400, 413, 431, 501 or 503.
  int error_status() const { return error_status_; }
  // What was wrong, for the client.
  const std::string& error_text() const { return error_text_; }
  // Forgets the complete request and makes room for the next one.
  void Discard();
  // Whether not a single byte of a next request is here.
  bool idle() const { return size_ == 0; }

 private:
  class Parser;
  enum class State { kHeader, kBody, kChunks, kComplete };

  Progress FeedHeader();
  // Reads the whole head if it is a plain one (http_head.h).
  bool ReadPlain();
  Progress PlainDone();
  Progress FeedBody();
  Progress FeedChunks();
  Progress HeaderDone();
  Progress FailTarget();
  Progress FailBodyTooLong();
  Progress Complete(std::string_view body, std::size_t end);
  Progress Fail(int status, std::string text);
  Progress NeedMore();
  bool SplitTarget(std::string_view target);
  // Makes the buffer `capacity` large; false when the budget has no room.
  bool Resize(std::size_t capacity);

  const HttpReaderLimits& limits_;
  MemoryBudget& budget_;
  std::unique_ptr<Parser> parser_;
  HttpRequest request_;
  // kHttpBodyPaddingBytes more than capacity_ are allocated.
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  // Of what `budget_` was asked for: buffer and decoded chunks.
  std::size_t taken_ = 0;
  State state_ = State::kHeader;
  // Parsed so far; afterwards the length of the headers.
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  // Where the complete request ends in the buffer.
  std::size_t end_ = 0;
  // Decoded chunks, padding included once complete.
  std::string chunks_;
  int error_status_ = 0;
  std::string error_text_;
};

}  // namespace stator::server
