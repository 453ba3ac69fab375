// Parts that several requests or responses share.
#pragma once

#include <string_view>
#include <vector>

#include "dynamo/operations.h"
#include "wire/json_writer.h"

namespace stator::wire {

// {"#n": "name"} of ExpressionAttributeNames and {":v": value} of ExpressionAttributeValues, each
// only where there is one.
void WritePlaceholders(JsonWriter& out, const dynamo::ExpressionAttributes& attributes);
// "Keys", "ConsistentRead", "ProjectionExpression" and placeholders of one table, braces included.
void WriteKeysAndAttributes(JsonWriter& out, const dynamo::KeysAndAttributes& keys);
// The tables of RequestItems or UnprocessedKeys.
void WriteBatchKeys(JsonWriter& out, std::string_view member,
                    const std::vector<dynamo::KeysAndAttributes>& tables);
// The tables of RequestItems or UnprocessedItems.
void WriteBatchWrites(JsonWriter& out, std::string_view member,
                      const std::vector<dynamo::TableWriteRequests>& tables);
// [{"AttributeName": ..., "KeyType": ...}].
void WriteKeySchema(JsonWriter& out, const dynamo::KeySchema& schema);
// AttributeDefinitions of a table's keys and of its indexes' keys, each name once.
void WriteAttributeDefinitions(JsonWriter& out, const dynamo::KeySchema& schema,
                               const std::vector<dynamo::IndexDescription>& indexes);
// Projection of an index.
void WriteProjection(JsonWriter& out, const dynamo::IndexProjection& projection);
// [{"Key": ..., "Value": ...}].
void WriteTags(JsonWriter& out, const std::vector<dynamo::Tag>& tags);
// The member `name` unless `text` is empty.
void WriteUnlessEmpty(JsonWriter& out, std::string_view name, std::string_view text);

}  // namespace stator::wire
