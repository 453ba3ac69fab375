// Reads of single items: GetItem, BatchGetItem, GetMany.
//
// All of them see the newest committed state, so that a consistent read differs in its price alone.
// They run on the caller's thread, waits for the disk included.
#pragma once

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/operations.h"
#include "engine/engine_parts.h"

namespace stator::engine {

// As dynamo::Dynamo::GetItem.
base::Result<dynamo::GetItemResponse> GetItem(EngineParts& parts, const base::CallContext& context,
                                              const dynamo::GetItemRequest& request);

// As dynamo::Dynamo::BatchGetItem. Keys beyond kBatchGetReplyBytesMax of items are unprocessed.
base::Result<dynamo::BatchGetItemResponse> BatchGetItem(EngineParts& parts,
                                                        const base::CallContext& context,
                                                        const dynamo::BatchGetItemRequest& request);

// As dynamo::Dynamo::GetMany. A read that is wrong by itself (unknown table, key of another shape)
// stands in `failures`.
base::Result<dynamo::ReadManyResponse> GetMany(EngineParts& parts, const base::CallContext& context,
                                               const dynamo::ReadManyRequest& request);

}  // namespace stator::engine
