// Query and Scan: one page of a range of rows.
#pragma once

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/operations.h"
#include "engine/engine_parts.h"

namespace stator::engine {

// As dynamo::Dynamo::Query. A page shows one moment: writes that happen while it is read do not
// appear in it.
base::Result<dynamo::QueryResponse> Query(EngineParts& parts, const base::CallContext& context,
                                          const dynamo::QueryRequest& request);

// As dynamo::Dynamo::Scan; a page shows one moment, as Query's. Pages of a background call leave
// the block cache to others.
base::Result<dynamo::ScanResponse> Scan(EngineParts& parts, const base::CallContext& context,
                                        const dynamo::ScanRequest& request);

}  // namespace stator::engine
