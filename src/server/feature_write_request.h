// The bodies of POST /push and POST /write-to-online-store.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "features/column.h"
#include "server/http.h"

namespace stator::server {

// What either of them asks for.
struct WriteRequestBody {
  // The push source, or the feature view.
  std::string target;
  // Its rows.
  features::ColumnBatch rows;
};

// Reads a body. `push` chooses between the keys `push_source_name` and `feature_view_name`, and
// whether `to` is looked at. Python's NaN and Infinity are accepted in the rows, as by Feast; other
// keys are ignored. A body of another shape gives FastAPI's 422 answer. ERRORS: ValueError for a
// `to` that Feast does not know, or that names the offline store, which Stator does not write;
// those of ColumnsFromJson.
base::Result<std::variant<WriteRequestBody, HttpResponse>> ParseWriteRequest(std::string_view body,
                                                                             bool push);

}  // namespace stator::server
