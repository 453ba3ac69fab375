#include "remote/key_projection.h"

#include <algorithm>

#include "dynamo/item_builder.h"

namespace stator::remote {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// The top-level attribute of each path of a projection.
std::vector<std::string> TopLevelNames(const dynamo::SharedProjection& projection) {
  std::vector<std::string> names;
  std::string_view rest = projection.expression;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view path = Trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    path = Trimmed(path.substr(0, path.find_first_of(".[")));
    const auto placeholder = std::ranges::find(projection.attributes.names, path,
                                               [](const auto& each) { return each.first; });
    names.emplace_back(placeholder != projection.attributes.names.end() ? placeholder->second
                                                                        : path);
  }
  return names;
}

}  // namespace

KeyedProjection WithKeys(const dynamo::SharedProjection& projection,
                         const std::vector<std::string>& key_names) {
  KeyedProjection keyed{projection.expression, projection.attributes, {}};
  if (projection.expression.empty()) return keyed;
  const auto present = TopLevelNames(projection);
  for (const auto& name : key_names) {
    if (std::ranges::find(present, name) != present.end()) continue;
    const std::string placeholder = "#stator_key_" + std::to_string(keyed.added.size());
    keyed.expression += ", " + placeholder;
    keyed.attributes.names.emplace_back(placeholder, name);
    keyed.added.push_back(name);
  }
  return keyed;
}

std::string KeyBytes(dynamo::ItemView item, const std::vector<std::string>& names) {
  dynamo::ItemBuilder builder;
  for (const auto& name : names) {
    const auto value = item.Find(name);
    if (!value) return {};
    builder.Name(name).Value(*value);
  }
  return builder.Build().bytes();
}

}  // namespace stator::remote
