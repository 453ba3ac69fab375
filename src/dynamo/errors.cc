#include "dynamo/errors.h"

#include <utility>

namespace stator::dynamo {

using base::Error;
using base::ErrorKind;

Error ValidationError(std::string message) {
  return Error(ErrorKind::kInvalid, kValidationException, std::move(message));
}

Error TableNotFoundForItems() {
  return Error(ErrorKind::kNotFound, kResourceNotFoundException, "Requested resource not found");
}

Error TableNotFound(std::string_view table_name) {
  return Error(ErrorKind::kNotFound, kResourceNotFoundException,
               "Requested resource not found: Table: " + std::string(table_name) + " not found");
}

Error ConditionalCheckFailed(std::shared_ptr<const base::ErrorDetail> detail) {
  return Error(ErrorKind::kConflict, kConditionalCheckFailedException,
               "The conditional request failed", std::move(detail));
}

Error DeadlineError(std::string_view what) {
  return Error(ErrorKind::kDeadline, kDeadlineExceeded,
               std::string(what) + " did not complete before its deadline");
}

}  // namespace stator::dynamo
