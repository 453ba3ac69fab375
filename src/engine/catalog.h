// TableCatalog: the tables of a folder, their tags, and the operations on them.
//
// It is read whole when the folder is opened and kept in memory; RocksDB is only written to after
// that. What is on disk: docs/format-data-folder.md, "Catalog rows".
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "dynamo/operations.h"
#include "engine/storage.h"
#include "engine/table.h"

namespace stator::engine {

// The name in a TableName parameter, which may be a table ARN as well: what stands behind
// ":table/". Region and account are not compared, since clients sign for any of them.
std::string_view TableNameOf(std::string_view name_or_arn);

// All tables. Look-ups share a lock for tens of nanoseconds; changes are serialized and commit
// before they show. What a change returns is not yet safe: the caller acknowledges it as any write.
// Thread-safe.
class TableCatalog {
 public:
  // What ARNs name.
  struct Place {
    std::string region;
    std::string account;
  };

  // Reads all tables. `storage`, `metrics` and `clock` outlive the catalog. ERRORS:
  // InternalServerError for damaged rows.
  static base::Result<std::unique_ptr<TableCatalog>> Load(Storage* storage, Place place,
                                                          base::MetricsRegistry* metrics,
                                                          const base::Clock* clock);

  // The table of a name or ARN, or null.
  std::shared_ptr<Table> Find(std::string_view name_or_arn) const;
  // While it is held, no table can be dropped: writers hold it from their check of
  // Table::dropped() to their commit.
  std::shared_lock<std::shared_mutex> SharedUse() const {
    // A steady stream of writers would otherwise keep a drop waiting.
    if (dropping_.load(std::memory_order_relaxed)) const std::lock_guard wait(turnstile_);
    return std::shared_lock(use_);
  }

  // Makes a table. ERRORS: ResourceInUseException when the name is taken, LimitExceededException
  // beyond kTablesMax, those of Storage::Commit. REQUIRES: a valid request (CheckNewTable).
  base::Result<std::shared_ptr<Table>> Create(const dynamo::CreateTableRequest& request);
  // Deletes a table and its rows. ERRORS: ResourceNotFoundException; ValidationException when the
  // table is protected; those of Storage::Commit.
  base::Result<dynamo::TableDescription> Drop(std::string_view name_or_arn);
  // Names after `request.exclusive_start_table_name`, ascending.
  dynamo::ListTablesResponse List(const dynamo::ListTablesRequest& request) const;

  // The tags of a table, by key. ERRORS: ResourceNotFoundException, ValidationException for what is
  // no table ARN.
  base::Result<std::vector<dynamo::Tag>> Tags(std::string_view arn) const;
  // Adds or replaces tags. ERRORS: as Tags; ValidationException beyond kTagsMax.
  base::Status Tag(const dynamo::TagResourceRequest& request);
  // Removes tags. ERRORS: as Tags.
  base::Status Untag(const dynamo::UntagResourceRequest& request);

  // AWS's default for an account and region.
  static constexpr std::size_t kTablesMax = 2'500;

 private:
  // A table with the tags that may change under it.
  struct Entry {
    std::shared_ptr<Table> table;
    std::vector<dynamo::Tag> tags;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  TableCatalog(Storage* storage, Place place, base::MetricsRegistry* metrics,
               const base::Clock* clock);
  base::Status LoadTables();
  base::Result<Entry> FindByArn(std::string_view arn) const;
  base::Status ReplaceTags(const Entry& entry, std::vector<dynamo::Tag> tags);
  base::Status DropRows(const Table& table, WriteSet& set);
  TableRecord MakeRecord(const dynamo::CreateTableRequest& request) const;

  Storage* const storage_;
  const Place place_;
  base::MetricsRegistry* const metrics_;
  const base::Clock* const clock_;

  // One change at a time; guards next_number_.
  std::mutex changes_;
  std::uint32_t next_number_ = 1;
  // Taken alone for dropping a table; while one waits for it, new writers wait at the turnstile.
  mutable std::shared_mutex use_;
  mutable std::mutex turnstile_;
  std::atomic<bool> dropping_{false};
  // Guards the map. Never held during I/O.
  mutable std::shared_mutex entries_mutex_;
  Entries entries_;
};

}  // namespace stator::engine
