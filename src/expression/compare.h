// Comparison of values as expressions define it. Not for other modules.
//
// Equality needs no function: values are equal when their types and contents are, sets and maps
// whatever their order, and dynamo::AttributeValue compares just so.
#pragma once

#include "dynamo/attribute_value.h"

namespace stator::expression {

// Whether values of this type have an order: S, N and B.
constexpr bool HasOrder(dynamo::AttributeType type) {
  return type == dynamo::AttributeType::kString || type == dynamo::AttributeType::kNumber ||
         type == dynamo::AttributeType::kBinary;
}

// Below, at or above 0 as `a` orders before, with or behind `b`: text by UTF-8 bytes, bytes
// unsigned, numbers by value. REQUIRES: both of one type that HasOrder.
inline int Order(dynamo::AttributeValue a, dynamo::AttributeValue b) {
  if (a.type() == dynamo::AttributeType::kNumber) {
    return a.number_bytes().compare(b.number_bytes());
  }
  return a.bytes().compare(b.bytes());
}

// Whether the text or bytes of `value` begin with those of `prefix`; false for other types and for
// two different ones.
inline bool BeginsWith(dynamo::AttributeValue value, dynamo::AttributeValue prefix) {
  return value.type() == prefix.type() && value.type() != dynamo::AttributeType::kNumber &&
         HasOrder(value.type()) && value.bytes().starts_with(prefix.bytes());
}

}  // namespace stator::expression
