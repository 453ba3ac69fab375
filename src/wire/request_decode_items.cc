// Requests about single items, queries and scans.
#include <limits>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "wire/request_reader.h"
#include "wire/requests.h"

namespace stator::wire {
namespace {

using base::Result;

// Members that every request with expressions has. nullopt: not one of them.
template <typename Request>
std::optional<bool> CommonMember(RequestReader& in, std::string_view name, JsonValue value,
                                 Request& request) {
  if (name == "TableName") return in.TableName(value, request.table_name);
  if (name == "ExpressionAttributeNames") {
    return in.ExpressionNames(value, request.expression_attributes);
  }
  if (name == "ReturnConsumedCapacity") return in.Capacity(value, request.return_consumed_capacity);
  return std::nullopt;
}

// Members that the three writes have in common, all but the key or the item.
template <typename Request>
bool WriteMember(RequestReader& in, std::string_view name, JsonValue value, Request& request) {
  if (const auto common = CommonMember(in, name, value, request)) return *common;
  if (name == "ExpressionAttributeValues") {
    return in.ExpressionValues(value, request.expression_attributes);
  }
  if (name == "ConditionExpression") {
    return in.Expression(name, value, request.condition_expression);
  }
  if (name == "ReturnValues") return in.ReturnValues(value, request.return_values);
  if (name == "ReturnValuesOnConditionCheckFailure") {
    return in.ReturnOldOnFailure(value, request.return_old_on_condition_failure);
  }
  if (name == "ReturnItemCollectionMetrics") {
    // Only tables with local indexes have such metrics, so NONE and SIZE mean the same here.
    static constexpr EnumName<bool> kNames[] = {{"SIZE", true}, {"NONE", false}};
    bool ignored = false;
    return in.OneOf(name, value, kNames, "SIZE, NONE", ignored);
  }
  return in.Unknown(name, value);
}

// What PutItem and DeleteItem check beyond UpdateItem.
template <typename Request>
void CheckPutOrDelete(RequestReader& in, const Request& request) {
  const bool condition = !request.condition_expression.empty();
  in.CheckPlaceholders(condition, condition, "ConditionExpression is null");
  if (request.return_values != dynamo::ReturnValues::kNone &&
      request.return_values != dynamo::ReturnValues::kAllOld) {
    in.in.Note(Stage::kParameters,
               dynamo::ValidationError("ReturnValues can only be ALL_OLD or NONE"));
  }
}

// Members that Query and Scan have in common.
bool ReadPageMember(RequestReader& in, std::string_view name, JsonValue value,
                    dynamo::ReadPageRequest& request) {
  if (const auto common = CommonMember(in, name, value, request)) return *common;
  if (name == "ExpressionAttributeValues") {
    return in.ExpressionValues(value, request.expression_attributes);
  }
  if (name == "IndexName") return in.IndexName(value, request.index_name);
  if (name == "FilterExpression") return in.Expression(name, value, request.filter_expression);
  if (name == "ProjectionExpression") {
    return in.Expression(name, value, request.projection_expression);
  }
  if (name == "ExclusiveStartKey") return in.Values(value, request.exclusive_start_key.emplace());
  if (name == "Limit") {
    return in.Number(name, value, 1, std::numeric_limits<std::int32_t>::max(), request.limit);
  }
  if (name == "Select") return in.Select(value, request.select);
  if (name == "ConsistentRead") return in.in.Flag(value, request.consistent_read);
  return in.Unknown(name, value);
}

}  // namespace

Result<dynamo::GetItemRequest> DecodeGetItemRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::GetItemRequest request;
  bool key_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "Key") {
      key_given = true;
      return in.Values(value, request.key);
    }
    if (const auto common = CommonMember(in, name, value, request)) return *common;
    if (name == "ConsistentRead") return in.in.Flag(value, request.consistent_read);
    if (name == "ProjectionExpression") {
      return in.Expression(name, value, request.projection_expression);
    }
    return in.Unknown(name, value);
  });
  in.RequireTableName();
  in.Require("Key", key_given);
  in.CheckPlaceholders(!request.projection_expression.empty(), true, {});
  return in.Finish(request);
}

Result<dynamo::PutItemRequest> DecodePutItemRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kDetected);
  dynamo::PutItemRequest request;
  bool item_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "Item") {
      item_given = true;
      return in.Values(value, request.item);
    }
    return WriteMember(in, name, value, request);
  });
  in.RequireTableName();
  in.Require("Item", item_given);
  CheckPutOrDelete(in, request);
  return in.Finish(request);
}

Result<dynamo::DeleteItemRequest> DecodeDeleteItemRequest(JsonReader& reader,
                                                          std::string_view body) {
  RequestReader in(reader, ValueWording::kDetected);
  dynamo::DeleteItemRequest request;
  bool key_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "Key") {
      key_given = true;
      return in.Values(value, request.key);
    }
    return WriteMember(in, name, value, request);
  });
  in.RequireTableName();
  in.Require("Key", key_given);
  CheckPutOrDelete(in, request);
  return in.Finish(request);
}

Result<dynamo::UpdateItemRequest> DecodeUpdateItemRequest(JsonReader& reader,
                                                          std::string_view body) {
  RequestReader in(reader, ValueWording::kDetected);
  dynamo::UpdateItemRequest request;
  bool key_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "Key") {
      key_given = true;
      return in.Values(value, request.key);
    }
    if (name == "UpdateExpression") {
      return in.Expression(name, value, request.update_expression);
    }
    return WriteMember(in, name, value, request);
  });
  in.RequireTableName();
  in.Require("Key", key_given);
  const bool any = !request.condition_expression.empty() || !request.update_expression.empty();
  in.CheckPlaceholders(any, any, "UpdateExpression and ConditionExpression are null");
  return in.Finish(request);
}

Result<dynamo::QueryRequest> DecodeQueryRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::QueryRequest request;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "KeyConditionExpression") {
      return in.Expression(name, value, request.key_condition_expression);
    }
    if (name == "ScanIndexForward") return in.in.Flag(value, request.scan_index_forward);
    return ReadPageMember(in, name, value, request);
  });
  in.RequireTableName();
  const bool with_values =
      !request.filter_expression.empty() || !request.key_condition_expression.empty();
  in.CheckPlaceholders(with_values || !request.projection_expression.empty(), with_values,
                       "FilterExpression and KeyConditionExpression are null");
  if (request.key_condition_expression.empty()) {
    in.in.Note(Stage::kParameters,
               dynamo::ValidationError("Either the KeyConditions or KeyConditionExpression "
                                       "parameter must be specified in the request."));
  }
  return in.Finish(request);
}

Result<dynamo::ScanRequest> DecodeScanRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kNamed);
  dynamo::ScanRequest request;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "Segment") {
      return in.Number(name, value, 0, dynamo::kScanSegmentsMax - 1, request.segment);
    }
    if (name == "TotalSegments") {
      return in.Number(name, value, 1, dynamo::kScanSegmentsMax, request.total_segments);
    }
    return ReadPageMember(in, name, value, request);
  });
  in.RequireTableName();
  const bool filter = !request.filter_expression.empty();
  in.CheckPlaceholders(filter || !request.projection_expression.empty(), filter,
                       "FilterExpression is null");
  return in.Finish(request);
}

}  // namespace stator::wire
