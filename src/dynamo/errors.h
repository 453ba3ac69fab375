// AWS's error names, and one factory for each shape of error that more than one module makes.
// docs/errors.md lists them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dynamo/item.h"

namespace stator::dynamo {

// The request breaks a rule of the API; the message says which. Never retried.
inline constexpr std::string_view kValidationException = "ValidationException";
// The body is no JSON, or a member has another JSON type than the model says.
inline constexpr std::string_view kSerializationException = "SerializationException";
// X-Amz-Target names no operation that Stator has.
inline constexpr std::string_view kUnknownOperationException = "UnknownOperationException";
// The table, or the resource that an ARN names, does not exist.
inline constexpr std::string_view kResourceNotFoundException = "ResourceNotFoundException";
// What the operations on backups call a table that does not exist.
inline constexpr std::string_view kTableNotFoundException = "TableNotFoundException";
// The table exists already, or is busy.
inline constexpr std::string_view kResourceInUseException = "ResourceInUseException";
// The condition of a write did not hold; nothing was written.
inline constexpr std::string_view kConditionalCheckFailedException =
    "ConditionalCheckFailedException";
// A table's throughput is used up; retried with back-off.
inline constexpr std::string_view kProvisionedThroughputExceededException =
    "ProvisionedThroughputExceededException";
// Too many requests of some other kind; retried with back-off.
inline constexpr std::string_view kThrottlingException = "ThrottlingException";
// Too many tables, tags or concurrent table operations.
inline constexpr std::string_view kLimitExceededException = "LimitExceededException";
// A fault of the store; retried.
inline constexpr std::string_view kInternalServerError = "InternalServerError";
// The credentials are good and may not do this.
inline constexpr std::string_view kAccessDeniedException = "AccessDeniedException";
// The credentials are not known to AWS.
inline constexpr std::string_view kUnrecognizedClientException = "UnrecognizedClientException";

// Names of Stator's own, for what AWS has no name for.

// The call's deadline passed, or the caller cancelled it; nothing was written.
inline constexpr std::string_view kDeadlineExceeded = "DeadlineExceeded";
// A write was sent and its answer never came: look before writing again.
inline constexpr std::string_view kUnknownOutcome = "UnknownOutcome";
// Another process holds the data folder.
inline constexpr std::string_view kDataFolderLocked = "DataFolderLocked";
// The data folder was written by a newer Stator.
inline constexpr std::string_view kDataFormatTooNew = "DataFormatTooNew";
// The disk is full; what was acknowledged is safe.
inline constexpr std::string_view kStorageFull = "StorageFull";
// A part of the DynamoDB API that this version does not have.
inline constexpr std::string_view kNotSupportedYet = "NotSupportedYet";

// The item that a failed condition found, when the request asked for it
// (ReturnValuesOnConditionCheckFailure=ALL_OLD). Detail of kConditionalCheckFailedException.
class ConditionCheckFailedDetail final : public base::ErrorDetail {
 public:
  // Keeps a copy of the item.
  explicit ConditionCheckFailedDetail(Item item) : item_(std::move(item)) {}
  // The item as it was when the condition failed.
  const Item& item() const { return item_; }

 private:
  Item item_;
};

// ValidationException with this message.
base::Error ValidationError(std::string message);
// The data plane's "Requested resource not found" for a table; the message is AWS's own, which
// clients compare.
base::Error TableNotFoundForItems();
// The table plane's form, which names the table.
base::Error TableNotFound(std::string_view table_name);
// ConditionalCheckFailedException "The conditional request failed", with `detail` or null.
base::Error ConditionalCheckFailed(std::shared_ptr<const base::ErrorDetail> detail);
// The caller's deadline passed, or it cancelled; `what` names the call and the table.
base::Error DeadlineError(std::string_view what);

}  // namespace stator::dynamo
