#include "engine/catalog.h"

#include <rocksdb/convenience.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "engine/catalog_keys.h"
#include "engine/rocks.h"
#include "engine/uuid.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using dynamo::Tag;

constexpr std::string_view kArnBegin = "arn:";
constexpr std::string_view kArnTable = ":table/";
// A table of at most so many items is deleted row by row: range tombstones cost every later read
// until they are compacted away, and test suites drop thousands of small tables.
constexpr std::int64_t kRowsDeletedOneByOne = 1'000;

bool ByKey(const Tag& a, const Tag& b) { return a.key < b.key; }

Error ResourceNotFound(std::string_view arn) {
  return Error(ErrorKind::kNotFound, dynamo::kResourceNotFoundException,
               "Requested resource not found: ResourcArn: " + std::string(arn) + " not found");
}

}  // namespace

std::string_view TableNameOf(std::string_view name_or_arn) {
  if (!name_or_arn.starts_with(kArnBegin)) return name_or_arn;
  const std::size_t at = name_or_arn.find(kArnTable);
  return at == std::string_view::npos ? name_or_arn : name_or_arn.substr(at + kArnTable.size());
}

TableCatalog::TableCatalog(Storage* storage, Place place, base::MetricsRegistry* metrics,
                           const base::Clock* clock)
    : storage_(storage), place_(std::move(place)), metrics_(metrics), clock_(clock) {}

Result<std::unique_ptr<TableCatalog>> TableCatalog::Load(Storage* storage, Place place,
                                                         base::MetricsRegistry* metrics,
                                                         const base::Clock* clock) {
  std::unique_ptr<TableCatalog> catalog(
      new TableCatalog(storage, std::move(place), metrics, clock));
  STATOR_RETURN_IF_ERROR(catalog->LoadTables());
  return catalog;
}

Status TableCatalog::LoadTables() {
  const std::string begin = CatalogKey(CatalogRow::kTable);
  const std::string end = PrefixEnd(begin);
  const rocksdb::Slice upper(end);
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> rows(storage_->db().NewIterator(read));
  for (rows->Seek(begin); rows->Valid(); rows->Next()) {
    STATOR_ASSIGN_OR_RETURN(TableRecord record, DecodeTableRecord(ToView(rows->value())));
    std::string counts;
    const rocksdb::Status status = storage_->db().Get(
        rocksdb::ReadOptions(), CatalogKey(CatalogRow::kCounts, record.number), &counts);
    if (!status.ok() && !status.IsNotFound()) {
      return StorageError(status, "the counts of table " + record.description.name);
    }
    std::vector<dynamo::Tag> tags = record.tags;
    std::string name = record.description.name;
    auto table = std::make_shared<Table>(std::move(record), DecodeCounts(counts), metrics_);
    entries_.emplace(std::move(name), Entry{std::move(table), std::move(tags)});
  }
  if (!rows->status().ok()) return StorageError(rows->status(), "the catalog cannot be read");

  std::string next;
  const rocksdb::Status status =
      storage_->db().Get(rocksdb::ReadOptions(), CatalogKey(CatalogRow::kNextNumber), &next);
  if (status.IsNotFound()) return base::OkStatus();
  if (!status.ok()) return StorageError(status, "the catalog cannot be read");
  std::from_chars(next.data(), next.data() + next.size(), next_number_);
  return base::OkStatus();
}

std::shared_ptr<Table> TableCatalog::Find(std::string_view name_or_arn) const {
  const std::string_view name = TableNameOf(name_or_arn);
  const std::shared_lock lock(entries_mutex_);
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : at->second.table;
}

TableRecord TableCatalog::MakeRecord(const dynamo::CreateTableRequest& request) const {
  TableRecord record;
  record.number = next_number_;
  record.tags = request.tags;
  std::sort(record.tags.begin(), record.tags.end(), ByKey);
  dynamo::TableDescription& table = record.description;
  table.name = TableNameOf(request.table_name);
  table.arn = std::string("arn:aws:dynamodb:") + place_.region + ":" + place_.account +
              std::string(kArnTable) + table.name;
  table.id = RandomUuid();
  table.key_schema = request.key_schema;
  table.creation_time =
      std::chrono::floor<std::chrono::milliseconds>(clock_->WallNow());  // as AWS shows it
  table.billing_mode = request.billing_mode;
  table.throughput = request.throughput;
  table.deletion_protection = request.deletion_protection;
  table.table_class = request.table_class;
  return record;
}

Result<std::shared_ptr<Table>> TableCatalog::Create(const dynamo::CreateTableRequest& request) {
  const std::lock_guard change(changes_);
  TableRecord record = MakeRecord(request);
  const std::string name = record.description.name;
  {
    const std::shared_lock lock(entries_mutex_);
    if (entries_.contains(name)) {
      return Error(ErrorKind::kConflict, dynamo::kResourceInUseException,
                   "Table already exists: " + name);
    }
    if (entries_.size() >= kTablesMax) {
      return Error(ErrorKind::kConflict, dynamo::kLimitExceededException,
                   "Subscriber limit exceeded: There is a limit of " + std::to_string(kTablesMax) +
                       " tables; delete one first");
    }
  }
  WriteSet set;
  set.PutRow(CatalogKey(CatalogRow::kTable, record.number), EncodeTableRecord(record));
  set.PutRow(CatalogKey(CatalogRow::kNextNumber), std::to_string(record.number + 1));
  STATOR_RETURN_IF_ERROR(storage_->Commit(set));
  ++next_number_;
  Entry entry{nullptr, record.tags};
  entry.table = std::make_shared<Table>(std::move(record), TableCounts{}, metrics_);
  const std::unique_lock lock(entries_mutex_);
  return entries_.emplace(name, std::move(entry)).first->second.table;
}

