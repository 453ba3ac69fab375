// The list of all commands: what `stator --help` prints, and which module holds which command. It
// is a table in the program, so that nothing needs loading to print it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stator::server {

// One command of the list.
struct CommandEntry {
  std::string_view name;
  // The loadable module that holds it; empty: the program itself.
  std::string_view module;
  // The same words as Command::summary; a black-box test compares them.
  std::string_view summary;
};

// All commands, in the order in which they are printed.
std::span<const CommandEntry> CommandTable();
// The entry of that name; null when there is none.
const CommandEntry* FindCommand(std::string_view name);
// Names of all commands, for NearestName.
std::vector<std::string> CommandNames();

}  // namespace stator::server
