// Attempts: the life of one call, from its first try to its completion. On its lane's thread.
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
  void Sign();
  void Send(const SharedCredentials& credentials);
  void Received(HttpOutcome outcome);
  void Answered(HttpAnswer answer);
  void Refused(const HttpAnswer& answer);
  bool RepairClock(const base::Error& error, const HttpAnswer& answer);
  bool RefreshCredentials(const base::Error& error);
  // Tries again if the rules allow it, else completes. `may_have_acted`: the try may have taken
  // effect.
  void RetryOrFail(base::Error error, bool may_have_acted,
                   std::optional<std::chrono::milliseconds> retry_after = {});
  bool MayRetry(const base::Error& error) const;
  void Fail(base::Error error);
  // What a write ends with whose effect nobody knows.
  base::Error UnknownOutcome(const base::Error& cause) const;
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
  bool may_have_acted_ = false;  // one of the tries so far
};

}  // namespace stator::remote
