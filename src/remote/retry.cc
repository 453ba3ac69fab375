#include "remote/retry.h"

#include <algorithm>

namespace stator::remote {
namespace {

// `base` doubled for each retry but the first.
std::chrono::milliseconds Doubled(std::chrono::milliseconds base, int retry) {
  constexpr int kDoublingsMax = 20;
  return std::min(base * (1 << std::clamp(retry - 1, 0, kDoublingsMax)), kBackoffMax);
}

}  // namespace

int RetryBudget::TakeForRetry(base::ErrorKind kind) {
  const int cost = kind == base::ErrorKind::kThrottled ? kThrottledRetryCost : kRetryCost;
  std::lock_guard lock(mutex_);
  if (tokens_ < cost) return 0;
  tokens_ -= cost;
  return cost;
}

void RetryBudget::GiveBack(int last_cost) {
  std::lock_guard lock(mutex_);
  tokens_ = std::min(kTokensMax, tokens_ + std::max(last_cost, 1));
}

int RetryBudget::tokens() const {
  std::lock_guard lock(mutex_);
  return tokens_;
}

std::chrono::milliseconds Backoff::Draw(int retry, base::ErrorKind kind,
                                        std::optional<std::chrono::milliseconds> retry_after) {
  using std::chrono::milliseconds;
  const milliseconds base =
      kind == base::ErrorKind::kThrottled ? kThrottledBackoffBase : kBackoffBase;
  std::uniform_int_distribution<std::int64_t> draw(0, Doubled(base, retry).count());
  const milliseconds wait(draw(random_));
  if (!retry_after) return wait;
  return std::clamp(*retry_after, wait, wait + kRetryAfterMax);
}

std::chrono::milliseconds LegacyWait(int retry) { return Doubled(kLegacyBackoffBase, retry); }

int AttemptsMax(const CallOptions& calls) {
  return calls.attempts_max.value_or(calls.retry_mode == RetryMode::kLegacy ? kLegacyAttemptsMax
                                                                            : kAttemptsMax);
}

bool IsRepeatable(wire::Operation operation, bool conditional) {
  switch (operation) {
    case wire::Operation::kUpdateItem:
    case wire::Operation::kCreateTable:
    case wire::Operation::kDeleteTable: return false;
    default: return !conditional;
  }
}

}  // namespace stator::remote
