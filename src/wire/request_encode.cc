// Requests as JSON: the client's side.
#include "wire/field_writer.h"
#include "wire/requests.h"

namespace stator::wire {
namespace {

using dynamo::ReturnConsumedCapacity;

// Starts a request with its table and closes it at the end.
class RequestWriter {
 public:
  RequestWriter(std::string_view table_name, std::string& out, std::size_t expected_bytes = 512)
      : json(out, expected_bytes) {
    json.Char('{');
    if (!table_name.empty()) json.Member("TableName", table_name);
  }
  ~RequestWriter() {
    json.Char('}');
    json.Finish();
  }
  RequestWriter(const RequestWriter&) = delete;
  RequestWriter& operator=(const RequestWriter&) = delete;

  void Text(std::string_view name, std::string_view text) { WriteUnlessEmpty(json, name, text); }
  void Item(std::string_view name, const dynamo::Item& item) {
    json.Member(name);
    json.Item(item);
  }
  void Capacity(ReturnConsumedCapacity wanted) {
    if (wanted == ReturnConsumedCapacity::kNone) return;
    json.Member("ReturnConsumedCapacity",
                wanted == ReturnConsumedCapacity::kTotal ? "TOTAL" : "INDEXES");
  }
  void Flag(std::string_view name, bool flag, bool usual) {
    if (flag != usual) json.Member(name, flag);
  }

