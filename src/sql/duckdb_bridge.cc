#include "sql/duckdb_bridge.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "duckdb/common/error_data.hpp"
#include "sql/sql_errors.h"

namespace stator::sql {

using duckdb::ExceptionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

void QueryControl::Begin(const base::CallContext& call) {
  std::lock_guard lock(mutex_);
  call_ = call;
  error_.reset();
  misfit_.reset();
  names_only_ = false;
}

base::CallContext QueryControl::call() const {
  std::lock_guard lock(mutex_);
  return call_;
}

bool QueryControl::Expired() const {
  std::lock_guard lock(mutex_);
  return call_.cancel.cancelled() || call_.deadline.Passed(std::chrono::steady_clock::now());
}

void QueryControl::Fail(const base::Error& error) {
  std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
}

std::optional<base::Error> QueryControl::error() const {
  std::lock_guard lock(mutex_);
  return error_;
}

void QueryControl::MarkWidened(std::string misfit) {
  std::lock_guard lock(mutex_);
  misfit_ = std::move(misfit);
}

std::optional<std::string> QueryControl::misfit() const {
  std::lock_guard lock(mutex_);
  return misfit_;
}

duckdb::shared_ptr<QueryControl> QueryControl::Of(duckdb::ClientContext& context) {
  return context.registered_state->GetOrCreate<QueryControl>(kName);
}

void ThrowError(duckdb::ClientContext& context, const base::Error& error) {
  QueryControl::Of(context)->Fail(error);
  throw duckdb::InvalidInputException(error.message());
}

base::Error ErrorOf(const duckdb::ErrorData& error) {
  const auto make = [&](base::ErrorKind kind, std::string_view code) {
    return base::Error(kind, code, error.RawMessage());
  };
  switch (error.Type()) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX: return make(base::ErrorKind::kInvalid, kSqlSyntaxError);
    case ExceptionType::CATALOG: return make(base::ErrorKind::kInvalid, kSqlCatalogError);
    case ExceptionType::BINDER: return make(base::ErrorKind::kInvalid, kSqlBinderError);
    case ExceptionType::CONVERSION:
    case ExceptionType::OUT_OF_RANGE: return make(base::ErrorKind::kInvalid, kSqlConversionError);
    case ExceptionType::PERMISSION: return make(base::ErrorKind::kDenied, kSqlNotAllowed);
    case ExceptionType::INTERRUPT: return make(base::ErrorKind::kDeadline, kSqlInterrupted);
    case ExceptionType::OUT_OF_MEMORY: return make(base::ErrorKind::kUnavailable, kSqlOutOfMemory);
    case ExceptionType::INTERNAL:
    case ExceptionType::FATAL: return make(base::ErrorKind::kInternal, kSqlInternalError);
    default: return make(base::ErrorKind::kInvalid, kSqlError);
  }
}

LogicalType ToLogicalType(const ColumnType& type) {
  switch (type.kind) {
    case TypeKind::kText: return LogicalType::VARCHAR;
    case TypeKind::kJson: return LogicalType::JSON();
    case TypeKind::kBigint: return LogicalType::BIGINT;
    case TypeKind::kDecimal: return LogicalType::DECIMAL(kDecimalDigitsMax, type.scale);
    case TypeKind::kDouble: return LogicalType::DOUBLE;
    case TypeKind::kBool: return LogicalType::BOOLEAN;
    case TypeKind::kBlob: return LogicalType::BLOB;
    case TypeKind::kMap:
      return LogicalType::MAP(LogicalType::VARCHAR, ToLogicalType(type.element[0]));
    case TypeKind::kList: return LogicalType::LIST(ToLogicalType(type.element[0]));
    case TypeKind::kStruct: break;
  }
  duckdb::child_list_t<LogicalType> fields;
  for (const StructField& field : type.fields) {
    fields.emplace_back(field.name, ToLogicalType(field.type));
  }
  return LogicalType::STRUCT(std::move(fields));
}

namespace {

std::optional<Literal> NumberLiteral(std::string_view text) {
  auto number = dynamo::Number::Parse(text);
  if (!number.ok()) return std::nullopt;
  return Literal::Of(*number);
}

std::optional<Literal> DoubleLiteral(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  if (error != std::errc()) return std::nullopt;
  return NumberLiteral({text, static_cast<std::size_t>(end - text)});
}

}  // namespace

std::optional<Literal> ToLiteral(const duckdb::Value& value) {
  if (value.IsNull()) return std::nullopt;
  switch (value.type().id()) {
    case LogicalTypeId::VARCHAR: return Literal::Text(duckdb::StringValue::Get(value));
    case LogicalTypeId::BLOB: return Literal::Binary(duckdb::StringValue::Get(value));
    case LogicalTypeId::BOOLEAN: return Literal::Bool(value.GetValue<bool>());
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE: return DoubleLiteral(value.GetValue<double>());
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::DECIMAL: return NumberLiteral(value.ToString());
    default: return std::nullopt;
  }
}

}  // namespace stator::sql
