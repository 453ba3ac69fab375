// Responses of the DynamoDB API as JSON, both ways: Encode...Response for who serves them,
// Decode...Response for who receives them.
//
// Encoders append one JSON document to `out` and write items straight from their bytes. Decoders
// take what a DynamoDB (AWS or compatible) has sent: unknown members are skipped, missing ones keep
// their defaults, and what makes no sense is InternalServerError of kind kUnavailable, since asking
// again may help. kBodyPaddingBytes must be readable behind `body`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/operations.h"
#include "wire/json_reader.h"

namespace stator::wire {

// ---- server side ----

// GetItem; `{}` when there is no item.
void EncodeGetItemResponse(const dynamo::GetItemResponse& response, std::string& out);
// PutItem, UpdateItem and DeleteItem.
void EncodeWriteItemResponse(const dynamo::WriteItemResponse& response, std::string& out);
// Query and Scan. `select` is the request's: an answer to COUNT has no Items at all.
void EncodeReadPageResponse(const dynamo::ReadPageResponse& response, dynamo::Select select,
                            std::string& out);
// BatchGetItem. Responses and UnprocessedKeys always stand there, as AWS has it.
void EncodeBatchGetItemResponse(const dynamo::BatchGetItemResponse& response, std::string& out);
// BatchWriteItem. UnprocessedItems always stands there.
void EncodeBatchWriteItemResponse(const dynamo::BatchWriteItemResponse& response, std::string& out);
// CreateTable and DeleteTable: the description under "TableDescription".
void EncodeTableDescriptionResponse(const dynamo::TableDescription& table, std::string& out);
// DescribeTable: the description under "Table".
void EncodeDescribeTableResponse(const dynamo::TableDescription& table, std::string& out);
// ListTables.
void EncodeListTablesResponse(const dynamo::ListTablesResponse& response, std::string& out);
// ListTagsOfResource.
void EncodeListTagsOfResourceResponse(const dynamo::ListTagsOfResourceResponse& response,
                                      std::string& out);
// DescribeTimeToLive.
void EncodeDescribeTimeToLiveResponse(const dynamo::TimeToLiveDescription& response,
                                      std::string& out);
// DescribeContinuousBackups.
void EncodeDescribeContinuousBackupsResponse(const dynamo::ContinuousBackupsDescription& response,
                                             std::string& out);
// DescribeLimits.
void EncodeDescribeLimitsResponse(const dynamo::AccountLimits& response, std::string& out);
// TagResource and UntagResource answer 200 with an empty body: append nothing.

// ---- client side ----

// GetItem.
base::Result<dynamo::GetItemResponse> DecodeGetItemResponse(JsonReader& reader,
                                                            std::string_view body);
// PutItem, UpdateItem and DeleteItem.
base::Result<dynamo::WriteItemResponse> DecodeWriteItemResponse(JsonReader& reader,
                                                                std::string_view body);
// Query and Scan.
base::Result<dynamo::ReadPageResponse> DecodeReadPageResponse(JsonReader& reader,
                                                              std::string_view body);
// BatchGetItem.
base::Result<dynamo::BatchGetItemResponse> DecodeBatchGetItemResponse(JsonReader& reader,
                                                                      std::string_view body);
// BatchWriteItem.
base::Result<dynamo::BatchWriteItemResponse> DecodeBatchWriteItemResponse(JsonReader& reader,
                                                                          std::string_view body);
// CreateTable, DeleteTable and DescribeTable: the description under "TableDescription" or "Table".
base::Result<dynamo::TableDescription> DecodeTableDescriptionResponse(JsonReader& reader,
                                                                      std::string_view body);
// ListTables.
base::Result<dynamo::ListTablesResponse> DecodeListTablesResponse(JsonReader& reader,
                                                                  std::string_view body);

// One page of ListTagsOfResource; `next_token` is empty on the last one.
struct TagsPage {
  std::vector<dynamo::Tag> tags;
  std::string next_token;
};
// ListTagsOfResource.
base::Result<TagsPage> DecodeListTagsOfResourceResponse(JsonReader& reader, std::string_view body);
// DescribeTimeToLive.
base::Result<dynamo::TimeToLiveDescription> DecodeDescribeTimeToLiveResponse(JsonReader& reader,
                                                                             std::string_view body);
// DescribeContinuousBackups.
base::Result<dynamo::ContinuousBackupsDescription> DecodeDescribeContinuousBackupsResponse(
    JsonReader& reader, std::string_view body);
// DescribeLimits.
base::Result<dynamo::AccountLimits> DecodeDescribeLimitsResponse(JsonReader& reader,
                                                                 std::string_view body);

}  // namespace stator::wire
