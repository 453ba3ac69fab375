// The operations that write: PutItem, UpdateItem, DeleteItem, BatchWriteItem, PutMany.
//
// Each completes where its context wants when its outcome is safe, or at once with an error when
// nothing was written.
#pragma once

#include "base/call_context.h"
#include "base/completion.h"
#include "dynamo/operations.h"
#include "engine/engine_parts.h"

namespace stator::engine {

// As dynamo::Dynamo::PutItem.
// ERRORS beside AWS's: those of Storage::Reserve and Storage::Commit, here and below.
void PutItem(EngineParts& parts, const base::CallContext& context,
             const dynamo::PutItemRequest& request, base::Completion<dynamo::PutItemResponse> done);

// As dynamo::Dynamo::UpdateItem.
void UpdateItem(EngineParts& parts, const base::CallContext& context,
                const dynamo::UpdateItemRequest& request,
                base::Completion<dynamo::UpdateItemResponse> done);

// As dynamo::Dynamo::DeleteItem.
void DeleteItem(EngineParts& parts, const base::CallContext& context,
                const dynamo::DeleteItemRequest& request,
                base::Completion<dynamo::DeleteItemResponse> done);

// As dynamo::Dynamo::BatchWriteItem. The whole batch is checked first and then written as one; no
// write is ever left unprocessed.
void BatchWriteItem(EngineParts& parts, const base::CallContext& context,
                    const dynamo::BatchWriteItemRequest& request,
                    base::Completion<dynamo::BatchWriteItemResponse> done);

// As dynamo::Dynamo::PutMany. Written in groups, each atomic, with one sync for all. Blocks the
// caller for the time of writing; what the deadline cuts off stands in `failures`.
void PutMany(EngineParts& parts, const base::CallContext& context,
             const dynamo::WriteManyRequest& request,
             base::Completion<dynamo::WriteManyResponse> done);

}  // namespace stator::engine
