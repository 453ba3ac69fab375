#include "remote/typed_call.h"

#include "dynamo/errors.h"

namespace stator::remote {

base::Error UnreadableAnswer(wire::Operation operation, const base::Error& cause) {
  return base::Error(base::ErrorKind::kUnknownOutcome, dynamo::kUnknownOutcome,
                     std::string(wire::OperationName(operation)) +
                         " was accepted, but its answer cannot be read: " + cause.message());
}

}  // namespace stator::remote
