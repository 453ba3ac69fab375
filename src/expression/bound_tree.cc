#include "expression/bound_tree.h"

#include <algorithm>

namespace stator::expression {

std::vector<std::string_view> BoundTree::TopLevelNames() const {
  std::vector<std::string_view> names;
  for (const Node& node : tree_->nodes) {
    if (node.kind == NodeKind::kPath) names.push_back(Path(node).front().name());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool NamesTopLevel(const BoundTree& tree, std::string_view name) {
  const std::vector<Node>& nodes = tree.tree().nodes;
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    return node.kind == NodeKind::kPath && tree.Path(node).front().name() == name;
  });
}

}  // namespace stator::expression
