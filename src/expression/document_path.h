// Document paths with their names filled in: "a.b[3]" as the steps a, b, 3.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dynamo/item.h"

namespace stator::expression {

// One step: into an attribute of a map, or to an element of a list. A view of the name.
class PathStep {
 public:
  // Into the attribute `name`.
  explicit PathStep(std::string_view name) : name_(name) {}
  // To the element `index`, counted from 0.
  explicit PathStep(std::uint32_t index) : is_index_(true), index_(index) {}

  // Whether this is a step into a list.
  bool is_index() const { return is_index_; }
  // REQUIRES: is_index().
  std::uint32_t index() const { return index_; }
  // REQUIRES: !is_index().
  std::string_view name() const { return name_; }

  // The same step.
  friend bool operator==(const PathStep&, const PathStep&) = default;
  // Names by their bytes, as maps are sorted; behind them indexes by number.
  friend std::strong_ordering operator<=>(const PathStep& a, const PathStep& b) {
    if (a.is_index_ != b.is_index_) return a.is_index_ <=> b.is_index_;
    return a.is_index_ ? a.index_ <=> b.index_ : a.name_ <=> b.name_;
  }

 private:
  bool is_index_ = false;
  std::uint32_t index_ = 0;
  std::string_view name_;
};

// A path from the top of an item; at least one step, the first of them a name.
using DocumentPath = std::span<const PathStep>;

// The value at `path`, or nullopt when any step leads nowhere: no such name, an index behind the
// end, or a value of another type on the way. Does not allocate.
std::optional<dynamo::AttributeValue> FindPath(dynamo::ItemView item, DocumentPath path);

// The path as AWS's messages show it: "[a, [3], b]".
std::string PathText(DocumentPath path);

}  // namespace stator::expression
