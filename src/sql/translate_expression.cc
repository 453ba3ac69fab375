#include "sql/translate_expression.h"

#include <utility>
#include <vector>

#include "duckdb/planner/expression/list.hpp"

namespace stator::sql {

using duckdb::BoundConstantExpression;
using duckdb::BoundFunctionExpression;
using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;

TypedPath PathOfColumn(const Column& column) {
  return {{{column.attribute}, column.type.kind, column.is_key}, &column.type};
}

namespace {

std::optional<CompareOp> OpOf(ExpressionType type) {
  switch (type) {
    case ExpressionType::COMPARE_EQUAL: return CompareOp::kEqual;
    case ExpressionType::COMPARE_NOTEQUAL: return CompareOp::kNotEqual;
    case ExpressionType::COMPARE_LESSTHAN: return CompareOp::kLess;
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return CompareOp::kLessOrEqual;
    case ExpressionType::COMPARE_GREATERTHAN: return CompareOp::kGreater;
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO: return CompareOp::kGreaterOrEqual;
    default: return std::nullopt;
  }
}

// Whether a cast keeps every value: whole numbers to other exact ones, decimals to ones with no
// fewer digits behind the point. Any other cast of numbers rounds.
bool KeepsValue(const duckdb::LogicalType& from, const duckdb::LogicalType& to) {
  const auto is_whole = [](LogicalTypeId id) {
    return id == LogicalTypeId::BIGINT || id == LogicalTypeId::HUGEINT;
  };
  const bool to_decimal = to.id() == LogicalTypeId::DECIMAL;
  if (is_whole(from.id())) return is_whole(to.id()) || to_decimal;
  return from.id() == LogicalTypeId::DECIMAL && to_decimal &&
         duckdb::DecimalType::GetScale(to) >= duckdb::DecimalType::GetScale(from);
}

// Kinds of columns that DynamoDB compares as SQL does.
bool IsComparable(TypeKind kind) {
  switch (kind) {
    case TypeKind::kText:
    case TypeKind::kBigint:
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kBool:
    case TypeKind::kBlob: return true;
    default: return false;
  }
}

// The type of DynamoDB values that a column of this kind shows when they are of its own type.
dynamo::AttributeType OwnType(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool: return dynamo::AttributeType::kBool;
    case TypeKind::kBlob: return dynamo::AttributeType::kBinary;
    case TypeKind::kText: return dynamo::AttributeType::kString;
    default: return dynamo::AttributeType::kNumber;
  }
}

class Translator {
 public:
  explicit Translator(const ColumnResolver& resolve) : resolve_(resolve) {}

  Predicate Translate(const Expression& expression) const {
    switch (expression.GetExpressionClass()) {
      case ExpressionClass::BOUND_COMPARISON: return Comparison(expression);
      case ExpressionClass::BOUND_BETWEEN: return Between(expression);
      case ExpressionClass::BOUND_CONJUNCTION: return Conjunction(expression);
      case ExpressionClass::BOUND_OPERATOR: return Operator(expression);
      case ExpressionClass::BOUND_FUNCTION: return Function(expression);
      case ExpressionClass::BOUND_COLUMN_REF:
      case ExpressionClass::BOUND_REF: return BooleanColumn(expression);
      default: return Predicate::Opaque();
    }
  }

 private:
  // A column, a field of one, or either cast to a number that holds it exactly.
  std::optional<TypedPath> Path(const Expression& expression) const {
    if (expression.GetExpressionClass() == ExpressionClass::BOUND_CAST) {
      const auto& cast = expression.Cast<duckdb::BoundCastExpression>();
      const bool exact = KeepsValue(cast.child->return_type, cast.return_type);
      return exact && !cast.try_cast ? Path(*cast.child) : std::nullopt;
    }
    if (expression.GetExpressionClass() == ExpressionClass::BOUND_FUNCTION)
      return Field(expression);
    return resolve_(expression);
  }

  std::optional<TypedPath> Field(const Expression& expression) const {
    const auto& call = expression.Cast<BoundFunctionExpression>();
    const std::string& name = call.function.name;
    if ((name != "struct_extract" && name != "struct_extract_at") || call.children.size() != 2)
      return std::nullopt;
    auto path = Path(*call.children[0]);
    const duckdb::Value* selector = Constant(*call.children[1]);
    if (!path || path->type->kind != TypeKind::kStruct || selector == nullptr) return std::nullopt;
    const StructField* field = FieldOf(*path->type, *selector);
    if (field == nullptr) return std::nullopt;
    path->path.names.push_back(field->attribute);
    path->path.kind = field->type.kind;
    path->path.is_key = false;
    path->type = &field->type;
    return path;
  }

  static const StructField* FieldOf(const ColumnType& type, const duckdb::Value& selector) {
    if (selector.type().id() == LogicalTypeId::VARCHAR) {
      for (const StructField& field : type.fields) {
        if (duckdb::StringUtil::CIEquals(field.name, duckdb::StringValue::Get(selector)))
          return &field;
      }
      return nullptr;
    }
    const auto index = selector.GetValue<std::int64_t>();  // counts from 1
    if (index < 1 || static_cast<std::size_t>(index) > type.fields.size()) return nullptr;
    return &type.fields[static_cast<std::size_t>(index) - 1];
  }

