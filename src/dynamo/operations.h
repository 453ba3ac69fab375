// Requests and responses of the DynamoDB API, one pair an operation, under AWS's names. Expressions
// cross the seam as text, their values as one Item whose names are the placeholders (":v");
// `remote` forwards them, `engine` parses them. A member that is empty, false or nullopt means that
// the request did not give it.
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

// Which attributes a write answers with: of the item before it or after it, all or only those that
// it touched.
enum class ReturnValues : std::uint8_t { kNone, kAllOld, kUpdatedOld, kAllNew, kUpdatedNew };
// Whether an answer says what it cost: the total, or also by index.
enum class ReturnConsumedCapacity : std::uint8_t { kNone, kTotal, kIndexes };
// How many or which attributes a Query or Scan returns. kDefault: AWS's rule (all, or what the
// projection names).
enum class Select : std::uint8_t {
  kDefault,
  kAllAttributes,
  kAllProjectedAttributes,
  kSpecificAttributes,
  kCount
};

// The placeholders of every expression of one request.
struct ExpressionAttributes {
  // "#n" -> attribute name, in any order.
  std::vector<std::pair<std::string, std::string>> names;
  // ":v" -> value.
  Item values;
};

// Units that a call used on one table, as AWS counts.
struct ConsumedCapacity {
  std::string table_name;
  // The total over the table and its indexes.
  double capacity_units = 0;
  // Under INDEXES the table's own share stands beside the total.
  bool with_table = false;
  double table_units = 0;
};

// ---- one item
// -------------------------------------------------------------------------------------------------------

