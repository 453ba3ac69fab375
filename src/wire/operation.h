// The operations of the DynamoDB API that Stator speaks, and the `X-Amz-Target` header that names
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stator::wire {

// One entry for each method of dynamo::Store that has a request of its own on the wire. GetMany and
// PutMany have none: `remote` makes batches of them. The order is that of the tables in
// operation.cc; the numbers mean nothing outside of the process.
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

// The API's version prefix, before the dot of a target. The streams plane has another,
// "DynamoDBStreams_20120810". [M]
inline constexpr std::string_view kTargetPrefix = "DynamoDB_20120810";
// What requests send and answers carry as Content-Type. [M]
inline constexpr std::string_view kContentType = "application/x-amz-json-1.0";

// The name under which AWS knows the operation, for messages, metrics and logs: "GetItem". Lives as
// long as the process.
std::string_view OperationName(Operation operation);
// The whole value of the X-Amz-Target header, as clients send it: "DynamoDB_20120810.GetItem".
std::string_view OperationTarget(Operation operation);
// Whether the operation changes data or tables, so that a lost answer leaves its outcome unknown.
bool IsWrite(Operation operation);

// The operation that `x_amz_target` names. ERRORS: UnknownOperationException; without a message
// where AWS does not know the operation either, with one that names it where AWS does and Stator
// does not yet.
base::Result<Operation> ParseTarget(std::string_view x_amz_target);

}  // namespace stator::wire
