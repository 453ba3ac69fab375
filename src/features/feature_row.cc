#include "features/feature_row.h"

#include "features/errors.h"

namespace stator::features {
namespace {

using dynamo::AttributeType;

base::Error RowError(dynamo::ItemView item, std::string_view what) {
  const auto id = item.Find(kEntityIdAttribute);
  const bool named = id && id->type() == AttributeType::kString;
  return base::Error(base::ErrorKind::kInternal, kFeatureRowInvalid,
                     "The item with entity_id '" +
                         (named ? std::string(id->bytes()) : std::string("?")) +
                         "' is no feature row: " + std::string(what));
}

}  // namespace

dynamo::KeySchema FeatureTableKeySchema() {
  return {.partition = {std::string(kEntityIdAttribute), AttributeType::kString},
          .sort = std::nullopt};
}

dynamo::Item EncodeFeatureRow(std::string_view entity_id, EventTime event_time,
                              std::span<const NamedFeature> features,
                              dynamo::ItemBuilder& builder) {
  std::string event_ts;
  AppendEventTs(event_ts, event_time);
  builder.Name(kEntityIdAttribute).String(entity_id);
  builder.Name(kEventTsAttribute).String(event_ts);
  builder.Name(kValuesAttribute).BeginMap();
  for (const NamedFeature& feature : features) builder.Name(feature.name).Binary(feature.value);
  builder.EndMap();
  return builder.Build();
}

dynamo::Item EntityIdKey(std::string_view entity_id, dynamo::ItemBuilder& builder) {
  return builder.Name(kEntityIdAttribute).String(entity_id).Build();
}

base::Result<FeatureRow> FeatureRow::Decode(dynamo::ItemView item) {
  FeatureRow row;
  const auto event_ts = item.Find(kEventTsAttribute);
  if (!event_ts || event_ts->type() != AttributeType::kString) {
    return RowError(item, "`event_ts` is missing or is no string");
  }
  const auto time = ParseEventTime(event_ts->bytes());
  if (!time)
    return RowError(item, "`event_ts` '" + std::string(event_ts->bytes()) + "' is no time");
  row.event_time_ = *time;
  if (const auto values = item.Find(kValuesAttribute)) {
    if (values->type() != AttributeType::kMap) return RowError(item, "`values` is no map");
    row.values_ = values->map();
  }
  return row;
}

std::optional<std::string_view> FeatureRow::Find(std::string_view feature) const {
  if (!values_) return std::nullopt;
  const auto value = values_->Find(feature);
  if (!value || value->type() != AttributeType::kBinary) return std::nullopt;
  return value->bytes();
}

}  // namespace stator::features
