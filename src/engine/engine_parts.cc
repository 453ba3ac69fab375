#include "engine/engine_parts.h"

#include "dynamo/errors.h"

namespace stator::engine {

base::Status CheckWanted(const EngineParts& parts, const base::CallContext& context,
                         std::string_view what) {
  if (context.cancel.cancelled() || context.deadline.Passed(parts.options.clock->Now())) {
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
