// What the clauses of an update give, before anything is written. Not for other modules.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dynamo/item.h"
#include "expression/update.h"

namespace stator::expression {

// What one clause does to its target.
struct Outcome {
  enum class Kind : std::uint8_t { kKeep, kSet, kRemove };
  Kind kind = Kind::kKeep;
  // The new value, of kSet only: a view of the item, of the request or of the Outcomes.
  std::optional<dynamo::AttributeValue> value;
};

// The outcomes of all clauses of one update on one item. Every operand is read from the old item.
// Once they are computed, writing the new item cannot fail.
class Outcomes {
 public:
  // For `update` on `old_item`; both outlive this.
  Outcomes(const BoundUpdate& update, dynamo::ItemView old_item)
      : update_(update), old_item_(old_item) {}

  // Computes them all. ERRORS: ValidationException in AWS's words for operands that are missing or
  // of another type, targets whose parent is missing or of another type, numbers out of range,
  // values too deep or far too large. Operands of SET come first, then the clauses in their order.
  base::Status Compute();
  // The outcome of clause `id` of update.actions(). REQUIRES: Compute() is ok.
  const Outcome& operator[](std::uint32_t id) const { return outcomes_[id]; }

  // Bytes that the new values take, at least.
  std::size_t size_bytes() const { return charged_bytes_; }

 private:
  using Value = dynamo::AttributeValue;

  // Of any clause but SET.
  base::Result<Outcome> ComputeOne(const UpdateAction& action);
  // That a map or a list is there to hold the target.
  base::Status CheckParent(DocumentPath target) const;
  // That the value to be set is neither too large nor too deep at its target.
  base::Status CheckFits(const UpdateAction& action, Value value);
  // `old` is the target's value. A sum, or the union of two sets.
  base::Result<Outcome> ComputeAdd(std::optional<Value> old, Value operand);
  // The members of `old` that are not in the operand; a set that is emptied goes.
  base::Result<Outcome> ComputeDelete(std::optional<Value> old, Value operand);
  // An operand of SET.
  base::Result<Value> Read(const Node& node);
  // Of kPlus and kMinus.
  base::Result<Value> ReadSum(const Node& node);
  // Of kListAppend.
  base::Result<Value> ReadAppended(const Node& node);
  // The child of a node.
  const Node& Child(const Node& node, std::uint32_t index) const;
  // Keeps an encoded value as long as this lives.
  Value Keep(std::string encoded);
  // Counts bytes that the update makes or copies. ERRORS: when no item could hold them.
  base::Status Charge(std::size_t bytes);

  const BoundUpdate& update_;
  const dynamo::ItemView old_item_;
  std::vector<Outcome> outcomes_;
  std::forward_list<std::string> kept_;  // its elements never move
  std::size_t charged_bytes_ = 0;
};

}  // namespace stator::expression
