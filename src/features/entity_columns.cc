#include "features/entity_columns.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "features/errors.h"
#include "features/event_time.h"
#include "features/json_text.h"
#include "features/proto_time.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;
using Type = RequestValue::Type;

Error NoneError() {
  return InvalidError("TypeError", "attribute name must be string, not 'NoneType'");
}

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// int() of a text.
Result<std::int64_t> ParseInteger(const std::string& text) {
  std::string_view digits = Trim(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) {
    return ValueError("invalid literal for int() with base 10: " + PythonRepr(text));
  }
  return value;
}

// int() of a float: towards zero.
Result<std::int64_t> TruncateReal(double real) {
  if (!(real > -9.3e18 && real < 9.3e18) || std::fabs(real) >= 9223372036854775808.0) {
    return ValueError("Value out of range: " + std::to_string(real));
  }
  return static_cast<std::int64_t>(real);
}

Result<std::int64_t> ToInteger(const RequestValue& value) {
  switch (value.type) {
    case Type::kBool:
    case Type::kInteger: return value.integer;
    case Type::kReal: return TruncateReal(value.real);
    case Type::kText: return ParseInteger(value.text);
    case Type::kNull: return NoneError();
    default: return ValueError("a list or an object cannot be a join key: " + value.text);
  }
}

// str() of a value.
std::string ToText(const RequestValue& value) {
  std::string text;
  switch (value.type) {
    case Type::kBool: return value.integer != 0 ? "True" : "False";
    case Type::kInteger: AppendJsonInteger(text, value.integer); return text;
    case Type::kReal: AppendJsonReal(text, value.real); return text;
    default: return value.text;
  }
}

Result<EntityValue> ConvertTimestamp(const RequestValue& value) {
  if (value.type == Type::kText) {
    if (const auto time = ParseEventTime(value.text)) {
      const std::int64_t seconds = *time >= 0
                                       ? *time / kMicrosPerSecond
                                       : -((-*time + kMicrosPerSecond - 1) / kMicrosPerSecond);
      return EntityValue{ValueKind::kUnixTimestamp, seconds, {}};
    }
  }
  STATOR_ASSIGN_OR_RETURN(const std::int64_t seconds, ToInteger(value));
  return EntityValue{ValueKind::kUnixTimestamp, seconds, {}};
}

// A type that the registry does not tell: the value's own.
ValueKind InferKind(const RequestValue& value) {
  switch (value.type) {
    case Type::kBool: return ValueKind::kBool;
    case Type::kInteger: return ValueKind::kInt64;
    case Type::kReal: return ValueKind::kDouble;
    default: return ValueKind::kString;
  }
}

// The declared type of the join key `name` in this plan; nullopt when it is none.
std::optional<ValueKind> KindOfJoinKey(const ReadPlan& plan, std::string_view name) {
  for (const auto& group : plan.key_groups) {
    for (const PlannedKey& key : group) {
      if (key.request_name == name) return key.kind;
    }
  }
  const auto& known = plan.snapshot->join_keys();
  const auto found = known.find(name);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

Status CheckRequestData(const ReadPlan& plan, const std::vector<RequestColumn>& columns) {
  std::string missing;
  for (const std::string& field : plan.request_fields) {
    const bool given =
        std::any_of(columns.begin(), columns.end(),
                    [&](const RequestColumn& column) { return column.name == field; });
    if (!given) missing += (missing.empty() ? "'" : ", '") + field + "'";
  }
  if (missing.empty()) return base::OkStatus();
  return NotFoundError(kRequestDataNotFound,
                       "Required request data source features [" + missing +
                           "] not found in the entity rows, but required by feature views");
}

Result<EntityColumn> ConvertColumn(const RequestColumn& column, std::string name, ValueKind kind) {
  EntityColumn converted{std::move(name), {}};
  converted.values.reserve(column.values.size());
  for (const RequestValue& value : column.values) {
    STATOR_ASSIGN_OR_RETURN(EntityValue entity, ConvertEntityValue(value, kind));
    converted.values.push_back(std::move(entity));
  }
  return converted;
}

}  // namespace

const EntityColumn* EntityColumns::Find(std::string_view name) const {
  for (const EntityColumn& column : join_keys) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

Result<EntityValue> ConvertEntityValue(const RequestValue& value, ValueKind kind) {
  if (value.type == Type::kNull) return NoneError();
  if (kind == ValueKind::kUnset) kind = InferKind(value);
  switch (kind) {
    case ValueKind::kString: return EntityValue{kind, 0, ToText(value)};
    case ValueKind::kBytes: {
      EntityValue entity{kind, 0, {}};
      if (value.type != Type::kText || !DecodeBase64(value.text, entity.text)) {
        return ValueError("a join key of type BYTES is base64 text, not " + ToText(value));
      }
      return entity;
    }
    case ValueKind::kUnixTimestamp: return ConvertTimestamp(value);
    case ValueKind::kDouble:
    case ValueKind::kFloat:
      return EntityValue{ValueKind::kDouble,
                         std::bit_cast<std::int64_t>(value.type == Type::kReal
                                                         ? value.real
                                                         : static_cast<double>(value.integer)),
                         {}};
    default: {
      STATOR_ASSIGN_OR_RETURN(const std::int64_t integer, ToInteger(value));
      if (kind == ValueKind::kInt32 && integer != static_cast<std::int32_t>(integer)) {
        return ValueError("Value out of range: " + std::to_string(integer));
      }
      return EntityValue{kind, integer, {}};
    }
  }
}

Result<EntityColumns> SortOutEntities(const ReadPlan& plan,
                                      const std::vector<RequestColumn>& columns) {
  EntityColumns entities;
  if (columns.empty()) return InvalidError(kKeyError, PythonRepr("pop from an empty set"));
  entities.rows = columns.front().values.size();
  for (const RequestColumn& column : columns) {
    if (column.values.size() != entities.rows)
      return ValueError("All entity rows must have the same columns.");
  }
  STATOR_RETURN_IF_ERROR(CheckRequestData(plan, columns));
  for (const RequestColumn& column : columns) {
    const auto& fields = plan.request_fields;
    if (std::find(fields.begin(), fields.end(), column.name) != fields.end()) continue;
    std::string name = column.name;
    auto kind = KindOfJoinKey(plan, name);
    if (!kind) {
      name = plan.snapshot->JoinKeyOfEntity(column.name);
      kind = KindOfJoinKey(plan, name);
    }
    if (!kind || name == kDummyJoinKey || entities.Find(name) != nullptr) continue;
    STATOR_ASSIGN_OR_RETURN(EntityColumn converted, ConvertColumn(column, std::move(name), *kind));
    entities.join_keys.push_back(std::move(converted));
  }
  return entities;
}

void AppendEntityJson(std::string& out, const EntityValue& value) {
  switch (value.kind) {
    case ValueKind::kString: return AppendJsonString(out, value.text);
    case ValueKind::kBytes:
      out += '"';
      AppendBase64(out, value.text);
      out += '"';
      return;
    case ValueKind::kBool: out += value.integer != 0 ? "true" : "false"; return;
    case ValueKind::kDouble: return AppendJsonReal(out, std::bit_cast<double>(value.integer));
    default: return AppendJsonInteger(out, value.integer);
  }
}

}  // namespace stator::features
