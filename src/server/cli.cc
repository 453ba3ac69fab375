#include "server/cli.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "base/log.h"
#include "server/command_table.h"
#include "server/serve_command.h"
#include "server/store_directory.h"

namespace stator::server {
namespace {

constexpr std::string_view kHelpFlag = "--help";

const std::vector<Flag>& LogFlags() {
  static const std::vector<Flag> flags = {
      {"--log-level", "LEVEL", "debug, info, warning, error or off", "", false},
      {"--log-format", "FORMAT", "text or json", "", false}};
  return flags;
}

std::vector<Flag> GlobalFlags() {
  std::vector<Flag> flags = {
      {"--chdir", "DIR", "work in DIR instead of the working folder", "-c", false},
      {"--feature-store-yaml", "FILE", "read FILE instead of feature_store.yaml", "-f", false}};
  flags.insert(flags.end(), LogFlags().begin(), LogFlags().end());
  flags.push_back({std::string(kHelpFlag), "", "print this help", "", false});
  flags.push_back({"--version", "", "print the version", "", false});
  return flags;
}

const std::vector<Flag>& StoreFlags() {
  static const std::vector<Flag> flags = {
      {"--path", "DIR", "data folder (default ./.stator/data)", "", false},
      {"--in-memory", "", "keep data in memory, and nothing on disk", "", false}};
  return flags;
}

void AppendFlags(const std::vector<Flag>& flags, std::string& out) {
  std::size_t width = 0;
  std::vector<std::string> names;
  for (const Flag& flag : flags) {
    std::string name = flag.short_name.empty() ? "    " : flag.short_name + ", ";
    name += flag.name + (flag.value_name.empty() ? "" : " " + flag.value_name);
    width = std::max(width, name.size());
    names.push_back(std::move(name));
  }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    out += "  " + names[i] + std::string(width + 2 - names[i].size(), ' ') + flags[i].help + '\n';
  }
}

int PrintError(const base::Error& error, const Console& console) {
  const bool usage = error.code() == kUsageError;
  console.err << (console.err_is_terminal ? "\033[31mstator:\033[0m " : "stator: ")
              << error.message();
  if (!usage) console.err << " (" << error.code() << ")";
  console.err << std::endl;
  return usage ? kExitUsage : kExitFailure;
}

base::Status ConfigureLogging(const ParsedFlags& flags, base::LogLevel fallback) {
  base::LogLevel level = fallback;
  if (const auto name = flags.Value("--log-level")) {
    const auto parsed = base::ParseLogLevel(*name);
    if (!parsed) return UsageError("--log-level must be debug, info, warning, error or off.");
    level = *parsed;
  }
  const std::string format = flags.Value("--log-format").value_or("text");
  if (format != "text" && format != "json") return UsageError("--log-format must be text or json.");
  base::ConfigureLog(level, format == "json" ? base::LogFormat::kJson : base::LogFormat::kText);
  return base::OkStatus();
}

base::Status ChangeFolder(const std::string& folder) {
  std::error_code failure;
  std::filesystem::current_path(folder, failure);
  if (!failure) return base::OkStatus();
  return UsageError("cannot work in " + folder + ": " + failure.message() + ".");
}

// How many of the first arguments are global flags with their values.
std::size_t GlobalCount(std::span<const std::string> arguments, std::span<const Flag> flags) {
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i].size() > 1 && arguments[i][0] == '-') {
    const std::string& argument = arguments[i];
    const auto flag = std::ranges::find_if(
        flags, [&](const Flag& f) { return f.name == argument || f.short_name == argument; });
    i += flag != flags.end() && !flag->value_name.empty() ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

base::Result<Command> LookUp(const std::string& name, ModuleLoader& modules,
                             SignalWatcher& signals) {
  const CommandEntry* const entry = FindCommand(name);
  if (entry == nullptr) {
    const std::string nearest = NearestName(name, CommandNames());
    return UsageError("there is no command '" + name + "'" +
                      (nearest.empty() ? "" : "; did you mean '" + nearest + "'?") +
                      " See stator --help.");
  }
  if (entry->module.empty()) return MakeServeCommand(name, modules, signals);
  STATOR_ASSIGN_OR_RETURN(LoadableModule * module, modules.Load(std::string(entry->module)));
  for (const Command& command : module->Commands()) {
    if (command.name == name) return command;
  }
  return base::Error(
      base::ErrorKind::kInternal, kModuleNotLoaded,
      "The part '" + std::string(entry->module) + "' has no command '" + name + "'.");
}

base::Status CheckArguments(const Command& command, const ParsedFlags& flags) {
  const std::size_t count = flags.positional().size();
  if (count >= command.arguments_min && count <= command.arguments_max) return base::OkStatus();
  const std::string usage = "stator " + command.name + " " + command.arguments;
  if (count < command.arguments_min)
    return UsageError(command.name + " needs more arguments: " + usage);
  return UsageError("'" + flags.positional()[command.arguments_max] +
                    "' is one argument too many: " + usage);
}

// Ctrl-C asks the command to stop; a second one does not ask.
std::function<void(int)> CancelOnSignal(const base::CancelToken& cancel) {
  return [cancel](int) {
    if (cancel.cancelled()) _exit(kExitInterrupted);
    cancel.Cancel();
  };
}

class CommandRunner {
 public:
  CommandRunner(Console console, ModuleLoader& modules, SignalWatcher& signals)
      : console_(console), modules_(modules), signals_(signals) {}

  base::Result<int> Run(const Command& command, const ParsedFlags& flags,
                        const std::string& feature_store_yaml) {
    // The program's own commands are servers: they want the data folder for themselves, and wait
    // for the signals.
    const bool is_server = FindCommand(command.name)->module.empty();
    StoreOptions options;
    options.through_running_server = !is_server;
    options.path = flags.Value("--path");
    options.in_memory = flags.Has("--in-memory");
    if (options.path && options.in_memory)
      return UsageError("--path and --in-memory exclude each other.");
    options.sync = !flags.Has("--relaxed-sync");
    options.notice = [this](const std::string& text) {
      console_.err << "stator: " << text << std::endl;
    };
    base::MetricsRegistry metrics;
    StoreDirectory stores(std::move(options), metrics,
                          [this](const StoreLocation& location) { return OpenRemote(location); });
    const base::CancelToken cancel = base::CancelToken::Create();
    if (!is_server) signals_.OnSignal(CancelOnSignal(cancel));
    CommandEnvironment environment{
        .stores = stores,
        .analytical_engine = [this] { return AnalyticalEngine(); },
        .metrics = metrics,
        .out = console_.out,
        .err = console_.err,
        .in_is_terminal = console_.in_is_terminal,
        .out_is_terminal = console_.out_is_terminal,
        .err_is_terminal = console_.err_is_terminal,
        .cancel = cancel,
        .on_interrupt =
            [this, cancel](std::function<void()> action) {
              if (!action) return signals_.OnSignal(CancelOnSignal(cancel));
              signals_.OnSignal([action = std::move(action), cancel](int signal) {
                if (signal != SIGINT) return CancelOnSignal(cancel)(signal);
                action();
              });
            },
        .feature_store_yaml = feature_store_yaml};
    base::Result<int> code = command.run(flags, environment);
    if (!is_server) signals_.OnSignal([](int) { _exit(kExitInterrupted); });
    if (!code.ok() && cancel.cancelled()) {
      console_.err << "stator: interrupted" << std::endl;
      return kExitInterrupted;
    }
    return code;
  }

 private:
  base::Result<std::shared_ptr<features::AnalyticalEngine>> AnalyticalEngine() {
    STATOR_ASSIGN_OR_RETURN(LoadableModule * sql, modules_.Load("sql"));
    return sql->MakeAnalyticalEngine();
  }

  base::Result<std::shared_ptr<dynamo::Store>> OpenRemote(const StoreLocation& location) {
    STATOR_ASSIGN_OR_RETURN(LoadableModule * remote, modules_.Load("remote"));
    return remote->OpenRemoteStore(location);
  }

  Console console_;
  ModuleLoader& modules_;
  SignalWatcher& signals_;
};

base::Result<int> RunParsed(const std::vector<std::string>& arguments, Console console,
                            ModuleLoader& modules, SignalWatcher& signals) {
  const std::vector<Flag> global_flags = GlobalFlags();
  const std::size_t count = GlobalCount(arguments, global_flags);
  const std::span<const std::string> all(arguments);
  if (count > 0 && arguments[0] == "-h") return UsageError("-h is no help here: use --help.");
  STATOR_ASSIGN_OR_RETURN(const ParsedFlags global,
                          ParseFlags(global_flags, all.subspan(0, count)));
  if (global.Has("--version")) {
    console.out << "stator " << STATOR_VERSION << std::endl;
    return kExitOk;
  }
  if (global.Has(kHelpFlag)) {
    console.out << ProgramHelp() << std::flush;
    return kExitOk;
  }
  if (count == all.size()) {
    console.err << ProgramHelp() << std::flush;
    return kExitUsage;
  }
  STATOR_ASSIGN_OR_RETURN(const Command command, LookUp(arguments[count], modules, signals));
  std::vector<std::string> rest(arguments.begin() + static_cast<std::ptrdiff_t>(count) + 1,
                                arguments.end());
  if (std::ranges::find(rest, kHelpFlag) != rest.end()) {
    console.out << CommandHelp(command) << std::flush;
    return kExitOk;
  }
  STATOR_ASSIGN_OR_RETURN(const ParsedFlags flags, ParseFlags(AllFlags(command), rest));
  STATOR_RETURN_IF_ERROR(CheckArguments(command, flags));
  const bool is_server = FindCommand(command.name)->module.empty();
  const bool global_log = global.Has("--log-level") || global.Has("--log-format");
  STATOR_RETURN_IF_ERROR(ConfigureLogging(
      global_log ? global : flags, is_server ? base::LogLevel::kInfo : base::LogLevel::kWarning));
  if (const auto folder = global.Value("--chdir")) STATOR_RETURN_IF_ERROR(ChangeFolder(*folder));
  return CommandRunner(console, modules, signals)
      .Run(command, flags, global.Value("--feature-store-yaml").value_or(""));
}

}  // namespace

