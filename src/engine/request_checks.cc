#include "engine/request_checks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "dynamo/errors.h"
#include "dynamo/item_size.h"
#include "dynamo/limits.h"
#include "engine/catalog.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::BillingMode;
using dynamo::ReturnValues;
using dynamo::Select;
using dynamo::ValidationError;

constexpr std::string_view kProjectionParameter = "ProjectionExpression";
constexpr std::string_view kInvalidValues = "One or more parameter values were invalid: ";

Error Invalid(std::string_view reason) {
  return ValidationError(std::string(kInvalidValues) + std::string(reason));
}

Error NotSupported(std::string what) {
  return Error(ErrorKind::kInvalid, dynamo::kNotSupportedYet,
               std::move(what) + " not supported yet by the embedded engine; nothing was created");
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// Levels of nesting at and below `value`; a scalar has one. Stops looking beyond `limit`.
int DepthOf(AttributeValue value, int limit) {
  int deepest = 0;
  if (limit > 0 && value.type() == AttributeType::kMap) {
    for (const auto each : value.map()) deepest = std::max(deepest, DepthOf(each.value, limit - 1));
  } else if (limit > 0 && value.type() == AttributeType::kList) {
    for (const auto each : value.list()) deepest = std::max(deepest, DepthOf(each, limit - 1));
  }
  return deepest + 1;
}

// Most values are scalars, which have no levels to count.
bool IsTooDeep(AttributeValue value) {
  const AttributeType type = value.type();
  return (type == AttributeType::kMap || type == AttributeType::kList) &&
         DepthOf(value, dynamo::kValueDepthMax) > dynamo::kValueDepthMax;
}

Status CheckKeySchema(const dynamo::KeySchema& schema) {
  const auto good = [](const dynamo::KeyAttribute& attribute) {
    return !attribute.name.empty() && attribute.name.size() <= dynamo::kKeyAttributeNameBytesMax;
  };
  if (!good(schema.partition) || (schema.sort && !good(*schema.sort))) {
    return Invalid("Names of key attributes have 1 to 255 bytes");
  }
  if (schema.sort && schema.sort->name == schema.partition.name) {
    return Invalid(
        "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  return base::OkStatus();
}

Status CheckThroughput(const dynamo::CreateTableRequest& request) {
  const auto [read, write] = request.throughput;
  if (request.billing_mode == BillingMode::kPayPerRequest && (read != 0 || write != 0)) {
    return Invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST");
  }
  if (request.billing_mode == BillingMode::kProvisioned && (read < 1 || write < 1)) {
    return Invalid(
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
        "PROVISIONED");
  }
  return base::OkStatus();
}

}  // namespace

Status CheckPlaceholdersNeeded(const dynamo::ExpressionAttributes& attributes,
                               std::initializer_list<NamedExpression> expressions) {
  const bool has_values = !attributes.values.empty();
  if (attributes.names.empty() && !has_values) return base::OkStatus();
  std::string absent;
  int absent_count = 0;
  bool any = false;
  bool any_with_values = false;
  for (const auto& [name, text] : expressions) {
    any = any || !text.empty();
    if (name == kProjectionParameter) continue;
    any_with_values = any_with_values || !text.empty();
    absent += (absent_count++ > 0 ? " and " : "") + std::string(name);
  }
  if (!attributes.names.empty() && !any) {
    return ValidationError("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (has_values && !any_with_values) {
    return ValidationError(
        "ExpressionAttributeValues can only be specified when using expressions: " + absent +
        (absent_count > 1 ? " are null" : " is null"));
  }
  return base::OkStatus();
}

Status CheckReturnsOldOnly(ReturnValues asked) {
  if (asked == ReturnValues::kNone || asked == ReturnValues::kAllOld) return base::OkStatus();
  return ValidationError("Return values set to invalid value");
}

Status CheckPage(const dynamo::ReadPageRequest& request, std::string_view operation) {
  const bool projection = !request.projection_expression.empty();
  if (request.limit && *request.limit < 1) {
    return ValidationError(
        "1 validation error detected: Value '" + std::to_string(*request.limit) +
        "' at 'limit' failed to satisfy constraint: Member must have value greater than or equal "
        "to 1");
  }
  if (request.select == Select::kAllProjectedAttributes && request.index_name.empty()) {
    return Invalid("ALL_PROJECTED_ATTRIBUTES can be used only when " + std::string(operation) +
                   " using an IndexName");
  }
  if (request.select == Select::kSpecificAttributes && !projection) {
    return Invalid(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES");
  }
  const std::string_view chosen = request.select == Select::kCount           ? "only the Count"
                                  : request.select == Select::kAllAttributes ? "ALL_ATTRIBUTES"
                                  : request.select == Select::kAllProjectedAttributes
                                      ? "ALL_PROJECTED_ATTRIBUTES"
                                      : "";
  if (projection && !chosen.empty()) {
    return ValidationError("Cannot specify the ProjectionExpression when choosing to get " +
                           std::string(chosen));
  }
  return base::OkStatus();
}

Status CheckSegments(const dynamo::ScanRequest& request) {
  if (request.segment && !request.total_segments) {
    return ValidationError(
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present");
  }
  if (!request.segment && request.total_segments) {
    return ValidationError(
        "The Segment parameter is required but was not present in the request when parameter "
        "TotalSegments is present");
  }
  if (!request.segment) return base::OkStatus();
  if (*request.segment < 0 || *request.total_segments < 1 ||
      *request.total_segments > dynamo::kScanSegmentsMax) {
    return ValidationError("Segment is at least 0 and TotalSegments 1 to " +
                           std::to_string(dynamo::kScanSegmentsMax));
  }
  if (*request.segment >= *request.total_segments) {
    return ValidationError(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        "Segment: " +
        std::to_string(*request.segment) +
        " is not less than TotalSegments: " + std::to_string(*request.total_segments));
  }
  return base::OkStatus();
}

Status CheckNewTable(const dynamo::CreateTableRequest& request) {
  const std::string name(TableNameOf(request.table_name));
  if (name.size() < dynamo::kTableNameBytesMin || name.size() > dynamo::kTableNameBytesMax ||
      !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return Invalid("Table name `" + name +
                   "` must have 3 to 255 characters of a-z, A-Z, 0-9, _, - and .");
  }
  STATOR_RETURN_IF_ERROR(CheckKeySchema(request.key_schema));
  STATOR_RETURN_IF_ERROR(CheckThroughput(request));
  STATOR_RETURN_IF_ERROR(CheckTags(request.tags));
  if (!request.indexes.empty()) {
    const dynamo::IndexDescription& index = request.indexes.front();
    return NotSupported(std::string("CreateTable ") + name + ": the " +
                        (index.global ? "global" : "local") + " secondary index " + index.name +
                        " is");
  }
  if (request.stream_enabled) {
    return NotSupported("CreateTable " + name + ": StreamSpecification (a stream of changes) is");
  }
  return base::OkStatus();
}

Status CheckTags(const std::vector<dynamo::Tag>& tags) {
  std::vector<std::string_view> keys;
  for (const dynamo::Tag& tag : tags) {
    if (tag.key.empty() || tag.key.size() > dynamo::kTagKeyBytesMax ||
        tag.value.size() > dynamo::kTagValueBytesMax) {
      return Invalid("Tag `" + tag.key.substr(0, dynamo::kTagKeyBytesMax) +
                     "`: a key has 1 to 128 bytes, a value at most 256");
    }
    keys.push_back(tag.key);
  }
  std::sort(keys.begin(), keys.end());
  const auto repeated = std::adjacent_find(keys.begin(), keys.end());
  if (repeated != keys.end()) return Invalid("Duplicate tag key: " + std::string(*repeated));
  if (tags.size() > dynamo::kTagsMax) {
    return Invalid("Too many Tags: a table has at most " + std::to_string(dynamo::kTagsMax));
  }
  return base::OkStatus();
}

Result<std::size_t> CheckItem(dynamo::ItemView item, std::string_view too_large) {
  // ItemSizeBytes and the depth in one walk.
  std::size_t size_bytes = 0;
  bool too_deep = false;
  for (const dynamo::NamedValue each : item.attributes()) {
    size_bytes += each.name.size() + dynamo::ValueSizeBytes(each.value);
    too_deep = too_deep || IsTooDeep(each.value);
  }
  if (size_bytes > dynamo::kItemSizeBytesMax) return ValidationError(std::string(too_large));
  if (too_deep) return ValidationError("Nesting Levels have exceeded supported limits");
  return size_bytes;
}

}  // namespace stator::engine
