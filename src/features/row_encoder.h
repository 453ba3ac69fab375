// From columns of a batch to the items of a view: what materialization and pushes have in common.
// Both write the same row for the same input, so that a pushed row and a materialized one cannot be
// told apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dynamo/item_builder.h"
#include "dynamo/operations.h"
#include "features/column.h"
#include "features/entity_key.h"
#include "features/feature_row.h"
#include "features/registry_snapshot.h"

namespace stator::features {

// Which columns of a batch a view's rows are made of. The columns must outlive its use.
struct RowColumns {
  // In the order of the view's join keys; none for a view without entities.
  std::vector<const Column*> keys;
  // In the order of the view's features. A null pointer leaves the feature out of the row.
  std::vector<const Column*> features;
  // Of kind kTimestamp, without nulls.
  const Column* event_time = nullptr;
};

// Encodes rows of one view: the key in the declared types of the join keys, each feature as a Value
// of its declared type, the event time as text. The same columns give the same bytes, whoever
// calls. Keeps its buffers from row to row, so that a row costs no more allocations than its item
// needs; not thread-safe.
class RowEncoder {
 public:
  // `view` must outlive this. `key_version` is the configuration's
  // entity_key_serialization_version, 0 to 4.
  RowEncoder(const ViewDefinition& view, int key_version)
      : view_(view), key_version_(key_version) {}

  // The put of row `row`; nullopt when a join key is null: such a row can never be found.
  // The table is the view's; the put is unconditional and replaces the whole item.
  // ERRORS: ConversionError naming the feature or the key; ValueError for a key that cannot be one.
  base::Result<std::optional<dynamo::ItemWrite>> Encode(const RowColumns& columns, std::size_t row);

 private:
  base::Status EncodeKey(const RowColumns& columns, std::size_t row);
  base::Status EncodeValues(const RowColumns& columns, std::size_t row);

  const ViewDefinition& view_;
  const int key_version_;
  dynamo::ItemBuilder builder_;
  std::vector<EntityValue> keys_;
  std::vector<EntityKeyPart> parts_;
  std::string key_bytes_;
  std::vector<std::string> values_;
  std::vector<NamedFeature> named_;
};

}  // namespace stator::features
