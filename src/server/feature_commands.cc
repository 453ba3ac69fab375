#include <algorithm>
#include <ostream>

#include "base/clock.h"
#include "features/apply.h"
#include "features/errors.h"
#include "features/materialize.h"
#include "features/online_json.h"
#include "features/registry.h"
#include "server/feature_history_command.h"
#include "server/feature_module.h"
#include "server/feature_repo.h"

namespace stator::server {
namespace {

using base::Result;
using features::RepoConfig;

// Commands may take long; each call to the store inside has a deadline of its own.
constexpr std::chrono::hours kCommandTime{24};

base::CallContext CommandContext(const CommandEnvironment& environment) {
  base::CallContext context;
  context.deadline = base::Deadline::After(kCommandTime);
  context.cancel = environment.cancel;
  context.priority = base::Priority::kBackground;
  return context;
}

// The configuration of the repo with its open store.
struct OpenRepo {
  RepoConfig config;
  std::shared_ptr<dynamo::Store> store;
};

Result<OpenRepo> Open(CommandEnvironment& environment) {
  STATOR_ASSIGN_OR_RETURN(RepoConfig config, LoadCommandConfig(environment));
  if (config.online_store.disabled) {
    return features::InvalidError(
        features::kFeastConfigError,
        config.yaml_path + ": online_store is disabled, there is nothing to work on");
  }
  STATOR_ASSIGN_OR_RETURN(auto store, environment.stores.Open(StoreOfConfig(config)));
  return OpenRepo{std::move(config), std::move(store)};
}

features::ProgressLine Printer(std::ostream& out) {
  return [&out](const std::string& line) { out << line << '\n' << std::flush; };
}

Result<int> RunInit(const ParsedFlags& flags, CommandEnvironment& environment) {
  const std::string kind = flags.Value("--template").value_or("local");
  if (kind != "local" && kind != "aws")
    return UsageError("--template is local or aws, not '" + kind + "'");
  const std::string name = flags.positional().empty() ? "feature_repo" : flags.positional()[0];
  const auto variables = features::ProcessEnvironment();
  const std::string region =
      variables("AWS_REGION").value_or(variables("AWS_DEFAULT_REGION").value_or("us-east-1"));
  STATOR_ASSIGN_OR_RETURN(const auto engine, environment.analytical_engine());
  STATOR_RETURN_IF_ERROR(WriteFeatureRepo(name,
                                          kind == "aws" ? RepoTemplate::kAws : RepoTemplate::kLocal,
                                          region, base::SystemClock(), *engine));
  environment.out
      << "Creating a new Feast repository in " << name << ".\n\nNext:\n  cd " << name
      << "\n  stator apply\n  stator materialize-incremental $(date -u +%Y-%m-%dT%H:%M:%S)\n"
      << "  stator get-online-features -f driver_hourly_stats:conv_rate -e driver_id=1001\n";
  return kExitOk;
}

template <typename Operation>
Result<int> RunOnRepo(CommandEnvironment& environment, Operation&& operation) {
  STATOR_ASSIGN_OR_RETURN(const OpenRepo repo, Open(environment));
  const base::CallContext call = CommandContext(environment);
  const features::ApplyContext context{call,
                                       repo.config,
                                       *repo.store,
                                       base::SystemClock(),
                                       environment.analytical_engine,
                                       Printer(environment.out)};
  STATOR_RETURN_IF_ERROR(operation(context));
  return kExitOk;
}

Result<int> RunApply(const ParsedFlags& flags, CommandEnvironment& environment) {
  return RunOnRepo(environment, [&](const auto& context) {
    return features::Apply(context, flags.Has("--prune"));
  });
}

Result<int> RunPlan(const ParsedFlags& flags, CommandEnvironment& environment) {
  return RunOnRepo(environment, [&](const auto& context) {
    return features::Plan(context, flags.Has("--prune"));
  });
}

Result<int> RunTeardown(const ParsedFlags&, CommandEnvironment& environment) {
  return RunOnRepo(environment, [](const auto& context) { return features::Teardown(context); });
}

Result<features::EventTime> ParseTime(const std::string& text) {
  const auto time = features::ParseEventTime(text);
  if (!time) return UsageError("'" + text + "' is no time; write it as 2026-01-31T12:00:00 (UTC)");
  return *time;
}

Result<int> Materialize(const ParsedFlags& flags, CommandEnvironment& environment,
                        features::MaterializeRequest request) {
  request.views = flags.Values("--views");
  STATOR_ASSIGN_OR_RETURN(const OpenRepo repo, Open(environment));
  STATOR_ASSIGN_OR_RETURN(const auto engine, environment.analytical_engine());
  const base::CallContext call = CommandContext(environment);
  const bool live = environment.err_is_terminal;
  const auto progress = [&](const std::string& view, std::uint64_t rows) {
    if (live) environment.err << "\r  " << view << ": " << rows << " rows" << std::flush;
  };
  const auto tell = [&](const std::string& line) {
    if (live) environment.err << "\r\033[K" << std::flush;
    environment.out << line << '\n' << std::flush;
  };
  const features::MaterializeContext context{
      call, repo.config, *repo.store, *engine, base::SystemClock(), tell, progress};
  STATOR_RETURN_IF_ERROR(features::Materialize(context, request));
  return kExitOk;
}

Result<int> RunMaterialize(const ParsedFlags& flags, CommandEnvironment& environment) {
  features::MaterializeRequest request;
  const auto& times = flags.positional();
  if (flags.Has("--disable-event-timestamp")) {
    // As in Feast: the window is everything from 1970 until now.
    if (!times.empty())
      return UsageError("--disable-event-timestamp stands in place of START and END");
    request.start = 0;
    request.end = base::SystemClock().WallNow().time_since_epoch().count();
  } else {
    if (times.size() != 2) return UsageError("materialize needs START and END");
    STATOR_ASSIGN_OR_RETURN(request.start, ParseTime(times[0]));
    STATOR_ASSIGN_OR_RETURN(request.end, ParseTime(times[1]));
  }
  return Materialize(flags, environment, std::move(request));
}

Result<int> RunMaterializeIncremental(const ParsedFlags& flags, CommandEnvironment& environment) {
  features::MaterializeRequest request;
  STATOR_ASSIGN_OR_RETURN(request.end, ParseTime(flags.positional()[0]));
  return Materialize(flags, environment, std::move(request));
}

// "-e driver_id=1001 -e driver_id=1002" as columns; values stay text and take the type of their
// join key.
Result<std::vector<features::RequestColumn>> ParseEntities(const std::vector<std::string>& pairs) {
  std::vector<features::RequestColumn> columns;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError("--entities takes KEY=VALUE, not '" + pair + "'");
    }
    const std::string name = pair.substr(0, equals);
    auto column = std::find_if(columns.begin(), columns.end(),
                               [&](const auto& one) { return one.name == name; });
    if (column == columns.end())
      column = columns.insert(columns.end(), features::RequestColumn{name, {}});
    features::RequestValue value;
    value.type = features::RequestValue::Type::kText;
    value.text = pair.substr(equals + 1);
    column->values.push_back(std::move(value));
  }
  return columns;
}

