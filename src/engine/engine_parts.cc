#include "engine/engine_parts.h"

#include "dynamo/errors.h"

namespace stator::engine {

base::Status CheckWanted(const EngineParts& parts, const base::CallContext& context,
                         std::string_view what) {
  return CheckWanted(context, parts.options.clock->Now(), what);
}

base::Status CheckWanted(const base::CallContext& context, base::MonotonicTime now,
                         std::string_view what) {
  if (context.cancel.cancelled() || context.deadline.Passed(now)) {
    return dynamo::DeadlineError(what);
  }
  return base::OkStatus();
}

base::Result<std::shared_ptr<Table>> FindTable(const EngineParts& parts,
                                               std::string_view name_or_arn) {
  std::shared_ptr<Table> table = parts.catalog->Find(name_or_arn);
  if (!table) return dynamo::TableNotFoundForItems();
  return table;
}

}  // namespace stator::engine
