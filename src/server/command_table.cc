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
    {"init", "features", "Write a feature repo with sample data that works at once"},
    {"plan", "features", "Show what apply would change in the registry and in the tables"},
    {"apply", "features", "Bring the registry and the tables to what the definitions say"},
    {"materialize", "features", "Write the newest rows of a window into the online store"},
    {"materialize-incremental", "features",
     "Write what is newer than the last materialization into the online store"},
    {"get-online-features", "features", "Read features of entities from the online store"},
    {"get-historical-features", "features",
     "Make a training set: the features of each entity row as they were at its time"},
    {"teardown", "features", "Delete the tables of this project, and of no other"},
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
