// Checks of whole requests that need no table: which parameters may stand together, and values that
// no table could hold. [reference 2.8, stages 4 and 5] Lengths and ranges of the service model are
// checked by `wire` for its callers; what the engine itself relies on is checked here for all.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "dynamo/operations.h"

namespace stator::engine {

// A parameter that holds an expression: its name and its text; "" when not given.
using NamedExpression = std::pair<std::string_view, std::string_view>;

// Placeholders without an expression to use them. ERRORS: ValidationException
// "ExpressionAttributeNames can only be specified when using expressions", or "...Values ...:
// ConditionExpression is null" with those of `expressions` that may have values.
base::Status CheckPlaceholdersNeeded(const dynamo::ExpressionAttributes& attributes,
                                     std::initializer_list<NamedExpression> expressions);

// ERRORS: ValidationException when `asked` is more than PutItem and DeleteItem can return.
base::Status CheckReturnsOldOnly(dynamo::ReturnValues asked);

// Select against projection and index, and the limit.
// `operation` is "Querying" or "Scanning", for messages.
base::Status CheckPage(const dynamo::ReadPageRequest& request, std::string_view operation);

// Segment and TotalSegments. ERRORS: ValidationException in AWS's words.
base::Status CheckSegments(const dynamo::ScanRequest& request);

// A new table: names, keys, throughput, tags. ERRORS: ValidationException; NotSupportedYet that
// names the index or the stream.
base::Status CheckNewTable(const dynamo::CreateTableRequest& request);

// Tags to add. ERRORS: ValidationException for empty or too long ones.
base::Status CheckTags(const std::vector<dynamo::Tag>& tags);

// What of an item no write may leave behind. ERRORS: ValidationException for more than
// kItemSizeBytesMax bytes, with `too_large` as message, or nesting beyond kValueDepthMax. The value
// is the item's size.
base::Result<std::size_t> CheckItem(dynamo::ItemView item, std::string_view too_large);
// Messages of CheckItem: of puts, and of updates. [P]
inline constexpr std::string_view kItemTooLarge = "Item size has exceeded the maximum allowed size";
inline constexpr std::string_view kUpdateTooLarge =
    "Item size to update has exceeded the maximum allowed size";

}  // namespace stator::engine
