// Responses about items: the client's side.
#include "dynamo/errors.h"
#include "wire/item_reader.h"
#include "wire/response_reader.h"
#include "wire/responses.h"

namespace stator::wire {

using base::Result;

base::Error BadAnswer(const JsonReader::Impl& in) {
  return base::Error(
      base::ErrorKind::kUnavailable, dynamo::kInternalServerError,
      "the endpoint sent an answer that is no DynamoDB JSON: " + in.FirstFault()->message());
}

namespace {

bool ReadCapacity(JsonReader::Impl& in, JsonValue from, dynamo::ConsumedCapacity& out) {
  if (!in.IsStructure(from, "ConsumedCapacity")) return false;
  return in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    if (name == "TableName") return in.Text(value, out.table_name);
    if (name == "CapacityUnits") return in.Real(value, out.capacity_units);
    if (name != "Table" || !in.IsStructure(value, "Capacity")) return in.Skip(value);
    out.with_table = true;
    return in.VisitMembers(value, [&](std::string_view part, JsonValue units) {
      return part == "CapacityUnits" ? in.Real(units, out.table_units) : in.Skip(units);
    });
  });
}

bool ReadCapacities(JsonReader::Impl& in, JsonValue from,
                    std::vector<dynamo::ConsumedCapacity>& out) {
  return in.IsList(from) && in.VisitElements(from, [&](JsonValue element) {
    return ReadCapacity(in, element, out.emplace_back());
  });
}

bool ReadItems(JsonReader::Impl& in, JsonValue from, dynamo::ItemBatch& out) {
  return in.IsList(from) && in.VisitElements(from, [&](JsonValue element) {
    const std::size_t start = out.arena().size();
    if (!ReadItemInto(in, element, out.arena())) return false;
    out.CloseAt(start);
    return true;
  });
}

bool ReadNames(JsonReader::Impl& in, JsonValue from, dynamo::ExpressionAttributes& out) {
  return in.IsMap(from, "java.lang.String") &&
         in.VisitMembers(from, [&](std::string_view placeholder, JsonValue value) {
           std::string_view name;
           if (!in.Text(value, name)) return false;
           out.names.emplace_back(placeholder, name);
           return true;
         });
}

bool ReadKeysAndAttributes(JsonReader::Impl& in, JsonValue from, dynamo::KeysAndAttributes& out) {
  if (!in.IsStructure(from, "KeysAndAttributes")) return false;
  const auto read_key = [&](JsonValue key) { return ReadItem(in, key, out.keys.emplace_back()); };
  return in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    if (name == "Keys") return in.IsList(value) && in.VisitElements(value, read_key);
    if (name == "ConsistentRead") return in.Flag(value, out.consistent_read);
    if (name == "ProjectionExpression") return in.Text(value, out.projection_expression);
    if (name == "ExpressionAttributeNames") return ReadNames(in, value, out.expression_attributes);
    return in.Skip(value);
  });
}

// {"PutRequest": {"Item": ...}} or {"DeleteRequest": {"Key": ...}}.
bool ReadWriteRequest(JsonReader::Impl& in, JsonValue from, dynamo::WriteRequest& out) {
  if (!in.IsStructure(from, "WriteRequest")) return false;
  const auto read_item = [&](std::string_view name, JsonValue value) {
    return name == "Item" || name == "Key" ? ReadItem(in, value, out.item) : in.Skip(value);
  };
  return in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    out.is_delete = name == "DeleteRequest";
    return in.IsStructure(value, name) && in.VisitMembers(value, read_item);
  });
}

bool ReadTableWrites(JsonReader::Impl& in, JsonValue from, dynamo::TableWriteRequests& out) {
  return in.IsList(from) && in.VisitElements(from, [&](JsonValue element) {
    return ReadWriteRequest(in, element, out.requests.emplace_back());
  });
}

}  // namespace

Result<dynamo::GetItemResponse> DecodeGetItemResponse(JsonReader& reader, std::string_view body) {
  return ReadResponse<dynamo::GetItemResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "Item") return ReadItem(in, value, out.item.emplace());
        if (name == "ConsumedCapacity") {
          return ReadCapacity(in, value, out.consumed_capacity.emplace());
        }
        return in.Skip(value);
      });
}

Result<dynamo::WriteItemResponse> DecodeWriteItemResponse(JsonReader& reader,
                                                          std::string_view body) {
  return ReadResponse<dynamo::WriteItemResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "Attributes") return ReadItem(in, value, out.attributes.emplace());
        if (name == "ConsumedCapacity") {
          return ReadCapacity(in, value, out.consumed_capacity.emplace());
        }
        return in.Skip(value);
      });
}

Result<dynamo::ReadPageResponse> DecodeReadPageResponse(JsonReader& reader, std::string_view body) {
  return ReadResponse<dynamo::ReadPageResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "Items") return ReadItems(in, value, out.items);
        if (name == "Count") return in.Whole(value, "Long", out.count);
        if (name == "ScannedCount") return in.Whole(value, "Long", out.scanned_count);
        if (name == "LastEvaluatedKey") {
          return ReadItem(in, value, out.last_evaluated_key.emplace());
        }
        if (name == "ConsumedCapacity") {
          return ReadCapacity(in, value, out.consumed_capacity.emplace());
        }
        return in.Skip(value);
      });
}

Result<dynamo::BatchGetItemResponse> DecodeBatchGetItemResponse(JsonReader& reader,
                                                                std::string_view body) {
  return ReadResponse<dynamo::BatchGetItemResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "Responses") {
          return in.IsMap(value, "java.util.List") &&
                 in.VisitMembers(value, [&](std::string_view table, JsonValue items) {
                   auto& entry = out.responses.emplace_back(table, dynamo::ItemBatch());
                   return ReadItems(in, items, entry.second);
                 });
        }
        if (name == "UnprocessedKeys") {
          return in.IsMap(value, "KeysAndAttributes") &&
                 in.VisitMembers(value, [&](std::string_view table, JsonValue keys) {
                   auto& entry = out.unprocessed_keys.emplace_back();
                   entry.table_name = table;
                   return ReadKeysAndAttributes(in, keys, entry);
                 });
        }
        if (name == "ConsumedCapacity") return ReadCapacities(in, value, out.consumed_capacity);
        return in.Skip(value);
      });
}

Result<dynamo::BatchWriteItemResponse> DecodeBatchWriteItemResponse(JsonReader& reader,
                                                                    std::string_view body) {
  return ReadResponse<dynamo::BatchWriteItemResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "UnprocessedItems") {
          return in.IsMap(value, "java.util.List") &&
                 in.VisitMembers(value, [&](std::string_view table, JsonValue writes) {
                   auto& entry = out.unprocessed_items.emplace_back();
                   entry.table_name = table;
                   return ReadTableWrites(in, writes, entry);
                 });
        }
        if (name == "ConsumedCapacity") return ReadCapacities(in, value, out.consumed_capacity);
        return in.Skip(value);
      });
}

}  // namespace stator::wire
