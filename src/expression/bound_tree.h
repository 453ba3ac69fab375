// A parsed expression together with the names and values of one request.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dynamo/attribute_value.h"
#include "expression/document_path.h"
#include "expression/expression_tree.h"

namespace stator::expression {

// Binding copies nothing but pointers: names and values stay where the request has them.
//
// What BoundCondition, BoundProjection and BoundUpdate share. A view: the ExpressionAttributes that
// it was bound with must outlive it; the parsed expression is kept alive. Only a Binder makes one.
class BoundTree {
 public:
  // The parsed expression.
  const ExpressionTree& tree() const { return *tree_; }
  // The path of a kPath node of tree().
  DocumentPath Path(const Node& node) const {
    return DocumentPath(steps_).subspan(node.first, node.count);
  }
  // The value of a kValue node of tree().
  dynamo::AttributeValue Value(const Node& node) const { return values_[node.first]; }
  // The top-level attributes that the expression names, each once, sorted by name: what key
  // attributes must not be among.
  std::vector<std::string_view> TopLevelNames() const;

 private:
  friend class Binder;

  std::shared_ptr<const ExpressionTree> tree_;
  // Parallel to the elements of tree_: placeholders replaced by the names that they stand for.
  std::vector<PathStep> steps_;
  // Parallel to the values of tree_.
  std::vector<dynamo::AttributeValue> values_;
};

// Whether BoundTree::TopLevelNames() of `tree` holds `name`, without making the list.
bool NamesTopLevel(const BoundTree& tree, std::string_view name);

}  // namespace stator::expression
