#include "dynamo/item_size.h"

namespace stator::dynamo {
namespace {

constexpr std::size_t kContainerBytes = 3;  // of every L and M
constexpr std::size_t kElementBytes = 1;    // of every element in one

std::size_t SetSizeBytes(SetView set) {
  std::size_t total = 0;
  for (const std::string_view member : set) {
    total += set.member_type() == AttributeType::kNumber ? Number::FromSortable(member).SizeBytes()
                                                         : member.size();
  }
  return total;
}

}  // namespace

std::size_t ValueSizeBytes(AttributeValue value) {
  switch (value.type()) {
    case AttributeType::kNull:
    case AttributeType::kBool: return 1;
    case AttributeType::kNumber: return value.number().SizeBytes();
    case AttributeType::kString:
    case AttributeType::kBinary: return value.bytes().size();
    case AttributeType::kMap: {
      std::size_t total = kContainerBytes;
      for (const NamedValue each : value.map())
        total += each.name.size() + ValueSizeBytes(each.value) + kElementBytes;
      return total;
    }
    case AttributeType::kList: {
      std::size_t total = kContainerBytes;
      for (const AttributeValue each : value.list()) total += ValueSizeBytes(each) + kElementBytes;
      return total;
    }
    case AttributeType::kStringSet:
    case AttributeType::kNumberSet:
    case AttributeType::kBinarySet: return SetSizeBytes(value.set());
  }
  return 0;
}

std::size_t ItemSizeBytes(ItemView item) {
  std::size_t total = 0;
  for (const NamedValue each : item.attributes())
    total += each.name.size() + ValueSizeBytes(each.value);
  return total;
}

}  // namespace stator::dynamo
