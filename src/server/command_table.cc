#include "server/command_table.h"

#include <algorithm>
#include <array>

namespace stator::server {
namespace {

constexpr std::array<CommandEntry, 12> kCommands = {{
    {"serve", "", "Open all doors: features, SQL, DynamoDB, admin"},
    {"dynamodb", "", "Open the DynamoDB door alone"},
    {"sql", "sql", "Query tables with SQL, interactively or with -c"},
    {"import", "sql", "Turn the rows of a file or a query into items of a table"},
    {"init", "features", "Write a new feature repository"},
    {"plan", "features", "Show what apply would change"},
    {"apply", "features", "Register the definitions and make their tables"},
    {"materialize", "features", "Load features of a time range into the online store"},
    {"materialize-incremental", "features", "Load features since the last time"},
    {"get-online-features", "features", "Read features of entities from the online store"},
    {"get-historical-features", "features", "Join features to past events for training"},
    {"teardown", "features", "Remove this project's tables"},
}};

}  // namespace

std::span<const CommandEntry> CommandTable() { return kCommands; }

const CommandEntry* FindCommand(std::string_view name) {
  const auto found = std::ranges::find(kCommands, name, &CommandEntry::name);
  return found == kCommands.end() ? nullptr : &*found;
}

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const CommandEntry& entry : kCommands) names.emplace_back(entry.name);
  return names;
}

}  // namespace stator::server