  static const duckdb::Value* Constant(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return nullptr;
    return &expression.Cast<BoundConstantExpression>().value;
  }

  // The constant, when values of the path can be compared with it.
  static std::optional<Literal> LiteralFor(const TypedPath& path, const Expression& expression) {
    const duckdb::Value* value = Constant(expression);
    if (value == nullptr || !IsComparable(path.path.kind)) return std::nullopt;
    auto literal = ToLiteral(*value);
    if (literal && literal->type() != OwnType(path.path.kind)) return std::nullopt;
    return literal;
  }

  Predicate Compare(const Expression& side, CompareOp op, const Expression& constant) const {
    auto path = Path(side);
    if (!path) return Predicate::Opaque();
    auto literal = LiteralFor(*path, constant);
    if (!literal) return Predicate::Opaque();
    return Predicate::Compare(std::move(path->path), op, std::move(*literal));
  }

  Predicate Comparison(const Expression& expression) const {
    const auto& comparison = expression.Cast<duckdb::BoundComparisonExpression>();
    const auto op = OpOf(expression.GetExpressionType());
    if (!op) return Predicate::Opaque();
    if (Constant(*comparison.left) != nullptr)
      return Compare(*comparison.right, Mirrored(*op), *comparison.left);
    return Compare(*comparison.left, *op, *comparison.right);
  }

  Predicate Between(const Expression& expression) const {
    const auto& between = expression.Cast<duckdb::BoundBetweenExpression>();
    return Predicate::And(
        {Compare(*between.input, *OpOf(between.LowerComparisonType()), *between.lower),
         Compare(*between.input, *OpOf(between.UpperComparisonType()), *between.upper)});
  }

  Predicate Conjunction(const Expression& expression) const {
    std::vector<Predicate> children;
    for (const auto& child : expression.Cast<duckdb::BoundConjunctionExpression>().children) {
      children.push_back(Translate(*child));
    }
    const bool all = expression.GetExpressionType() == ExpressionType::CONJUNCTION_AND;
    return all ? Predicate::And(std::move(children)) : Predicate::Or(std::move(children));
  }

  Predicate Operator(const Expression& expression) const {
    const auto& children = expression.Cast<duckdb::BoundOperatorExpression>().children;
    switch (expression.GetExpressionType()) {
      case ExpressionType::OPERATOR_NOT: return Predicate::Not(Translate(*children[0]));
      case ExpressionType::OPERATOR_IS_NULL:
        return NullTest(*children[0], Predicate::Kind::kIsNull);
      case ExpressionType::OPERATOR_IS_NOT_NULL:
        return NullTest(*children[0], Predicate::Kind::kIsNotNull);
      case ExpressionType::COMPARE_IN: return In(children);
      case ExpressionType::COMPARE_NOT_IN: return Predicate::Not(In(children));
      default: return Predicate::Opaque();
    }
  }

  Predicate NullTest(const Expression& child, Predicate::Kind kind) const {
    auto path = Path(child);
    return path ? Predicate::Leaf(kind, std::move(path->path)) : Predicate::Opaque();
  }

  // A NULL among the values of an IN matches nothing; among those of a NOT IN it would make every
  // answer NULL, which the check behind the scan sees to.
  Predicate In(const duckdb::vector<duckdb::unique_ptr<Expression>>& children) const {
    auto path = Path(*children[0]);
    if (!path) return Predicate::Opaque();
    std::vector<Literal> values;
    for (std::size_t i = 1; i < children.size(); ++i) {
      const duckdb::Value* value = Constant(*children[i]);
      if (value != nullptr && value->IsNull()) continue;
      auto literal = LiteralFor(*path, *children[i]);
      if (!literal) return Predicate::Opaque();
      values.push_back(std::move(*literal));
    }
    return Predicate::In(std::move(path->path), std::move(values));
  }

  Predicate Function(const Expression& expression) const {
    const auto& call = expression.Cast<BoundFunctionExpression>();
    const std::string& name = call.function.name;
    if (call.children.size() != 2) return Predicate::Opaque();
    const bool prefix = name == "prefix" || name == "starts_with" || name == "^@";
    if (!prefix && name != "contains") return BooleanColumn(expression);
    auto path = Path(*call.children[0]);
    if (!path || path->path.kind != TypeKind::kText) return Predicate::Opaque();
    auto literal = LiteralFor(*path, *call.children[1]);
    if (!literal) return Predicate::Opaque();
    const auto kind = prefix ? Predicate::Kind::kPrefix : Predicate::Kind::kContains;
    return Predicate::Leaf(kind, std::move(path->path), {std::move(*literal)});
  }

  Predicate BooleanColumn(const Expression& expression) const {
    auto path = Path(expression);
    if (!path || path->path.kind != TypeKind::kBool) return Predicate::Opaque();
    return Predicate::Compare(std::move(path->path), CompareOp::kEqual, Literal::Bool(true));
  }

  const ColumnResolver& resolve_;
};

}  // namespace

Predicate TranslateExpression(const Expression& expression, const ColumnResolver& resolve) {
  return Translator(resolve).Translate(expression);
}

}  // namespace stator::sql