// Reads one item by its whole key. With `projection_expression`, only the paths that it names come
// back; the cost is the whole item's in any case.
struct GetItemRequest {
  std::string table_name;
  // Exactly the key attributes.
  Item key;
  // Strong consistency: costs twice as much on AWS; the engine always reads the newest.
  bool consistent_read = false;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// What GetItem found.
struct GetItemResponse {
  // nullopt: there is no item. An item without any of the projected paths is empty, not absent.
  std::optional<Item> item;
  std::optional<ConsumedCapacity> consumed_capacity;
};

// Writes a whole item in place of the one with its key.
// Limits: kItemSizeBytesMax, kValueDepthMax.
struct PutItemRequest {
  std::string table_name;
  // The whole item, key attributes included.
  Item item;
  // Checked against the item that stands there; empty: no condition.
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
  // kNone or kAllOld.
  ReturnValues return_values = ReturnValues::kNone;
  // ReturnValuesOnConditionCheckFailure=ALL_OLD: the error then carries a
  // ConditionCheckFailedDetail.
  bool return_old_on_condition_failure = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// Of PutItem, DeleteItem and UpdateItem alike.
struct WriteItemResponse {
  // What return_values asked for; nullopt when there is nothing of it.
  std::optional<Item> attributes;
  std::optional<ConsumedCapacity> consumed_capacity;
};
using PutItemResponse = WriteItemResponse;

// Deletes the item with this key. Deleting what is not there succeeds, and its condition is checked
// against no item.
struct DeleteItemRequest {
  std::string table_name;
  Item key;
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
  // kNone or kAllOld.
  ReturnValues return_values = ReturnValues::kNone;
  bool return_old_on_condition_failure = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
using DeleteItemResponse = WriteItemResponse;

// Changes an item, or makes one of the key and the assigned attributes. All operands of
// `update_expression` read the item as it was before. Key attributes cannot be changed. Without an
// expression it makes the bare item.
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

// ---- many items of one table
// ----------------------------------------------------------------------------------------

// What Query and Scan have in common.
struct ReadPageRequest {
  std::string table_name;
  // A secondary index; empty: the table itself.
  std::string index_name;
  // Decides after reading, so that it lowers neither the cost nor scanned_count.
  std::string filter_expression;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
  // The last_evaluated_key of the page before.
  std::optional<Item> exclusive_start_key;
  // Most items to evaluate, before the filter; at least 1. A page also ends at kPageBytesMax.
  std::optional<std::int32_t> limit;
  Select select = Select::kDefault;
  bool consistent_read = false;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// The items of one partition whose sort key meets a condition, in sort key order.
struct QueryRequest : ReadPageRequest {
  // Equality of the partition key and, perhaps, one condition on the sort key.
  std::string key_condition_expression;
  // false: descending.
  bool scan_index_forward = true;
};
// The items of a table, or of one of `total_segments` parts of it that are disjoint and together
// whole. Both members of the pair are given or neither; segment < total_segments <=
// kScanSegmentsMax.
struct ScanRequest : ReadPageRequest {
  std::optional<std::int32_t> segment;
  std::optional<std::int32_t> total_segments;
};
// One page. An empty page with a last_evaluated_key is normal: go on from there.
struct ReadPageResponse {
  // Those that passed the filter; empty under Select::kCount.
  ItemBatch items;
  // Items after the filter.
  std::int64_t count = 0;
  // Items before the filter: what the page cost.
  std::int64_t scanned_count = 0;
  // Where the next page starts; nullopt: there is nothing after this page.
  std::optional<Item> last_evaluated_key;
  std::optional<ConsumedCapacity> consumed_capacity;
};
using QueryResponse = ReadPageResponse;
using ScanResponse = ReadPageResponse;

// ---- batches, as AWS has them
// ---------------------------------------------------------------------------------------

// The keys of one table in a BatchGetItem.
struct KeysAndAttributes {
  std::string table_name;
  std::vector<Item> keys;
  bool consistent_read = false;
  std::string projection_expression;
  ExpressionAttributes expression_attributes;
};
// At most kBatchGetKeysMax keys over all tables, none twice; a table stands at most once.
struct BatchGetItemRequest {
  std::vector<KeysAndAttributes> tables;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// What was read within kBatchGetReplyBytesMax; the rest is in `unprocessed_keys`, to be asked for
// again.
struct BatchGetItemResponse {
  // Table name -> the items found, in any order; missing items are left out.
  std::vector<std::pair<std::string, ItemBatch>> responses;
  std::vector<KeysAndAttributes> unprocessed_keys;
  std::vector<ConsumedCapacity> consumed_capacity;
};

// A put (of a whole item) or a delete (by key).
struct WriteRequest {
  bool is_delete = false;
  // The whole item to put, or the key to delete.
  Item item;
};
// The writes of one table in a BatchWriteItem.
struct TableWriteRequests {
  std::string table_name;
  std::vector<WriteRequest> requests;
};
// At most kBatchWriteRequestsMax writes over all tables, no item twice. Each write is atomic, the
// batch is not.
struct BatchWriteItemRequest {
  std::vector<TableWriteRequests> tables;
  ReturnConsumedCapacity return_consumed_capacity = ReturnConsumedCapacity::kNone;
};
// Writes that are not in `unprocessed_items` are done.
struct BatchWriteItemResponse {
  std::vector<TableWriteRequests> unprocessed_items;
  std::vector<ConsumedCapacity> consumed_capacity;
};

// ---- any number of items, not in AWS
// --------------------------------------------------------------------------------

// One read of GetMany. `projection` indexes ReadManyRequest::projections, or is -1 for the whole
// item.
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
// Any number of reads. Repeated keys are read once and answered each time.
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
// Entry i of `items` answers read i; absent means that there is no such item. A read in `failures`
// has an absent entry and must be looked up there first: a throttled read is an error, never an
// absence.
struct ReadManyResponse {
  ItemBatch items;
  // By index, ascending; usually empty.
  std::vector<ItemFailure> failures;
  // As AWS counts, over all tables.
  double consumed_read_units = 0;
  // Requests that were sent; 0 for the engine.
  std::int32_t calls = 0;
  // Of these, repeated ones.
  std::int32_t retries = 0;
};

// One write of PutMany: a put or a delete, perhaps under a condition.
struct ItemWrite {
  std::string table_name;
  WriteRequest request;
  // Empty: unconditional. A conditional write costs `remote` a call of its own.
  std::string condition_expression;
  ExpressionAttributes expression_attributes;
};
// Any number of writes; two of one item apply in the order given.
struct WriteManyRequest {
  std::vector<ItemWrite> writes;
};
// Every write that is not in `failures` is done and durable.
struct WriteManyResponse {
  // By index, ascending; a failed condition stands here too.
  std::vector<ItemFailure> failures;
  double consumed_write_units = 0;
  std::int32_t calls = 0;
  std::int32_t retries = 0;
};

// ---- tables
// ---------------------------------------------------------------------------------------------------------

// A new table. Attribute definitions are not apart from the keys here: each KeyAttribute carries
// its type, and the wire checks that both lists of the JSON form agree.
struct CreateTableRequest {
  std::string table_name;
  KeySchema key_schema;
  // Secondary indexes; of each only name, kind, key schema, projection and throughput count here.
  std::vector<IndexDescription> indexes;
  // AWS's default when the request names none.
  BillingMode billing_mode = BillingMode::kProvisioned;
  // Required under PROVISIONED, refused under PAY_PER_REQUEST.
  ProvisionedThroughput throughput;
  std::vector<Tag> tags;
  // A protected table cannot be deleted.
  bool deletion_protection = false;
  std::string table_class;
  bool stream_enabled = false;
  // KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES.
  std::string stream_view_type;
};
// One page of table names.
struct ListTablesRequest {
  // Names after this one; empty: from the start.
  std::string exclusive_start_table_name;
  // 1 to kListTablesMax.
  std::int32_t limit = 100;
};
// A page of names, ascending.
struct ListTablesResponse {
  std::vector<std::string> table_names;
  // Where the next page starts; empty: there is none.
  std::string last_evaluated_table_name;
};
// Adds tags, or gives existing ones a new value. At most kTagsMax on one table.
struct TagResourceRequest {
  std::string resource_arn;
  std::vector<Tag> tags;
};
// Removes tags by key.
struct UntagResourceRequest {
  std::string resource_arn;
  std::vector<std::string> tag_keys;
};
// All tags of one table.
struct ListTagsOfResourceResponse {
  // By key, ascending.
  std::vector<Tag> tags;
};
// The expiry of items (ItemTtl) of a table.
struct TimeToLiveDescription {
  // ENABLING, ENABLED, DISABLING or DISABLED.
  std::string status = "DISABLED";
  // The attribute that holds the time; empty when disabled.
  std::string attribute_name;
};
// Backups of a table: both ENABLED or DISABLED.
struct ContinuousBackupsDescription {
  std::string continuous_backups_status = "DISABLED";
  std::string point_in_time_recovery_status = "DISABLED";
};
// What DescribeLimits answers; the defaults are those of a new AWS account. [G]
struct AccountLimits {
  std::int64_t account_max_read_capacity_units = 80'000;
  std::int64_t account_max_write_capacity_units = 80'000;
  std::int64_t table_max_read_capacity_units = 40'000;
  std::int64_t table_max_write_capacity_units = 40'000;
};

}  // namespace stator::dynamo
