// AWS's error names, and one factory for each shape of error that more than one module makes. docs/errors.md lists them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dynamo/item.h"

namespace stator::dynamo {

inline constexpr std::string_view kValidationException = "ValidationException";
inline constexpr std::string_view kSerializationException = "SerializationException";
inline constexpr std::string_view kUnknownOperationException = "UnknownOperationException";
inline constexpr std::string_view kResourceNotFoundException = "ResourceNotFoundException";
inline constexpr std::string_view kResourceInUseException = "ResourceInUseException";
inline constexpr std::string_view kConditionalCheckFailedException = "ConditionalCheckFailedException";
inline constexpr std::string_view kProvisionedThroughputExceededException =
    "ProvisionedThroughputExceededException";
inline constexpr std::string_view kThrottlingException = "ThrottlingException";
inline constexpr std::string_view kLimitExceededException = "LimitExceededException";
inline constexpr std::string_view kInternalServerError = "InternalServerError";
inline constexpr std::string_view kAccessDeniedException = "AccessDeniedException";
inline constexpr std::string_view kUnrecognizedClientException = "UnrecognizedClientException";
// Names of Stator's own, for what AWS has no name for.
inline constexpr std::string_view kDeadlineExceeded = "DeadlineExceeded";
inline constexpr std::string_view kUnknownOutcome = "UnknownOutcome";
inline constexpr std::string_view kDataFolderLocked = "DataFolderLocked";
inline constexpr std::string_view kDataFormatTooNew = "DataFormatTooNew";
inline constexpr std::string_view kStorageFull = "StorageFull";
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
// The data plane's "Requested resource not found" for a table; the message is AWS's own, which clients compare.
base::Error TableNotFoundForItems();
// The table plane's form, which names the table.
base::Error TableNotFound(std::string_view table_name);
// ConditionalCheckFailedException "The conditional request failed", with `detail` or null.
base::Error ConditionalCheckFailed(std::shared_ptr<const base::ErrorDetail> detail);
// The caller's deadline passed, or it cancelled; `what` names the call and the table.
base::Error DeadlineError(std::string_view what);

}  // namespace stator::dynamo
