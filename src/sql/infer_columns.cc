#include "sql/infer_columns.h"

#include <utility>

#include "dynamo/item_size.h"
#include "sql/unique_names.h"

namespace stator::sql {

using dynamo::AttributeType;

SchemaEvidence::SchemaEvidence(dynamo::KeySchema key) : key_(std::move(key)) {
  attributes_[key_.partition.name];
  if (key_.sort) attributes_[key_.sort->name];
}

void SchemaEvidence::Add(dynamo::ItemView item) {
  ++statistics_.items;
  statistics_.bytes += dynamo::ItemSizeBytes(item);
  if (const auto partition = item.Find(key_.partition.name)) {
    if (partition->encoded() != last_partition_) {
      ++statistics_.partitions;
      last_partition_ = partition->encoded();
    }
  }
  Learn(item);
}

void SchemaEvidence::Learn(dynamo::ItemView item) {
  for (const auto [name, value] : item.attributes()) {
    auto found = attributes_.find(name);
    if (found == attributes_.end()) {
      if (attributes_.size() >= kAttributesMax) continue;
      found = attributes_.emplace(std::string(name), TypeEvidence()).first;
    }
    found->second.Add(value);
  }
}

void SchemaEvidence::Merge(const SchemaEvidence& other) {
  statistics_ = other.statistics_;
  for (const auto& [attribute, evidence] : other.attributes_) {
    if (attributes_.size() >= kAttributesMax && !attributes_.contains(attribute)) continue;
    attributes_[attribute].Merge(evidence);
  }
}

Column SchemaEvidence::KeyColumn(const dynamo::KeyAttribute& attribute) const {
  Column column{attribute.name, {}, {}, {}, true};
  switch (attribute.type) {
    case AttributeType::kBinary: column.type.kind = TypeKind::kBlob; break;
    case AttributeType::kNumber: {
      column.type = attributes_.find(attribute.name)->second.ToType();
      const bool seen = column.type.kind != TypeKind::kText ||
                        !attributes_.find(attribute.name)->second.TypesSeen().empty();
      if (!seen) column.type.kind = TypeKind::kBigint;
      break;
    }
    default: column.type.kind = TypeKind::kText;
  }
  return column;
}

std::vector<Column> SchemaEvidence::InferColumns() const {
  std::vector<Column> columns;
  columns.push_back(KeyColumn(key_.partition));
  if (key_.sort) columns.push_back(KeyColumn(*key_.sort));
  const std::size_t keys = columns.size();
  for (const auto& [attribute, evidence] : attributes_) {
    if (attribute == key_.partition.name || (key_.sort && attribute == key_.sort->name)) continue;
    Column column{attribute, {}, evidence.ToType(), {}, false};
    if (evidence.mixed()) column.comment = "values of types " + evidence.TypesSeen() + " as text";
    columns.push_back(std::move(column));
  }
  UniqueNames names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    column.name = names.Claim(column.attribute);
    if (i < keys) column.comment = i == 0 ? "partition key" : "sort key";
    if (column.name == column.attribute) continue;
    if (!column.comment.empty()) column.comment += "; ";
    column.comment += "attribute " + QuoteIdentifier(column.attribute) +
                      " under another name: SQL names do not differ by case";
  }
  return columns;
}

}  // namespace stator::sql
