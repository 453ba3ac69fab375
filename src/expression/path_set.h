// The paths of a projection or an update, sorted, none of which overlaps or conflicts with another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "expression/bound_tree.h"
#include "expression/document_path.h"

namespace stator::expression {

// Sorted paths: those that share a beginning stand together, in the order in which an item has
// them, so that a pass over an item is a pass over the set. Keeps the places of paths in a
// BoundTree.
class PathSet {
 public:
  // One path: its node, and what the caller calls it.
  struct Entry {
    Node path;
    std::uint32_t id = 0;
  };

  // Adds the paths of kPath nodes of `tree`; the id of each is its place in `paths`. Each takes
  // logarithmic time, but for moving the entries behind it.
  // ERRORS: ValidationException for a path that equals or begins another ("overlap"); if there is
  // none, for one that takes for a list what another takes for a map ("conflict").
  base::Status InsertAll(const BoundTree& tree, std::span<const Node> paths);

  // In path order.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  // What the new path and its neighbours are to each other.
  enum class Relation : std::uint8_t { kApart, kOverlap, kConflict };

  static Relation Relate(DocumentPath a, DocumentPath b);
  Relation Insert(const BoundTree& tree, const Entry& entry);
  // The fault of the new path and the first one inserted that has this relation to it.
  base::Error Fault(const BoundTree& tree, Relation relation, DocumentPath path) const;

  std::vector<Entry> entries_;
};

struct PathGroup;

// Some neighbours in a PathSet that share their first `depth` steps: what is asked of one map or
// list of an item. Cheap to copy. Walked by
//
//   while (!paths.empty()) {
//     const PathGroup group = paths.Take();
class PathRange {
 public:
  // All of `set`, bound in `tree`; both outlive the range.
  PathRange(const BoundTree& tree, const PathSet& set)
      : tree_(&tree), next_(set.entries().data()), end_(next_ + set.entries().size()) {}

  // Whether there is no path.
  bool empty() const { return next_ == end_; }
  // How many paths; at least as many as groups.
  std::uint32_t size() const { return static_cast<std::uint32_t>(end_ - next_); }
  // Whether the paths go on into a list: none of them into a map. REQUIRES: !empty().
  bool is_into_list() const { return step().is_index(); }
  // Takes the paths that share the next step off the range. REQUIRES: !empty().
  PathGroup Take();

 private:
  // The step of the first path at this depth.
  const PathStep& step() const { return tree_->Path(next_->path)[depth_]; }

  const BoundTree* tree_;
  const PathSet::Entry* next_;
  const PathSet::Entry* end_;
  std::uint32_t depth_ = 0;
};

// Paths that share a step.
struct PathGroup {
  // What leads on from the map or list.
  const PathStep& step;
  // Whether a path ends with the step; if so, it is the only one, and `id` is what it is called.
  bool whole;
  std::uint32_t id;
  // The same paths behind the step. REQUIRES, for all but copying: !whole.
  PathRange inner;
};

}  // namespace stator::expression
