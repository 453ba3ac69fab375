// The body of POST /get-online-features.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "features/online_reader.h"
#include "server/http.h"

namespace stator::server {

// Reads a body. `body` has kHttpBodyPaddingBytes readable bytes behind it. Unknown keys are
// ignored, `features` and `feature_service` may be null, numbers keep their kind (1001 is an
// integer, 1001.0 a fraction). A body of another shape gives the 422 answer that FastAPI gives:
// {"detail": [{"type", "loc", "msg", "input"}]}.
std::variant<features::OnlineRequest, HttpResponse> ParseOnlineRequest(std::string_view body);

}  // namespace stator::server
