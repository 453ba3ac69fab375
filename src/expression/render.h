// ExpressionWriter: placeholders for programs that write expressions.
//
//   ExpressionWriter writer;
//   request.condition_expression =
//       "attribute_exists(" + writer.Name("id") + ") AND " + writer.Path({"meta", "size"}) + " > "
//       + writer.Integer(7);
//   request.expression_attributes = writer.Build();
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dynamo/attribute_value.h"
#include "dynamo/item_builder.h"
#include "dynamo/number.h"
#include "dynamo/operations.h"

namespace stator::expression {

// Hands out "#n0", "#n1", ... for names and ":v0", ":v1", ... for values, so that no reserved word,
// no odd name and no quoting can break an expression. One writer serves all expressions of one
// request. Hand out only what the expressions use: DynamoDB refuses placeholders that none uses.
class ExpressionWriter {
 public:
  // The placeholder of an attribute name; the same one for the same name.
  std::string Name(std::string_view attribute);
  // The placeholders of a path into maps, with dots between them.
  std::string Path(std::initializer_list<std::string_view> names);
  // A new placeholder for a copy of `value`.
  std::string Value(dynamo::AttributeValue value);
  // A new placeholder for an S. REQUIRES: UTF-8.
  std::string String(std::string_view text);
  // A new placeholder for a B.
  std::string Binary(std::string_view bytes);
  // A new placeholder for an N.
  std::string Number(const dynamo::Number& number);
  // A new placeholder for an N.
  std::string Integer(std::int64_t number);
  // A new placeholder for a BOOL.
  std::string Bool(bool value);

  // Whether nothing was handed out.
  bool empty() const { return names_.empty() && value_count_ == 0; }
  // All names and values handed out. The writer is empty afterwards.
  dynamo::ExpressionAttributes Build();

 private:
  std::string NextValue();

  std::vector<std::pair<std::string, std::string>> names_;
  std::unordered_map<std::string, std::size_t> place_of_name_;
  dynamo::ItemBuilder values_;
  std::size_t value_count_ = 0;
};

}  // namespace stator::expression
