#include "wire/operation.h"

#include <algorithm>
#include <array>

#include "dynamo/errors.h"

namespace stator::wire {
namespace {

struct OperationRow {
  std::string_view target;
  bool is_write;
};

// In the order of Operation.
constexpr std::array<OperationRow, kOperationCount> kOperations = {{
    {"DynamoDB_20120810.GetItem", false},
    {"DynamoDB_20120810.PutItem", true},
    {"DynamoDB_20120810.UpdateItem", true},
    {"DynamoDB_20120810.DeleteItem", true},
    {"DynamoDB_20120810.Query", false},
    {"DynamoDB_20120810.Scan", false},
    {"DynamoDB_20120810.BatchGetItem", false},
    {"DynamoDB_20120810.BatchWriteItem", true},
    {"DynamoDB_20120810.CreateTable", true},
    {"DynamoDB_20120810.DescribeTable", false},
    {"DynamoDB_20120810.DeleteTable", true},
    {"DynamoDB_20120810.ListTables", false},
    {"DynamoDB_20120810.TagResource", true},
    {"DynamoDB_20120810.UntagResource", true},
    {"DynamoDB_20120810.ListTagsOfResource", false},
    {"DynamoDB_20120810.DescribeTimeToLive", false},
    {"DynamoDB_20120810.DescribeContinuousBackups", false},
    {"DynamoDB_20120810.DescribeLimits", false},
}};

// What AWS serves besides, from its public service models of November 2026.
constexpr std::string_view kNotServedYet[] = {
    "DynamoDB_20120810.BatchExecuteStatement",
    "DynamoDB_20120810.CreateBackup",
    "DynamoDB_20120810.CreateGlobalTable",
    "DynamoDB_20120810.DeleteBackup",
    "DynamoDB_20120810.DeleteResourcePolicy",
    "DynamoDB_20120810.DescribeBackup",
    "DynamoDB_20120810.DescribeContributorInsights",
    "DynamoDB_20120810.DescribeEndpoints",
    "DynamoDB_20120810.DescribeExport",
    "DynamoDB_20120810.DescribeGlobalTable",
    "DynamoDB_20120810.DescribeGlobalTableSettings",
    "DynamoDB_20120810.DescribeImport",
    "DynamoDB_20120810.DescribeKinesisStreamingDestination",
    "DynamoDB_20120810.DescribeTableReplicaAutoScaling",
    "DynamoDB_20120810.DisableKinesisStreamingDestination",
    "DynamoDB_20120810.EnableKinesisStreamingDestination",
    "DynamoDB_20120810.ExecuteStatement",
    "DynamoDB_20120810.ExecuteTransaction",
    "DynamoDB_20120810.ExportTableToPointInTime",
    "DynamoDB_20120810.GetResourcePolicy",
    "DynamoDB_20120810.ImportTable",
    "DynamoDB_20120810.ListBackups",
    "DynamoDB_20120810.ListContributorInsights",
    "DynamoDB_20120810.ListExports",
    "DynamoDB_20120810.ListGlobalTables",
    "DynamoDB_20120810.ListImports",
    "DynamoDB_20120810.PutResourcePolicy",
    "DynamoDB_20120810.RestoreTableFromBackup",
    "DynamoDB_20120810.RestoreTableToPointInTime",
    "DynamoDB_20120810.SearchVectors",
    "DynamoDB_20120810.TransactGetItems",
    "DynamoDB_20120810.TransactWriteItems",
    "DynamoDB_20120810.UpdateContinuousBackups",
    "DynamoDB_20120810.UpdateContributorInsights",
    "DynamoDB_20120810.UpdateGlobalTable",
    "DynamoDB_20120810.UpdateGlobalTableSettings",
    "DynamoDB_20120810.UpdateKinesisStreamingDestination",
    "DynamoDB_20120810.UpdateTable",
    "DynamoDB_20120810.UpdateTableReplicaAutoScaling",
    "DynamoDB_20120810.UpdateTimeToLive",
    "DynamoDBStreams_20120810.DescribeStream",
    "DynamoDBStreams_20120810.GetRecords",
    "DynamoDBStreams_20120810.GetShardIterator",
    "DynamoDBStreams_20120810.ListStreams",
};

const OperationRow& RowOf(Operation operation) {
  return kOperations[static_cast<std::size_t>(operation)];
}

}  // namespace

std::string_view OperationName(Operation operation) {
  return RowOf(operation).target.substr(kTargetPrefix.size() + 1);
}

std::string_view OperationTarget(Operation operation) { return RowOf(operation).target; }

bool IsWrite(Operation operation) { return RowOf(operation).is_write; }

base::Result<Operation> ParseTarget(std::string_view x_amz_target) {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i].target == x_amz_target) return static_cast<Operation>(i);
  }
  std::string message;
  if (std::ranges::find(kNotServedYet, x_amz_target) != std::end(kNotServedYet)) {
    const std::string_view name = x_amz_target.substr(x_amz_target.find('.') + 1);
    message = "Stator does not serve " + std::string(name) + " yet";
  }
  return base::Error(base::ErrorKind::kInvalid, dynamo::kUnknownOperationException,
                     std::move(message));
}

}  // namespace stator::wire
