// Table: what the engine knows of one table while it is open.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "dynamo/table.h"
#include "engine/key_codec.h"
#include "engine/row_codec.h"

namespace stator::engine {

// A table as its catalog row holds it: docs/format-data-folder.md, "Catalog rows".
struct TableRecord {
  // Never given to another table of this folder.
  std::uint32_t number = 0;
  // Counts are not part of the record; `status` is ACTIVE.
  dynamo::TableDescription description;
  // By key, ascending.
  std::vector<dynamo::Tag> tags;
};

// The catalog row of `record`: an item of docs/format-item.md.
std::string EncodeTableRecord(const TableRecord& record);
// The reverse. ERRORS: InternalServerError "catalog row is damaged: ...".
base::Result<TableRecord> DecodeTableRecord(std::string_view bytes);

// How many items a table has and how many bytes, by DynamoDB's counting. As a change: how many
// more.
struct TableCounts {
  std::int64_t items = 0;
  std::int64_t bytes = 0;
};

// Operations that read items, for counters: those of the seam that give items back, by their own
// names. The Scan of a call that is sampling (base::CallContext) is a kSample and no kScan, since
// it is no part of what a query cost.
enum class ReadOperation : std::uint8_t {
  kGetItem,
  kQuery,
  kScan,
  kBatchGetItem,
  kGetMany,
  kSample
};

// An open table. Immutable but for its counters; thread-safe. Operations hold it by shared pointer,
// so that deleting a table never pulls it away under them.
class Table {
 public:
  // `counts` is what the folder holds; `metrics` outlives the table.
  Table(TableRecord record, TableCounts counts, base::MetricsRegistry* metrics);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // As it was when the table was opened; tags may have changed since (TableCatalog).
  const TableRecord& record() const { return record_; }
  // The name without ARN.
  const std::string& name() const { return record_.description.name; }
  // Its primary key.
  const dynamo::KeySchema& key_schema() const { return record_.description.key_schema; }
  // Row keys of the table itself.
  const KeyCodec& keys() const { return keys_; }
  // Row values of the table itself.
  const RowCodec& rows() const { return rows_; }

  // Items and bytes now: exact over all committed writes.
  TableCounts counts() const;
  // After a commit.
  void AddCounts(TableCounts change);
  // The description as DescribeTable answers it.
  dynamo::TableDescription Describe() const;

  // Whether the table has been deleted. Writers ask under TableCatalog::SharedUse.
  bool dropped() const { return dropped_.load(std::memory_order_acquire); }
  // Marks it deleted. REQUIRES: exclusive use (TableCatalog).
  void MarkDropped() { dropped_.store(true, std::memory_order_release); }

  // Adds to stator_engine_items_read_total{table,operation}.
  void CountItemsRead(ReadOperation operation, std::uint64_t items) const;

 private:
  const TableRecord record_;
  const KeyCodec keys_;
  const RowCodec rows_;
  std::atomic<std::int64_t> items_;
  std::atomic<std::int64_t> bytes_;
  std::atomic<bool> dropped_{false};
  base::MetricsRegistry* const metrics_;
  // Made at the first read of each kind: most tables see one or two of them.
  mutable std::array<std::atomic<base::Counter*>, 6> items_read_{};
};

}  // namespace stator::engine