std::vector<Flag> AllFlags(const Command& command) {
  std::vector<Flag> flags = command.flags;
  if (command.uses_store) flags.insert(flags.end(), StoreFlags().begin(), StoreFlags().end());
  flags.insert(flags.end(), LogFlags().begin(), LogFlags().end());
  flags.push_back({std::string(kHelpFlag), "", "print this help", "", false});
  return flags;
}

std::string CommandHelp(const Command& command) {
  std::string text = "stator " + command.name + ": " + command.summary + ".\n\nUsage: stator " +
                     command.name + " [flags]" +
                     (command.arguments.empty() ? "" : " " + command.arguments) + "\n\nFlags:\n";
  AppendFlags(AllFlags(command), text);
  return text + "\nExample:\n  " + command.example + "\n";
}

std::string ProgramHelp() {
  std::string text =
      "Stator " STATOR_VERSION
      ": DynamoDB put to work.\n\nUsage: stator [global flags] COMMAND [flags]\n\nCommands:\n";
  std::size_t width = 0;
  for (const CommandEntry& entry : CommandTable()) width = std::max(width, entry.name.size());
  for (const CommandEntry& entry : CommandTable()) {
    text += "  " + std::string(entry.name) + std::string(width + 2 - entry.name.size(), ' ') +
            std::string(entry.summary) + '\n';
  }
  text += "\nGlobal flags:\n";
  AppendFlags(GlobalFlags(), text);
  return text +
         "\nstator COMMAND --help says more.\n\nExample:\n"
         "  stator dynamodb --port 8000 --in-memory\n";
}

int RunCommandLine(const std::vector<std::string>& arguments, Console console,
                   ModuleLoader& modules, SignalWatcher& signals) {
  const base::Result<int> code = RunParsed(arguments, console, modules, signals);
  return code.ok() ? *code : PrintError(code.error(), console);
}

}  // namespace stator::server
