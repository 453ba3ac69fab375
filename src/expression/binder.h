// Binder: puts the names and values of one request into its parsed expressions.
//
//   Binder binder(request.expression_attributes);
//   STATOR_ASSIGN_OR_RETURN(BoundCondition condition, binder.Bind(parsed_condition));
//   STATOR_ASSIGN_OR_RETURN(BoundUpdate update, binder.Bind(parsed_update));
//   STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/operations.h"
#include "dynamo/table.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/projection.h"
#include "expression/update.h"

namespace stator::expression {

// Checks `attributes` by themselves, before any expression is looked at: each name is "#" and each
// value ":" with letters, digits or underscores behind it, no attribute name is empty, and together
// they stay under 2 MB. ERRORS: ValidationException.
base::Status CheckPlaceholders(const dynamo::ExpressionAttributes& attributes);

// Binds all expressions of one request and keeps count of the placeholders that they use. The
// attributes must outlive the binder and all that it binds. Not thread-safe.
//
// ERRORS of every Bind: ValidationException "Invalid <parameter>: ..." in AWS's words and AWS's
// order: undefined names and values, number of operands, operands that must be distinct, types of
// operands, overlapping and conflicting paths.
class Binder {
 public:
  // For the placeholders of `attributes`.
  explicit Binder(const dynamo::ExpressionAttributes& attributes);

  // Binds a condition or a filter. REQUIRES: not null.
  base::Result<BoundCondition> Bind(std::shared_ptr<const ConditionExpression> condition);
  // Binds a projection. REQUIRES: not null.
  base::Result<BoundProjection> Bind(std::shared_ptr<const ProjectionExpression> projection);
  // Binds an update. REQUIRES: not null.
  base::Result<BoundUpdate> Bind(std::shared_ptr<const UpdateExpression> update);
  // Binds a key condition to the keys of a table or index. REQUIRES: not null.
  // ERRORS, beside those above: what a key condition may not have; "Query condition missed key
  // schema element: pk"; "Query key condition not supported"; values of another type than the key
  // attribute, empty or too long ones.
  base::Result<KeyCondition> BindKeyCondition(
      std::shared_ptr<const KeyConditionExpression> condition, const dynamo::KeySchema& schema);

  // That every name and value was used by an expression bound so far. ERRORS: ValidationException
  // "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}", or Values.
  base::Status CheckAllUsed() const;

 private:
  base::Status Resolve(std::shared_ptr<const ExpressionTree> tree, BoundTree& bound);
  base::Status ResolveNode(const Node& node, BoundTree& bound);
  std::optional<std::string_view> UseName(std::string_view placeholder);
  std::optional<dynamo::AttributeValue> UseValue(std::string_view placeholder);

  const dynamo::ExpressionAttributes& attributes_;
  std::vector<std::uint32_t> names_in_order_;  // places in attributes_.names; only for many names
  std::vector<bool> names_used_;
  std::vector<bool> values_used_;
};

}  // namespace stator::expression
