// The parsed form that all expressions share: flat arrays of nodes over one text. Its users outside
// this module only pass it on, from a parser or the cache to a Binder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expression/expression_kind.h"

namespace stator::expression {

// What a node is. The order groups them: see the predicates below.
// Comparators stand together, functions of conditions stand together.
enum class NodeKind : std::uint8_t {
  // Operands.
  kPath,   // children: elements
  kValue,  // first: its index in values
  // Conditions that are no functions.
  kAnd,  // two or more children
  kOr,   // two or more children
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kBetween,  // three children
  kIn,       // the operand, then its list
  // Functions of conditions; size is the one that gives a value.
  kAttributeExists,
  kAttributeNotExists,
  kAttributeType,
  kBeginsWith,
  kContains,
  kSize,
  // Functions and operators of updates.
  kIfNotExists,
  kListAppend,
  kPlus,
  kMinus,
  // Named like a function, but none; no tree that a parser returned has one.
  kNoFunction
};

// The text of a keyword, a comparator or a function:
// "AND", "=", "BETWEEN", "begins_with", ...: as messages name it. Operands have no name.
std::string_view NodeKindName(NodeKind kind);

// A node and where its children are: in `links`, or, for a path, in `elements`.
struct Node {
  NodeKind kind;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// One step of a document path as written: what stands between dots or in brackets.
struct PathElement {
  enum class Kind : std::uint8_t { kName, kPlaceholder, kIndex };
  Kind kind = Kind::kName;
  std::uint32_t index = 0;  // of kIndex
  std::string_view text;    // of the others; a placeholder with its "#"
};

// An expression taken apart. Immutable once parsed; every view points into `text`, so that a tree
// neither moves nor is copied. Children come before their parent, operands in the order of writing.
struct ExpressionTree {
  // An empty tree over a copy of `expression`, as a parser starts with.
  ExpressionTree(ExpressionKind parameter, std::string_view expression)
      : kind(parameter), text(expression) {}
  ExpressionTree(const ExpressionTree&) = delete;
  ExpressionTree& operator=(const ExpressionTree&) = delete;

  // What a cache must count.
  // Bytes of memory that the tree holds, nearly; for bounds on caches.
  std::size_t MemoryBytes() const;

  // The parameter that the expression came in.
  const ExpressionKind kind;
  // The expression as it was sent.
  const std::string text;
  // Children before their parents; the last node of a condition is the whole of it.
  std::vector<Node> nodes;
  // Places of children in `nodes`, those of one node side by side.
  std::vector<std::uint32_t> links;
  // Elements of paths, those of one path side by side.
  std::vector<PathElement> elements;
  // Placeholders of values, with their ":", once for each use.
  std::vector<std::string_view> values;
  // A wrong number of operands, which AWS reports only after undefined names and values. Empty:
  // none.
  std::string operand_count_fault;
};

}  // namespace stator::expression
