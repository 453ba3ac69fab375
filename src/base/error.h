// The one error value of Stator. Every fallible function returns Result<T> (base/result.h), which
// holds one of these.
//
// Nothing is thrown: an Error is returned, passed up unchanged or with a prefix, and turned into an
// answer at the door.
//
// `kind` decides what a machine does with the error (retry, HTTP status, exit code); `code` is the
// name a user knows and searches for: an AWS exception name ("ConditionalCheckFailedException") or
// a Feast one ("FeatureViewNotFoundException"). `base` itself knows no code: the names live in
// dynamo/errors.h and in the modules that speak to users.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stator::base {

// What may be done about an error. The retry rules of `remote` and the HTTP status at every door
// depend on this alone.
enum class ErrorKind : unsigned char {
  kInvalid,         // the request is wrong; repeating it changes nothing
  kNotFound,        // a named thing (table, feature view, file) does not exist
  kConflict,        // the state forbids it: failed condition, existing table, locked data folder
  kDenied,          // credentials are missing, wrong or not sufficient
  kThrottled,       // the store asks to slow down; may be retried with back-off
  kUnavailable,     // network, disk or process trouble; may be retried
  kDeadline,        // the caller's deadline passed, or the call was cancelled
  kUnknownOutcome,  // a write was sent and its answer never came: it may or may not have happened
  kInternal,        // a fault of Stator or of its data
};

// Lower-case name of a kind for logs and metrics, for example "not_found".
std::string_view ErrorKindName(ErrorKind kind);

// Base of what an error may carry beyond its text, for example the item of a failed condition.
// Immutable.
class ErrorDetail {
 public:
  virtual ~ErrorDetail() = default;
};

// An immutable error, one pointer wide, cheap to move and to copy.
class Error {
 public:
  // `code` is the public name of the error; `message` says what was wrong, naming the table, the
  // attribute or the setting, and what to do about it. `detail` may be null.
  Error(ErrorKind kind, std::string_view code, std::string message,
        std::shared_ptr<const ErrorDetail> detail = nullptr);

  // What may be done about the error.
  ErrorKind kind() const { return state_->kind; }
  // The public name: an AWS exception name, a Feast exception name.
  const std::string& code() const { return state_->code; }
  // One or more sentences for the user.
  const std::string& message() const { return state_->message; }
  // Null unless the error carries more than text. Callers downcast by `code`.
  const ErrorDetail* detail() const { return state_->detail.get(); }

  // "Code: message", for logs and the command line.
  std::string ToString() const;
  // The same error with `prefix` before its message, for example the name of the file it was found
  // in.
  Error WithPrefix(std::string_view prefix) const;

 private:
  struct State {
    ErrorKind kind;
    std::string code;
    std::string message;
    std::shared_ptr<const ErrorDetail> detail;
  };
  std::shared_ptr<const State> state_;
};

}  // namespace stator::base
