// Responses as JSON: the server's side.
#include <chrono>

#include "wire/field_writer.h"
#include "wire/responses.h"

namespace stator::wire {
namespace {

// Items are about a quarter longer as JSON than encoded; a guess too small only costs a copy.
std::size_t ExpectedBytes(std::size_t encoded_bytes) { return encoded_bytes * 5 / 4 + 512; }

void WriteCapacity(JsonWriter& out, const dynamo::ConsumedCapacity& capacity) {
  out.Char('{');
  out.Member("TableName", capacity.table_name);
  out.Member("CapacityUnits", capacity.capacity_units);
  if (capacity.with_table) {
    out.Member("Table");
    out.Char('{');
    out.Member("CapacityUnits", capacity.table_units);
    out.Char('}');
  }
  out.Char('}');
}

void WriteOptionalCapacity(JsonWriter& out,
                           const std::optional<dynamo::ConsumedCapacity>& capacity) {
  if (!capacity) return;
  out.Member("ConsumedCapacity");
  WriteCapacity(out, *capacity);
}

void WriteCapacities(JsonWriter& out, const std::vector<dynamo::ConsumedCapacity>& capacities) {
  if (capacities.empty()) return;
  out.Member("ConsumedCapacity");
  out.Char('[');
  for (const auto& capacity : capacities) {
    out.Comma();
    WriteCapacity(out, capacity);
  }
  out.Char(']');
}

void WriteItems(JsonWriter& out, const dynamo::ItemBatch& items) {
  out.Char('[');
  bool first = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!first) out.Char(',');
    first = false;
    out.Item(items[i]);
  }
  out.Char(']');
}

// An object around what `write` writes.
template <typename Write>
void Document(std::string& out, std::size_t expected_bytes, Write&& write) {
  JsonWriter writer(out, expected_bytes);
  writer.Char('{');
  write(writer);
  writer.Char('}');
  writer.Finish();
}

template <typename Write>
void Document(std::string& out, Write&& write) {
  Document(out, 512, std::forward<Write>(write));
}

void WriteThroughputDescription(JsonWriter& out, const dynamo::ProvisionedThroughput& throughput) {
  out.Member("ProvisionedThroughput");
  out.Char('{');
  out.Member("NumberOfDecreasesToday", std::int64_t{0});
  out.Member("ReadCapacityUnits", throughput.read_capacity_units);
  out.Member("WriteCapacityUnits", throughput.write_capacity_units);
  out.Char('}');
}

void WriteIndexDescription(JsonWriter& out, const dynamo::TableDescription& table,
                           const dynamo::IndexDescription& index) {
  out.Comma();
  out.Char('{');
  out.Member("IndexName", index.name);
  WriteKeySchema(out, index.key_schema);
  WriteProjection(out, index.projection);
  if (index.global) {
    out.Member("IndexStatus", dynamo::TableStatusName(index.status));
    WriteThroughputDescription(out, index.throughput);
  }
  out.Member("IndexSizeBytes", index.size_bytes);
  out.Member("ItemCount", index.item_count);
  out.Member("IndexArn", table.arn + "/index/" + index.name);
  out.Char('}');
}

void WriteIndexDescriptions(JsonWriter& out, const dynamo::TableDescription& table, bool global) {
  bool any = false;
  for (const auto& index : table.indexes) {
    if (index.global != global) continue;
    if (!any) {
      out.Member(global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
      out.Char('[');
      any = true;
    }
    WriteIndexDescription(out, table, index);
  }
  if (any) out.Char(']');
}

// Seconds since 1970 with three decimals, as AWS writes them.
void WriteSeconds(JsonWriter& out, std::string_view name, base::WallTime time) {
  using std::chrono::milliseconds;
  const auto rounded = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
  out.Member(name, static_cast<double>(rounded) / 1000.0);
}

void WriteTable(JsonWriter& out, std::string_view member, const dynamo::TableDescription& table) {
  out.Member(member);
  out.Char('{');
  WriteAttributeDefinitions(out, table.key_schema, table.indexes);
  out.Member("TableName", table.name);
  WriteKeySchema(out, table.key_schema);
  out.Member("TableStatus", dynamo::TableStatusName(table.status));
  WriteSeconds(out, "CreationDateTime", table.creation_time);
  WriteThroughputDescription(out, table.throughput);
  out.Member("TableSizeBytes", table.size_bytes);
  out.Member("ItemCount", table.item_count);
  out.Member("TableArn", table.arn);
  out.Member("TableId", table.id);
  if (table.billing_mode == dynamo::BillingMode::kPayPerRequest) {
    out.Member("BillingModeSummary");
    out.Char('{');
    out.Member("BillingMode", "PAY_PER_REQUEST");
    WriteSeconds(out, "LastUpdateToPayPerRequestDateTime", table.creation_time);
    out.Char('}');
  }
  WriteIndexDescriptions(out, table, false);
  WriteIndexDescriptions(out, table, true);
  if (table.stream_enabled) {
    out.Member("StreamSpecification");
    out.Char('{');
    out.Member("StreamEnabled", true);
    out.Member("StreamViewType", table.stream_view_type);
    out.Char('}');
  }
  if (!table.table_class.empty()) {
    out.Member("TableClassSummary");
    out.Char('{');
    out.Member("TableClass", table.table_class);
    out.Char('}');
  }
  out.Member("DeletionProtectionEnabled", table.deletion_protection);
  out.Char('}');
}

}  // namespace

