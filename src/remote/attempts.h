// Attempts: the life of one call, from its first try to its completion. On its lane's thread.
//
//   Begin -> Pace -> Sign -> Send -> Received -> done
//             ^                          |
//             +-------- wait <-----------+  as long as the rules of retry.h allow
//
// Two things decide what becomes of a try that failed: whether the error may pass (its kind), and
// whether the try may have taken effect although it failed. Reads do not care about the second.
// A write that may have taken effect is tried again only when it is repeatable, and ends as
// kUnknownOutcome otherwise, or when no later try was answered either.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remote/client.h"

namespace stator::remote {

// Owned by whatever it waits for; gone after its completion.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  // For one call.
  Attempts(Client& client, IoLane& lane, Call call, base::Completion<Answer> done)
      : client_(client), lane_(lane), call_(std::move(call)), done_(std::move(done)) {}

  // Starts the first try.
  void Begin();

 private:
  // Goes on when the client's SendRate lets this try through.
  void Pace();
  // Asks for keys; they may come later and from another thread.
  void Sign();
  // One try, signed with the time of now.
  void Send(const SharedCredentials& credentials);
  void Received(HttpOutcome outcome);
  // Checks the checksum and completes, or goes on to Refused().
  void Answered(HttpAnswer answer);
  // Tells the client's SendRate.
  void Measure(bool throttled);
  // An answer other than 200.
  void Refused(const HttpAnswer& answer);
  // The store's clock is not ours: takes its own from the answer's Date. Once a call.
  bool RepairClock(const base::Error& error, const HttpAnswer& answer);
  // The keys have run out: asks for others. Once a call.
  bool RefreshCredentials(const base::Error& error);
  // Tries again if the rules allow it, else completes. `may_have_acted`: the try may have taken
  // effect.
  void RetryOrFail(base::Error error, bool may_have_acted,
                   std::optional<std::chrono::milliseconds> retry_after = {});
  // Whether tries, their number and the caller's patience allow another one.
  bool MayRetry(const base::Error& error) const;
  // Completes; a lost write as what it is.
  void Fail(base::Error error);
  // What a try ends with that the client's SendRate did not let through in time.
  base::Error HeldBack() const;
  // What a write ends with whose effect nobody knows.
  base::Error UnknownOutcome(const base::Error& cause) const;
  // "GetItem of users at http://...", for messages.
  std::string What() const;

  Client& client_;
  IoLane& lane_;
  Call call_;
  base::Completion<Answer> done_;
  SharedCredentials credentials_;
  int attempt_ = 1;
  int last_cost_ = 0;
  bool clock_repaired_ = false;
  bool credentials_refreshed_ = false;
  // One of the tries so far.
  bool may_have_acted_ = false;
};

}  // namespace stator::remote
