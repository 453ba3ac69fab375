// UpdateExpression: parse once, bind to a request, apply to an item.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/table.h"
#include "expression/bound_tree.h"
#include "expression/expression_tree.h"
#include "expression/path_set.h"

namespace stator::expression {

// The four sections of an update.
enum class UpdateKind : std::uint8_t { kSet, kRemove, kAdd, kDelete };

// One clause: `target` and `operand` are nodes of the tree; REMOVE has no operand.
struct UpdateAction {
  UpdateKind kind;
  std::uint32_t target;
  std::uint32_t operand = 0;
};

// A parsed update; knows no names or values, so that it may be kept by its text.
struct UpdateExpression final : ExpressionTree {
  using ExpressionTree::ExpressionTree;

  std::vector<UpdateAction> actions;  // in the order of writing
};

// Parses an update. Linear in the length of `text`. ERRORS: ValidationException in AWS's words, for
// syntax, size over 4,096 bytes, more than 300 operators, a section used twice, unknown functions,
// reserved words.
base::Result<std::shared_ptr<const UpdateExpression>> ParseUpdate(std::string_view text);

// An update with names and values (Binder::Bind), its targets sorted.
class BoundUpdate : public BoundTree {
 public:
  // Its clauses in the order of writing.
  const std::vector<UpdateAction>& actions() const {
    return static_cast<const UpdateExpression&>(tree()).actions;
  }
  // The targets of all clauses; the id of each is the place of its clause in actions().
  const PathSet& targets() const { return targets_; }
  // The top-level attributes that the update may change, each once, sorted by name.
  std::vector<std::string_view> TouchedNames() const;

 private:
  friend class Binder;

  PathSet targets_;
};

// An update must not touch a key attribute. ERRORS: ValidationException "One or more parameter
// values were invalid: Cannot update attribute pk. This attribute is part of the key".
base::Status CheckUpdatesNoKey(const BoundUpdate& update, const dynamo::KeySchema& schema);

// The item that `old_item` becomes. Every operand is read from `old_item`; then one pass over it
// writes the new one. A new item is made from its key alone: give that as `old_item`.
// ERRORS: ValidationException in AWS's words, for an operand that is missing or of another type, a
// target whose parent is missing, a number out of range, nesting deeper than 32. The result may
// still be too large (ItemSizeBytes); it is refused here only where making it would cost memory far
// beyond the limit.
base::Result<dynamo::Item> ApplyUpdate(const BoundUpdate& update, dynamo::ItemView old_item);

// ReturnValues=UPDATED_OLD: the touched paths as `old_item` has them, in their nested shape, list
// elements packed. Empty when it has none of them.
dynamo::Item TouchedOld(const BoundUpdate& update, dynamo::ItemView old_item);

// ReturnValues=UPDATED_NEW: the touched paths as ApplyUpdate leaves them, in their nested shape,
// list elements packed; what was removed is left out. REQUIRES: ApplyUpdate(update, old_item) is
// ok.
dynamo::Item TouchedNew(const BoundUpdate& update, dynamo::ItemView old_item);

}  // namespace stator::expression
