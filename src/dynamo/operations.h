// Requests and responses of the DynamoDB API, one pair an operation, under AWS's names. Expressions cross the seam as
// text, their values as one Item whose names are the placeholders (":v"); `remote` forwards them, `engine` parses them.
// A member that is empty, false or nullopt means that the request did not give it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dynamo/item.h"
#include "dynamo/table.h"

namespace stator::dynamo {

enum class ReturnValues : std::uint8_t { kNone, kAllOld, kUpdatedOld, kAllNew, kUpdatedNew };
enum class ReturnConsumedCapacity : std::uint8_t { kNone, kTotal, kIndexes };
// How many or which attributes a Query or Scan returns. kDefault: AWS's rule (all, or what the projection names).
enum class Select : std::uint8_t { kDefault, kAllAttributes, kAllProjectedAttributes, kSpecificAttributes, kCount };

// The placeholders of every expression of one request.
struct ExpressionAttributes {
  std::vector<std::pair<std::string, std::string>> names;  // "#n" -> attribute name, in any order
  Item values;                                             // ":v" -> value
};

// Units that a call used on one table, as AWS counts.
struct ConsumedCapacity {
  std::string table_name;
  double capacity_units = 0;
  bool with_table = false;  // INDEXES was asked: the table's own share stands beside the total
  double table_units = 0;
};

// ---- one item -------------------------------------------------------------------------------------------------------

struct GetItemRequest {
  std::string table_name;
  Item key;
  bool consistent_read = false;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
struct GetItemResponse {
  std::optional<Item> item;  // nullopt: there is none
  std::optional<ConsumedCapacity> consumed_capacity;
};

struct PutItemRequest {
  std::string table_name;
  Item item;
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
  ReturnValues return_values = ReturnValues::kNone;  // kNone or kAllOld
  bool return_old_on_condition_failure = false;      // ReturnValuesOnConditionCheckFailure=ALL_OLD
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// Of PutItem, DeleteItem and UpdateItem alike.
struct WriteItemResponse {
  std::optional<Item> attributes;  // as ReturnValues asked
  std::optional<ConsumedCapacity> consumed_capacity;
};
using PutItemResponse = WriteItemResponse;

struct DeleteItemRequest {
  std::string table_name;
  Item key;
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
  ReturnValues return_values = ReturnValues::kNone;  // kNone or kAllOld
  bool return_old_on_condition_failure = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
using DeleteItemResponse = WriteItemResponse;

struct UpdateItemRequest {
  std::string table_name;
  Item key;
  std::string update_expression;
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
  ReturnValues return_values = ReturnValues::kNone;
  bool return_old_on_condition_failure = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
using UpdateItemResponse = WriteItemResponse;

// ---- many items of one table ----------------------------------------------------------------------------------------

// What Query and Scan have in common.
struct ReadPageRequest {
  std::string table_name;
  std::string index_name;
  std::string filter_expression;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
  std::optional<Item> exclusive_start_key;
  std::optional<std::int32_t> limit;  // evaluated items, at least 1
  Select select = Select::kDefault;
  bool consistent_read = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
struct QueryRequest : ReadPageRequest {
  std::string key_condition_expression;
  bool scan_index_forward = true;
};
struct ScanRequest : ReadPageRequest {
  std::optional<std::int32_t> segment;
  std::optional<std::int32_t> total_segments;
};
// One page. An empty page with a last_evaluated_key is normal: go on from there.
struct ReadPageResponse {
  ItemBatch items;                 // empty under Select::kCount
  std::int64_t count = 0;          // after the filter
  std::int64_t scanned_count = 0;  // before it
  std::optional<Item> last_evaluated_key;
  std::optional<ConsumedCapacity> consumed_capacity;
};
using QueryResponse = ReadPageResponse;
using ScanResponse = ReadPageResponse;

// ---- batches, as AWS has them ---------------------------------------------------------------------------------------

// The keys of one table in a BatchGetItem.
struct KeysAndAttributes {
  std::string table_name;
  std::vector<Item> keys;
  bool consistent_read = false;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
};
struct BatchGetItemRequest {
  std::vector<KeysAndAttributes> tables;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
struct BatchGetItemResponse {
  std::vector<std::pair<std::string, ItemBatch>> responses;  // table -> the items found, in any order
  std::vector<KeysAndAttributes> unprocessed_keys;
  std::vector<ConsumedCapacity> consumed_capacity;
};

// A put (of a whole item) or a delete (by key).
struct WriteRequest {
  bool is_delete = false;
  Item item;  // the item to put, or the key to delete
};
struct TableWriteRequests {
  std::string table_name;
  std::vector<WriteRequest> requests;
};
struct BatchWriteItemRequest {
  std::vector<TableWriteRequests> tables;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
struct BatchWriteItemResponse {
  std::vector<TableWriteRequests> unprocessed_items;
  std::vector<ConsumedCapacity> consumed_capacity;
};

// ---- any number of items, not in AWS --------------------------------------------------------------------------------

// One read of GetMany. `projection` indexes ReadManyRequest::projections, or is -1 for the whole item.
struct ItemRead {
  std::string table_name;
  Item key;
  std::int32_t projection = -1;
};
// A projection that many reads share.
struct SharedProjection {
  std::string expression;
  ExpressionAttributes attributes;
};
struct ReadManyRequest {
  std::vector<ItemRead> reads;
  std::vector<SharedProjection> projections;
  bool consistent_read = false;
};
// One element of a call over many items that failed while others did not.
struct ItemFailure {
  std::size_t index;
  base::Error error;
};
// Entry i of `items` answers read i; absent means that there is no such item. A read in `failures` has an absent entry
// and must be looked up there first: a throttled read is an error, never an absence.
struct ReadManyResponse {
  ItemBatch items;
  std::vector<ItemFailure> failures;  // by index, ascending; usually empty
  double consumed_read_units = 0;
  std::int32_t calls = 0;    // requests sent to the store; 0 for the engine
  std::int32_t retries = 0;  // of these, repeated ones
};

// One write of PutMany: a put or a delete, perhaps under a condition.
struct ItemWrite {
  std::string table_name;
  WriteRequest request;
  std::string condition_expression;  // empty: unconditional
  ExpressionAttributes expression_attributes;
};
struct WriteManyRequest {
  std::vector<ItemWrite> writes;
};
// Every write that is not in `failures` is done and durable.
struct WriteManyResponse {
  std::vector<ItemFailure> failures;  // by index, ascending; a failed condition stands here too
  double consumed_write_units = 0;
  std::int32_t calls = 0;
  std::int32_t retries = 0;
};

// ---- tables ---------------------------------------------------------------------------------------------------------

struct CreateTableRequest {
  std::string table_name;
  KeySchema key_schema;
  std::vector<IndexDescription> indexes;
  BillingMode billing_mode = BillingMode::kProvisioned;
  ProvisionedThroughput throughput;
  std::vector<Tag> tags;
  bool deletion_protection = false;
  std::string table_class;
  bool stream_enabled = false;
  std::string stream_view_type;
};
struct ListTablesRequest {
  std::string exclusive_start_table_name;
  std::int32_t limit = 100;
};
struct ListTablesResponse {
  std::vector<std::string> table_names;  // ascending
  std::string last_evaluated_table_name;  // empty: no more
};
struct TagResourceRequest {
  std::string resource_arn;
  std::vector<Tag> tags;
};
struct UntagResourceRequest {
  std::string resource_arn;
  std::vector<std::string> tag_keys;
};
struct ListTagsOfResourceResponse {
  std::vector<Tag> tags;  // by key, ascending
};
struct TimeToLiveDescription {
  std::string status = "DISABLED";  // ENABLING, ENABLED, DISABLING, DISABLED
  std::string attribute_name;
};
struct ContinuousBackupsDescription {
  std::string continuous_backups_status = "DISABLED";
  std::string point_in_time_recovery_status = "DISABLED";
};
struct AccountLimits {
  std::int64_t account_max_read_capacity_units = 80'000;
  std::int64_t account_max_write_capacity_units = 80'000;
  std::int64_t table_max_read_capacity_units = 40'000;
  std::int64_t table_max_write_capacity_units = 40'000;
};

}  // namespace stator::dynamo
