#include "remote/retry.h"

#include <algorithm>

namespace stator::remote {

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
  constexpr int kDoublingsMax = 20;
  const milliseconds base =
      kind == base::ErrorKind::kThrottled ? kThrottledBackoffBase : kBackoffBase;
  const int doublings = std::clamp(retry - 1, 0, kDoublingsMax);
  const milliseconds longest = std::min(base * (1 << doublings), kBackoffMax);
  std::uniform_int_distribution<std::int64_t> draw(0, longest.count());
  const milliseconds wait(draw(random_));
  if (!retry_after) return wait;
  return std::clamp(*retry_after, wait, wait + kRetryAfterMax);
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
