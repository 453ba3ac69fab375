#include "expression/path_set.h"

#include <algorithm>
#include <optional>
#include <string>

#include "expression/expression_kind.h"

namespace stator::expression {

PathSet::Relation PathSet::Relate(DocumentPath a, DocumentPath b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (a[i] == b[i]) continue;
    return a[i].is_index() == b[i].is_index() ? Relation::kApart : Relation::kConflict;
  }
  return Relation::kOverlap;
}

base::Error PathSet::Fault(const BoundTree& tree, Relation relation, DocumentPath path) const {
  const Entry* earliest = nullptr;
  for (const Entry& entry : entries_) {
    if (Relate(tree.Path(entry.path), path) != relation) continue;
    if (earliest == nullptr || entry.id < earliest->id) earliest = &entry;
  }
  CHECK(earliest != nullptr);
  std::string reason = "Two document paths ";
  reason += relation == Relation::kOverlap ? "overlap" : "conflict";
  reason += " with each other; must remove or rewrite one of these paths; path one: ";
  reason += PathText(tree.Path(earliest->path)) + ", path two: " + PathText(path);
  return InvalidExpression(tree.tree().kind, reason);
}

PathSet::Relation PathSet::Insert(const BoundTree& tree, const Entry& entry) {
  const DocumentPath path = tree.Path(entry.path);
  const auto place = std::lower_bound(
      entries_.begin(), entries_.end(), path, [&](const Entry& present, DocumentPath inserted) {
        const DocumentPath steps = tree.Path(present.path);
        return std::lexicographical_compare(steps.begin(), steps.end(), inserted.begin(),
                                            inserted.end());
      });
  // No two paths of the set overlap, so only the neighbours of the new one can overlap with it; and
  // where names and indexes meet below one parent, there are neighbours that conflict.
  Relation worst = Relation::kApart;
  const auto check = [&](const Entry& neighbour) {
    const Relation relation = Relate(tree.Path(neighbour.path), path);
    if (relation != Relation::kApart && worst != Relation::kOverlap) worst = relation;
  };
  if (place != entries_.begin()) check(*(place - 1));
  if (place != entries_.end()) check(*place);
  if (worst != Relation::kOverlap) entries_.insert(place, entry);
  return worst;
}

base::Status PathSet::InsertAll(const BoundTree& tree, std::span<const Node> paths) {
  entries_.reserve(paths.size());
  std::optional<base::Error> conflict;
  for (std::uint32_t id = 0; id < paths.size(); ++id) {
    const Relation relation = Insert(tree, Entry{paths[id], id});
    if (relation == Relation::kOverlap) return Fault(tree, relation, tree.Path(paths[id]));
    if (relation == Relation::kConflict && !conflict) {
      conflict = Fault(tree, relation, tree.Path(paths[id]));
    }
  }
  if (conflict) return *conflict;
  return base::OkStatus();
}

PathGroup PathRange::Take() {
  const PathSet::Entry& first = *next_;
  const PathStep& shared = step();
  PathRange inner = *this;
  do {
    ++next_;
  } while (!empty() && step() == shared);
  inner.end_ = next_;
  ++inner.depth_;
  return PathGroup{shared, first.path.count == inner.depth_, first.id, inner};
}

}  // namespace stator::expression