Result<int> RunGetOnlineFeatures(const ParsedFlags& flags, CommandEnvironment& environment) {
  features::OnlineRequest request;
  request.selection = SelectionOf(flags);
  STATOR_ASSIGN_OR_RETURN(request.entities, ParseEntities(flags.Values("--entities")));
  STATOR_ASSIGN_OR_RETURN(const OpenRepo repo, Open(environment));
  features::Registry registry(repo.config, base::SystemClock());
  STATOR_ASSIGN_OR_RETURN(const auto plans, registry.Current());
  const features::OnlineReader reader(*repo.store, repo.config);
  const auto read = base::Wait<std::unique_ptr<features::OnlineResponse>>([&](auto done) {
    reader.Read(base::CallContext(), *plans, std::move(request), std::move(done));
  });
  if (!read.ok()) return read.error();
  std::string table;
  features::AppendOnlineTable(table, **read);
  environment.out << table;
  return kExitOk;
}

Flag ViewsFlag() {
  return {"--views", "VIEW", "only this view (may stand more than once; default: all)", "-v", true};
}

Flag PruneFlag() {
  return {"--prune", "",
          "also remove objects that Feast or others registered and that no definition holds", "",
          false};
}

Command InitCommand() {
  return {.name = "init",
          .summary = "Write a feature repo with sample data that works at once",
          .arguments = "[NAME]",
          .arguments_min = 0,
          .arguments_max = 1,
          .example = "stator init my_features",
          .flags = {{"--template", "KIND", "local (the embedded engine, the default) or aws", "-t",
                     false},
                    {"--minimal", "", "accepted as in Feast; the repo is small in any case", "-m",
                     false}},
          .uses_store = false,
          .run = RunInit};
}

