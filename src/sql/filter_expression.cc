#include "sql/filter_expression.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dynamo/limits.h"

namespace stator::sql {

namespace {

// How tightly a part binds. Parentheses stand only where they are needed: DynamoDB refuses
// redundant ones.
enum class Binding { kAtom, kAnd, kOr };

// A part of an expression with what it costs.
struct Part {
  std::string text;
  int operators = 0;
  Binding binding = Binding::kAtom;
};

// `a word b`, each in parentheses when it binds less tightly than the word.
Part Join(const Part& a, const Part& b, Binding word) {
  const auto wrapped = [&](const Part& part) {
    return part.binding > word ? "(" + part.text + ")" : part.text;
  };
  return {wrapped(a) + (word == Binding::kAnd ? " AND " : " OR ") + wrapped(b),
          a.operators + b.operators + 1, word};
}

class FilterWriter {
 public:
  FilterWriter(const dynamo::KeySchema* without, expression::ExpressionWriter& writer)
      : without_(without), writer_(writer) {}

  // Whether anything can be said of `predicate`: an OR as a whole or not at all, an AND in part.
  bool CanSay(const Predicate& predicate) const {
    const auto can_say = [this](const Predicate& child) { return CanSay(child); };
    const auto& children = predicate.children;
    switch (predicate.kind) {
      case Predicate::Kind::kOpaque: return false;
      case Predicate::Kind::kAnd: return std::any_of(children.begin(), children.end(), can_say);
      case Predicate::Kind::kOr:
        return !children.empty() && std::all_of(children.begin(), children.end(), can_say);
      case Predicate::Kind::kNot: return CanSay(children[0]);
      case Predicate::Kind::kIn: return !predicate.operands.empty() && !IsForbidden(predicate.path);
      default: return !IsForbidden(predicate.path);
    }
  }

  // REQUIRES: CanSay(predicate). Takes placeholders for just what it says: DynamoDB refuses unused
  // ones.
  Part Write(const Predicate& predicate) {
    switch (predicate.kind) {
      case Predicate::Kind::kAnd: return WriteAll(predicate.children, Binding::kAnd);
      case Predicate::Kind::kOr: return WriteAll(predicate.children, Binding::kOr);
      case Predicate::Kind::kNot: return WriteNot(predicate.children[0]);
      default: return WriteLeaf(predicate);
    }
  }

 private:
  bool IsForbidden(const AttributePath& path) const {
    if (without_ == nullptr) return false;
    return path.IsTop(without_->partition.name) ||
           (without_->sort && path.IsTop(without_->sort->name));
  }

  // What cannot be said of an AND is left out.
  Part WriteAll(const std::vector<Predicate>& children, Binding word) {
    std::optional<Part> all;
    for (const Predicate& child : children) {
      if (!CanSay(child)) continue;
      Part part = Write(child);
      all = all ? Join(*all, part, word) : std::move(part);
    }
    return std::move(*all);
  }

  // REQUIRES: a prefix or substring test. On another type it is false, so the negation lets that
  // type pass.
  Part WriteNot(const Predicate& child) {
    const Part part = WriteFunction(child);
    return {"NOT " + part.text, part.operators + 1};
  }

  Part WriteLeaf(const Predicate& leaf) {
    const std::string path = WritePath(leaf.path, writer_);
    switch (leaf.kind) {
      case Predicate::Kind::kIsNull:
        return Join({"attribute_not_exists(" + path + ")", 1}, TypeTest(path, "NULL"),
                    Binding::kOr);
      case Predicate::Kind::kIsNotNull: return {"attribute_exists(" + path + ")", 1};
      case Predicate::Kind::kCompare: return Guarded(leaf, WriteComparison(path, leaf));
      case Predicate::Kind::kIn: return Guarded(leaf, WriteIn(path, leaf.operands));
      default: return Guarded(leaf, WriteFunction(leaf));
    }
  }

  Part WriteComparison(const std::string& path, const Predicate& leaf) {
    return {path + " " + CompareOpText(leaf.op) + " " + WriteLiteral(leaf.operands[0], writer_), 1};
  }

