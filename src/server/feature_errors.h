// Errors at the features door, in the form in which Feast's server sends them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "server/http.h"

namespace stator::server {

// The answer to a failed request. Feast sends its own exceptions as a JSON *string* that holds the
// JSON text
// {"module", "class", "message"}, and any other exception as a JSON string of its message; clients
// unwrap both. Status: 404 for an object that is not there and for missing request data, 422 for an
// unknown push source and for what no repetition can mend, else 500, as in Feast.
HttpResponse FeatureErrorResponse(const base::Error& error);

// {"detail": text}, as FastAPI answers for unknown paths and methods.
HttpResponse DetailResponse(int status, std::string_view text);

}  // namespace stator::server
