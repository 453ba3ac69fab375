// The parts of an item at given paths, for projections and for ReturnValues. Not for other modules.
#pragma once

#include <string>

#include "dynamo/item.h"
#include "expression/path_set.h"

namespace stator::expression {

// Appends to `out` one item: what `item` has at `paths`, in its nested shape, list elements packed.
// What it does not have is left out, and so are containers of which nothing is left.
void ProjectPaths(PathRange paths, dynamo::ItemView item, std::string& out);

}  // namespace stator::expression
