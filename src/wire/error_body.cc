#include "wire/error_body.h"

#include <algorithm>
#include <array>
#include <memory>

#include "dynamo/errors.h"
#include "wire/item_reader.h"
#include "wire/json_writer.h"

namespace stator::wire {
namespace {

using base::ErrorKind;

// Codes that AWS's common framework sends, not DynamoDB itself; they have other prefixes.
// [captured]
constexpr std::string_view kServicePrefix = "com.amazonaws.dynamodb.v20120810#";
constexpr std::string_view kFrameworkPrefix = "com.amazon.coral.service#";
constexpr std::string_view kValidatePrefix = "com.amazon.coral.validate#";
constexpr std::string_view kAvailabilityPrefix = "com.amazon.coral.availability#";

constexpr std::string_view kFrameworkCodes[] = {
    dynamo::kSerializationException, dynamo::kUnknownOperationException,
    dynamo::kAccessDeniedException,  dynamo::kUnrecognizedClientException,
    "MissingAuthenticationToken",    "InvalidSignatureException",
    "IncompleteSignatureException",  "MissingAuthenticationTokenException",
    "ExpiredTokenException",         "InternalFailure",
};

std::string_view PrefixOf(std::string_view code) {
  if (code == dynamo::kValidationException) return kValidatePrefix;
  if (code == dynamo::kThrottlingException) return kAvailabilityPrefix;
  return std::ranges::find(kFrameworkCodes, code) != std::end(kFrameworkCodes) ? kFrameworkPrefix
                                                                               : kServicePrefix;
}

int StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict:
    case ErrorKind::kDenied:
    case ErrorKind::kThrottled: return 400;
    case ErrorKind::kUnavailable:
    case ErrorKind::kDeadline: return 503;
    case ErrorKind::kUnknownOutcome:
    case ErrorKind::kInternal: return 500;
  }
  return 500;
}

struct CodeKind {
  std::string_view code;
  ErrorKind kind;
};

// What the codes that DynamoDB sends mean; codes that are not here go by HTTP status.
constexpr CodeKind kKinds[] = {
    {dynamo::kProvisionedThroughputExceededException, ErrorKind::kThrottled},
    {dynamo::kThrottlingException, ErrorKind::kThrottled},
    {"RequestLimitExceeded", ErrorKind::kThrottled},
    {"Throttling", ErrorKind::kThrottled},
    {dynamo::kInternalServerError, ErrorKind::kUnavailable},
    {"InternalFailure", ErrorKind::kUnavailable},
    {"ServiceUnavailable", ErrorKind::kUnavailable},
    {"ServiceUnavailableException", ErrorKind::kUnavailable},
    {"TransactionInProgressException", ErrorKind::kUnavailable},
    {"ReplicatedWriteConflictException", ErrorKind::kUnavailable},
    {dynamo::kConditionalCheckFailedException, ErrorKind::kConflict},
    {dynamo::kResourceInUseException, ErrorKind::kConflict},
    {dynamo::kLimitExceededException, ErrorKind::kConflict},
    {"TransactionConflictException", ErrorKind::kConflict},
    {"TransactionCanceledException", ErrorKind::kConflict},
    {dynamo::kResourceNotFoundException, ErrorKind::kNotFound},
    {"TableNotFoundException", ErrorKind::kNotFound},
    {dynamo::kAccessDeniedException, ErrorKind::kDenied},
    {dynamo::kUnrecognizedClientException, ErrorKind::kDenied},
    {"ExpiredTokenException", ErrorKind::kDenied},
    {"ExpiredToken", ErrorKind::kDenied},
    {"RequestExpired", ErrorKind::kDenied},
    {"InvalidSignatureException", ErrorKind::kDenied},
    {"IncompleteSignatureException", ErrorKind::kDenied},
    {"MissingAuthenticationTokenException", ErrorKind::kDenied},
    {"MissingAuthenticationToken", ErrorKind::kDenied},
    {"InvalidClientTokenId", ErrorKind::kDenied},
    {"OptInRequired", ErrorKind::kDenied},
};

ErrorKind KindOf(std::string_view code, int http_status) {
  for (const auto& each : kKinds) {
    if (each.code == code) return each.kind;
  }
  if (http_status == 429) return ErrorKind::kThrottled;
  return http_status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kInvalid;
}

