#include "wire/field_writer.h"

#include <algorithm>

namespace stator::wire {

void WriteUnlessEmpty(JsonWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.Member(name, text);
}

void WritePlaceholders(JsonWriter& out, const dynamo::ExpressionAttributes& attributes) {
  if (!attributes.names.empty()) {
    out.Member("ExpressionAttributeNames");
    out.Char('{');
    for (const auto& [placeholder, name] : attributes.names) {
      out.Comma();
      out.String(placeholder);
      out.Char(':');
      out.String(name);
    }
    out.Char('}');
  }
  if (!attributes.values.empty()) {
    out.Member("ExpressionAttributeValues");
    out.Item(attributes.values);
  }
}

void WriteKeysAndAttributes(JsonWriter& out, const dynamo::KeysAndAttributes& keys) {
  out.Raw("{\"Keys\":[");
  for (const auto& key : keys.keys) {
    out.Comma();
    out.Item(key);
  }
  out.Char(']');
  if (keys.consistent_read) out.Member("ConsistentRead", true);
  WriteUnlessEmpty(out, "ProjectionExpression", keys.projection_expression);
  WritePlaceholders(out, keys.expression_attributes);
  out.Char('}');
}

void WriteBatchKeys(JsonWriter& out, std::string_view member,
                    const std::vector<dynamo::KeysAndAttributes>& tables) {
  out.Member(member);
  out.Char('{');
  for (const auto& table : tables) {
    out.Comma();
    out.String(table.table_name);
    out.Char(':');
    WriteKeysAndAttributes(out, table);
  }
  out.Char('}');
}

void WriteBatchWrites(JsonWriter& out, std::string_view member,
                      const std::vector<dynamo::TableWriteRequests>& tables) {
  out.Member(member);
  out.Char('{');
  for (const auto& table : tables) {
    out.Comma();
    out.String(table.table_name);
    out.Raw(":[");
    for (const auto& request : table.requests) {
      out.Comma();
      out.Raw(request.is_delete ? "{\"DeleteRequest\":{\"Key\":" : "{\"PutRequest\":{\"Item\":");
      out.Item(request.item);
      out.Raw("}}");
    }
    out.Char(']');
  }
  out.Char('}');
}

void WriteKeySchema(JsonWriter& out, const dynamo::KeySchema& schema) {
  out.Member("KeySchema");
  out.Raw("[{\"AttributeName\":");
  out.String(schema.partition.name);
  out.Raw(",\"KeyType\":\"HASH\"}");
  if (schema.sort) {
    out.Raw(",{\"AttributeName\":");
    out.String(schema.sort->name);
    out.Raw(",\"KeyType\":\"RANGE\"}");
  }
  out.Char(']');
}

void WriteAttributeDefinitions(JsonWriter& out, const dynamo::KeySchema& schema,
                               const std::vector<dynamo::IndexDescription>& indexes) {
  std::vector<const dynamo::KeyAttribute*> attributes;
  const auto add = [&](const dynamo::KeyAttribute& attribute) {
    const auto same = [&](const auto* each) { return each->name == attribute.name; };
    if (std::ranges::none_of(attributes, same)) attributes.push_back(&attribute);
  };
  const auto add_keys = [&](const dynamo::KeySchema& keys) {
    add(keys.partition);
    if (keys.sort) add(*keys.sort);
  };
  add_keys(schema);
  for (const auto& index : indexes) add_keys(index.key_schema);
  out.Member("AttributeDefinitions");
  out.Char('[');
  for (const auto* attribute : attributes) {
    out.Comma();
    out.Char('{');
    out.Member("AttributeName", attribute->name);
    out.Member("AttributeType", dynamo::AttributeTypeName(attribute->type));
    out.Char('}');
  }
  out.Char(']');
}

void WriteProjection(JsonWriter& out, const dynamo::IndexProjection& projection) {
  using enum dynamo::ProjectionType;
  out.Member("Projection");
  out.Char('{');
  out.Member("ProjectionType", projection.type == kAll        ? "ALL"
                               : projection.type == kKeysOnly ? "KEYS_ONLY"
                                                              : "INCLUDE");
  if (!projection.non_key_attributes.empty()) {
    out.Member("NonKeyAttributes");
    out.Char('[');
    for (const auto& name : projection.non_key_attributes) {
      out.Comma();
      out.String(name);
    }
    out.Char(']');
  }
  out.Char('}');
}

void WriteTags(JsonWriter& out, const std::vector<dynamo::Tag>& tags) {
  out.Member("Tags");
  out.Char('[');
  for (const auto& tag : tags) {
    out.Comma();
    out.Char('{');
    out.Member("Key", tag.key);
    out.Member("Value", tag.value);
    out.Char('}');
  }
  out.Char(']');
}

}  // namespace stator::wire
