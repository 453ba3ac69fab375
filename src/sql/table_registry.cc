#include "sql/table_registry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/completion.h"
#include "dynamo/limits.h"

namespace stator::sql {

using base::CallContext;
using base::Result;

SqlTable::SqlTable(std::string sql_name, dynamo::Store* store, dynamo::TableDescription description,
                   SchemaEvidence evidence)
    : sql_name_(std::move(sql_name)),
      store_(store),
      id_(description.id),
      description_(std::move(description)),
      evidence_(std::move(evidence)) {
  Publish();
}

namespace {

// The sample sees runs of items of one partition, which it may cut: then partitions are as many as
// each has items, for want of better knowledge.
double ItemsPerPartition(const SampleStatistics& sample, double item_count) {
  if (sample.partitions == 0) return 1;
  const double run = static_cast<double>(sample.items) / static_cast<double>(sample.partitions);
  constexpr double kLongRun = 16;
  const bool cut = run > kLongRun && static_cast<double>(sample.items) < item_count;
  return std::max(run, cut ? std::sqrt(item_count) : 1.0);
}

}  // namespace

// REQUIRES: the lock, or the constructor.
void SqlTable::Publish() {
  auto next = std::make_shared<TableSnapshot>();
  next->sql_name = sql_name_;
  next->store = store_;
  next->columns = evidence_.InferColumns();
  const SampleStatistics& sample = evidence_.statistics();
  next->facts.name = description_.name;
  next->facts.key = description_.key_schema;
  // AWS counts items every six hours: the sample may know better.
  next->facts.item_count = std::max<double>(description_.item_count, sample.items);
  next->facts.size_bytes = std::max<double>(description_.size_bytes, sample.bytes);
  next->facts.items_per_partition = ItemsPerPartition(sample, next->facts.item_count);
  const bool changed = snapshot_ && snapshot_->columns != next->columns;
  next->version = (snapshot_ ? snapshot_->version : 0) + (changed ? 1 : 0);
  snapshot_ = std::move(next);
}

std::shared_ptr<const TableSnapshot> SqlTable::snapshot() const {
  std::lock_guard lock(mutex_);
  return snapshot_;
}

bool SqlTable::Learn(const dynamo::ItemBatch& items) {
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (const auto item = items.Find(i)) evidence_.Learn(*item);
  }
  const std::uint64_t before = snapshot_->version;
  Publish();
  return snapshot_->version != before;
}

void SqlTable::Describe(dynamo::TableDescription description) {
  std::lock_guard lock(mutex_);
  description_ = std::move(description);
  Publish();
}

void SqlTable::AddSample(const SchemaEvidence& sample) {
  std::lock_guard lock(mutex_);
  evidence_.Merge(sample);
  Publish();
}

bool SqlTable::sample_was_empty() const {
  std::lock_guard lock(mutex_);
  return evidence_.statistics().items == 0;
}

TableRegistry::TableRegistry(dynamo::Store* store, std::vector<SqlDataset> datasets,
                             SampleOptions sample)
    : store_(store), datasets_(std::move(datasets)), sample_(sample) {}

std::string TableRegistry::Location() const {
  if (store_ != nullptr) return store_->Location();
  return datasets_.empty() ? "nowhere" : datasets_[0].store->Location();
}

Result<std::vector<std::string>> TableRegistry::ListNames(const CallContext& context) {
  std::vector<std::string> names;
  for (const SqlDataset& dataset : datasets_) names.push_back(dataset.name);
  dynamo::ListTablesRequest request;
  bool more = store_ != nullptr;
  while (more) {
    STATOR_ASSIGN_OR_RETURN(dynamo::ListTablesResponse response,
                            base::Wait<dynamo::ListTablesResponse>([&](auto done) {
                              store_->ListTables(context, request, std::move(done));
                            }));
    names.insert(names.end(), response.table_names.begin(), response.table_names.end());
    request.exclusive_start_table_name = response.last_evaluated_table_name;
    more = !request.exclusive_start_table_name.empty();
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

SqlDataset TableRegistry::SourceOf(const std::string& name) const {
  for (const SqlDataset& dataset : datasets_) {
    if (dataset.name == name) return dataset;
  }
  return {name, store_, name, sample_};
}

namespace {

bool SameWithoutCase(const std::string& a, const std::string& b) {
  const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](unsigned char x, unsigned char y) { return lower(x) == lower(y); });
}

// DynamoDB refuses other names with a validation error; for SQL such a table just does not exist.
bool IsTableName(const std::string& name) {
  if (name.size() < dynamo::kTableNameBytesMin || name.size() > dynamo::kTableNameBytesMax)
    return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

}  // namespace

Result<std::optional<std::string>> TableRegistry::NameByCase(const CallContext& context,
                                                             const std::string& name) {
  STATOR_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListNames(context));
  std::optional<std::string> found;
  for (const std::string& candidate : names) {
    if (!SameWithoutCase(candidate, name)) continue;
    if (found) return std::optional<std::string>();
    found = candidate;
  }
  return found;
}

Result<std::shared_ptr<SqlTable>> TableRegistry::FindExactly(const CallContext& context,
                                                             const SqlDataset& source) {
  if (source.store == nullptr || !IsTableName(source.table_name))
    return std::shared_ptr<SqlTable>();
  std::shared_ptr<Known> known;
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    auto& entry = known_[source.name];
    if (!entry) entry = std::make_shared<Known>();
    known = entry;
  }
  std::lock_guard lock(known->mutex);
  const auto now = std::chrono::steady_clock::now();
  const bool sampled =
      known->table && known->generation == generation && !known->table->sample_was_empty();
  if (sampled && now - known->described < kDescribeAge) return known->table;
  auto description = base::Wait<dynamo::TableDescription>(
      [&](auto done) { source.store->DescribeTable(context, source.table_name, std::move(done)); });
  if (!description.ok()) {
    known->table.reset();
    if (description.error().kind() == base::ErrorKind::kNotFound)
      return std::shared_ptr<SqlTable>();
    return description.error();
  }
  known->described = now;
  const bool same = known->table && known->table->id() == description->id;
  if (same) known->table->Describe(*description);
  if (same && sampled) return known->table;
  STATOR_ASSIGN_OR_RETURN(SchemaEvidence evidence,
                          SampleTable(*source.store, context, *description, source.sample));
  known->generation = generation;
  if (same) {
    known->table->AddSample(evidence);
    return known->table;
  }
  known->table = std::make_shared<SqlTable>(source.name, source.store, std::move(*description),
                                            std::move(evidence));
  return known->table;
}

Result<std::shared_ptr<SqlTable>> TableRegistry::Find(const CallContext& context,
                                                      const std::string& name) {
  STATOR_ASSIGN_OR_RETURN(std::shared_ptr<SqlTable> table, FindExactly(context, SourceOf(name)));
  if (table) return table;
  {
    std::lock_guard lock(mutex_);
    known_.erase(name);
  }
  STATOR_ASSIGN_OR_RETURN(const std::optional<std::string> other, NameByCase(context, name));
  if (!other || *other == name) return std::shared_ptr<SqlTable>();
  return FindExactly(context, SourceOf(*other));
}

bool TableRegistry::Resample() {
  std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - resampled_ < kResampleAge) return false;
  resampled_ = now;
  ++generation_;
  return true;
}

}  // namespace stator::sql