// The code when a body has none, as from a proxy between us and DynamoDB.
std::string CodeOfStatus(int http_status) {
  switch (http_status) {
    case 401:
    case 403: return std::string(dynamo::kAccessDeniedException);
    case 404: return std::string(dynamo::kResourceNotFoundException);
    case 413: return "RequestEntityTooLarge";
    case 429: return std::string(dynamo::kThrottlingException);
    case 502:
    case 503:
    case 504: return "ServiceUnavailable";
    default:
      return http_status >= 500 ? std::string(dynamo::kInternalServerError)
                                : std::string(dynamo::kValidationException);
  }
}

struct ErrorBody {
  std::string type;
  std::string message;
  std::string reasons;
  std::optional<dynamo::Item> item;
};

// ThrottlingReasons: [{"reason": ..., "resource": ...}], since August 2025.
bool ReadReasons(JsonReader::Impl& in, JsonValue from, std::string& out) {
  if (from.type != JsonType::kArray) return in.Skip(from);
  return in.VisitElements(from, [&](JsonValue element) {
    if (element.type != JsonType::kObject) return in.Skip(element);
    return in.VisitMembers(element, [&](std::string_view name, JsonValue value) {
      if (value.type != JsonType::kString || (name != "reason" && name != "resource")) {
        return in.Skip(value);
      }
      std::string_view text;
      if (!in.Text(value, text)) return false;
      out.append(out.empty() ? "" : " ").append(text);
      return true;
    });
  });
}

bool ReadErrorBody(JsonReader::Impl& in, std::string_view body, ErrorBody& out) {
  return in.Run(body, [&](std::string_view name, JsonValue value) {
    const bool is_text = value.type == JsonType::kString;
    if (name == "__type" && is_text) return in.Text(value, out.type);
    if ((name == "message" || name == "Message") && is_text) return in.Text(value, out.message);
    if (name == "ThrottlingReasons") return ReadReasons(in, value, out.reasons);
    if (name == "Item" && value.type == JsonType::kObject) {
      return ReadItem(in, value, out.item.emplace());
    }
    return in.Skip(value);
  });
}

}  // namespace

int EncodeError(const base::Error& error, std::string& out) {
  JsonWriter writer(out);
  writer.Char('{');
  writer.Member("__type", std::string(PrefixOf(error.code())) + error.code());
  if (!error.message().empty()) {
    const bool capital = error.code() == dynamo::kSerializationException;
    writer.Member(capital ? "Message" : "message", error.message());
  }
  if (error.code() == dynamo::kConditionalCheckFailedException && error.detail() != nullptr) {
    writer.Member("Item");
    writer.Item(static_cast<const dynamo::ConditionCheckFailedDetail*>(error.detail())->item());
  }
  writer.Char('}');
  writer.Finish();
  return StatusOf(error.kind());
}

base::Error DecodeError(JsonReader& reader, int http_status, std::string_view body) {
  constexpr std::size_t kQuotedBytesMax = 200;
  JsonReader::Impl& in = reader.impl();
  ErrorBody fields;
  if (!ReadErrorBody(in, body, fields) || fields.type.empty()) {
    const std::string code = CodeOfStatus(http_status);
    return base::Error(KindOf(code, http_status), code,
                       "HTTP status " + std::to_string(http_status) +
                           " with a body that is no DynamoDB error: " +
                           std::string(body.substr(0, kQuotedBytesMax)));
  }
  std::string_view code = fields.type;
  if (const auto hash = code.rfind('#'); hash != std::string_view::npos) {
    code.remove_prefix(hash + 1);
  }
  code = code.substr(0, code.find(':'));
  if (!fields.reasons.empty()) fields.message += " (" + fields.reasons + ")";
  std::shared_ptr<const base::ErrorDetail> detail;
  if (code == dynamo::kConditionalCheckFailedException && fields.item) {
    detail = std::make_shared<dynamo::ConditionCheckFailedDetail>(*std::move(fields.item));
  }
  return base::Error(KindOf(code, http_status), code, std::move(fields.message), std::move(detail));
}

}  // namespace stator::wire
