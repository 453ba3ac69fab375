// Client: sends one operation until it is answered, refused, or out of time. It signs, checks the
// checksum, retries with jitter within a budget, repairs a wrong clock, asks for newer keys once,
// and says so when nobody can know whether a write happened.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/completion.h"
#include "remote/call_options.h"
#include "remote/credentials.h"
#include "remote/endpoint.h"
#include "remote/io_lane.h"
#include "remote/retry.h"
#include "remote/send_rate.h"
#include "signing/sigv4.h"
#include "wire/operation.h"

namespace stator::remote {

// What a client needs to know. Whoever opens a store resolves options and environment into this.
struct ClientOptions {
  Endpoint endpoint;
  std::string region;
  std::shared_ptr<CredentialsProvider> credentials;
  // PEM file; empty: the system's certificates.
  std::string ca_bundle;
  // I/O threads, at most.
  int lanes = 2;
  CallOptions calls;
  const base::Clock* clock = &base::SystemClock();
};

// One operation, ready to be sent.
struct Call {
  wire::Operation operation;
  // What it is about, for messages: the table's name.
  std::string subject;
  // JSON.
  std::string body;
  // IsRepeatable().
  bool repeatable = false;
  base::CallContext context;
};

// The body of a good answer, with how it was come by.
struct Answer {
  // Wire::kBodyPaddingBytes are readable behind it.
  std::string body;
  wire::JsonReader* reader = nullptr;
  int attempts = 1;
};

// Thread-safe. I/O threads start with the first call.
class Client {
 public:
  // Starts nothing yet.
  explicit Client(ClientOptions options);
  // Fails what is still running; returns when its completions have run.
  ~Client();

  // A lane for the next call: round robin.
  // ERRORS: as MakeTlsContext.
  base::Result<IoLane*> PickLane();
  // Sends `call` from `lane`; `done` runs on the lane's thread, for failures too.
  // ERRORS: what the store says; kUnavailable when it could not be reached; kDeadline when time ran
  // out before anything was sent; kUnknownOutcome for a write that may have happened.
  void Send(IoLane& lane, Call call, base::Completion<Answer> done);
  // Send() from any thread, by a lane of its choice.
  void Send(Call call, base::Completion<Answer> done);

  // What it was made with.
  const ClientOptions& options() const { return options_; }
  // Tokens for retries, which all calls share.
  RetryBudget& budget() { return budget_; }
  // How fast calls may go out; null unless the retry mode is kAdaptive.
  SendRate* send_rate() {
    return options_.calls.retry_mode == RetryMode::kAdaptive ? &send_rate_ : nullptr;
  }

 private:
  friend class Attempts;

  // Starts the lanes, each with its share of the connections. REQUIRES: mutex_ is held. ERRORS: as
  // MakeTlsContext.
  base::Status StartLanes();
  // The signer of these keys, kept until the keys change: it holds the derived key of the day.
  std::shared_ptr<const signing::Signer> SignerFor(const SharedCredentials& credentials);
  // The whole HTTP request, headers and body.
  std::string Request(const signing::Signer& signer, const Call& call) const;

  const ClientOptions options_;
  const std::string host_header_;
  RetryBudget budget_;
  // Used in the mode kAdaptive alone.
  SendRate send_rate_;
  // What to add to our clock to get the store's.
  std::atomic<std::int64_t> clock_offset_us_{0};
  std::atomic<std::uint64_t> next_lane_{0};

  // Guards the signer with its keys, and lanes_.
  std::mutex mutex_;
  SharedCredentials signer_credentials_;
  std::shared_ptr<const signing::Signer> signer_;
  std::vector<std::unique_ptr<IoLane>> lanes_;
};

// The time in an HTTP Date header ("Fri, 02 Jan 2026 03:04:05 GMT"); nullopt when it is none.
std::optional<base::WallTime> ParseHttpDate(const std::string& text);

}  // namespace stator::remote
