#include "dynamo/attribute_value.h"

#include <algorithm>

namespace stator::dynamo {

std::string_view AttributeTypeName(AttributeType type) {
  static constexpr std::string_view kNames[] = {"NULL", "BOOL", "N",  "S",  "B",
                                                "M",    "L",    "SS", "NS", "BS"};
  return kNames[static_cast<std::size_t>(type)];
}

SetView AttributeValue::set() const {
  const AttributeType of = type();
  return SetView(at_ + 1, of == AttributeType::kStringSet   ? AttributeType::kString
                          : of == AttributeType::kNumberSet ? AttributeType::kNumber
                                                            : AttributeType::kBinary);
}

std::string_view AttributeValue::encoded() const {
  switch (static_cast<std::uint8_t>(*at_)) {
    case kTagNull:
    case kTagFalse:
    case kTagTrue: return {at_, 1};
    case kTagNumber: return {at_, 2 + static_cast<std::size_t>(static_cast<std::uint8_t>(at_[1]))};
    case kTagString:
    case kTagBinary: {
      const std::string_view content = bytes();
      return {at_, static_cast<std::size_t>(content.data() + content.size() - at_)};
    }
    default: return {at_, 1 + 4 + static_cast<std::size_t>(internal::ReadU32(at_ + 1))};
  }
}

std::uint32_t MapView::LowerBound(std::string_view name, std::uint32_t first) const {
  std::uint32_t last = size();
  while (first < last) {
    const std::uint32_t middle = first + (last - first) / 2;
    if ((*this)[middle].name < name) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

std::optional<AttributeValue> MapView::Find(std::string_view name) const {
  std::uint32_t low = 0;
  std::uint32_t high = size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const NamedValue entry = (*this)[middle];
    const int order = entry.name.compare(name);
    if (order == 0) return entry.value;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::nullopt;
}

std::optional<AttributeValue> ListView::At(std::uint32_t index) const {
  if (index >= size()) return std::nullopt;
  Iterator at = begin();
  for (std::uint32_t i = 0; i < index; ++i) ++at;
  return *at;
}

bool SetView::Contains(std::string_view member) const {
  for (const std::string_view each : *this) {
    if (each == member) return true;
  }
  return false;
}

}  // namespace stator::dynamo
