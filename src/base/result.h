// Result<T>: a value or an Error. The only way a function of Stator reports failure (C++20 has no
// std::expected).
//
//   Result<Number> n = Number::Parse(text);
//   if (!n.ok()) return n.error();
//   Use(*n);
//
// or, shorter:  STATOR_ASSIGN_OR_RETURN(Number n, Number::Parse(text));
#pragma once

#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace stator::base {

// The value of functions that return nothing but success.
struct Unit {};

// Holds a T or an Error, never neither. Reading the wrong one is a programmer error and aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  // A success. Implicit, so that `return value;` works.
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  // A failure. Implicit, so that `return error;` works.
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  // Whether this holds a value.
  bool ok() const { return state_.index() == 0; }
  // The value. REQUIRES: ok().
  T& value() & {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  // The value. REQUIRES: ok().
  const T& value() const& {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  // The value, moved out. REQUIRES: ok().
  T&& value() && {
    CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  // The error. REQUIRES: !ok().
  const Error& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  // The value, as value().
  T& operator*() & { return value(); }
  // The value, as value().
  const T& operator*() const& { return value(); }
  // The value, moved out.
  T&& operator*() && { return std::move(*this).value(); }
  // A member of the value.
  T* operator->() { return &value(); }
  // A member of the value.
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or an Error.
using Status = Result<Unit>;

// The successful Status.
inline Status OkStatus() { return Unit{}; }

}  // namespace stator::base

#define STATOR_CONCAT_INNER(a, b) a##b
#define STATOR_CONCAT(a, b) STATOR_CONCAT_INNER(a, b)

// Evaluates a Result or Status and returns its error from the enclosing function when there is one.
#define STATOR_RETURN_IF_ERROR(expression)                                   \
  do {                                                                       \
    if (auto stator_status = (expression); !stator_status.ok()) [[unlikely]] \
      return stator_status.error();                                          \
  } while (false)

// Declares or assigns `target` from a Result, or returns its error from the enclosing function.
#define STATOR_ASSIGN_OR_RETURN(target, expression)               \
  auto STATOR_CONCAT(stator_result_, __LINE__) = (expression);    \
  if (!STATOR_CONCAT(stator_result_, __LINE__).ok()) [[unlikely]] \
    return STATOR_CONCAT(stator_result_, __LINE__).error();       \
  target = std::move(STATOR_CONCAT(stator_result_, __LINE__)).value()
