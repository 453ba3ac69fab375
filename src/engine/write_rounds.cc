#include "engine/write_rounds.h"

#include <algorithm>
#include <utility>

namespace stator::engine {

bool WriteRounds::Round::Takes(const PendingWrite& write) const {
  return writes.size() < kWritesMax && bytes < kBytesMax &&
         std::none_of(
             writes.begin(), writes.end(),
             [&](const auto& other) { return other->change().row_key == write.change().row_key; });
}

void WriteRounds::Commit(EngineParts& parts, std::unique_ptr<PendingWrite> write) {
  base::CompletionQueue* const queue = write->completions();
  if (queue == nullptr || !queue->IsCurrent()) {
    Writes one;
    one.push_back(std::move(write));
    return CommitAll(parts, std::move(one));
  }
  Round& round = Open(parts, *queue);
  // Until it does: answers that are given meanwhile may bring writes to this round.
  while (!round.Takes(*write)) {
    round.bytes = 0;
    CommitAll(parts, std::exchange(round.writes, {}));
  }
  const ItemChange& change = write->change();
  round.bytes += change.put ? change.put->size_bytes : 0;
  round.writes.push_back(std::move(write));
}

WriteRounds::Round& WriteRounds::Open(EngineParts& parts, base::CompletionQueue& queue) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& round : rounds_) {
      if (round->queue == &queue) return *round;
    }
    rounds_.push_back(std::make_unique<Round>(Round{&queue, {}, 0}));
  }
  queue.AfterRound([this, &parts, &queue] { End(parts, queue); });
  return Open(parts, queue);
}

void WriteRounds::End(EngineParts& parts, base::CompletionQueue& queue) {
  std::unique_ptr<Round> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(rounds_.begin(), rounds_.end(),
                                 [&](const auto& round) { return round->queue == &queue; });
    std::swap(*at, rounds_.back());
    ended = std::move(rounds_.back());
    rounds_.pop_back();
  }
  CommitAll(parts, std::move(ended->writes));
}

void WriteRounds::CommitAll(EngineParts& parts, Writes writes) {
  std::vector<const ItemChange*> changes;
  changes.reserve(writes.size());
  for (const auto& write : writes) changes.push_back(&write->change());
  auto outcomes = CommitChanges(parts, changes);
  std::vector<std::unique_ptr<SyncWaiter>> committed;
  committed.reserve(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (!outcomes[i].ok()) continue;
    writes[i]->Committed(std::move(*outcomes[i]));
    committed.push_back(std::move(writes[i]));
  }
  parts.storage->Acknowledge(committed);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i] != nullptr) writes[i]->Fail(outcomes[i].error());
  }
}

}  // namespace stator::engine