Result<dynamo::TableDescription> TableCatalog::Drop(std::string_view name_or_arn) {
  const std::lock_guard change(changes_);
  const std::shared_ptr<Table> table = Find(name_or_arn);
  if (!table) return dynamo::TableNotFound(TableNameOf(name_or_arn));
  if (table->record().description.deletion_protection) {
    return dynamo::ValidationError(
        "Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first.");
  }
  dynamo::TableDescription description = table->Describe();
  description.status = dynamo::TableStatus::kDeleting;
  {
    // Writers that run have committed by now, and later ones see that the table is gone.
    const std::lock_guard turn(turnstile_);
    dropping_.store(true, std::memory_order_relaxed);
    const std::unique_lock alone(use_);
    dropping_.store(false, std::memory_order_relaxed);
    WriteSet set;
    STATOR_RETURN_IF_ERROR(DropRows(*table, set));
    STATOR_RETURN_IF_ERROR(storage_->Commit(set));
    table->MarkDropped();
  }
  {
    const std::unique_lock lock(entries_mutex_);
    entries_.erase(entries_.find(table->name()));
  }
  // Files that held nothing else are free at once; failing that, compaction frees them later.
  const KeyRange rows = TableRange(table->record().number);
  const rocksdb::Slice low(rows.low);
  const rocksdb::Slice high(rows.high);
  static_cast<void>(rocksdb::DeleteFilesInRange(
      &storage_->db(), storage_->db().DefaultColumnFamily(), &low, &high, /*include_end=*/false));
  return description;
}

Status TableCatalog::DropRows(const Table& table, WriteSet& set) {
  const std::uint32_t number = table.record().number;
  set.DeleteRow(CatalogKey(CatalogRow::kTable, number));
  set.DeleteRow(CatalogKey(CatalogRow::kCounts, number));
  const KeyRange rows = TableRange(number);
  if (table.counts().items > kRowsDeletedOneByOne) {
    set.DeleteRange(rows.low, rows.high);
    return base::OkStatus();
  }
  const rocksdb::Slice upper(rows.high);
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at(storage_->db().NewIterator(read));
  for (at->Seek(rows.low); at->Valid(); at->Next()) set.DeleteRow(ToView(at->key()));
  return at->status().ok() ? base::OkStatus() : StorageError(at->status(), "table " + table.name());
}

dynamo::ListTablesResponse TableCatalog::List(const dynamo::ListTablesRequest& request) const {
  dynamo::ListTablesResponse response;
  const std::shared_lock lock(entries_mutex_);
  auto at = entries_.upper_bound(request.exclusive_start_table_name);
  for (; at != entries_.end(); ++at) {
    if (response.table_names.size() == static_cast<std::size_t>(request.limit)) {
      response.last_evaluated_table_name = response.table_names.back();
      break;
    }
    response.table_names.push_back(at->first);
  }
  return response;
}

Result<TableCatalog::Entry> TableCatalog::FindByArn(std::string_view arn) const {
  if (!arn.starts_with(kArnBegin) || arn.find(kArnTable) == std::string_view::npos) {
    return dynamo::ValidationError("Invalid TableArn: Invalid ResourceArn provided as input " +
                                   std::string(arn));
  }
  const std::shared_lock lock(entries_mutex_);
  const auto at = entries_.find(TableNameOf(arn));
  if (at == entries_.end()) return ResourceNotFound(arn);
  return at->second;
}

Result<std::vector<Tag>> TableCatalog::Tags(std::string_view arn) const {
  STATOR_ASSIGN_OR_RETURN(Entry entry, FindByArn(arn));
  return std::move(entry.tags);
}

Status TableCatalog::ReplaceTags(const Entry& entry, std::vector<dynamo::Tag> tags) {
  TableRecord record = entry.table->record();
  record.tags = tags;
  WriteSet set;
  set.PutRow(CatalogKey(CatalogRow::kTable, record.number), EncodeTableRecord(record));
  STATOR_RETURN_IF_ERROR(storage_->Commit(set));
  const std::unique_lock lock(entries_mutex_);
  entries_.find(entry.table->name())->second.tags = std::move(tags);
  return base::OkStatus();
}

Status TableCatalog::Tag(const dynamo::TagResourceRequest& request) {
  const std::lock_guard change(changes_);
  STATOR_ASSIGN_OR_RETURN(Entry entry, FindByArn(request.resource_arn));
  for (const dynamo::Tag& tag : request.tags) {
    const auto at = std::lower_bound(entry.tags.begin(), entry.tags.end(), tag, ByKey);
    if (at != entry.tags.end() && at->key == tag.key) {
      at->value = tag.value;
    } else {
      entry.tags.insert(at, tag);
    }
  }
  if (entry.tags.size() > dynamo::kTagsMax) {
    return dynamo::ValidationError(
        "One or more parameter values were invalid: Too many Tags: a table has at most " +
        std::to_string(dynamo::kTagsMax));
  }
  return ReplaceTags(entry, std::move(entry.tags));
}

Status TableCatalog::Untag(const dynamo::UntagResourceRequest& request) {
  const std::lock_guard change(changes_);
  STATOR_ASSIGN_OR_RETURN(Entry entry, FindByArn(request.resource_arn));
  std::erase_if(entry.tags, [&](const dynamo::Tag& tag) {
    return std::find(request.tag_keys.begin(), request.tag_keys.end(), tag.key) !=
           request.tag_keys.end();
  });
  return ReplaceTags(entry, std::move(entry.tags));
}

}  // namespace stator::engine
