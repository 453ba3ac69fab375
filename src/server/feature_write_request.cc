#include "server/feature_write_request.h"

#include <simdjson.h>

#include "features/errors.h"
#include "features/json_columns.h"
#include "server/feature_body_errors.h"

namespace stator::server {
namespace {

using base::Result;
using base::Status;
using simdjson::dom::element;

// Feast's three words; only the first means something without an offline store.
Status CheckTo(simdjson::dom::object body) {
  std::string_view to = "online";
  if (body["to"].get(to) != simdjson::SUCCESS || to == "online") return base::OkStatus();
  if (to == "offline" || to == "online_and_offline") {
    return features::ValueError("Stator pushes to the online store only; `to` is '" +
                                std::string(to) + "'");
  }
  return features::ValueError(
      std::string(to) +
      " is not a supported push format. Please specify one of these ['online', 'offline', "
      "'online_and_offline'].");
}

}  // namespace

Result<std::variant<WriteRequestBody, HttpResponse>> ParseWriteRequest(std::string_view body,
                                                                       bool push) {
  using Answer = std::variant<WriteRequestBody, HttpResponse>;
  const simdjson::padded_string quoted(features::QuoteSpecialNumbers(body));
  simdjson::dom::parser parser;
  element whole;
  if (const auto error = parser.parse(quoted).get(whole); error != simdjson::SUCCESS) {
    return Answer(InvalidJsonBody(body.size(), simdjson::error_message(error)));
  }
  simdjson::dom::object object;
  if (whole.get_object().get(object) != simdjson::SUCCESS) return Answer(NoObjectBody(whole));
  const std::string_view key = push ? "push_source_name" : "feature_view_name";
  std::string_view target;
  if (object[key].get(target) != simdjson::SUCCESS) {
    return Answer(UnprocessableBody("missing", BodyLocation(key), "Field required", whole));
  }
  simdjson::dom::object rows;
  if (object["df"].get(rows) != simdjson::SUCCESS) {
    return Answer(UnprocessableBody("missing", BodyLocation("df"), "Field required", whole));
  }
  if (push) STATOR_RETURN_IF_ERROR(CheckTo(object));
  WriteRequestBody request;
  request.target = target;
  STATOR_ASSIGN_OR_RETURN(request.rows, features::ColumnsFromJson(rows));
  return Answer(std::move(request));
}

}  // namespace stator::server
