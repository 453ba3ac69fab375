// Completion<T>: how an asynchronous call answers, exactly once. Wait() turns such a call into a
// blocking one.
//
// Why not futures: a completion needs no lock and no allocation when the answer is there at once,
// as it is for every engine read from memory, and one sync thread can complete hundreds of writes
// without a thread for each to wait on (docs/adr-0001).
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/unique_function.h"

namespace stator::base {

// A completion of a T. Called exactly once with the outcome, on whatever thread the callee
// documents. Must not block and must not throw.
template <typename T>
using Completion = UniqueFunction<void(Result<T>)>;

// Calls `start(completion)` and blocks until the completion has run. For SQL threads and commands,
// never for an I/O thread. There is no time-out here: by the contract of the seam every call
// completes by its own deadline.
//
//   Result<GetItemResponse> r = Wait<GetItemResponse>([&](auto done) { dynamo.GetItem(context,
//   request, std::move(done)); });
template <typename T, typename Start>
Result<T> Wait(Start&& start) {
  std::mutex mutex;
  std::condition_variable ready;
  std::optional<Result<T>> outcome;
  start(Completion<T>([&](Result<T> result) {
    // Notified under the lock: the waiter's stack may be gone as soon as the lock is free.
    std::lock_guard lock(mutex);
    outcome.emplace(std::move(result));
    ready.notify_one();
  }));
  std::unique_lock lock(mutex);
  ready.wait(lock, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

}  // namespace stator::base
