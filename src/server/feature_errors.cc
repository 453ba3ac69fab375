#include "server/feature_errors.h"

#include "features/errors.h"
#include "features/json_text.h"

namespace stator::server {
namespace {

using base::ErrorKind;

int StatusOf(const base::Error& error) {
  const std::string& code = error.code();
  if (code == features::kPushSourceNotFound || code == features::kOnDemandViewNotSupported)
    return 422;
  if (features::IsFeastException(code) && error.kind() == ErrorKind::kNotFound) return 404;
  return 500;
}

bool NamesItsClass(const base::Error& error) {
  return features::IsFeastException(error.code()) ||
         error.code() == features::kOnDemandViewNotSupported;
}

}  // namespace

HttpResponse FeatureErrorResponse(const base::Error& error) {
  HttpResponse response;
  response.status = StatusOf(error);
  std::string text = error.message();
  if (NamesItsClass(error)) {
    const bool feasts = features::IsFeastException(error.code());
    text = feasts ? R"({"module": "feast.errors", "class": )" : R"({"module": "stator", "class": )";
    features::AppendJsonString(text, error.code());
    text += R"(, "message": )";
    features::AppendJsonString(text, error.message());
    text += '}';
  }
  features::AppendJsonString(response.body, text);
  return response;
}

HttpResponse DetailResponse(int status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = R"({"detail":)";
  features::AppendJsonString(response.body, text);
  response.body += '}';
  return response;
}

}  // namespace stator::server
