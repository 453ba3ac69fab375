// IoLane: one I/O thread with its own connections to one endpoint. Everything in a lane runs on its
// thread, so nothing here needs a lock but the door from outside. Boost.Asio and Beast are hidden
// behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/unique_function.h"
#include "remote/call_options.h"
#include "remote/endpoint.h"
#include "wire/json_reader.h"

namespace stator::remote {

// The certificates and settings that TLS connections share.
class TlsContext;
// Loads the system's certificates, or those of the PEM file `ca_bundle` when it is not empty.
// ERRORS: ValidationException naming a file that cannot be read.
base::Result<std::shared_ptr<TlsContext>> MakeTlsContext(const std::string& ca_bundle);

// An answer as it came in. Any status counts as an answer.
struct HttpAnswer {
  int status = 0;
  // Wire::kBodyPaddingBytes are readable behind it.
  std::string body;
  // The Date header.
  std::string date;
  std::string request_id;
  std::optional<std::uint32_t> crc32;
  std::optional<std::chrono::milliseconds> retry_after;
};

// What became of one exchange: an answer, or why there is none.
struct HttpOutcome {
  std::optional<HttpAnswer> answer;
  // Without an answer: what went wrong, naming the endpoint.
  std::string failure;
  // Without an answer: it was the deadline.
  bool timed_out = false;
  // Without an answer: some of the request left, so it may have acted.
  bool maybe_sent = false;
};

// Exchanges of one lane that wait for a connection.
inline constexpr std::size_t kWaitingMax = 10'000;
// An answer: 16 MB of items, as JSON.
inline constexpr std::size_t kAnswerBytesMax = 64 << 20;

// The thread and its connections. All methods but Post() are for its own thread.
class IoLane {
 public:
  // Starts the thread. `tls` may be null for a plain endpoint; `connections_max` is this lane's
  // share of what the options allow.
  IoLane(Endpoint endpoint, std::shared_ptr<TlsContext> tls, const CallOptions& calls,
         std::size_t connections_max, std::uint64_t seed);
  // Fails all exchanges and runs all delayed tasks at once, closing() being true; then joins. Tasks
  // posted later are not run.
  ~IoLane();

  // Runs `task` on the lane's thread. From any thread.
  void Post(base::UniqueFunction<void()> task);
  // Runs `task` after `delay`, or as soon as the lane closes.
  void After(std::chrono::milliseconds delay, base::UniqueFunction<void()> task);
  // Sends `request`, a whole HTTP/1.1 request, over a kept connection or a new one, and calls
  // `done` once, at the latest at `deadline`. Waits when all connections are in use; the timeouts
  // of CallOptions count from when it has one.
  void Send(std::string request, base::MonotonicTime deadline,
            base::UniqueFunction<void(HttpOutcome)> done);
  // Whether the lane is going down: nothing new is begun.
  bool closing() const;

  // The lane's own memory for decoding.
  wire::JsonReader& reader();
  // The lane's own source of waits.
  class Backoff& backoff();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stator::remote
