#include "sql/type_evidence.h"

#include <algorithm>
#include <bit>

#include "sql/unique_names.h"

namespace stator::sql {

using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::Number;

namespace {

constexpr std::uint16_t BitOf(AttributeType type) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}
constexpr std::uint16_t kListBits = BitOf(AttributeType::kList) | BitOf(AttributeType::kStringSet) |
                                    BitOf(AttributeType::kNumberSet) |
                                    BitOf(AttributeType::kBinarySet);
constexpr std::uint16_t kContainerBits = kListBits | BitOf(AttributeType::kMap);

}  // namespace

void TypeEvidence::Add(AttributeValue value, int depth) {
  const AttributeType type = value.type();
  if (type == AttributeType::kNull) return;
  types_ |= Bit(type);
  if (depth >= kDepthMax) return;
  switch (type) {
    case AttributeType::kNumber: return AddNumber(value.number());
    case AttributeType::kMap: return AddMap(value.map(), depth);
    case AttributeType::kList:
      for (const AttributeValue element : value.list()) Element().Add(element, depth + 1);
      return;
    case AttributeType::kStringSet: Element().types_ |= Bit(AttributeType::kString); return;
    case AttributeType::kBinarySet: Element().types_ |= Bit(AttributeType::kBinary); return;
    case AttributeType::kNumberSet:
      Element().types_ |= Bit(AttributeType::kNumber);
      for (const std::string_view member : value.set()) {
        Element().AddNumber(Number::FromSortable(member));
      }
      return;
    default: return;
  }
}

void TypeEvidence::AddNumber(const Number& number) {
  const Number::Decimal decimal = number.ToDecimal();
  integer_digits_ = std::max(integer_digits_, decimal.exponent);
  scale_ = std::max(scale_, decimal.digit_count - decimal.exponent);
  all_int64_ = all_int64_ && number.ToInt64().has_value();
  all_survive_double_ = all_survive_double_ && SurvivesDouble(number);
}

void TypeEvidence::AddMap(dynamo::MapView map, int depth) {
  ++maps_;
  map_entries_ += map.size();
  for (const auto [name, value] : map) FieldFor(std::string(name)).Add(value, depth + 1);
}

TypeEvidence& TypeEvidence::FieldFor(const std::string& name) {
  const auto found = fields_.find(name);
  if (found != fields_.end()) return found->second;
  if (fields_.size() < kFieldsMax) return fields_[name];
  if (!other_fields_) other_fields_ = std::make_unique<TypeEvidence>();
  return *other_fields_;
}

TypeEvidence& TypeEvidence::Element() {
  if (!element_) element_ = std::make_unique<TypeEvidence>();
  return *element_;
}

void TypeEvidence::Merge(const TypeEvidence& other) {
  types_ |= other.types_;
  all_int64_ = all_int64_ && other.all_int64_;
  all_survive_double_ = all_survive_double_ && other.all_survive_double_;
  integer_digits_ = std::max(integer_digits_, other.integer_digits_);
  scale_ = std::max(scale_, other.scale_);
  maps_ += other.maps_;
  map_entries_ += other.map_entries_;
  for (const auto& [name, field] : other.fields_) FieldFor(name).Merge(field);
  if (other.other_fields_) {
    if (!other_fields_) other_fields_ = std::make_unique<TypeEvidence>();
    other_fields_->Merge(*other.other_fields_);
  }
  if (other.element_) Element().Merge(*other.element_);
}

bool TypeEvidence::mixed() const {
  // A list and a set are one SQL type.
  const bool lists = (types_ & kListBits) != 0;
  return std::popcount(static_cast<unsigned>(types_ & ~kListBits)) + (lists ? 1 : 0) > 1;
}

std::string TypeEvidence::TypesSeen() const {
  std::string text;
  for (unsigned type = 0; type <= static_cast<unsigned>(AttributeType::kBinarySet); ++type) {
    if ((types_ & (1U << type)) == 0) continue;
    if (!text.empty()) text += " and ";
    text += AttributeTypeName(static_cast<AttributeType>(type));
  }
  return text;
}

ColumnType TypeEvidence::ToType(int depth) const {
  if (types_ == 0) return {TypeKind::kText, 0, {}, {}};
  if (mixed()) {
    return {(types_ & ~kContainerBits) == 0 ? TypeKind::kJson : TypeKind::kText, 0, {}, {}};
  }
  if (types_ & Bit(AttributeType::kString)) return {TypeKind::kText, 0, {}, {}};
  if (types_ & Bit(AttributeType::kBool)) return {TypeKind::kBool, 0, {}, {}};
  if (types_ & Bit(AttributeType::kBinary)) return {TypeKind::kBlob, 0, {}, {}};
  if (depth >= kDepthMax) return {TypeKind::kJson, 0, {}, {}};
  if (types_ & Bit(AttributeType::kNumber)) return NumberType();
  if (types_ & Bit(AttributeType::kMap)) return MapType(depth);
  const ColumnType element = element_ ? element_->ToType(depth + 1) : ColumnType{};
  return {TypeKind::kList, 0, {}, {element}};
}

ColumnType TypeEvidence::NumberType() const {
  if (all_int64_) return {TypeKind::kBigint, 0, {}, {}};
  const int scale = std::max(scale_, 0);
  if (std::max(integer_digits_, 0) + scale <= kDecimalDigitsMax) {
    return {TypeKind::kDecimal, static_cast<std::uint8_t>(scale), {}, {}};
  }
  return {all_survive_double_ ? TypeKind::kDouble : TypeKind::kText, 0, {}, {}};
}

// Whether maps look like records: few names, or names that most of the maps share.
bool TypeEvidence::IsRecord() const {
  if (fields_.empty() || other_fields_) return false;
  return fields_.size() <= kFieldsAlwaysStruct || fields_.size() * maps_ <= 2 * map_entries_;
}

ColumnType TypeEvidence::MapType(int depth) const {
  if (IsRecord()) {
    ColumnType type{TypeKind::kStruct, 0, {}, {}};
    UniqueNames names;
    for (const auto& [name, field] : fields_) {
      type.fields.push_back({name, names.Claim(name), field.ToType(depth + 1)});
    }
    return type;
  }
  TypeEvidence values;
  for (const auto& [name, field] : fields_) values.Merge(field);
  if (other_fields_) values.Merge(*other_fields_);
  if (values.types_ == 0 || values.mixed()) return {TypeKind::kJson, 0, {}, {}};
  return {TypeKind::kMap, 0, {}, {values.ToType(depth + 1)}};
}

}  // namespace stator::sql
