// PageReader: walks a range of rows in either direction until the page is full.
//
// Query and Scan differ in how they find the range; from there on they are this one walk. Items are
// joined straight into the arena of the answer, and a filter that names no key attribute is decided
// on the stored bytes before that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/operations.h"
#include "engine/engine_parts.h"
#include "expression/condition.h"
#include "expression/projection.h"

namespace stator::engine {

// What to read, all checked and bound. Views of the request.
struct PageSpec {
  std::shared_ptr<Table> table;
  // For the counter of items read.
  ReadOperation operation;
  // Already narrowed by the start key.
  KeyRange range;
  bool forward = true;
  // Most items to evaluate; at least 1.
  std::optional<std::int32_t> limit;
  std::optional<expression::BoundCondition> filter;
  // Whether the filter names a key attribute; else it is decided before key and rest are joined.
  bool filter_needs_keys = false;
  std::optional<expression::BoundProjection> projection;
  // Select::kCount.
  bool count_only = false;
  // false: what is read need not stay in the block cache.
  bool fill_cache = true;
};

// A page and what it cost.
struct PageOutcome {
  dynamo::ReadPageResponse response;
  // Of all items evaluated.
  std::size_t size_bytes = 0;
};

// Reads one page. It ends behind `limit` items, behind the item with which it reaches
// kPageBytesMax, or with the range; last_evaluated_key is set when the limit was reached, or when
// the bytes were and a row follows. ERRORS: of the disk, of damaged rows, DeadlineExceeded.
base::Result<PageOutcome> ReadPage(EngineParts& parts, const base::CallContext& context,
                                   const PageSpec& spec);

}  // namespace stator::engine
