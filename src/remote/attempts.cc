#include "remote/attempts.h"

#include "dynamo/errors.h"
#include "wire/crc32.h"
#include "wire/error_body.h"

namespace stator::remote {
namespace {

using base::Error;
using base::ErrorKind;

Error Unavailable(std::string message) {
  return Error(ErrorKind::kUnavailable, "ServiceUnavailable", std::move(message));
}

bool IsExpiredKey(const Error& error) {
  return error.code() == "ExpiredTokenException" || error.code() == "ExpiredToken" ||
         error.code() == dynamo::kUnrecognizedClientException;
}

bool IsWrongClock(const Error& error) {
  if (error.code() == "RequestExpired" || error.code() == "RequestTimeTooSkewed") return true;
  return error.code() == "InvalidSignatureException" &&
         (error.message().find("Signature expired") != std::string::npos ||
          error.message().find("not yet current") != std::string::npos);
}

}  // namespace

std::string Attempts::What() const {
  std::string what(wire::OperationName(call_.operation));
  if (!call_.subject.empty()) what += " of " + call_.subject;
  return what + " at " + client_.options().endpoint.Url();
}

void Attempts::Begin() {
  if (call_.context.cancel.cancelled() ||
      call_.context.deadline.Passed(client_.options().clock->Now())) {
    // Not at once: a caller with many calls would end up deep in its own completions.
    return lane_.Post(
        [self = shared_from_this()] { self->Fail(dynamo::DeadlineError(self->What())); });
  }
  Pace();
}

void Attempts::Pace() {
  SendRate* const rate = client_.send_rate();
  if (rate == nullptr) return Sign();
  const auto wait = rate->Reserve(client_.options().clock->Now(), call_.context.deadline.at());
  if (!wait) return lane_.Post([self = shared_from_this()] { self->Fail(self->HeldBack()); });
  if (wait->count() == 0) return Sign();
  lane_.After(*wait, [self = shared_from_this()] {
    if (self->lane_.closing()) {
      return self->Fail(Unavailable(self->What() + ": the client is shutting down"));
    }
    self->Sign();
  });
}

void Attempts::Sign() {
  client_.options().credentials->Get(
      call_.context, [self = shared_from_this()](base::Result<SharedCredentials> credentials) {
        // A provider may complete on a thread of its own.
        self->lane_.Post([self, credentials = std::move(credentials)] {
          if (!credentials.ok()) return self->Fail(credentials.error());
          self->Send(*credentials);
        });
      });
}

void Attempts::Send(const SharedCredentials& credentials) {
  credentials_ = credentials;
  const auto signer = client_.SignerFor(credentials);
  lane_.Send(
      client_.Request(*signer, call_), call_.context.deadline.at(),
      [self = shared_from_this()](HttpOutcome outcome) { self->Received(std::move(outcome)); });
}

void Attempts::Received(HttpOutcome outcome) {
  if (outcome.answer) return Answered(*std::move(outcome.answer));
  RetryOrFail(Unavailable(std::string(wire::OperationName(call_.operation)) +
                          " failed: " + outcome.failure),
              outcome.maybe_sent);
}

void Attempts::Answered(HttpAnswer answer) {
  if (answer.crc32 && *answer.crc32 != wire::Crc32(answer.body)) {
    return RetryOrFail(Unavailable(What() + ": the answer was damaged on its way (x-amz-crc32)"),
                       true);
  }
  if (answer.status != 200) return Refused(answer);
  Measure(false);
  client_.budget().GiveBack(last_cost_);
  done_(Answer{std::move(answer.body), &lane_.reader(), attempt_});
}

void Attempts::Measure(bool throttled) {
  if (SendRate* const rate = client_.send_rate()) {
    rate->Answered(client_.options().clock->Now(), throttled);
  }
}

void Attempts::Refused(const HttpAnswer& answer) {
  const Error error = wire::DecodeError(lane_.reader(), answer.status, answer.body);
  Measure(error.kind() == ErrorKind::kThrottled);
  if (RepairClock(error, answer) || RefreshCredentials(error)) return Sign();
  // AWS says of a 500 that a write may have happened, and a proxy cannot know it; a 503 and all
  // refusals come before the work.
  const bool may_have_acted = answer.status >= 500 && answer.status != 503;
  RetryOrFail(error, may_have_acted, answer.retry_after);
}

bool Attempts::RepairClock(const Error& error, const HttpAnswer& answer) {
  if (clock_repaired_ || !IsWrongClock(error)) return false;
  const auto theirs = ParseHttpDate(answer.date);
  if (!theirs) return false;
  clock_repaired_ = true;
  const auto offset = *theirs - client_.options().clock->WallNow();
  client_.clock_offset_us_ = std::chrono::duration_cast<std::chrono::microseconds>(offset).count();
  return true;
}

bool Attempts::RefreshCredentials(const Error& error) {
  if (credentials_refreshed_ || !IsExpiredKey(error)) return false;
  credentials_refreshed_ = true;
  client_.options().credentials->Refused(credentials_);
  return true;
}

bool Attempts::MayRetry(const Error& error) const {
  if (lane_.closing() || call_.context.cancel.cancelled()) return false;
  const bool tries_left = attempt_ < AttemptsMax(client_.options().calls);
  if (error.kind() == ErrorKind::kThrottled) {
    // A scan may wait for capacity as long as its caller does; a read that someone waits for may
    // not.
    return tries_left || call_.context.priority == base::Priority::kBackground;
  }
  return error.kind() == ErrorKind::kUnavailable && tries_left;
}

void Attempts::RetryOrFail(Error error, bool may_have_acted,
                           std::optional<std::chrono::milliseconds> retry_after) {
  may_have_acted_ = may_have_acted_ || (may_have_acted && wire::IsWrite(call_.operation));
  if (may_have_acted_ && !call_.repeatable) return Fail(UnknownOutcome(error));
  if (!MayRetry(error)) return Fail(std::move(error));
  const bool legacy = client_.options().calls.retry_mode == RetryMode::kLegacy;
  const auto wait =
      legacy ? LegacyWait(attempt_) : lane_.backoff().Draw(attempt_, error.kind(), retry_after);
  const auto now = client_.options().clock->Now();
  if (call_.context.deadline.Passed(now)) return Fail(dynamo::DeadlineError(What()));
  if (call_.context.deadline.Passed(now + wait)) return Fail(std::move(error));
  if (!legacy) {
    last_cost_ = client_.budget().TakeForRetry(error.kind());
    if (last_cost_ == 0) return Fail(std::move(error));
  }
  ++attempt_;
  lane_.After(wait, [self = shared_from_this(), error] {
    if (self->lane_.closing()) return self->Fail(error);
    self->Pace();
  });
}

Error Attempts::HeldBack() const {
  return Error(ErrorKind::kThrottled, dynamo::kThrottlingException,
               What() +
                   " was held back: the store has throttled, and at the rate that it takes "
                   "(retry mode adaptive) the call's turn comes after its deadline");
}

Error Attempts::UnknownOutcome(const Error& cause) const {
  return Error(ErrorKind::kUnknownOutcome, dynamo::kUnknownOutcome,
               What() +
                   " was sent, but its answer never came, so it may or may not have happened; "
                   "read the item before writing again. " +
                   cause.message());
}

void Attempts::Fail(Error error) {
  // A repeatable write that ends without any answer is as unknown as its tries were.
  const bool unanswered = error.kind() == ErrorKind::kUnavailable ||
                          error.kind() == ErrorKind::kDeadline ||
                          error.kind() == ErrorKind::kThrottled;
  if (may_have_acted_ && unanswered) error = UnknownOutcome(error);
  done_(std::move(error));
}

}  // namespace stator::remote
