// Predicate: a WHERE clause in terms that DynamoDB might answer. Made from DuckDB's bound
// expressions by translate_expression.h, read by plan_scan.h.
//
// What a store answers for a predicate need only be a superset of its rows: every row read is
// checked again by DuckDB or by the scan. So whatever cannot be said is left out, never guessed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sql/column_type.h"
#include "sql/literal.h"

namespace stator::sql {

// A top-level attribute or a field of nested maps, by the names in the item.
struct AttributePath {
  std::vector<std::string> names;   // at least one
  TypeKind kind = TypeKind::kText;  // what its column shows
  bool is_key = false;              // whether it is part of the table's primary key
  // Whether it is `name` at the top level.
  bool IsTop(const std::string& name) const { return names.size() == 1 && names[0] == name; }
  // "metadata.user_agent", quoted where needed.
  std::string ToSql() const;
  // Same names and kind.
  friend bool operator==(const AttributePath&, const AttributePath&) = default;
};

enum class CompareOp : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual
};

// The operator with its sides exchanged: a < b is b > a.
CompareOp Mirrored(CompareOp op);
// The operator of the negation: NOT a < b is a >= b (for values that are not NULL).
CompareOp Negated(CompareOp op);
// "=", "<>", "<", ...
const char* CompareOpText(CompareOp op);

// A node of the tree. A plain value.
struct Predicate {
  enum class Kind : std::uint8_t {
    kCompare,   // path op operands[0]
    kIn,        // path IN operands
    kPrefix,    // path starts with operands[0] (S or B)
    kContains,  // path contains operands[0]: a substring of an S, an element of a list
    kIsNull,    // missing or NULL
    kIsNotNull,
    kAnd,
    kOr,
    kNot,    // children[0], which is kPrefix or kContains: all else is negated on construction
    kOpaque  // something that only DuckDB can answer; may be true for any row
  };
  // Which of the members below count depends on it.
  Kind kind = Kind::kOpaque;
  AttributePath path;
  CompareOp op = CompareOp::kEqual;
  std::vector<Literal> operands;
  std::vector<Predicate> children;

  // path op operand.
  static Predicate Compare(AttributePath path, CompareOp op, Literal operand);
  // path IN (operands), sorted and without repetitions. One operand gives an equality.
  static Predicate In(AttributePath path, std::vector<Literal> operands);
  // A leaf of one of the remaining kinds with its operands.
  static Predicate Leaf(Kind kind, AttributePath path, std::vector<Literal> operands = {});
  // All of `children`; nested ANDs are flattened. One child gives that child.
  static Predicate And(std::vector<Predicate> children);
  // Any of `children`; nested ORs are flattened. One child gives that child.
  static Predicate Or(std::vector<Predicate> children);
  // The negation, pushed down to the leaves.
  static Predicate Not(Predicate child);
  // Something that only DuckDB can answer.
  static Predicate Opaque() { return {}; }

  // Same tree.
  friend bool operator==(const Predicate&, const Predicate&) = default;
  // Whether any part is kOpaque.
  bool HasOpaque() const;
  // As SQL, for EXPLAIN. Opaque parts show as "...".
  std::string ToSql() const;
};

}  // namespace stator::sql
