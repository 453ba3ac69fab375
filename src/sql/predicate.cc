#include "sql/predicate.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stator::sql {

std::string AttributePath::ToSql() const {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += '.';
    text += QuoteIdentifier(name);
  }
  return text;
}

CompareOp Mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLess: return CompareOp::kGreater;
    case CompareOp::kLessOrEqual: return CompareOp::kGreaterOrEqual;
    case CompareOp::kGreater: return CompareOp::kLess;
    case CompareOp::kGreaterOrEqual: return CompareOp::kLessOrEqual;
    default: return op;
  }
}

CompareOp Negated(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual: return CompareOp::kNotEqual;
    case CompareOp::kNotEqual: return CompareOp::kEqual;
    case CompareOp::kLess: return CompareOp::kGreaterOrEqual;
    case CompareOp::kLessOrEqual: return CompareOp::kGreater;
    case CompareOp::kGreater: return CompareOp::kLessOrEqual;
    default: return CompareOp::kLess;
  }
}

const char* CompareOpText(CompareOp op) {
  static constexpr const char* kTexts[] = {"=", "<>", "<", "<=", ">", ">="};
  return kTexts[static_cast<int>(op)];
}

Predicate Predicate::Leaf(Kind kind, AttributePath path, std::vector<Literal> operands) {
  Predicate leaf;
  leaf.kind = kind;
  leaf.path = std::move(path);
  leaf.operands = std::move(operands);
  return leaf;
}

Predicate Predicate::Compare(AttributePath path, CompareOp op, Literal operand) {
  Predicate leaf = Leaf(Kind::kCompare, std::move(path), {std::move(operand)});
  leaf.op = op;
  return leaf;
}

Predicate Predicate::In(AttributePath path, std::vector<Literal> operands) {
  std::sort(operands.begin(), operands.end());
  operands.erase(std::unique(operands.begin(), operands.end()), operands.end());
  if (operands.size() == 1) {
    return Compare(std::move(path), CompareOp::kEqual, std::move(operands[0]));
  }
  return Leaf(Kind::kIn, std::move(path), std::move(operands));
}

namespace {

Predicate Combine(Predicate::Kind kind, std::vector<Predicate> children) {
  Predicate combined;
  combined.kind = kind;
  for (Predicate& child : children) {
    if (child.kind == kind) {
      std::move(child.children.begin(), child.children.end(),
                std::back_inserter(combined.children));
    } else {
      combined.children.push_back(std::move(child));
    }
  }
  if (combined.children.size() == 1) return std::move(combined.children[0]);
  return combined;
}

std::vector<Predicate> NegateAll(std::vector<Predicate> children) {
  for (Predicate& child : children) child = Predicate::Not(std::move(child));
  return children;
}

}  // namespace

Predicate Predicate::And(std::vector<Predicate> children) {
  return Combine(Kind::kAnd, std::move(children));
}

Predicate Predicate::Or(std::vector<Predicate> children) {
  return Combine(Kind::kOr, std::move(children));
}

Predicate Predicate::Not(Predicate child) {
  switch (child.kind) {
    case Kind::kCompare: child.op = Negated(child.op); return child;
    case Kind::kIsNull: child.kind = Kind::kIsNotNull; return child;
    case Kind::kIsNotNull: child.kind = Kind::kIsNull; return child;
    case Kind::kAnd: return Or(NegateAll(std::move(child.children)));
    case Kind::kOr: return And(NegateAll(std::move(child.children)));
    case Kind::kNot: return std::move(child.children[0]);
    case Kind::kOpaque: return child;
    case Kind::kIn: {
      std::vector<Predicate> others;
      for (Literal& operand : child.operands) {
        others.push_back(Compare(child.path, CompareOp::kNotEqual, std::move(operand)));
      }
      return And(std::move(others));
    }
    default: {
      Predicate negation;
      negation.kind = Kind::kNot;
      negation.children.push_back(std::move(child));
      return negation;
    }
  }
}

bool Predicate::HasOpaque() const {
  return kind == Kind::kOpaque ||
         std::any_of(children.begin(), children.end(),
                     [](const Predicate& child) { return child.HasOpaque(); });
}

namespace {

std::string JoinSql(const std::vector<Predicate>& children, const char* word) {
  std::string text;
  for (const Predicate& child : children) {
    if (!text.empty()) text += word;
    const bool nested = child.kind == Predicate::Kind::kAnd || child.kind == Predicate::Kind::kOr;
    text += nested ? "(" + child.ToSql() + ")" : child.ToSql();
  }
  return text;
}

std::string InSql(const Predicate& predicate) {
  constexpr std::size_t kShown = 5;
  std::string text = predicate.path.ToSql() + " IN (";
  for (std::size_t i = 0; i < predicate.operands.size() && i < kShown; ++i) {
    if (i > 0) text += ", ";
    text += predicate.operands[i].ToSql();
  }
  if (predicate.operands.size() > kShown) {
    text += ", ... " + std::to_string(predicate.operands.size()) + " values";
  }
  return text + ")";
}

}  // namespace

std::string Predicate::ToSql() const {
  switch (kind) {
    case Kind::kCompare: return path.ToSql() + " " + CompareOpText(op) + " " + operands[0].ToSql();
    case Kind::kIn: return InSql(*this);
    case Kind::kPrefix: return "starts_with(" + path.ToSql() + ", " + operands[0].ToSql() + ")";
    case Kind::kContains: return "contains(" + path.ToSql() + ", " + operands[0].ToSql() + ")";
    case Kind::kIsNull: return path.ToSql() + " IS NULL";
    case Kind::kIsNotNull: return path.ToSql() + " IS NOT NULL";
    case Kind::kAnd: return children.empty() ? "true" : JoinSql(children, " AND ");
    case Kind::kOr: return children.empty() ? "false" : JoinSql(children, " OR ");
    case Kind::kNot: return "NOT " + children[0].ToSql();
    case Kind::kOpaque: return "...";
  }
  return {};
}

}  // namespace stator::sql
