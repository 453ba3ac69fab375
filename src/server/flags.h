// The command line in one style: long flags (`--path DIR`, `--path=DIR`), a few short ones that
// Feast has (`-p 6566`), switches, and positional arguments in any order; `--` ends the flags. An
// unknown flag is an error that names the nearest one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stator::server {

// The code of every error in a command line; its exit code is kExitUsage.
inline constexpr std::string_view kUsageError = "UsageError";

// One flag of a command.
struct Flag {
  // With its dashes: "--path".
  std::string name;
  // What the value is, for the help: "DIR". Empty: a switch without a value.
  std::string value_name;
  // One line of help; names the default.
  std::string help;
  // "-p"; empty: none.
  std::string short_name;
  // Whether it may stand more than once.
  bool repeated = false;
};

// What a command line said. Names are the long ones, with dashes.
class ParsedFlags {
 public:
  // Whether the flag was given.
  bool Has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // Its value; nullopt when it was not given. Of a repeated flag: the last one.
  std::optional<std::string> Value(std::string_view name) const;
  // All values of a repeated flag, in order.
  std::vector<std::string> Values(std::string_view name) const;
  // Its value as a number within [min, max]; `fallback` when it was not given. ERRORS: UsageError
  // naming flag, value and range.
  base::Result<std::int64_t> Integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const;
  // What is no flag and no value of one.
  const std::vector<std::string>& positional() const { return positional_; }

 private:
  friend base::Result<ParsedFlags> ParseFlags(std::span<const Flag>, std::span<const std::string>);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positional_;
};

// Takes a command line apart. ERRORS: UsageError for a flag that is unknown, lacks its value, has
// one that it does not take, or stands twice.
base::Result<ParsedFlags> ParseFlags(std::span<const Flag> flags,
                                     std::span<const std::string> arguments);

// The candidate that `word` is most likely a slip of: at most two edits, or a third of its length;
// empty when none is near.
std::string NearestName(std::string_view word, std::span<const std::string> candidates);

// A UsageError with this message.
base::Error UsageError(std::string message);

}  // namespace stator::server
