// BatchGetItem and BatchWriteItem.
#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "wire/request_reader.h"
#include "wire/requests.h"

namespace stator::wire {
namespace {

using base::Result;

std::string PathOf(std::string_view table, std::string_view rest) {
  return "RequestItems." + std::string(table) + std::string(rest);
}

// The tables of RequestItems, each read by read_table(name as given, value).
template <typename ReadTable>
bool RequestItems(RequestReader& in, JsonValue from, std::string_view type, ReadTable&& read_table,
                  std::size_t tables_max) {
  if (!in.in.IsMap(from, type)) return false;
  std::size_t tables = 0;
  const bool read = in.in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    ++tables;
    return read_table(name, value);
  });
  if (read) in.CheckLength("RequestItems", tables, 1, tables_max);
  return read;
}

bool ReadKeys(RequestReader& in, JsonValue from, std::vector<dynamo::Item>& out) {
  if (!in.in.IsList(from)) return false;
  out.clear();
  return in.in.VisitElements(from, [&](JsonValue key) {
    if (key.type == JsonType::kNull) {
      in.Require("RequestItems.member.Keys.member", false);
      return true;
    }
    return in.Values(key, out.emplace_back());
  });
}

bool ReadKeysAndAttributes(RequestReader& in, std::string_view table, JsonValue from,
                           dynamo::KeysAndAttributes& out) {
  if (!in.in.IsStructure(from, "KeysAndAttributes")) return false;
  out.table_name = table;
  in.CheckTableName("RequestItems.key", out.table_name);
  bool keys_given = false;
  bool names_given = false;
  const bool read = in.in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    if (name == "Keys") {
      keys_given = true;
      return ReadKeys(in, value, out.keys);
    }
    if (name == "ConsistentRead") return in.in.Flag(value, out.consistent_read);
    if (name == "ProjectionExpression") {
      return in.Expression(name, value, out.projection_expression);
    }
    if (name == "ExpressionAttributeNames") {
      names_given = true;
      return in.ExpressionNames(value, out.expression_attributes);
    }
    return in.Unknown(name, value);
  });
  if (!read) return false;
  in.Require(PathOf(table, ".member.Keys"), keys_given);
  if (keys_given) {
    in.CheckLength(PathOf(table, ".member.Keys"), out.keys.size(), 1, dynamo::kBatchGetKeysMax);
  }
  if (names_given && out.projection_expression.empty()) in.CheckPlaceholders(false, true, {});
  return true;
}

// {"Item": {...}} of a put, {"Key": {...}} of a delete.
bool ReadWrite(RequestReader& in, std::string_view type, std::string_view member, JsonValue from,
               dynamo::Item& out) {
  if (!in.in.IsStructure(from, type)) return false;
  bool given = false;
  const bool read = in.in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    if (name != member) return in.in.Skip(value);
    given = true;
    return in.Values(value, out);
  });
  in.Require("RequestItems.member." + std::string(type) + "." + std::string(member), given);
  return read;
}

bool ReadWriteRequest(RequestReader& in, JsonValue from, dynamo::WriteRequest& out) {
  if (from.type == JsonType::kNull || !in.in.IsStructure(from, "WriteRequest")) {
    return in.in.NoteJson("Unexpected value type in payload");
  }
  int kinds = 0;
  const bool read = in.in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    const bool is_delete = name == "DeleteRequest";
    if (!is_delete && name != "PutRequest") return in.in.Skip(value);
    ++kinds;
    out.is_delete = is_delete;
    return is_delete ? ReadWrite(in, name, "Key", value, out.item)
                     : ReadWrite(in, name, "Item", value, out.item);
  });
  if (kinds != 1) {
    in.in.Note(Stage::kParameters,
               dynamo::ValidationError("Supplied AttributeValue has more than one datatypes set, "
                                       "must contain exactly one of the supported datatypes"));
  }
  return read;
}

}  // namespace

Result<dynamo::BatchGetItemRequest> DecodeBatchGetItemRequest(JsonReader& reader,
                                                              std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::BatchGetItemRequest request;
  bool items_given = false;
  const auto read_table = [&](std::string_view table, JsonValue value) {
    return ReadKeysAndAttributes(in, table, value, request.tables.emplace_back());
  };
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "RequestItems") {
      items_given = true;
      request.tables.clear();
      return RequestItems(in, value, "com.amazonaws.dynamodb.v20120810.KeysAndAttributes",
                          read_table, dynamo::kBatchGetKeysMax);
    }
    if (name == "ReturnConsumedCapacity") {
      return in.Capacity(value, request.return_consumed_capacity);
    }
    return in.Unknown(name, value);
  });
  in.Require("RequestItems", items_given);
  std::size_t keys = 0;
  for (const auto& table : request.tables) keys += table.keys.size();
  if (keys > dynamo::kBatchGetKeysMax) {
    in.in.Note(Stage::kParameters,
               dynamo::ValidationError("Too many items requested for the BatchGetItem call"));
  }
  return in.Finish(request);
}

Result<dynamo::BatchWriteItemRequest> DecodeBatchWriteItemRequest(JsonReader& reader,
                                                                  std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::BatchWriteItemRequest request;
  bool items_given = false;
  std::size_t writes = 0;
  const auto read_table = [&](std::string_view table, JsonValue value) {
    if (!in.in.IsList(value)) return false;
    auto& out = request.tables.emplace_back();
    out.table_name = table;
    in.CheckTableName("RequestItems.key", out.table_name);
    const bool read = in.in.VisitElements(value, [&](JsonValue element) {
      return ReadWriteRequest(in, element, out.requests.emplace_back());
    });
    in.CheckLength(PathOf(table, ".member"), out.requests.size(), 1,
                   dynamo::kBatchWriteRequestsMax);
    writes += out.requests.size();
    return read;
  };
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "RequestItems") {
      items_given = true;
      request.tables.clear();
      writes = 0;
      return RequestItems(in, value, "java.util.List<WriteRequest>", read_table,
                          dynamo::kBatchWriteRequestsMax);
    }
    if (name == "ReturnConsumedCapacity") {
      return in.Capacity(value, request.return_consumed_capacity);
    }
    return in.Unknown(name, value);
  });
  in.Require("RequestItems", items_given);
  if (writes > dynamo::kBatchWriteRequestsMax) {
    in.in.Note(Stage::kParameters,
               dynamo::ValidationError("Too many items requested for the BatchWriteItem call"));
  }
  return in.Finish(request);
}

}  // namespace stator::wire
