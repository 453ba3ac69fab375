// HTTP as the doors see it: a request, an answer, and who turns one into the other. The server that
// moves the bytes is http_server.h; no handler sees sockets, and only http_connection.cc sees
// Beast.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion_queue.h"
#include "base/unique_function.h"

namespace stator::server {

// Bytes that may be read (their values do not matter) behind every request body, because the JSON
// parser of `wire` loads whole vectors.
inline constexpr std::size_t kHttpBodyPaddingBytes = 64;

// An answer. The server adds Content-Length, Date and Connection.
struct HttpResponse {
  int status = 200;
  // A literal, or something else that outlives the answer. Empty: no Content-Type.
  std::string_view content_type = "application/json";
  // Further headers, each as "Name: value\r\n"; see AddHeader.
  std::string headers;
  std::string body;

  // Appends one header. Line breaks in `value` become spaces, so that no value from outside can add
  // headers of its own.
  void AddHeader(std::string_view name, std::string_view value);
};

// One header of a request, as sent, without the white space around the value.
struct HttpHeader {
  std::string_view name;
  std::string_view value;
};

// A whole request. All views: the request and what it views stay valid and unchanged until its
// completion has been called, on whatever thread.
struct HttpRequest {
  // "GET", "POST", ...: as sent, never empty.
  std::string_view method;
  // Up to the '?', percent-encoded as sent; begins with '/'.
  std::string_view path;
  // Behind the '?', as sent; empty when there is none.
  std::string_view query;
  // In the order in which they were sent.
  std::vector<HttpHeader> headers;
  // Decoded from chunks if need be; kHttpBodyPaddingBytes are readable behind it.
  std::string_view body;
  // The I/O thread that the connection belongs to, for CallContext::completions. It outlives every
  // completion; null in tests that have no server.
  base::CompletionQueue* completions = nullptr;
  // Which of the I/O threads that is, from 0.
  std::size_t thread = 0;
  // An answer without content, in whose strings there is room from earlier ones. A handler may move
  // it away until Handle returns, and answer with it; null in tests that have no server.
  HttpResponse* spare = nullptr;

  // The value of the first header of that name, compared without regard to case; empty when there
  // is none.
  std::string_view Header(std::string_view name) const;
};

// How a handler answers: called exactly once, on any thread, perhaps before Handle returns. When
// the client has gone by then, the answer is dropped.
using HttpCompletion = base::UniqueFunction<void(HttpResponse)>;

// Answers requests. Thread-safe: Handle runs on every I/O thread at once. It must not block for
// anything but a read from the local disk: what takes longer (SQL, a materialization) goes to a
// thread pool of the handler's own. Must not throw.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Answers `request` through `done`.
  virtual void Handle(const HttpRequest& request, HttpCompletion done) = 0;
};

// Whether two texts of ASCII are the same but for the case of their letters: names of headers are.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

// The standard phrase of a status: "Not Found". Never empty.
std::string_view HttpReason(int status);

// Decodes percent-encoding, and '+' as a space; false when an escape is cut or no hex.
bool DecodePercent(std::string_view text, std::string& out);

// The decoded value of a parameter of a query string; `fallback` when it is not there or cannot be
// decoded.
std::string QueryParameter(std::string_view query, std::string_view name,
                           std::string_view fallback = "");

}  // namespace stator::server
