// One row of a feature view in DynamoDB, exactly as Feast lays it out: `entity_id` (S), `event_ts`
// (S), `values` (M of B). docs/format-feature-row.md describes it, with vectors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/item_builder.h"
#include "dynamo/table.h"
#include "features/event_time.h"

namespace stator::features {

// Attribute names. Other attributes of an item are ignored, by Feast as well.
inline constexpr std::string_view kEntityIdAttribute = "entity_id";
inline constexpr std::string_view kEventTsAttribute = "event_ts";
inline constexpr std::string_view kValuesAttribute = "values";

// The key schema of every table of a feature view: HASH entity_id (S), no sort key.
dynamo::KeySchema FeatureTableKeySchema();

// A feature with its encoded Value; zero bytes are a null.
struct NamedFeature {
  std::string_view name;
  std::string_view value;
};

// The item of a row. `builder` must be empty; it is reused from row to row.
dynamo::Item EncodeFeatureRow(std::string_view entity_id, EventTime event_time,
                              std::span<const NamedFeature> features, dynamo::ItemBuilder& builder);

// The key item {entity_id}.
dynamo::Item EntityIdKey(std::string_view entity_id, dynamo::ItemBuilder& builder);

// A stored row, decoded in place. Valid as long as the item.
class FeatureRow {
 public:
  // Reads an item, whole or projected. An item without `values` is a row that has none of the
  // features asked for. ERRORS: FeatureRowInvalid when an attribute has another type or `event_ts`
  // is no time; it names the entity_id.
  static base::Result<FeatureRow> Decode(dynamo::ItemView item);

  // When the row happened.
  EventTime event_time() const { return event_time_; }
  // The encoded Value of a feature; nullopt when the row does not have it. A value that is not
  // binary counts as absent.
  std::optional<std::string_view> Find(std::string_view feature) const;

 private:
  EventTime event_time_ = 0;
  std::optional<dynamo::MapView> values_;
};

}  // namespace stator::features