void EncodeGetItemResponse(const dynamo::GetItemResponse& response, std::string& out) {
  const std::size_t bytes = response.item ? response.item->bytes().size() : 0;
  Document(out, ExpectedBytes(bytes), [&](JsonWriter& writer) {
    if (response.item) {
      writer.Member("Item");
      writer.Item(*response.item);
    }
    WriteOptionalCapacity(writer, response.consumed_capacity);
  });
}

void EncodeWriteItemResponse(const dynamo::WriteItemResponse& response, std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    if (response.attributes) {
      writer.Member("Attributes");
      writer.Item(*response.attributes);
    }
    WriteOptionalCapacity(writer, response.consumed_capacity);
  });
}

void EncodeReadPageResponse(const dynamo::ReadPageResponse& response, dynamo::Select select,
                            std::string& out) {
  Document(out, ExpectedBytes(response.items.arena_size_bytes()), [&](JsonWriter& writer) {
    if (select != dynamo::Select::kCount) {
      writer.Member("Items");
      WriteItems(writer, response.items);
    }
    writer.Member("Count", response.count);
    writer.Member("ScannedCount", response.scanned_count);
    if (response.last_evaluated_key) {
      writer.Member("LastEvaluatedKey");
      writer.Item(*response.last_evaluated_key);
    }
    WriteOptionalCapacity(writer, response.consumed_capacity);
  });
}

void EncodeBatchGetItemResponse(const dynamo::BatchGetItemResponse& response, std::string& out) {
  std::size_t bytes = 0;
  for (const auto& [table, items] : response.responses) bytes += items.arena_size_bytes();
  Document(out, ExpectedBytes(bytes), [&](JsonWriter& writer) {
    writer.Member("Responses");
    writer.Char('{');
    for (const auto& [table, items] : response.responses) {
      writer.Comma();
      writer.String(table);
      writer.Char(':');
      WriteItems(writer, items);
    }
    writer.Char('}');
    WriteBatchKeys(writer, "UnprocessedKeys", response.unprocessed_keys);
    WriteCapacities(writer, response.consumed_capacity);
  });
}

void EncodeBatchWriteItemResponse(const dynamo::BatchWriteItemResponse& response,
                                  std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    WriteBatchWrites(writer, "UnprocessedItems", response.unprocessed_items);
    WriteCapacities(writer, response.consumed_capacity);
  });
}

void EncodeTableDescriptionResponse(const dynamo::TableDescription& table, std::string& out) {
  Document(out, [&](JsonWriter& writer) { WriteTable(writer, "TableDescription", table); });
}

void EncodeDescribeTableResponse(const dynamo::TableDescription& table, std::string& out) {
  Document(out, [&](JsonWriter& writer) { WriteTable(writer, "Table", table); });
}

void EncodeListTablesResponse(const dynamo::ListTablesResponse& response, std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    writer.Member("TableNames");
    writer.Char('[');
    for (const auto& name : response.table_names) {
      writer.Comma();
      writer.String(name);
    }
    writer.Char(']');
    WriteUnlessEmpty(writer, "LastEvaluatedTableName", response.last_evaluated_table_name);
  });
}

void EncodeListTagsOfResourceResponse(const dynamo::ListTagsOfResourceResponse& response,
                                      std::string& out) {
  Document(out, [&](JsonWriter& writer) { WriteTags(writer, response.tags); });
}

void EncodeDescribeTimeToLiveResponse(const dynamo::TimeToLiveDescription& response,
                                      std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    writer.Member("TimeToLiveDescription");
    writer.Char('{');
    writer.Member("TimeToLiveStatus", response.status);
    WriteUnlessEmpty(writer, "AttributeName", response.attribute_name);
    writer.Char('}');
  });
}

void EncodeDescribeContinuousBackupsResponse(const dynamo::ContinuousBackupsDescription& response,
                                             std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    writer.Member("ContinuousBackupsDescription");
    writer.Char('{');
    writer.Member("ContinuousBackupsStatus", response.continuous_backups_status);
    writer.Member("PointInTimeRecoveryDescription");
    writer.Char('{');
    writer.Member("PointInTimeRecoveryStatus", response.point_in_time_recovery_status);
    writer.Raw("}}");
  });
}

void EncodeDescribeLimitsResponse(const dynamo::AccountLimits& response, std::string& out) {
  Document(out, [&](JsonWriter& writer) {
    writer.Member("AccountMaxReadCapacityUnits", response.account_max_read_capacity_units);
    writer.Member("AccountMaxWriteCapacityUnits", response.account_max_write_capacity_units);
    writer.Member("TableMaxReadCapacityUnits", response.table_max_read_capacity_units);
    writer.Member("TableMaxWriteCapacityUnits", response.table_max_write_capacity_units);
  });
}

}  // namespace stator::wire
