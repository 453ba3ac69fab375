#include "dynamo/key.h"

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "dynamo/limits.h"

namespace stator::dynamo {
namespace {

using base::Result;
using base::Status;

Result<AttributeValue> FindKeyAttribute(const KeyAttribute& attribute, ItemView item) {
  const auto value = item.Find(attribute.name);
  if (!value) {
    return ValidationError("One or more parameter values were invalid: Missing the key " +
                           attribute.name + " in the item");
  }
  if (value->type() != attribute.type) {
    return ValidationError("One or more parameter values were invalid: Type mismatch for key " +
                           attribute.name +
                           " expected: " + std::string(AttributeTypeName(attribute.type)) +
                           " actual: " + std::string(AttributeTypeName(value->type())));
  }
  return *value;
}

bool Matches(const KeyAttribute& attribute, const std::optional<AttributeValue>& value) {
  return value && value->type() == attribute.type;
}

Result<ItemKey> CheckLengths(const KeySchema& schema, ItemKey key) {
  STATOR_RETURN_IF_ERROR(ValidateKeyValue(schema.partition.name, key.partition, false));
  if (schema.sort) STATOR_RETURN_IF_ERROR(ValidateKeyValue(schema.sort->name, *key.sort, true));
  return key;
}

}  // namespace

Status ValidateKeyValue(std::string_view name, AttributeValue value, bool sort) {
  if (value.type() == AttributeType::kNumber) return base::OkStatus();
  const std::size_t size = value.bytes().size();
  if (size == 0) {
    const std::string_view kind = value.type() == AttributeType::kString ? "string" : "binary";
    return ValidationError(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty " +
        std::string(kind) + " value. Key: " + std::string(name));
  }
  const std::size_t limit = sort ? kSortKeyBytesMax : kPartitionKeyBytesMax;
  if (size > limit) {
    return ValidationError(
        std::string("One or more parameter values were invalid: ") +
        (sort ? "Aggregated size of all range keys has exceeded the size limit of "
              : "Size of hashkey has exceeded the maximum size limit of ") +
        std::to_string(limit) + " bytes");
  }
  return base::OkStatus();
}

Result<ItemKey> ValidateKey(const KeySchema& schema, ItemView key) {
  const auto partition = key.Find(schema.partition.name);
  const auto sort = schema.sort ? key.Find(schema.sort->name) : std::nullopt;
  const std::uint32_t expected = schema.sort ? 2 : 1;
  if (!Matches(schema.partition, partition) || (schema.sort && !Matches(*schema.sort, sort)) ||
      key.attributes().size() != expected) {
    return ValidationError("The provided key element does not match the schema");
  }
  return CheckLengths(schema, ItemKey{*partition, sort});
}

Result<ItemKey> KeyOfItem(const KeySchema& schema, ItemView item) {
  STATOR_ASSIGN_OR_RETURN(const AttributeValue partition, FindKeyAttribute(schema.partition, item));
  ItemKey key{partition, std::nullopt};
  if (schema.sort) {
    STATOR_ASSIGN_OR_RETURN(const AttributeValue sort, FindKeyAttribute(*schema.sort, item));
    key.sort = sort;
  }
  return CheckLengths(schema, key);
}

Item MakeKeyItem(const KeySchema& schema, ItemView item) {
  ItemBuilder builder;
  builder.Name(schema.partition.name).Value(*item.Find(schema.partition.name));
  if (schema.sort) builder.Name(schema.sort->name).Value(*item.Find(schema.sort->name));
  return builder.Build();
}

}  // namespace stator::dynamo
