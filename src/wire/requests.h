// Requests of the DynamoDB API as JSON, both ways: Decode...Request for who serves them,
// Encode...Request for who sends them.
//
// Decoding reports the fault that AWS would report first:
//
//   1. JSON syntax and the JSON types of all known members: SerializationException. Unknown members
//      are skipped, but their syntax is checked; `null` counts as absent; JSON may be nested 100
//      levels deep.
//   2. What AWS's model demands of single members (required, lengths, ranges, enums, patterns):
//      ValidationException "1 validation error detected: Value at 'TableName' failed to satisfy
//      constraint: ...", in the wording that most regions of AWS have had since 2026.
//   3. Members that Stator cannot honour yet: NotSupportedYet, which names the member. These are
//   the
//      legacy parameters (AttributesToGet, AttributeUpdates, ConditionalOperator, Expected,
//      KeyConditions, QueryFilter, ScanFilter) and settings of tables without an effect here. None
//      is accepted and ignored.
//   4. Members that do not go together, as far as they can be told without parsing an expression
//   and
//      without a table's schema: empty expressions, placeholders without an expression.
//   5. Attribute values: one data type each, numbers, sets, depth: ValidationException, worded for
//      the operation as AWS words it.
//
// A TableName that is a table ARN is cut down to the table's name. `body` is the HTTP body;
// kBodyPaddingBytes must be readable behind it. Results own their memory.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "dynamo/operations.h"
#include "wire/json_reader.h"

namespace stator::wire {

// ---- server side ----

// GetItem.
base::Result<dynamo::GetItemRequest> DecodeGetItemRequest(JsonReader& reader,
                                                          std::string_view body);
// PutItem. ReturnItemCollectionMetrics is accepted: without local indexes, SIZE and NONE mean the
// same.
base::Result<dynamo::PutItemRequest> DecodePutItemRequest(JsonReader& reader,
                                                          std::string_view body);
// UpdateItem.
base::Result<dynamo::UpdateItemRequest> DecodeUpdateItemRequest(JsonReader& reader,
                                                                std::string_view body);
// DeleteItem.
base::Result<dynamo::DeleteItemRequest> DecodeDeleteItemRequest(JsonReader& reader,
                                                                std::string_view body);
// Query.
base::Result<dynamo::QueryRequest> DecodeQueryRequest(JsonReader& reader, std::string_view body);
// Scan.
base::Result<dynamo::ScanRequest> DecodeScanRequest(JsonReader& reader, std::string_view body);
// BatchGetItem. More than 100 keys over all tables are refused here.
base::Result<dynamo::BatchGetItemRequest> DecodeBatchGetItemRequest(JsonReader& reader,
                                                                    std::string_view body);
// BatchWriteItem. More than 25 requests over all tables are refused here.
base::Result<dynamo::BatchWriteItemRequest> DecodeBatchWriteItemRequest(JsonReader& reader,
                                                                        std::string_view body);
// CreateTable, indexes and stream included. Key attributes get their types from
// AttributeDefinitions, which must name exactly the attributes that keys use.
base::Result<dynamo::CreateTableRequest> DecodeCreateTableRequest(JsonReader& reader,
                                                                  std::string_view body);
// The name of the table in DescribeTable, DeleteTable, DescribeTimeToLive and
// DescribeContinuousBackups.
base::Result<std::string> DecodeTableNameRequest(JsonReader& reader, std::string_view body);
// ListTables.
base::Result<dynamo::ListTablesRequest> DecodeListTablesRequest(JsonReader& reader,
                                                                std::string_view body);
// TagResource.
base::Result<dynamo::TagResourceRequest> DecodeTagResourceRequest(JsonReader& reader,
                                                                  std::string_view body);
// UntagResource.
base::Result<dynamo::UntagResourceRequest> DecodeUntagResourceRequest(JsonReader& reader,
                                                                      std::string_view body);
// The ARN in ListTagsOfResource. A NextToken is refused: the answer has always been one page.
base::Result<std::string> DecodeListTagsOfResourceRequest(JsonReader& reader,
                                                          std::string_view body);
// DescribeLimits and others without parameters: only that it is a JSON object.
base::Status DecodeEmptyRequest(JsonReader& reader, std::string_view body);

// ---- client side: each appends one JSON document to `out` ----

// GetItem.
void EncodeGetItemRequest(const dynamo::GetItemRequest& request, std::string& out);
// PutItem.
void EncodePutItemRequest(const dynamo::PutItemRequest& request, std::string& out);
// UpdateItem.
void EncodeUpdateItemRequest(const dynamo::UpdateItemRequest& request, std::string& out);
// DeleteItem.
void EncodeDeleteItemRequest(const dynamo::DeleteItemRequest& request, std::string& out);
// Query.
void EncodeQueryRequest(const dynamo::QueryRequest& request, std::string& out);
// Scan.
void EncodeScanRequest(const dynamo::ScanRequest& request, std::string& out);
// BatchGetItem.
void EncodeBatchGetItemRequest(const dynamo::BatchGetItemRequest& request, std::string& out);
// BatchWriteItem.
void EncodeBatchWriteItemRequest(const dynamo::BatchWriteItemRequest& request, std::string& out);
// CreateTable.
void EncodeCreateTableRequest(const dynamo::CreateTableRequest& request, std::string& out);
// DescribeTable, DeleteTable, DescribeTimeToLive, DescribeContinuousBackups.
void EncodeTableNameRequest(std::string_view table_name, std::string& out);
// ListTables.
void EncodeListTablesRequest(const dynamo::ListTablesRequest& request, std::string& out);
// TagResource.
void EncodeTagResourceRequest(const dynamo::TagResourceRequest& request, std::string& out);
// UntagResource.
void EncodeUntagResourceRequest(const dynamo::UntagResourceRequest& request, std::string& out);
// ListTagsOfResource; an empty `next_token` asks for the first page.
void EncodeListTagsOfResourceRequest(std::string_view resource_arn, std::string_view next_token,
                                     std::string& out);

}  // namespace stator::wire
