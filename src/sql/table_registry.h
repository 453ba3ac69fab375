// TableRegistry: the tables that SQL sees, and what is known of their columns. Knows nothing of
// DuckDB.
//
// A table is described and sampled when it is first named. Its description is fetched again after
// kDescribeAge, its sample is taken again when the table was dropped and made anew or had been
// empty. Scans add what they see to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "sql/infer_columns.h"
#include "sql/plan_scan.h"
#include "sql/sample_table.h"

namespace stator::sql {

// What is known of one table at one moment. Immutable.
struct TableSnapshot {
  std::string sql_name;  // what SQL calls it
  dynamo::Store* store = nullptr;
  TableFacts facts;
  std::vector<Column> columns;
  std::uint64_t version = 0;  // grows when the columns change
};

// One table and the evidence for its columns. Thread-safe.
class SqlTable {
 public:
  // A table as described, with its sample.
  SqlTable(std::string sql_name, dynamo::Store* store, dynamo::TableDescription description,
           SchemaEvidence evidence);

  // What is known now.
  std::shared_ptr<const TableSnapshot> snapshot() const;
  // Adds items that a scan found not to fit. True when the columns changed.
  bool Learn(const dynamo::ItemBatch& items);
  // Adds a newer sample of the same table.
  void AddSample(const SchemaEvidence& sample);
  // Takes over a newer description of the same table (its size).
  void Describe(dynamo::TableDescription description);
  // DynamoDB's id of the table, which changes when it is dropped and made anew.
  const std::string& id() const { return id_; }
  // Whether the sample found no item.
  bool sample_was_empty() const;

 private:
  // Makes a new snapshot of what is known.
  void Publish();

  // What never changes.
  const std::string sql_name_;
  dynamo::Store* const store_;
  const std::string id_;
  mutable std::mutex mutex_;
  // What does.
  dynamo::TableDescription description_;
  SchemaEvidence evidence_;
  std::shared_ptr<const TableSnapshot> snapshot_;
};

// A table under a name of its own, from a spicepod.
struct SqlDataset {
  std::string name;
  dynamo::Store* store = nullptr;  // outlives the registry
  std::string table_name;
  SampleOptions sample;
};

// All tables of one session or server. Thread-safe; two threads that name a new table at once
// sample it once.
class TableRegistry {
 public:
  // How long a description is trusted.
  static constexpr std::chrono::seconds kDescribeAge{5};

  // Least time between two Resample.
  static constexpr std::chrono::seconds kResampleAge{1};

  // Every table of `store` (may be null) under its own name, and `datasets`, which come first.
  TableRegistry(dynamo::Store* store, std::vector<SqlDataset> datasets, SampleOptions sample);

  // Names of all tables, ascending. ERRORS: those of ListTables.
  base::Result<std::vector<std::string>> ListNames(const base::CallContext& context);
  // Where the table of that name comes from, if there is one.
  SqlDataset SourceOf(const std::string& name) const;
  // The table called `name`: exactly so, or else the only one that differs by case alone. Null when
  // there is none. ERRORS: those of DescribeTable and Scan.
  base::Result<std::shared_ptr<SqlTable>> Find(const base::CallContext& context,
                                               const std::string& name);
  // Every table is described and sampled again when next named; what was learnt stays. At most once
  // in kResampleAge; false when it was done already within that time.
  bool Resample();
  // Where the tables of the first store are, for messages.
  std::string Location() const;
  // The store of tables that have no dataset; null when there is none.
  dynamo::Store* store() const { return store_; }

 private:
  // A table that was named before.
  struct Known {
    std::mutex mutex;  // held while describing and sampling
    std::shared_ptr<SqlTable> table;
    std::chrono::steady_clock::time_point described{};
    std::uint64_t generation = 0;  // of the sample
  };
  // The only name that differs from `name` by case alone.
  base::Result<std::optional<std::string>> NameByCase(const base::CallContext& context,
                                                      const std::string& name);
  // The table, described and sampled when that is due; null when it does not exist.
  base::Result<std::shared_ptr<SqlTable>> FindExactly(const base::CallContext& context,
                                                      const SqlDataset& source);

  // May be null.
  dynamo::Store* const store_;
  const std::vector<SqlDataset> datasets_;
  const SampleOptions sample_;
  std::mutex mutex_;
  // Grows with each Resample.
  std::uint64_t generation_ = 0;
  std::chrono::steady_clock::time_point resampled_{};
  // By SQL name.
  std::map<std::string, std::shared_ptr<Known>> known_;
};

}  // namespace stator::sql
