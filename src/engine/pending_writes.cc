#include "engine/pending_writes.h"

#include <algorithm>
#include <utility>

namespace stator::engine {
namespace {

using base::Status;
using PendingSpan = std::span<const std::unique_ptr<PendingWrite>>;

// How many of `writes`, from the first on, can be one batch. At least 1.
std::size_t BatchLength(PendingSpan writes) {
  std::size_t bytes = 0;
  std::size_t length = 0;
  for (; length < std::min(writes.size(), kChangesMax); ++length) {
    const ItemChange& change = writes[length]->change();
    bytes += change.put ? change.put->value.size() : 0;
    if (length == 0) continue;
    const auto writes_same_item = [&](const auto& other) {
      return other->change().row_hash == change.row_hash &&
             other->change().row_key == change.row_key;
    };
    const PendingSpan others = writes.first(length);
    if (bytes > kPendingBytesMax || std::any_of(others.begin(), others.end(), writes_same_item)) {
      break;
    }
  }
  return length;
}

void CommitBatch(EngineParts& parts, PendingSpan writes, WhenStalled when,
                 std::vector<Status>& outcomes) {
  std::vector<const ItemChange*> changes;
  changes.reserve(writes.size());
  for (const auto& write : writes) changes.push_back(&write->change());
  auto committed = CommitChanges(parts, changes, when);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    outcomes.push_back(committed[i].ok() ? base::OkStatus() : Status(committed[i].error()));
    if (committed[i].ok()) writes[i]->Committed(std::move(*committed[i]));
  }
}

}  // namespace

std::vector<Status> CommitPending(EngineParts& parts, PendingSpan writes, WhenStalled when) {
  std::vector<Status> outcomes;
  outcomes.reserve(writes.size());
  while (outcomes.size() < writes.size()) {
    const std::size_t begin = outcomes.size();
    const PendingSpan rest = writes.subspan(begin);
    CommitBatch(parts, rest.first(BatchLength(rest)), when, outcomes);
    const auto stalled = std::find_if(outcomes.begin() + static_cast<std::ptrdiff_t>(begin),
                                      outcomes.end(), IsStalled);
    if (stalled == outcomes.end()) continue;
    // The vector has had room for all since its beginning.
    const Status& why = *stalled;
    while (outcomes.size() < writes.size()) outcomes.push_back(why);
  }
  return outcomes;
}

}  // namespace stator::engine
