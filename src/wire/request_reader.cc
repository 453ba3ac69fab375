#include "wire/request_reader.h"

#include <algorithm>

#include "dynamo/errors.h"
#include "dynamo/limits.h"

namespace stator::wire {
namespace {

using dynamo::ValidationError;

// Members of AWS's model that Stator cannot honour yet, with what serves instead.
struct UnsupportedMember {
  std::string_view name;
  std::string_view advice;
};
constexpr UnsupportedMember kUnsupportedMembers[] = {
    {"AttributesToGet", "use ProjectionExpression"},
    {"AttributeUpdates", "use UpdateExpression"},
    {"ConditionalOperator", "use AND and OR in an expression"},
    {"Expected", "use ConditionExpression"},
    {"KeyConditions", "use KeyConditionExpression"},
    {"QueryFilter", "use FilterExpression"},
    {"ScanFilter", "use FilterExpression"},
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

}  // namespace

bool RequestReader::Values(JsonValue from, dynamo::Item& out) {
  const bool faulty_before = in.Has(Stage::kValue);
  if (!ReadItem(in, from, out)) return false;
  if (!faulty_before && in.Has(Stage::kValue)) RewordValueFault({});
  return true;
}

bool RequestReader::ExpressionValues(JsonValue from, dynamo::ExpressionAttributes& out) {
  values_given_ = true;
  ValuePlace place;
  if (!ReadItem(in, from, out.values, &place)) return false;
  if (!place.attribute.empty()) RewordValueFault(place.attribute);
  if (out.values.empty()) {
    in.Note(Stage::kParameters, ValidationError("ExpressionAttributeValues must not be empty"));
  }
  return true;
}

void RequestReader::RewordValueFault(std::string_view key) {
  const std::string message = in.Fault(Stage::kValue).message();
  if (wording_ == ValueWording::kDetected) {
    in.Reword(Stage::kValue, ValidationError("1 validation error detected: " + message));
  } else if (wording_ == ValueWording::kNamed && !key.empty()) {
    in.Reword(Stage::kValue, ValidationError("ExpressionAttributeValues contains invalid value: " +
                                             message + " for key " + std::string(key)));
  }
}

bool RequestReader::ExpressionNames(JsonValue from, dynamo::ExpressionAttributes& out) {
  names_given_ = true;
  if (!in.IsMap(from, "java.lang.String")) return false;
  out.names.clear();
  const bool read = in.VisitMembers(from, [&](std::string_view placeholder, JsonValue value) {
    std::string_view name;
    if (!in.Text(value, name)) return false;
    CheckLength("ExpressionAttributeNames", name.size(), 0, dynamo::kAttributeNameBytesMax);
    out.names.emplace_back(placeholder, name);
    return true;
  });
  if (read && out.names.empty()) {
    in.Note(Stage::kParameters, ValidationError("ExpressionAttributeNames must not be empty"));
  }
  return read;
}

bool RequestReader::Expression(std::string_view member, JsonValue from, std::string& out) {
  if (!in.Text(from, out)) return false;
  if (out.empty()) {
    in.Note(Stage::kParameters, ValidationError("Invalid " + std::string(member) +
                                                ": The expression can not be empty;"));
  }
  return true;
}

bool RequestReader::Number(std::string_view member, JsonValue from, std::int64_t min,
                           std::int64_t max, std::optional<std::int32_t>& out) {
  std::int64_t number = 0;
  if (!in.Whole(from, "Integer", number)) return false;
  if (number < min) {
    in.NoteConstraint(member,
                      "Member must have value greater than or equal to " + std::to_string(min));
  } else if (number > max) {
    in.NoteConstraint(member,
                      "Member must have value less than or equal to " + std::to_string(max));
  }
  out = static_cast<std::int32_t>(number);
  return true;
}

bool RequestReader::Capacity(JsonValue from, dynamo::ReturnConsumedCapacity& out) {
  using enum dynamo::ReturnConsumedCapacity;
  static constexpr EnumName<dynamo::ReturnConsumedCapacity> kNames[] = {
      {"NONE", kNone}, {"TOTAL", kTotal}, {"INDEXES", kIndexes}};
  return OneOf("ReturnConsumedCapacity", from, kNames, "INDEXES, TOTAL, NONE", out);
}

bool RequestReader::ReturnValues(JsonValue from, dynamo::ReturnValues& out) {
  using enum dynamo::ReturnValues;
  static constexpr EnumName<dynamo::ReturnValues> kNames[] = {{"NONE", kNone},
                                                              {"ALL_OLD", kAllOld},
                                                              {"UPDATED_OLD", kUpdatedOld},
                                                              {"ALL_NEW", kAllNew},
                                                              {"UPDATED_NEW", kUpdatedNew}};
  return OneOf("ReturnValues", from, kNames, "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
               out);
}

bool RequestReader::ReturnOldOnFailure(JsonValue from, bool& out) {
  static constexpr EnumName<bool> kNames[] = {{"NONE", false}, {"ALL_OLD", true}};
  return OneOf("ReturnValuesOnConditionCheckFailure", from, kNames, "ALL_OLD, NONE", out);
}

bool RequestReader::Select(JsonValue from, dynamo::Select& out) {
  using enum dynamo::Select;
  static constexpr EnumName<dynamo::Select> kNames[] = {
      {"ALL_ATTRIBUTES", kAllAttributes},
      {"ALL_PROJECTED_ATTRIBUTES", kAllProjectedAttributes},
      {"SPECIFIC_ATTRIBUTES", kSpecificAttributes},
      {"COUNT", kCount}};
  return OneOf("Select", from, kNames,
               "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES", out);
}

bool RequestReader::Unknown(std::string_view member, JsonValue from) {
  for (const auto& each : kUnsupportedMembers) {
    if (each.name == member) return Unsupported(member, from, each.advice);
  }
  return in.Skip(from);
}

bool RequestReader::Unsupported(std::string_view member, JsonValue from, std::string_view advice) {
  in.Note(Stage::kUnsupported,
          base::Error(base::ErrorKind::kInvalid, dynamo::kNotSupportedYet,
                      "Stator does not support the parameter " + std::string(member) + " yet; " +
                          std::string(advice)));
  return in.Skip(from);
}

void RequestReader::Require(std::string_view member, bool given) {
  if (given) [[likely]]
    return;
  in.Note(Stage::kRequired,
          ValidationError("1 validation error detected: Value at '" + std::string(member) +
                          "' failed to satisfy constraint: Member must not be null"));
}

void RequestReader::CheckLength(std::string_view member, std::size_t length, std::size_t min,
                                std::size_t max) {
  if (length < min) {
    in.NoteConstraint(member,
                      "Member must have length greater than or equal to " + std::to_string(min));
  } else if (length > max) {
    in.NoteConstraint(member,
                      "Member must have length less than or equal to " + std::to_string(max));
  }
}

void RequestReader::CheckName(std::string_view member, std::string_view name) {
  CheckLength(member, name.size(), dynamo::kTableNameBytesMin, dynamo::kTableNameBytesMax);
  if (!std::ranges::all_of(name, IsNameCharacter)) {
    in.NoteConstraint(member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }
}

void RequestReader::CheckTableName(std::string_view member, std::string& name) {
  constexpr std::string_view kTablePart = ":table/";
  if (name.starts_with("arn:")) {
    const std::size_t at = name.find(kTablePart);
    if (at != std::string::npos && name.size() <= dynamo::kTableArnBytesMax) {
      name.erase(0, at + kTablePart.size());
    }
  }
  CheckName(member, name);
}

void RequestReader::CheckPlaceholders(bool any_expression, bool any_with_values,
                                      std::string_view missing) {
  if (names_given_ && !any_expression) {
    in.Note(Stage::kParameters,
            ValidationError("ExpressionAttributeNames can only be specified when using "
                            "expressions"));
  }
  if (values_given_ && !any_with_values) {
    in.Note(Stage::kParameters,
            ValidationError("ExpressionAttributeValues can only be specified when using "
                            "expressions: " +
                            std::string(missing)));
  }
}

}  // namespace stator::wire
