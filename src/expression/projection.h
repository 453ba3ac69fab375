// ProjectionExpression: the parts of an item that a read returns.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/item.h"
#include "expression/bound_tree.h"
#include "expression/expression_tree.h"
#include "expression/path_set.h"

namespace stator::expression {

// Order of paths means nothing; none may be part of another.
//
// A parsed projection; knows no names, so that it may be kept by its text.
struct ProjectionExpression final : ExpressionTree {
  using ExpressionTree::ExpressionTree;
};

// Parses a list of paths. Linear in the length of `text`. ERRORS: ValidationException in AWS's
// words, for syntax, size, path depth and reserved words.
base::Result<std::shared_ptr<const ProjectionExpression>> ParseProjection(std::string_view text);

// A projection with names (Binder::Bind), its paths sorted.
class BoundProjection : public BoundTree {
 public:
  // Its paths.
  const PathSet& paths() const { return paths_; }

 private:
  friend class Binder;

  // Ids have no meaning here.
  PathSet paths_;
};

// Appends to `out` one item: those parts of `item` that the projection names. Nested parts keep
// their place in maps; elements of lists are packed in the order of their index. Parts that `item`
// does not have are left out, and so are maps and lists of which nothing is left; an item of which
// nothing is left is the empty item.
void Project(const BoundProjection& projection, dynamo::ItemView item, std::string& out);

}  // namespace stator::expression
