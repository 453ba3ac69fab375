// Answers to bodies of a wrong shape, as FastAPI gives them: 422 with a list of details.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "server/http.h"

namespace stator::server {

// The place of a key in the body, for the functions below: `,"entities"`. Concatenate for nested
// ones.
std::string BodyLocation(std::string_view key);

// {"detail": [{"type", "loc": ["body", LOCATION], "msg", "input"}]}; `input` is the value found.
HttpResponse UnprocessableBody(std::string_view type, const std::string& location,
                               std::string_view message, simdjson::dom::element input);
// The body is no JSON. `size` stands for the position of the fault, which our parser does not tell.
HttpResponse InvalidJsonBody(std::size_t size, std::string_view reason);
// The body is JSON, but no object.
HttpResponse NoObjectBody(simdjson::dom::element body);
// There is no body.
HttpResponse MissingBody();

}  // namespace stator::server
