#include "server/sql_module.h"

#include "base/log.h"
#include "server/sql_door.h"
#include "sql/analytical_engine.h"
#include "sql/spicepod.h"

namespace stator::server {
namespace {

// A statement may run for hours; each call to the store inside has a deadline of its own.
constexpr std::chrono::hours kCommandTime{24};

}  // namespace

base::Result<SpicepodStores> AddSpicepod(StoreOpener& stores, sql::SqlEngineOptions& options) {
  SpicepodStores opened;
  STATOR_ASSIGN_OR_RETURN(const std::optional<sql::Spicepod> pod, sql::LoadSpicepod("."));
  if (!pod) return opened;
  // Spice's own name of its catalog, so that spice.public.table is found.
  options.catalog = "spice";
  for (const std::string& warning : pod->warnings) {
    base::Log(base::LogLevel::kWarning, "spicepod.yaml: " + warning);
  }
  for (const sql::SpicepodDataset& dataset : pod->datasets) {
    auto store = stores.Open({dataset.endpoint_url, dataset.region, dataset.access_key_id,
                              dataset.secret_access_key, dataset.session_token});
    if (!store.ok())
      return store.error().WithPrefix("spicepod.yaml, dataset " + dataset.name + ": ");
    sql::SqlDataset added{dataset.name, store->get(), dataset.table_name, {}};
    if (dataset.sample_items > 0) added.sample.items = dataset.sample_items;
    options.datasets.push_back(std::move(added));
    opened.push_back(std::move(*store));
  }
  return opened;
}

base::Result<CommandSql> OpenCommandSql(CommandEnvironment& environment) {
  CommandSql opened;
  STATOR_ASSIGN_OR_RETURN(opened.store, environment.stores.Open({}));
  sql::SqlEngineOptions options;
  options.store = opened.store.get();
  options.trusted = true;
  STATOR_ASSIGN_OR_RETURN(opened.datasets, AddSpicepod(environment.stores, options));
  STATOR_ASSIGN_OR_RETURN(opened.engine, sql::SqlEngine::Open(std::move(options)));
  return opened;
}

base::CallContext SqlCommandContext(const CommandEnvironment& environment) {
  base::CallContext context;
  context.deadline = base::Deadline::After(kCommandTime);
  context.cancel = environment.cancel;
  context.priority = base::Priority::kInteractive;
  return context;
}

base::Result<std::unique_ptr<Door>> SqlModule::OpenDoor(const DoorContext& context) {
  sql::SqlEngineOptions options;
  options.store = &context.store;
  STATOR_ASSIGN_OR_RETURN(SpicepodStores datasets, AddSpicepod(context.stores, options));
  STATOR_ASSIGN_OR_RETURN(auto engine, sql::SqlEngine::Open(std::move(options)));
  return std::unique_ptr<Door>(
      std::make_unique<SqlDoor>(std::move(datasets), std::move(engine), context.metrics));
}

base::Result<std::shared_ptr<features::AnalyticalEngine>> SqlModule::MakeAnalyticalEngine() {
  return sql::MakeAnalyticalEngine();
}

}  // namespace stator::server

STATOR_LOADABLE_MODULE(stator::server::SqlModule)