  // REQUIRES: at least one operand.
  Part WriteIn(const std::string& path, const std::vector<Literal>& operands) {
    std::optional<Part> any;
    for (std::size_t first = 0; first < operands.size(); first += dynamo::kInOperandsMax) {
      Part list{path + " IN (", 1};
      const std::size_t last = std::min(operands.size(), first + dynamo::kInOperandsMax);
      for (std::size_t i = first; i < last; ++i) {
        if (i > first) list.text += ", ";
        list.text += WriteLiteral(operands[i], writer_);
      }
      list.text += ")";
      any = any ? Join(*any, list, Binding::kOr) : std::move(list);
    }
    return std::move(*any);
  }

  Part TypeTest(const std::string& path, const char* type) {
    return {"attribute_type(" + path + ", " + WriteLiteral(Literal::Text(type), writer_) + ")", 1};
  }

  Part WriteFunction(const Predicate& leaf) {
    const char* function = leaf.kind == Predicate::Kind::kPrefix ? "begins_with(" : "contains(";
    return {function + WritePath(leaf.path, writer_) + ", " +
                WriteLiteral(leaf.operands[0], writer_) + ")",
            1};
  }

  // Lets what a text column shows of other types pass; key attributes have one type only.
  Part Guarded(const Predicate& leaf, Part part) {
    const bool text = leaf.path.kind == TypeKind::kText && !leaf.path.is_key;
    const bool other_types_pass =
        leaf.kind == Predicate::Kind::kCompare && leaf.op == CompareOp::kNotEqual;
    if (!text || other_types_pass) return part;
    const std::string path = WritePath(leaf.path, writer_);
    const Part is_text = TypeTest(path, "S");
    const Part exists{"attribute_exists(" + path + ")", 1};
    const Part other_type =
        Join(exists, {"NOT " + is_text.text, is_text.operators + 1}, Binding::kAnd);
    return Join(part, other_type, Binding::kOr);
  }

  const dynamo::KeySchema* without_;
  expression::ExpressionWriter& writer_;
};

}  // namespace

std::string WritePath(const AttributePath& path, expression::ExpressionWriter& writer) {
  std::string text;
  for (const std::string& name : path.names) {
    if (!text.empty()) text += '.';
    text += writer.Name(name);
  }
  return text;
}

std::string WriteLiteral(const Literal& literal, expression::ExpressionWriter& writer) {
  switch (literal.type()) {
    case dynamo::AttributeType::kBool: return writer.Bool(literal.bytes() == "1");
    case dynamo::AttributeType::kBinary: return writer.Binary(literal.bytes());
    case dynamo::AttributeType::kNumber:
      return writer.Number(dynamo::Number::FromSortable(literal.bytes()));
    default: return writer.String(literal.bytes());
  }
}

FilterExpression WriteFilter(const std::vector<Predicate>& conjuncts,
                             const dynamo::KeySchema* without,
                             expression::ExpressionWriter& writer) {
  FilterExpression filter;
  std::optional<Part> all;
  for (const Predicate& conjunct : conjuncts) {
    // A first try, so that a conjunct that does not fit leaves no unused placeholder behind:
    // DynamoDB refuses those.
    expression::ExpressionWriter attempt = writer;
    FilterWriter filter_writer(without, attempt);
    if (!filter_writer.CanSay(conjunct)) continue;
    Part part = filter_writer.Write(conjunct);
    Part longer = all ? Join(*all, part, Binding::kAnd) : std::move(part);
    if (longer.operators > dynamo::kExpressionOperatorsMax ||
        longer.text.size() > dynamo::kExpressionBytesMax) {
      continue;
    }
    writer = std::move(attempt);
    all = std::move(longer);
    if (!filter.sql.empty()) filter.sql += " AND ";
    filter.sql += conjunct.ToSql();
  }
  if (all) filter.text = std::move(all->text);
  return filter;
}

}  // namespace stator::sql
