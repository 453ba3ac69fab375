// What every operation of the engine works with, and the checks that all of them begin with.
//
// The operations are free functions over EngineParts, a file for each group (reads.h, writes.h,
// pages.h); LocalDynamo only forwards to them. So a part knows no operation, and an operation
// names what it uses.
#pragma once

#include <memory>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "engine/catalog.h"
#include "engine/engine_metrics.h"
#include "engine/engine_options.h"
#include "engine/item_locks.h"
#include "engine/row_cache.h"
#include "engine/row_sizes.h"
#include "engine/storage.h"
#include "expression/cache.h"

namespace stator::engine {

// The parts, in the order of their making; destroyed in the reverse order, so that the storage ends
// before the metrics that its sync thread writes to. Owned by LocalDynamo; each is thread-safe.
struct EngineParts {
  // With all pointers set.
  EngineOptions options;
  // Used when the options name none.
  std::unique_ptr<base::MetricsRegistry> own_metrics;
  std::unique_ptr<EngineMetrics> metrics;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<TableCatalog> catalog;
  // By row key, over all tables.
  ItemLocks locks;
  // As above. Table numbers are never used again, so what it knows of a dropped table does no harm.
  RowSizes row_sizes;
  // As above.
  std::unique_ptr<RowCache> row_cache;
  // By text, over all tables: an expression knows no table.
  expression::ExpressionCache expressions;
};

// Whether anybody still wants the answer: asked once at the beginning of a call, and now and then
// in long ones. ERRORS: DeadlineExceeded; `what` names the call in its message.
base::Status CheckWanted(const EngineParts& parts, const base::CallContext& context,
                         std::string_view what);
// The same for who has just read the clock.
base::Status CheckWanted(const base::CallContext& context, base::MonotonicTime now,
                         std::string_view what);

// The table of an item operation, by name or ARN. It stays usable when it is dropped meanwhile:
// reads find nothing then, writes look at Table::dropped(). ERRORS: ResourceNotFoundException in
// the data plane's words, which do not name the table.
base::Result<std::shared_ptr<Table>> FindTable(const EngineParts& parts,
                                               std::string_view name_or_arn);

}  // namespace stator::engine
