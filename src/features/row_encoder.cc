#include "features/row_encoder.h"

#include "features/errors.h"
#include "features/value_convert.h"

namespace stator::features {

using base::Result;
using base::Status;

Result<std::optional<dynamo::ItemWrite>> RowEncoder::Encode(const RowColumns& columns,
                                                            std::size_t row) {
  for (const Column* key : columns.keys) {
    if (!key->IsValid(row)) return std::optional<dynamo::ItemWrite>();
  }
  STATOR_RETURN_IF_ERROR(EncodeKey(columns, row));
  STATOR_RETURN_IF_ERROR(EncodeValues(columns, row));
  const EventTime time = columns.event_time->integers[row];
  if (time < kEventTimeMin || time > kEventTimeMax) {
    return InvalidError(kConversionError, "An event time lies outside the years 1 to 9999");
  }
  dynamo::ItemWrite write;
  write.table_name = view_.table_name;
  write.request.item = EncodeFeatureRow(ComputeEntityId(key_bytes_), time, named_, builder_);
  return std::optional(std::move(write));
}

Status RowEncoder::EncodeKey(const RowColumns& columns, std::size_t row) {
  keys_.resize(view_.join_keys.size());
  parts_.clear();
  for (std::size_t i = 0; i < view_.join_keys.size(); ++i) {
    const FeatureField& key = view_.join_keys[i];
    keys_[i] = EntityValue{.kind = ValueKind::kString};
    if (i < columns.keys.size()) {
      STATOR_ASSIGN_OR_RETURN(keys_[i], EntityValueOf(key.name, key.kind, *columns.keys[i], row));
    }
    parts_.push_back({key.name, &keys_[i]});
  }
  key_bytes_.clear();
  return SerializeEntityKey(parts_, key_version_, key_bytes_);
}

Status RowEncoder::EncodeValues(const RowColumns& columns, std::size_t row) {
  values_.resize(view_.features.size());
  named_.clear();
  for (std::size_t i = 0; i < view_.features.size(); ++i) {
    if (columns.features[i] == nullptr) continue;
    const FeatureField& feature = view_.features[i];
    values_[i].clear();
    STATOR_RETURN_IF_ERROR(
        EncodeFeature(feature.name, feature.kind, *columns.features[i], row, values_[i]));
    named_.push_back({feature.name, values_[i]});
  }
  return base::OkStatus();
}

}  // namespace stator::features
