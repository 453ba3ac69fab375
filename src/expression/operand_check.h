// What a Binder checks once names and values are known. Not for other modules.
#pragma once

#include "base/result.h"
#include "dynamo/table.h"
#include "expression/bound_tree.h"
#include "expression/key_condition.h"
#include "expression/update.h"

namespace stator::expression {

// Number of operands, operands that must differ from each other, types of constant operands, bounds
// of BETWEEN; one fault a request, in this order. ERRORS: ValidationException in AWS's words.
base::Status CheckOperands(const BoundTree& bound);

// The operands of ADD and DELETE: numbers and sets, or sets alone.
// ERRORS: ValidationException in AWS's words.
base::Status CheckActionOperands(const BoundUpdate& update);

// Takes a condition apart by the key attributes of `schema`. REQUIRES: CheckOperands(bound) is ok.
// ERRORS: as Binder::BindKeyCondition.
base::Result<KeyCondition> MatchKeySchema(const BoundTree& bound, const dynamo::KeySchema& schema);

}  // namespace stator::expression
