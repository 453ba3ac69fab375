#include "server/feature_request.h"

#include <simdjson.h>

#include "server/feature_body_errors.h"

namespace stator::server {
namespace {

using features::OnlineRequest;
using features::RequestColumn;
using features::RequestValue;
using simdjson::dom::element;
using simdjson::dom::element_type;

static_assert(kHttpBodyPaddingBytes >= simdjson::SIMDJSON_PADDING);

RequestValue ToRequestValue(element value) {
  RequestValue out;
  switch (value.type()) {
    case element_type::NULL_VALUE: return out;
    case element_type::BOOL:
      out.type = RequestValue::Type::kBool;
      out.integer = value.get_bool().value_unsafe() ? 1 : 0;
      return out;
    case element_type::INT64:
      out.type = RequestValue::Type::kInteger;
      out.integer = value.get_int64().value_unsafe();
      return out;
    case element_type::UINT64:
    case element_type::DOUBLE:
      out.type = RequestValue::Type::kReal;
      out.real = value.get_double().value_unsafe();
      return out;
    case element_type::STRING:
      out.type = RequestValue::Type::kText;
      out.text = value.get_string().value_unsafe();
      return out;
    default:
      out.type = RequestValue::Type::kOther;
      out.text = simdjson::minify(value);
      return out;
  }
}

// Takes the body apart; the first fault is kept as the answer.
class RequestReader {
 public:
  explicit RequestReader(simdjson::dom::object body) : body_(body) {}

  bool Read(element whole) {
    return ReadEntities(whole) && ReadFeatures() && ReadService() &&
           ReadSwitch("full_feature_names", request.selection.full_feature_names) &&
           ReadSwitch("include_feature_view_version_metadata", request.include_version_metadata);
  }

  OnlineRequest request;
  HttpResponse fault;

 private:
  bool Fail(HttpResponse response) {
    fault = std::move(response);
    return false;
  }

  // False when the key is absent or null.
  bool Find(std::string_view key, element& value) {
    return body_[key].get(value) == simdjson::SUCCESS && !value.is_null();
  }

  bool ReadEntities(element whole) {
    element entities;
    if (body_["entities"].get(entities) != simdjson::SUCCESS) {
      return Fail(UnprocessableBody("missing", BodyLocation("entities"), "Field required", whole));
    }
    simdjson::dom::object columns;
    if (entities.get_object().get(columns) != simdjson::SUCCESS) {
      return Fail(UnprocessableBody("dict_type", BodyLocation("entities"),
                                    "Input should be a valid dictionary", entities));
    }
    for (const auto field : columns) {
      simdjson::dom::array values;
      if (field.value.get_array().get(values) != simdjson::SUCCESS) {
        return Fail(UnprocessableBody("list_type",
                                      BodyLocation("entities") + BodyLocation(field.key),
                                      "Input should be a valid list", field.value));
      }
      RequestColumn& column = request.entities.emplace_back();
      column.name = field.key;
      for (const element value : values) column.values.push_back(ToRequestValue(value));
    }
    return true;
  }

  bool ReadFeatures() {
    element features;
    if (!Find("features", features)) return true;
    simdjson::dom::array list;
    if (features.get_array().get(list) != simdjson::SUCCESS) {
      return Fail(UnprocessableBody("list_type", BodyLocation("features"),
                                    "Input should be a valid list", features));
    }
    for (const element feature : list) {
      std::string_view text;
      if (feature.get_string().get(text) != simdjson::SUCCESS) {
        const std::string index = "," + std::to_string(request.selection.features.size());
        return Fail(UnprocessableBody("string_type", BodyLocation("features") + index,
                                      "Input should be a valid string", feature));
      }
      request.selection.features.emplace_back(text);
    }
    return true;
  }

  bool ReadService() {
    element service;
    if (!Find("feature_service", service)) return true;
    std::string_view text;
    if (service.get_string().get(text) != simdjson::SUCCESS) {
      return Fail(UnprocessableBody("string_type", BodyLocation("feature_service"),
                                    "Input should be a valid string", service));
    }
    request.selection.feature_service = text;
    return true;
  }

  // As lax as pydantic: true, 1, "true" and their opposites.
  bool ReadSwitch(std::string_view key, bool& target) {
    element value;
    if (body_[key].get(value) != simdjson::SUCCESS) return true;
    const std::string text = simdjson::minify(value);
    if (text == "true" || text == "1" || text == "\"true\"") {
      target = true;
    } else if (text == "false" || text == "0" || text == "\"false\"") {
      target = false;
    } else {
      return Fail(UnprocessableBody("bool_parsing", BodyLocation(key),
                                    "Input should be a valid boolean, unable to interpret input",
                                    value));
    }
    return true;
  }

  simdjson::dom::object body_;
};

}  // namespace

std::variant<OnlineRequest, HttpResponse> ParseOnlineRequest(std::string_view body) {
  if (body.empty()) return MissingBody();
  simdjson::dom::parser parser;
  element whole;
  if (const auto error = parser.parse(body.data(), body.size(), false).get(whole);
      error != simdjson::SUCCESS) {
    return InvalidJsonBody(body.size(), simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (whole.get_object().get(object) != simdjson::SUCCESS) return NoObjectBody(whole);
  RequestReader reader(object);
  if (!reader.Read(whole)) return std::move(reader.fault);
  return std::move(reader.request);
}

}  // namespace stator::server
