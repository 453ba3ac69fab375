// A reply as the JSON of Feast's HTTP server: column-major, keys in its order.
#pragma once

#include <string>

#include "features/online_reader.h"

namespace stator::features {

// Appends {"results": [{"values", "statuses", "event_timestamps"}, ...], "metadata":
// {"feature_names": [...]}}: first the join keys in the order of the request (PRESENT, 1970), then
// the features in the order asked for. A feature that the row does not have is NOT_FOUND and null,
// with the row's time when there is a row. A value that cannot be read is null.
void AppendOnlineJson(std::string& out, const OnlineResponse& response);

// Appends what `feast get-online-features` prints: {"name": [values], ...}, indented by 4.
void AppendOnlineTable(std::string& out, const OnlineResponse& response);

}  // namespace stator::features
