// For the tests of this module: items in a short notation, both ways.
//
//   a: 1.5, b: 'text', c: b'bytes', d: true, e: null, f: [1, 'x'], g: {h: 2}, i: <'s', 't'>, j: <1>
//
// Sets stand in angle brackets. Names are letters, digits and any of #._-, without quotes; the
// placeholders of values begin with ":".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamo/item.h"
#include "dynamo/operations.h"

namespace stator::expression {

// The item that `text` writes down. Aborts on text that is not in the notation.
dynamo::Item TestItem(std::string_view text);

// The placeholders of a request: names as pairs, values in the notation.
dynamo::ExpressionAttributes TestAttributes(
    std::string_view values, std::vector<std::pair<std::string, std::string>> names = {});

// The notation of an item, names and members in their order; or, when the bytes of the item are
// not sound, what is wrong with them.
std::string TestText(dynamo::ItemView item);

}  // namespace stator::expression