Command PlanCommand() {
  return {.name = "plan",
          .summary = "Show what apply would change in the registry and in the tables",
          .arguments = "",
          .example = "stator plan",
          .flags = {PruneFlag(),
                    {"--skip-source-validation", "", "accepted as in Feast", "", false},
                    {"--skip-feature-view-validation", "", "accepted as in Feast", "", false}},
          .run = RunPlan};
}

Command ApplyCommand() {
  Command command = PlanCommand();
  command.name = "apply";
  command.summary = "Bring the registry and the tables to what the definitions say";
  command.example = "stator apply";
  command.flags.push_back({"--no-progress", "", "accepted as in Feast", "", false});
  command.flags.push_back({"--no-promote", "", "accepted as in Feast", "", false});
  command.run = RunApply;
  return command;
}

Command MaterializeCommand() {
  return {.name = "materialize",
          .summary = "Write the newest rows of a window into the online store",
          .arguments = "START END",
          .arguments_min = 0,
          .arguments_max = 2,
          .example = "stator materialize 2026-01-01T00:00:00 2026-01-31T00:00:00",
          .flags = {ViewsFlag(),
                    {"--disable-event-timestamp", "",
                     "everything from 1970 until now, without START and END", "", false}},
          .run = RunMaterialize};
}

Command MaterializeIncrementalCommand() {
  return {.name = "materialize-incremental",
          .summary = "Write what is newer than the last materialization into the online store",
          .arguments = "END",
          .arguments_min = 1,
          .arguments_max = 1,
          .example = "stator materialize-incremental 2026-01-31T00:00:00",
          .flags = {ViewsFlag()},
          .run = RunMaterializeIncremental};
}

Command GetOnlineFeaturesCommand() {
  return {
      .name = "get-online-features",
      .summary = "Read features of entities from the online store",
      .arguments = "",
      .example = "stator get-online-features -f driver_hourly_stats:conv_rate -e driver_id=1001",
      .flags = {{"--entities", "KEY=VALUE", "a join key with its value (once for each row)", "-e",
                 true},
                {"--features", "VIEW:FEATURE", "a feature (may stand more than once)", "-f", true},
                {"--feature-service", "NAME", "all features of a service, in place of --features",
                 "", false},
                {"--full-feature-names", "", "name features VIEW__FEATURE", "", false}},
      .run = RunGetOnlineFeatures};
}

Command TeardownCommand() {
  return {.name = "teardown",
          .summary = "Delete the tables of this project, and of no other",
          .arguments = "",
          .example = "stator teardown",
          .flags = {},
          .run = RunTeardown};
}

}  // namespace

Result<RepoConfig> LoadCommandConfig(const CommandEnvironment& environment) {
  return features::LoadRepoConfig(
      {.chdir = "", .feature_store_yaml = environment.feature_store_yaml},
      features::ProcessEnvironment());
}

features::FeatureSelection SelectionOf(const ParsedFlags& flags) {
  return {.features = flags.Values("--features"),
          .feature_service = flags.Value("--feature-service").value_or(""),
          .full_feature_names = flags.Has("--full-feature-names")};
}

std::vector<Command> FeatureCommands() {
  return {InitCommand(),
          PlanCommand(),
          ApplyCommand(),
          MaterializeCommand(),
          MaterializeIncrementalCommand(),
          GetOnlineFeaturesCommand(),
          GetHistoricalFeaturesCommand(),
          TeardownCommand()};
}

}  // namespace stator::server
