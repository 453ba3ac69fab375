// Tables as the DynamoDB API describes them: key schema, status, throughput, indexes, tags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "dynamo/attribute_value.h"

namespace stator::dynamo {

// One attribute of a key. `type` is kString, kNumber or kBinary.
struct KeyAttribute {
  std::string name;
  AttributeType type = AttributeType::kString;
  // Same name and type.
  friend bool operator==(const KeyAttribute&, const KeyAttribute&) = default;
};

// The primary key of a table or an index: a partition key and, perhaps, a sort key.
struct KeySchema {
  KeyAttribute partition;
  std::optional<KeyAttribute> sort;
  // Same attributes.
  friend bool operator==(const KeySchema&, const KeySchema&) = default;
};

// DynamoDB's table states that Stator knows; others read from AWS become kOther.
enum class TableStatus : std::uint8_t { kCreating, kActive, kUpdating, kDeleting, kOther };
// "CREATING", "ACTIVE", ...
std::string_view TableStatusName(TableStatus status);

enum class BillingMode : std::uint8_t { kProvisioned, kPayPerRequest };

// Provisioned units; both 0 under PAY_PER_REQUEST.
struct ProvisionedThroughput {
  std::int64_t read_capacity_units = 0;
  std::int64_t write_capacity_units = 0;
};

enum class ProjectionType : std::uint8_t { kAll, kKeysOnly, kInclude };

// What an index holds beside its keys and the table's.
struct IndexProjection {
  ProjectionType type = ProjectionType::kAll;
  std::vector<std::string> non_key_attributes;  // for kInclude
};

// A secondary index, in CreateTable and in descriptions.
struct IndexDescription {
  std::string name;
  bool global = true;
  KeySchema key_schema;
  IndexProjection projection;
  ProvisionedThroughput throughput;
  TableStatus status = TableStatus::kActive;
  std::int64_t item_count = 0;
  std::int64_t size_bytes = 0;
};

// A tag of a table.
struct Tag {
  std::string key;
  std::string value;
};

// What DescribeTable answers.
struct TableDescription {
  std::string name;
  std::string arn;
  std::string id;  // a UUID that stays the same for the life of the table
  TableStatus status = TableStatus::kActive;
  KeySchema key_schema;
  std::vector<IndexDescription> indexes;
  base::WallTime creation_time{};
  BillingMode billing_mode = BillingMode::kPayPerRequest;
  ProvisionedThroughput throughput;
  std::int64_t item_count = 0;  // AWS: up to six hours old; engine: exact or a close estimate, see its header
  std::int64_t size_bytes = 0;
  bool deletion_protection = false;
  std::string table_class;  // "", "STANDARD" or "STANDARD_INFREQUENT_ACCESS"
  bool stream_enabled = false;
  std::string stream_view_type;
};

}  // namespace stator::dynamo
