#include "sql/sample_table.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/completion.h"

namespace stator::sql {

using base::Result;

Result<SchemaEvidence> SampleTable(dynamo::Dynamo& store, const base::CallContext& context,
                                   const dynamo::TableDescription& table,
                                   const SampleOptions& options) {
  base::CallContext call = context;
  call.sampling = true;
  SchemaEvidence evidence(table.key_schema);
  std::deque<dynamo::ScanRequest> segments;
  for (std::int32_t i = 0; i < options.segments; ++i) {
    dynamo::ScanRequest request;
    request.table_name = table.name;
    request.segment = i;
    request.total_segments = options.segments;
    segments.push_back(std::move(request));
  }
  const std::int64_t page =
      std::max<std::int64_t>(1, options.items / std::max(options.segments, 1));
  std::int64_t left = options.items;
  while (!segments.empty() && left > 0) {
    dynamo::ScanRequest request = std::move(segments.front());
    segments.pop_front();
    request.limit = static_cast<std::int32_t>(std::min(page, left));
    STATOR_ASSIGN_OR_RETURN(dynamo::ScanResponse response,
                            base::Wait<dynamo::ScanResponse>(
                                [&](auto done) { store.Scan(call, request, std::move(done)); }));
    for (std::size_t i = 0; i < response.items.size(); ++i) evidence.Add(response.items[i]);
    left -= std::max<std::int64_t>(response.scanned_count, 1);
    if (!response.last_evaluated_key) continue;
    request.exclusive_start_key = std::move(response.last_evaluated_key);
    segments.push_back(std::move(request));
  }
  return evidence;
}

}  // namespace stator::sql
