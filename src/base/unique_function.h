// UniqueFunction<R(Args...)>: a move-only std::function, so that a completion may own what it
// completes into (std::move_only_function arrives with C++23). Callables up to kInlineBytes are
// stored without allocation, which keeps the hot paths free of it: a completion there holds a
// shared pointer and a few references.
//
//   UniqueFunction<void(int)> done = [owned = std::move(owned)](int n) { ... };
//   done(3);
//
// Not thread-safe, not copyable, never null-checked for you: calling an empty one is a programmer
// error.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace stator::base {

// Only the form for function types, below, exists.
template <typename Signature>
class UniqueFunction;

// Calls a stored callable. Empty after default construction or after being moved from; calling an
// empty one aborts.
template <typename R, typename... Args>
class UniqueFunction<R(Args...)> {
 public:
  // Room for a callable of this size without allocation: a shared pointer, a few references, a
  // small string.
  static constexpr std::size_t kInlineBytes = 64;

  // An empty function, as a member is before it is set or after it has been taken.
  UniqueFunction() = default;
  // Stores `callable`: a lambda, a function pointer, anything that can be called with Args. One
  // must be nothrow-movable to be stored inline.
  template <typename F,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, UniqueFunction>>>
  UniqueFunction(F&& callable) {  // NOLINT(google-explicit-constructor)
    using Callable = std::decay_t<F>;
    if constexpr (sizeof(Callable) <= kInlineBytes &&
                  alignof(Callable) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Callable>) {
      new (storage_) Callable(std::forward<F>(callable));
      operations_ = &kInline<Callable>;
    } else {
      *reinterpret_cast<Callable**>(storage_) = new Callable(std::forward<F>(callable));
      operations_ = &kHeap<Callable>;
    }
  }
  // Takes over the callable of `other`, which is empty afterwards.
  UniqueFunction(UniqueFunction&& other) noexcept { TakeFrom(other); }
  // Takes over the callable of `other`, which is empty afterwards; the one held before is
  // destroyed. Moving an inline callable moves the object itself, a heap one only its pointer.
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      Reset();
      TakeFrom(other);
    }
    return *this;
  }
  UniqueFunction(const UniqueFunction&) = delete;
  UniqueFunction& operator=(const UniqueFunction&) = delete;
  // Destroys the callable.
  ~UniqueFunction() { Reset(); }

  // Whether there is a callable.
  // Never calls it.
  explicit operator bool() const { return operations_ != nullptr; }
  // Calls it; it stays stored, so it can be called again unless its owner says otherwise. REQUIRES:
  // not empty.
  R operator()(Args... args) {
    CHECK(operations_ != nullptr);
    return operations_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  // What can be done with a stored callable without knowing its type: a hand-made virtual table,
  // one for each type and each kind of storage.
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to);
    void (*destroy)(void*);
  };

  // The callable itself stands in storage_.
  template <typename Callable>
  static constexpr Operations kInline = {
      [](void* at, Args&&... args) -> R {
        return (*static_cast<Callable*>(at))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) {
        new (to) Callable(std::move(*static_cast<Callable*>(from)));
        static_cast<Callable*>(from)->~Callable();
      },
      [](void* at) { static_cast<Callable*>(at)->~Callable(); }};

  // storage_ holds a pointer to the callable: it is large, or moving it may throw.
  template <typename Callable>
  static constexpr Operations kHeap = {
      [](void* at, Args&&... args) -> R {
        return (**static_cast<Callable**>(at))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) { *static_cast<Callable**>(to) = *static_cast<Callable**>(from); },
      [](void* at) { delete *static_cast<Callable**>(at); }};

  // REQUIRES: this is empty.
  void TakeFrom(UniqueFunction& other) {
    if (other.operations_ == nullptr) return;
    other.operations_->move(other.storage_, storage_);
    operations_ = std::exchange(other.operations_, nullptr);
  }
  // Destroys the callable, if there is one. The field is cleared first: a destructor may reach this
  // object again.
  void Reset() {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(storage_);
  }

  // Null when empty.
  const Operations* operations_ = nullptr;
  // The callable, or the pointer to it.
  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
};

}  // namespace stator::base
