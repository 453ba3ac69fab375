// What decoding the different requests has in common: members that many of them have, and the order
// of the checks.
//
// Every function that takes a JsonValue reads it whole. It answers false when its JSON is wrong,
// and its caller answers false then; faults of later stages are noted, and reading goes on.
// Messages are AWS's own, in the wording that most of its regions have had since 2026.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "dynamo/operations.h"
#include "wire/item_reader.h"
#include "wire/json_cursor.h"

namespace stator::wire {

// How an operation words the faults of attribute values. [captured on AWS in 2026]
enum class ValueWording : std::uint8_t {
  kBare,      // GetItem, BatchGetItem, Query; BatchWriteItem
  kDetected,  // PutItem, UpdateItem, DeleteItem: "1 validation error detected: ..."
  kNamed,     // Scan: "ExpressionAttributeValues contains invalid value: ... for key :v"
};

// One of an enum's names with its value.
template <typename Enum>
struct EnumName {
  std::string_view name;
  Enum value;
};

// Reads the members of one request and keeps what the checks behind need to know.
class RequestReader {
 public:
  // For one body.
  RequestReader(JsonReader& reader, ValueWording wording) : in(reader.impl()), wording_(wording) {}

  // Calls visit(name, value) for each member of the body; visit answers false on wrong JSON and
  // leaves members that it does not know to Unknown().
  template <typename Visit>
  void Read(std::string_view body, Visit&& visit) {
    in.Run(body, visit);
  }
  // The request, or the fault that AWS would report.
  template <typename Request>
  base::Result<Request> Finish(Request& request) {
    if (auto fault = in.FirstFault()) [[unlikely]]
      return *std::move(fault);
    return std::move(request);
  }

  // TableName: a name, or an ARN that is cut to the name.
  bool TableName(JsonValue from, std::string& out) {
    table_name_given_ = true;
    return in.Text(from, out) && (CheckTableName("TableName", out), true);
  }
  // IndexName.
  bool IndexName(JsonValue from, std::string& out) {
    return in.Text(from, out) && (CheckName("IndexName", out), true);
  }
  // A map of attribute values: Key, Item, ExclusiveStartKey.
  bool Values(JsonValue from, dynamo::Item& out);
  // ExpressionAttributeValues.
  bool ExpressionValues(JsonValue from, dynamo::ExpressionAttributes& out);
  // ExpressionAttributeNames.
  bool ExpressionNames(JsonValue from, dynamo::ExpressionAttributes& out);
  // An expression. An empty one is refused; `member` is "ConditionExpression" and so on.
  bool Expression(std::string_view member, JsonValue from, std::string& out);
  // A whole number of at least `min` and at most `max`.
  bool Number(std::string_view member, JsonValue from, std::int64_t min, std::int64_t max,
              std::optional<std::int32_t>& out);
  // ReturnConsumedCapacity.
  bool Capacity(JsonValue from, dynamo::ReturnConsumedCapacity& out);
  // ReturnValues.
  bool ReturnValues(JsonValue from, dynamo::ReturnValues& out);
  // ReturnValuesOnConditionCheckFailure.
  bool ReturnOldOnFailure(JsonValue from, bool& out);
  // Select.
  bool Select(JsonValue from, dynamo::Select& out);
  // One of the names of an enum; `set` is how AWS lists them in its message.
  template <typename Enum, std::size_t kSize>
  bool OneOf(std::string_view member, JsonValue from, const EnumName<Enum> (&names)[kSize],
             std::string_view set, Enum& out) {
    std::string_view text;
    if (!in.Text(from, text)) return false;
    for (const auto& each : names) {
      if (each.name == text) {
        out = each.value;
        return true;
      }
    }
    in.NoteConstraint(member, "Member must satisfy enum value set: [" + std::string(set) + "]");
    return true;
  }
  // A member of one of the kinds that Stator cannot honour yet: refused by name. Others: skipped.
  bool Unknown(std::string_view member, JsonValue from);
  // Refuses `member`; `advice` says what to use instead.
  bool Unsupported(std::string_view member, JsonValue from, std::string_view advice);

  // Notes that `member` must be there, unless `given`.
  void Require(std::string_view member, bool given);
  // Notes that TableName must be there, unless TableName() has read one.
  void RequireTableName() { Require("TableName", table_name_given_); }
  // Checks a table name, cutting an ARN to the name first.
  void CheckTableName(std::string_view member, std::string& name);
  // Checks an index name or what else is named like a table.
  void CheckName(std::string_view member, std::string_view name);
  // Checks a length between `min` and `max`.
  void CheckLength(std::string_view member, std::size_t length, std::size_t min, std::size_t max);
  // Checks that names and values of expressions came with an expression. `missing` is AWS's list of
  // the expressions that may use values and were not given.
  void CheckPlaceholders(bool any_expression, bool any_with_values, std::string_view missing);

  // The walk over the body.
  JsonReader::Impl& in;

 private:
  void RewordValueFault(std::string_view key);

  const ValueWording wording_;
  bool table_name_given_ = false;
  bool names_given_ = false;
  bool values_given_ = false;
};

}  // namespace stator::wire
