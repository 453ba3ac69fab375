#include "base/error.h"

#include <utility>

namespace stator::base {

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid: return "invalid";
    case ErrorKind::kNotFound: return "not_found";
    case ErrorKind::kConflict: return "conflict";
    case ErrorKind::kDenied: return "denied";
    case ErrorKind::kThrottled: return "throttled";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kDeadline: return "deadline";
    case ErrorKind::kUnknownOutcome: return "unknown_outcome";
    case ErrorKind::kInternal: return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, std::string_view code, std::string message,
             std::shared_ptr<const ErrorDetail> detail)
    : state_(std::make_shared<const State>(
          State{kind, std::string(code), std::move(message), std::move(detail)})) {}

std::string Error::ToString() const { return state_->code + ": " + state_->message; }

Error Error::WithPrefix(std::string_view prefix) const {
  return Error(kind(), code(), std::string(prefix) + message(), state_->detail);
}

}  // namespace stator::base
