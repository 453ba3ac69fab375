// WriteRounds: single writes that arrive on one I/O thread together are committed together.
//
// A commit of RocksDB costs the same for one row as for many: its queue of writers, its log record,
// its sequence number. Sixteen clients on two I/O threads bring eight writes a round, so these are
// gathered and become one batch when the round is over. Nothing is locked meanwhile. Whoever comes
// from no such thread commits at once.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/item_writer.h"

namespace stator::engine {

// One write from its preparation to its answer: owns what its change views. Waits first for its
// round, then for the sync.
class PendingWrite : public SyncWaiter {
 public:
  using SyncWaiter::SyncWaiter;
  // What it shall do.
  virtual const ItemChange& change() const = 0;
  // It is committed: Run will be called, and its ticket now belongs to whoever calls it.
  virtual void Committed(ItemOutcome outcome) = 0;
  // It came to nothing: completes with the error. Run will not be called.
  virtual void Fail(base::Error error) = 0;
};

// Gathers. Thread-safe; a part of the engine.
class WriteRounds {
 public:
  // Writes of a round at the most, and bytes; beyond, the round is committed at once.
  static constexpr std::size_t kWritesMax = 32;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;
  static_assert(kWritesMax <= kChangesMax);

  // Commits `write`, now or with others when the present round of its queue is over, and completes
  // it: when it is safe, or at once with its error.
  void Commit(EngineParts& parts, std::unique_ptr<PendingWrite> write);

 private:
  using Writes = std::vector<std::unique_ptr<PendingWrite>>;
  // Of one thread: touched by it alone.
  struct Round {
    base::CompletionQueue* queue;
    Writes writes;
    std::size_t bytes = 0;
    // Whether `write` can be committed together with the others: its item is none of theirs.
    bool Takes(const PendingWrite& write) const;
  };

  // The round of a queue; one is opened, to be ended in time, when there is none.
  Round& Open(EngineParts& parts, base::CompletionQueue& queue);
  // The round is over.
  void End(EngineParts& parts, base::CompletionQueue& queue);
  static void CommitAll(EngineParts& parts, Writes writes);

  // Guards the list, not the rounds in it.
  std::mutex mutex_;
  std::vector<std::unique_ptr<Round>> rounds_;
};

}  // namespace stator::engine
