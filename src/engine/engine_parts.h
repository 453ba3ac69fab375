// What every operation of the engine works with.
#pragma once

#include <memory>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "engine/catalog.h"
#include "engine/engine_metrics.h"
#include "engine/engine_options.h"
#include "engine/item_locks.h"
#include "engine/storage.h"
#include "expression/cache.h"

namespace stator::engine {

// The parts, in the order of their making. Owned by LocalDynamo; each is thread-safe.
struct EngineParts {
  // With all pointers set.
  EngineOptions options;
  // Used when the options name none.
  std::unique_ptr<base::MetricsRegistry> own_metrics;
  std::unique_ptr<EngineMetrics> metrics;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<TableCatalog> catalog;
  ItemLocks locks;
  expression::ExpressionCache expressions;
};

// Whether anybody still wants the answer. ERRORS: DeadlineExceeded; `what` names the call.
base::Status CheckWanted(const EngineParts& parts, const base::CallContext& context,
                         std::string_view what);

// The table of an item operation. ERRORS: ResourceNotFoundException in the data plane's words.
base::Result<std::shared_ptr<Table>> FindTable(const EngineParts& parts,
                                               std::string_view name_or_arn);

}  // namespace stator::engine
