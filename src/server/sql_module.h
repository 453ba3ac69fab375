// The loadable module `stator-sql.so`: the SQL door, `stator sql` and `stator import`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/module.h"
#include "sql/sql_engine.h"

namespace stator::server {

// The stores of the datasets of a spicepod, kept as long as an engine uses them.
using SpicepodStores = std::vector<std::shared_ptr<dynamo::Store>>;

// Reads the spicepod.yaml of the working folder, if there is one, into `options`: its datasets and
// the catalog name "spice". What has no effect yet goes to the log by name. ERRORS:
// SqlInvalidConfiguration, and those of opening a dataset's store.
base::Result<SpicepodStores> AddSpicepod(StoreOpener& stores, sql::SqlEngineOptions& options);

// The stores of a command with a SQL engine over them. The engine ends before its stores.
struct CommandSql {
  std::shared_ptr<dynamo::Store> store;
  SpicepodStores datasets;
  std::unique_ptr<sql::SqlEngine> engine;
};

// Opens the store that the command line names (or the data folder of the working folder) and a
// trusted engine, which may read and write files as the user may.
base::Result<CommandSql> OpenCommandSql(CommandEnvironment& environment);

// The context of a command's statements: a day at most, cancelled by Ctrl-C.
base::CallContext SqlCommandContext(const CommandEnvironment& environment);

// `stator sql`: a statement with -c, or a prompt.
Command MakeSqlCommand();
// `stator import`: the rows of a query or of a file become items of a table.
Command MakeImportCommand();

// The module itself. It works on the store of the process: no file of its own names another one.
class SqlModule final : public LoadableModule {
 public:
  // `sql` and `import`.
  std::vector<Command> Commands() const override { return {MakeSqlCommand(), MakeImportCommand()}; }
  // POST /v1/sql on an engine that can reach no file, extension or setting.
  base::Result<std::unique_ptr<Door>> OpenDoor(const DoorContext& context) override;
  // DuckDB over data files, in an instance apart from those of the doors.
  base::Result<std::shared_ptr<features::AnalyticalEngine>> MakeAnalyticalEngine() override;
};

}  // namespace stator::server
