// The operations of the DynamoDB API that Stator speaks, and the `X-Amz-Target` header that names
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stator::wire {

// One entry for each method of dynamo::Store that has a request of its own on the wire.
enum class Operation : std::uint8_t {
  kGetItem,
  kPutItem,
  kUpdateItem,
  kDeleteItem,
  kQuery,
  kScan,
  kBatchGetItem,
  kBatchWriteItem,
  kCreateTable,
  kDescribeTable,
  kDeleteTable,
  kListTables,
  kTagResource,
  kUntagResource,
  kListTagsOfResource,
  kDescribeTimeToLive,
  kDescribeContinuousBackups,
  kDescribeLimits,
};
inline constexpr int kOperationCount = 18;

// The API's version prefix, before the dot of a target. [M]
inline constexpr std::string_view kTargetPrefix = "DynamoDB_20120810";
// What requests send and answers carry as Content-Type. [M]
inline constexpr std::string_view kContentType = "application/x-amz-json-1.0";

// The name under which AWS knows the operation: "GetItem".
std::string_view OperationName(Operation operation);
// The whole header value: "DynamoDB_20120810.GetItem".
std::string_view OperationTarget(Operation operation);
// Whether the operation changes data or tables, so that a lost answer leaves its outcome unknown.
bool IsWrite(Operation operation);

// The operation that `x_amz_target` names. ERRORS: UnknownOperationException; without a message
// where AWS does not know the operation either, with one that names it where AWS does and Stator
// does not yet.
base::Result<Operation> ParseTarget(std::string_view x_amz_target);

}  // namespace stator::wire
