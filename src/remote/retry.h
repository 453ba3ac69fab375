// When and how soon a call is tried again: AWS's "standard" retry mode in its form of 2026, with
// DynamoDB's own figures, and the waits of the "legacy" one. What "adaptive" adds is in
// send_rate.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>

#include "base/error.h"
#include "remote/call_options.h"
#include "wire/operation.h"

namespace stator::remote {

// Tries of one call, the first included. [AWS: 4 for DynamoDB; botocore's legacy mode: 10]
inline constexpr int kAttemptsMax = 4;
inline constexpr int kLegacyAttemptsMax = 10;
// The longest wait before a retry is drawn from [0, base x 2^(n-1)], n counted from 1. [AWS]
inline constexpr std::chrono::milliseconds kBackoffBase{25};
inline constexpr std::chrono::milliseconds kThrottledBackoffBase{1'000};
inline constexpr std::chrono::milliseconds kBackoffMax{20'000};
// The wait before the first retry of kLegacy, doubled for each further one. [botocore]
inline constexpr std::chrono::milliseconds kLegacyBackoffBase{50};
// How much longer than drawn a server may ask us to wait by x-amz-retry-after. [AWS]
inline constexpr std::chrono::milliseconds kRetryAfterMax{5'000};

// Limits the share of retries over all calls, so that a store in trouble is not kept there by its
// clients: every retry takes tokens from one bucket, successes give them back. Thread-safe.
class RetryBudget {
 public:
  static constexpr int kTokensMax = 500;
  static constexpr int kRetryCost = 14;
  static constexpr int kThrottledRetryCost = 5;

  // Takes the cost of a retry; 0 when there are not enough tokens, and the retry must not be made.
  int TakeForRetry(base::ErrorKind kind);
  // A call ended well: gives back the cost of its last retry, or one token when it had none.
  void GiveBack(int last_cost);
  // Tokens left.
  int tokens() const;

 private:
  mutable std::mutex mutex_;
  int tokens_ = kTokensMax;
};

// Draws waits: full jitter. Not thread-safe: one for each I/O thread.
class Backoff {
 public:
  // `seed` makes the draws repeatable.
  explicit Backoff(std::uint64_t seed) : random_(seed) {}
  // The wait before retry `retry` (the first is 1) after an error of `kind`; `retry_after` is what
  // the server asked for.
  std::chrono::milliseconds Draw(int retry, base::ErrorKind kind,
                                 std::optional<std::chrono::milliseconds> retry_after = {});

 private:
  std::mt19937_64 random_;
};

// The wait of RetryMode::kLegacy before retry `retry` (the first is 1).
std::chrono::milliseconds LegacyWait(int retry);

// Tries of one call under these options.
int AttemptsMax(const CallOptions& calls);

// Whether `operation` may be sent again although an earlier try may have taken effect: reads, and
// writes that leave the same state when repeated. UpdateItem, conditional writes and CreateTable
// may not: `conditional` tells a condition or a wish for old values.
bool IsRepeatable(wire::Operation operation, bool conditional);

}  // namespace stator::remote
