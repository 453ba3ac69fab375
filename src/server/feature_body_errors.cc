#include "server/feature_body_errors.h"

#include "features/json_text.h"

namespace stator::server {
namespace {

using features::AppendJsonString;

// `location`, `input` and `more` are JSON already.
HttpResponse Detail(std::string_view type, const std::string& location, std::string_view message,
                    std::string_view input, std::string_view more = "") {
  HttpResponse response;
  response.status = 422;
  response.body = R"({"detail":[{"type":)";
  AppendJsonString(response.body, type);
  response.body += R"(,"loc":["body")" + location + R"(],"msg":)";
  AppendJsonString(response.body, message);
  response.body += R"(,"input":)";
  response.body += input;
  response.body += more;
  response.body += "}]}";
  return response;
}

}  // namespace

std::string BodyLocation(std::string_view key) {
  std::string location = ",";
  AppendJsonString(location, key);
  return location;
}

HttpResponse UnprocessableBody(std::string_view type, const std::string& location,
                               std::string_view message, simdjson::dom::element input) {
  return Detail(type, location, message, simdjson::minify(input));
}

HttpResponse InvalidJsonBody(std::size_t size, std::string_view reason) {
  std::string context = R"(,"ctx":{"error":)";
  AppendJsonString(context, reason);
  return Detail("json_invalid", "," + std::to_string(size), "JSON decode error", "{}",
                context + "}");
}

HttpResponse NoObjectBody(simdjson::dom::element body) {
  return UnprocessableBody("model_attributes_type", "",
                           "Input should be a valid dictionary or object to extract fields from",
                           body);
}

HttpResponse MissingBody() { return Detail("missing", "", "Field required", "null"); }

}  // namespace stator::server
