// SampleTable: reads a spread sample of a table, so that its columns do not depend on the first few
// items.
#pragma once

#include <cstdint>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "sql/infer_columns.h"

namespace stator::sql {

// How much to read. A sample is taken once for each table that a query names (table_registry.h).
// The cost is about `items` times the item size in read units of 4 KB, halved.
struct SampleOptions {
  std::int32_t segments = 16;  // spread evenly over the range of partition hashes
  std::int64_t items = 1'024;  // evaluated at most, over all segments; at least `segments`
};

// Scans `items / segments` items from the start of each segment, then goes round the segments that
// have more until `items` are read or the table ends: a small table is read whole, one big
// partition does not hide behind empty segments. The calls are marked as sampling, so that the
// engine counts their items apart from those of queries. ERRORS: those of Scan.
base::Result<SchemaEvidence> SampleTable(dynamo::Dynamo& store, const base::CallContext& context,
                                         const dynamo::TableDescription& table,
                                         const SampleOptions& options);

}  // namespace stator::sql
