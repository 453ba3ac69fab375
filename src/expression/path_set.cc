#include "expression/path_set.h"

#include <algorithm>
#include <string>

#include "expression/expression_kind.h"

namespace stator::expression {
namespace {

enum class Relation { kApart, kOverlap, kConflict };

Relation Relate(DocumentPath a, DocumentPath b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (a[i] == b[i]) continue;
    return a[i].is_index() == b[i].is_index() ? Relation::kApart : Relation::kConflict;
  }
  return Relation::kOverlap;
}

base::Error Fault(ExpressionKind kind, Relation relation, DocumentPath earlier,
                  DocumentPath later) {
  std::string reason = "Two document paths ";
  reason += relation == Relation::kOverlap ? "overlap" : "conflict";
  reason += " with each other; must remove or rewrite one of these paths; path one: ";
  reason += PathText(earlier) + ", path two: " + PathText(later);
  return InvalidExpression(kind, reason);
}

}  // namespace

base::Status PathSet::Insert(const BoundTree& tree, const Node& path, std::uint32_t id) {
  const DocumentPath steps = tree.Path(path);
  const auto place = std::lower_bound(
      entries_.begin(), entries_.end(), steps, [&](const Entry& entry, DocumentPath inserted) {
        const DocumentPath present = tree.Path(entry.path);
        return std::lexicographical_compare(present.begin(), present.end(), inserted.begin(),
                                            inserted.end());
      });
  // The set holds no two that overlap or conflict, so the neighbours are the only ones that can.
  const auto check = [&](const Entry& neighbour) -> base::Status {
    const Relation relation = Relate(tree.Path(neighbour.path), steps);
    if (relation == Relation::kApart) return base::OkStatus();
    return Fault(tree.tree().kind, relation, tree.Path(neighbour.path), steps);
  };
  if (place != entries_.begin()) STATOR_RETURN_IF_ERROR(check(*(place - 1)));
  if (place != entries_.end()) STATOR_RETURN_IF_ERROR(check(*place));
  entries_.insert(place, Entry{path, id});
  return base::OkStatus();
}

PathRange PathRange::TakeStep() {
  PathRange taken = *this;
  const PathStep& first = step();
  do {
    ++next_;
  } while (!empty() && step() == first);
  taken.end_ = next_;
  ++taken.depth_;
  return taken;
}

}  // namespace stator::expression
