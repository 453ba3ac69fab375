#include "server/flags.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace stator::server {
namespace {

const Flag* FindFlag(std::span<const Flag> flags, std::string_view name) {
  for (const Flag& flag : flags) {
    if (flag.name == name || (!flag.short_name.empty() && flag.short_name == name)) return &flag;
  }
  return nullptr;
}

base::Error UnknownFlag(std::span<const Flag> flags, std::string_view name) {
  std::vector<std::string> names;
  for (const Flag& flag : flags) names.push_back(flag.name);
  const std::string nearest = NearestName(name, names);
  std::string message = "unknown flag " + std::string(name);
  if (!nearest.empty()) message += "; did you mean " + nearest + "?";
  return UsageError(message + " See --help.");
}

// Number of single-character edits that turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

bool LooksLikeFlag(std::string_view argument) {
  if (argument.size() < 2 || argument[0] != '-') return false;
  // "-5" and "-.5" are values.
  return !(argument[1] >= '0' && argument[1] <= '9') && argument[1] != '.';
}

}  // namespace

std::optional<std::string> ParsedFlags::Value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> ParsedFlags::Values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

base::Result<std::int64_t> ParsedFlags::Integer(std::string_view name, std::int64_t fallback,
                                                std::int64_t min, std::int64_t max) const {
  const auto text = Value(name);
  if (!text) return fallback;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc{} || end != text->data() + text->size() || number < min ||
      number > max) {
    return UsageError(std::string(name) + " must be a whole number from " + std::to_string(min) +
                      " to " + std::to_string(max) + ", not '" + *text + "'.");
  }
  return number;
}

base::Result<ParsedFlags> ParseFlags(std::span<const Flag> flags,
                                     std::span<const std::string> arguments) {
  ParsedFlags parsed;
  bool only_positional = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (only_positional || !LooksLikeFlag(argument)) {
      parsed.positional_.push_back(argument);
      continue;
    }
    if (argument == "--") {
      only_positional = true;
      continue;
    }
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    const std::string name = argument.substr(0, equals);
    const Flag* flag = FindFlag(flags, name);
    if (flag == nullptr) return UnknownFlag(flags, name);
    std::string value;
    if (equals != std::string::npos) {
      if (flag->value_name.empty()) return UsageError(name + " takes no value.");
      value = argument.substr(equals + 1);
    } else if (!flag->value_name.empty()) {
      if (i + 1 == arguments.size())
        return UsageError(name + " needs a value: " + name + " " + flag->value_name + ".");
      value = arguments[++i];
    }
    auto& values = parsed.values_[flag->name];
    if (!values.empty() && !flag->repeated) return UsageError(name + " stands twice.");
    values.push_back(std::move(value));
  }
  return parsed;
}

std::string NearestName(std::string_view word, std::span<const std::string> candidates) {
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // An abbreviation is the likeliest slip of all.
    if (word.size() >= 3 && candidate.starts_with(word)) return candidate;
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

base::Error UsageError(std::string message) {
  return base::Error(base::ErrorKind::kInvalid, kUsageError, std::move(message));
}

}  // namespace stator::server
