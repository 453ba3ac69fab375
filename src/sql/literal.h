// Literal: a scalar constant of a predicate in DynamoDB's terms. Numbers are kept in the sortable
// form of dynamo::Number, so that bytes compare as values do.
#pragma once

#include <compare>
#include <string>
#include <utility>

#include "dynamo/attribute_value.h"
#include "dynamo/item_builder.h"
#include "dynamo/number.h"

namespace stator::sql {

// An S, N, B or BOOL constant. A plain value; orders by type, then as DynamoDB orders values of the
// type.
class Literal {
 public:
  // An S. REQUIRES: UTF-8.
  static Literal Text(std::string text) {
    return {dynamo::AttributeType::kString, std::move(text)};
  }
  // A B.
  static Literal Binary(std::string bytes) {
    return {dynamo::AttributeType::kBinary, std::move(bytes)};
  }
  // An N.
  static Literal Of(const dynamo::Number& number) {
    return {dynamo::AttributeType::kNumber, std::string(number.sortable())};
  }
  // A BOOL.
  static Literal Bool(bool value) { return {dynamo::AttributeType::kBool, value ? "1" : "0"}; }
  // The scalar in `value`. REQUIRES: S, N, B or BOOL.
  static Literal FromValue(dynamo::AttributeValue value);

  // kString, kNumber, kBinary or kBool.
  dynamo::AttributeType type() const { return type_; }
  // Text, bytes, or a number's sortable form.
  const std::string& bytes() const { return bytes_; }
  // Appends it as the next value.
  void AppendTo(dynamo::ItemBuilder& builder) const;
  // As SQL writes it: 'a', 12.5, true, '\xAB'::BLOB.
  std::string ToSql() const;

  // Type first, then value order.
  friend auto operator<=>(const Literal&, const Literal&) = default;

 private:
  Literal(dynamo::AttributeType type, std::string bytes) : type_(type), bytes_(std::move(bytes)) {}

  dynamo::AttributeType type_;
  std::string bytes_;
};

}  // namespace stator::sql
