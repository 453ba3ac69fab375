// CompletionQueue: a thread that asks for its completions to come back to it, many with one
// wake-up.
//
// A store that completes calls from a thread of its own (the engine's sync thread) may finish
// hundreds at once. Running each where it was called from would wake that thread hundreds of times;
// handing them over as one group wakes it once, and what a completion frees was allocated there.
//
// Such a thread may also do the store's work itself when it would otherwise sleep: no other thread
// has to be woken then, neither for the work nor for the answers
// (docs/adr-0013-io-thread-syncs.md).
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/unique_function.h"

namespace stator::base {

// One completion with its outcome bound. Runs once; must not block and must not throw.
using CompletionTask = UniqueFunction<void()>;

class CompletionQueue;

// Work of a store that the thread of a queue does in place of sleeping. All calls are made on that
// thread, with no call of the store on the stack.
class IdleTask {
 public:
  virtual ~IdleTask() = default;
  // The thread has handled all that it knew of. Does the work, which may block for a moment, runs
  // the completions of `queue` right here, and answers nullopt: it is not asked any more. Or does
  // nothing yet, and answers how long the thread may sleep until it is asked again; it is asked
  // sooner when something comes.
  virtual std::optional<std::chrono::microseconds> OnIdle(CompletionQueue& queue) = 0;
  // The thread has others to serve, and the work must be done elsewhere. Not asked any more.
  virtual void GiveUp(CompletionQueue& queue) = 0;
};

// Implemented by whoever owns a thread: the I/O threads of the HTTP server. Outlives every call
// whose context names it; and a store outlives what it has posted, so the thread ends first.
class CompletionQueue {
 public:
  virtual ~CompletionQueue() = default;
  // Runs `tasks` soon, in their order, on the queue's thread; on the caller's when that thread has
  // ended, so that no completion is lost. Thread-safe, does not block.
  virtual void Post(std::vector<CompletionTask> tasks) = 0;
  // Has `task` asked before the thread next sleeps, and then as it wishes. false: the caller is not
  // on this thread, or the thread has, or lately had, others to serve, and `task` is not asked.
  // `task` outlives the thread. Does not call it.
  virtual bool WhenIdle(IdleTask& /*task*/) { return false; }
};

}  // namespace stator::base
