// The command line of `stator`: global flags, commands, help, errors and exit codes.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "server/command.h"
#include "server/module_loader.h"
#include "server/signals.h"

namespace stator::server {

// Where a command line writes, and what it may find there.
struct Console {
  // For results, help and versions.
  std::ostream& out;
  // For errors and everything that is said beside.
  std::ostream& err;
  // Colours and progress bars appear on terminals only.
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

// Runs one command line, without the program's name, and answers the exit code.
// `--help` and `--version` go to `out`; errors go to `err` as "stator: message (Code)".
int RunCommandLine(const std::vector<std::string>& arguments, Console console,
                   ModuleLoader& modules, SignalWatcher& signals);

// The text of `stator COMMAND --help`: summary, usage, flags with their defaults, an example.
std::string CommandHelp(const Command& command);
// The text of `stator --help`: commands with their summaries, global flags, an example.
std::string ProgramHelp();
// The flags of `command` with those that every command has.
std::vector<Flag> AllFlags(const Command& command);

}  // namespace stator::server
