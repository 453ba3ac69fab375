// InferColumns: the columns of a table from a sample of its items. DynamoDB has no schema beyond
// the key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dynamo/item.h"
#include "dynamo/table.h"
#include "sql/column_type.h"
#include "sql/type_evidence.h"

namespace stator::sql {

// What a sample tells about sizes, for the planner's estimates.
struct SampleStatistics {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;       // by DynamoDB's counting
  std::uint64_t partitions = 0;  // runs of items with one partition key
};

// Collects the attributes of items and makes columns of them. More items only add and widen
// columns. Not thread-safe. Bounded: at most kAttributesMax attributes become columns; the names of
// the others are in none.
class SchemaEvidence {
 public:
  // Columns of one table.
  static constexpr std::size_t kAttributesMax = 4'096;

  // Evidence of a table with this key and no item yet.
  explicit SchemaEvidence(dynamo::KeySchema key);

  // Counts one item in. Items of one partition should come one after the other, as scans give them:
  // the estimate of items a partition counts changes of the key.
  void Add(dynamo::ItemView item);
  // As Add, for an item or a part of one that a query came across: counts no statistics.
  void Learn(dynamo::ItemView item);
  // Counts in what another sample of the same table has seen; takes over its statistics.
  void Merge(const SchemaEvidence& other);
  // The columns: partition key, sort key, then the others ascending by attribute name. A key column
  // has the type of the key schema whatever was seen; a number key starts as BIGINT.
  std::vector<Column> InferColumns() const;
  // Counts so far.
  const SampleStatistics& statistics() const { return statistics_; }
  // The key schema given.
  const dynamo::KeySchema& key_schema() const { return key_; }

 private:
  Column KeyColumn(const dynamo::KeyAttribute& attribute) const;

  dynamo::KeySchema key_;
  std::map<std::string, TypeEvidence, std::less<>> attributes_;
  SampleStatistics statistics_;
  std::string last_partition_;
};

}  // namespace stator::sql