  JsonWriter json;
};

std::string_view ReturnValuesName(dynamo::ReturnValues values) {
  using enum dynamo::ReturnValues;
  switch (values) {
    case kNone: return {};
    case kAllOld: return "ALL_OLD";
    case kUpdatedOld: return "UPDATED_OLD";
    case kAllNew: return "ALL_NEW";
    case kUpdatedNew: return "UPDATED_NEW";
  }
  return {};
}

std::string_view SelectName(dynamo::Select select) {
  using enum dynamo::Select;
  switch (select) {
    case kDefault: return {};
    case kAllAttributes: return "ALL_ATTRIBUTES";
    case kAllProjectedAttributes: return "ALL_PROJECTED_ATTRIBUTES";
    case kSpecificAttributes: return "SPECIFIC_ATTRIBUTES";
    case kCount: return "COUNT";
  }
  return {};
}

// What the three writes have in common.
template <typename Request>
void WriteCommon(RequestWriter& out, const Request& request) {
  out.Text("ConditionExpression", request.condition_expression);
  WritePlaceholders(out.json, request.expression_attributes);
  out.Text("ReturnValues", ReturnValuesName(request.return_values));
  if (request.return_old_on_condition_failure) {
    out.json.Member("ReturnValuesOnConditionCheckFailure", "ALL_OLD");
  }
  out.Capacity(request.return_consumed_capacity);
}

void WriteReadPage(RequestWriter& out, const dynamo::ReadPageRequest& request) {
  out.Text("IndexName", request.index_name);
  out.Text("FilterExpression", request.filter_expression);
  out.Text("ProjectionExpression", request.projection_expression);
  WritePlaceholders(out.json, request.expression_attributes);
  if (request.exclusive_start_key) out.Item("ExclusiveStartKey", *request.exclusive_start_key);
  if (request.limit) out.json.Member("Limit", std::int64_t{*request.limit});
  out.Text("Select", SelectName(request.select));
  out.Flag("ConsistentRead", request.consistent_read, false);
  out.Capacity(request.return_consumed_capacity);
}

void WriteThroughput(JsonWriter& out, const dynamo::ProvisionedThroughput& throughput) {
  out.Member("ProvisionedThroughput");
  out.Char('{');
  out.Member("ReadCapacityUnits", throughput.read_capacity_units);
  out.Member("WriteCapacityUnits", throughput.write_capacity_units);
  out.Char('}');
}

void WriteIndexes(JsonWriter& out, const dynamo::CreateTableRequest& request, bool global) {
  bool first = true;
  for (const auto& index : request.indexes) {
    if (index.global != global) continue;
    if (first) {
      out.Member(global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
      out.Char('[');
    }
    first = false;
    out.Comma();
    out.Char('{');
    out.Member("IndexName", index.name);
    WriteKeySchema(out, index.key_schema);
    WriteProjection(out, index.projection);
    if (index.throughput.read_capacity_units > 0) WriteThroughput(out, index.throughput);
    out.Char('}');
  }
  if (!first) out.Char(']');
}

}  // namespace

void EncodeGetItemRequest(const dynamo::GetItemRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  writer.Item("Key", request.key);
  writer.Flag("ConsistentRead", request.consistent_read, false);
  writer.Text("ProjectionExpression", request.projection_expression);
  WritePlaceholders(writer.json, request.expression_attributes);
  writer.Capacity(request.return_consumed_capacity);
}

void EncodePutItemRequest(const dynamo::PutItemRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out, request.item.bytes().size() * 3 / 2 + 512);
  writer.Item("Item", request.item);
  WriteCommon(writer, request);
}

void EncodeUpdateItemRequest(const dynamo::UpdateItemRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  writer.Item("Key", request.key);
  writer.Text("UpdateExpression", request.update_expression);
  WriteCommon(writer, request);
}

void EncodeDeleteItemRequest(const dynamo::DeleteItemRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  writer.Item("Key", request.key);
  WriteCommon(writer, request);
}

void EncodeQueryRequest(const dynamo::QueryRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  writer.Text("KeyConditionExpression", request.key_condition_expression);
  writer.Flag("ScanIndexForward", request.scan_index_forward, true);
  WriteReadPage(writer, request);
}

void EncodeScanRequest(const dynamo::ScanRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  if (request.segment) writer.json.Member("Segment", std::int64_t{*request.segment});
  if (request.total_segments) {
    writer.json.Member("TotalSegments", std::int64_t{*request.total_segments});
  }
  WriteReadPage(writer, request);
}

void EncodeBatchGetItemRequest(const dynamo::BatchGetItemRequest& request, std::string& out) {
  RequestWriter writer({}, out);
  WriteBatchKeys(writer.json, "RequestItems", request.tables);
  writer.Capacity(request.return_consumed_capacity);
}

void EncodeBatchWriteItemRequest(const dynamo::BatchWriteItemRequest& request, std::string& out) {
  RequestWriter writer({}, out);
  WriteBatchWrites(writer.json, "RequestItems", request.tables);
  writer.Capacity(request.return_consumed_capacity);
}

void EncodeCreateTableRequest(const dynamo::CreateTableRequest& request, std::string& out) {
  RequestWriter writer(request.table_name, out);
  WriteAttributeDefinitions(writer.json, request.key_schema, request.indexes);
  WriteKeySchema(writer.json, request.key_schema);
  WriteIndexes(writer.json, request, false);
  WriteIndexes(writer.json, request, true);
  if (request.billing_mode == dynamo::BillingMode::kPayPerRequest) {
    writer.Text("BillingMode", "PAY_PER_REQUEST");
  } else {
    writer.Text("BillingMode", "PROVISIONED");
    WriteThroughput(writer.json, request.throughput);
  }
  if (!request.tags.empty()) WriteTags(writer.json, request.tags);
  writer.Flag("DeletionProtectionEnabled", request.deletion_protection, false);
  writer.Text("TableClass", request.table_class);
  if (request.stream_enabled) {
    writer.json.Member("StreamSpecification");
    writer.json.Raw("{\"StreamEnabled\":true");
    WriteUnlessEmpty(writer.json, "StreamViewType", request.stream_view_type);
    writer.json.Char('}');
  }
}

void EncodeTableNameRequest(std::string_view table_name, std::string& out) {
  RequestWriter writer({}, out);
  writer.json.Member("TableName", table_name);
}

void EncodeListTablesRequest(const dynamo::ListTablesRequest& request, std::string& out) {
  RequestWriter writer({}, out);
  writer.Text("ExclusiveStartTableName", request.exclusive_start_table_name);
  writer.json.Member("Limit", std::int64_t{request.limit});
}

void EncodeTagResourceRequest(const dynamo::TagResourceRequest& request, std::string& out) {
  RequestWriter writer({}, out);
  writer.json.Member("ResourceArn", request.resource_arn);
  WriteTags(writer.json, request.tags);
}

void EncodeUntagResourceRequest(const dynamo::UntagResourceRequest& request, std::string& out) {
  RequestWriter writer({}, out);
  writer.json.Member("ResourceArn", request.resource_arn);
  writer.json.Member("TagKeys");
  writer.json.Char('[');
  for (const auto& key : request.tag_keys) {
    writer.json.Comma();
    writer.json.String(key);
  }
  writer.json.Char(']');
}

void EncodeListTagsOfResourceRequest(std::string_view resource_arn, std::string_view next_token,
                                     std::string& out) {
  RequestWriter writer({}, out);
  writer.json.Member("ResourceArn", resource_arn);
  writer.Text("NextToken", next_token);
}

}  // namespace stator::wire
