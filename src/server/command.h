// A sub-command of `stator`: what it is called, which flags it takes, and its code. The program
// parses the line, answers `--help`, prints the error and turns it into the exit code, so that all
// commands behave alike.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/metrics.h"
#include "base/result.h"
#include "server/flags.h"
#include "server/store_opener.h"

namespace stator::features {
class AnalyticalEngine;
}

namespace stator::server {

// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
// The command line itself is wrong.
inline constexpr int kExitUsage = 2;
// Ended by Ctrl-C, as shells expect it.
inline constexpr int kExitInterrupted = 130;

// What a command finds around it.
struct CommandEnvironment {
  // Opens the store; --path and --in-memory of the command line are already in it.
  StoreOpener& stores;
  // DuckDB behind the interface that `features` declares; loaded at the first call. ERRORS: what
  // loading the module says.
  std::function<base::Result<std::shared_ptr<features::AnalyticalEngine>>()> analytical_engine;
  base::MetricsRegistry& metrics;
  // Results go to `out`, everything else to `err`.
  std::ostream& out;
  std::ostream& err;
  // Whether colours, progress bars and history make sense there.
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Cancelled by Ctrl-C and SIGTERM; a second one ends the program at once.
  base::CancelToken cancel;
  // Replaces what Ctrl-C does, for a REPL that goes on after it; runs on a thread of its own. These
  // signals are blocked in all threads, so handlers set by sigaction() never run. An empty function
  // restores the default.
  std::function<void(std::function<void()>)> on_interrupt;
  // The global flag `-f/--feature-store-yaml` of Feast; empty: feature_store.yaml in the working
  // folder, which the global `-c/--chdir` has already changed.
  std::string feature_store_yaml;
};

// One command. Made once, lives as long as the program.
struct Command {
  // As typed: "get-online-features".
  std::string name;
  // One line for the list of commands, without a full stop.
  std::string summary;
  // The positional arguments, for the usage line: "START END"; "[NAME]".
  std::string arguments;
  std::size_t arguments_min = 0;
  std::size_t arguments_max = 0;
  // A whole command line that works when pasted.
  std::string example;
  // Beside these each command has --path DIR and --in-memory (where `uses_store`), --log-level,
  // --log-format and --help.
  std::vector<Flag> flags;
  // Whether it opens a store.
  bool uses_store = true;
  // Runs it; the result is the exit code. An Error is printed as "stator: message (Code)" and makes
  // kExitFailure, or kExitUsage for a UsageError.
  std::function<base::Result<int>(const ParsedFlags&, CommandEnvironment&)> run;
};

}  // namespace stator::server
