// Projections of a BatchGetItem whose answers must be told apart: the items come back in any order,
// so each has to bring its key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dynamo/operations.h"

namespace stator::remote {

// A projection that surely holds the key attributes.
struct KeyedProjection {
  // Empty: the whole item.
  std::string expression;
  dynamo::ExpressionAttributes attributes;
  // Key attributes that the caller did not ask for, sorted.
  std::vector<std::string> added;
};

// `projection` with those of `key_names` added that it lacks. An empty one stays empty.
KeyedProjection WithKeys(const dynamo::SharedProjection& projection,
                         const std::vector<std::string>& key_names);

// The attributes `names` of `item`, encoded as an item of their own, which is the key's own form;
// empty when one is missing.
std::string KeyBytes(dynamo::ItemView item, const std::vector<std::string>& names);

}  // namespace stator::remote
