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

// One attribute of a key, by name and type; other attributes of a table have neither until an item
// brings them. `type` is kString, kNumber or kBinary.
struct KeyAttribute {
  // 1 to kKeyAttributeNameBytesMax bytes.
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

// How throughput is paid for: reserved units, or a request at a time.
enum class BillingMode : std::uint8_t { kProvisioned, kPayPerRequest };

// Provisioned units; both 0 under PAY_PER_REQUEST.
struct ProvisionedThroughput {
  std::int64_t read_capacity_units = 0;
  std::int64_t write_capacity_units = 0;
};

// Which attributes an index holds: all, the keys alone, or the keys and some named ones.
enum class ProjectionType : std::uint8_t { kAll, kKeysOnly, kInclude };

// What an index holds beside its keys and the table's.
struct IndexProjection {
  ProjectionType type = ProjectionType::kAll;
  // For kInclude: 1 to 20 names. [M]
  std::vector<std::string> non_key_attributes;
};

// A secondary index, in CreateTable and in descriptions.
struct IndexDescription {
  std::string name;
  // Global (a partition key of its own) or local (the table's, with another sort key).
  bool global = true;
  KeySchema key_schema;
  // Beside these, an index always holds its own keys and the table's.
  IndexProjection projection;
  ProvisionedThroughput throughput;
  TableStatus status = TableStatus::kActive;
  // Entries in the index, and their bytes; as for the table.
  std::int64_t item_count = 0;
  std::int64_t size_bytes = 0;
};

// A tag of a table: at most kTagsMax, lengths in limits.h.
struct Tag {
  std::string key;
  std::string value;
};

// What DescribeTable answers.
struct TableDescription {
  std::string name;
  // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME.
  std::string arn;
  // A UUID that stays the same for the life of the table; another table of the same name gets
  // another one.
  std::string id;
  // The engine's tables are ACTIVE at once; on AWS creation takes seconds.
  TableStatus status = TableStatus::kActive;
  KeySchema key_schema;
  // Secondary indexes, global and local.
  std::vector<IndexDescription> indexes;
  // To the millisecond.
  base::WallTime creation_time{};
  BillingMode billing_mode = BillingMode::kPayPerRequest;
  ProvisionedThroughput throughput;
  // AWS: up to six hours old. Engine: see engine/local_dynamo.h.
  std::int64_t item_count = 0;
  std::int64_t size_bytes = 0;
  // DeleteTable is refused while it is set.
  bool deletion_protection = false;
  // "", "STANDARD" or "STANDARD_INFREQUENT_ACCESS".
  std::string table_class;
  // Whether changes go to a stream, and what each record holds.
  bool stream_enabled = false;
  std::string stream_view_type;
};

}  // namespace stator::dynamo
