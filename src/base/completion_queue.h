// CompletionQueue: a thread that asks for its completions to come back to it, many with one
// wake-up.
//
// A store that completes calls from a thread of its own (the engine's sync thread) may finish
// hundreds at once. Running each where it was called from would wake that thread hundreds of times;
// handing them over as one group wakes it once, and what a completion frees was allocated there.
#pragma once

#include <vector>

#include "base/unique_function.h"

namespace stator::base {

// One completion with its outcome bound. Runs once; must not block and must not throw.
using CompletionTask = UniqueFunction<void()>;

// Implemented by whoever owns a thread: the I/O threads of the HTTP server. Outlives every call
// whose context names it; and a store outlives what it has posted, so the thread ends first.
class CompletionQueue {
 public:
  virtual ~CompletionQueue() = default;
  // Runs `tasks` soon, in their order, on the queue's thread; on the caller's when that thread has
  // ended, so that no completion is lost. Thread-safe, does not block.
  virtual void Post(std::vector<CompletionTask> tasks) = 0;
};

}  // namespace stator::base
