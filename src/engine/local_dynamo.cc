#include "engine/local_dynamo.h"

#include <utility>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "engine/engine_parts.h"
#include "engine/pages.h"
#include "engine/pending_writes.h"
#include "engine/reads.h"
#include "engine/request_checks.h"
#include "engine/writes.h"

namespace stator::engine {

using base::CallContext;
using base::Completion;
using base::Result;
using base::Status;

Result<std::unique_ptr<LocalDynamo>> LocalDynamo::Open(const EngineOptions& options) {
  auto parts = std::make_unique<EngineParts>();
  parts->options = options;
  if (options.clock == nullptr) parts->options.clock = &base::SystemClock();
  if (options.metrics == nullptr) {
    parts->own_metrics = std::make_unique<base::MetricsRegistry>();
    parts->options.metrics = parts->own_metrics.get();
  }
  base::MetricsRegistry* const metrics = parts->options.metrics;
  parts->metrics = std::make_unique<EngineMetrics>(metrics, parts->options.clock);
  parts->row_cache = std::make_unique<RowCache>(options.row_cache_bytes, metrics);
  STATOR_ASSIGN_OR_RETURN(parts->storage, Storage::Open(parts->options, metrics));
  STATOR_ASSIGN_OR_RETURN(
      parts->catalog, TableCatalog::Load(parts->storage.get(), {options.region, options.account},
                                         metrics, parts->options.clock));
  parts->storage->CommitWith(
      [&parts = *parts](std::span<const std::unique_ptr<PendingWrite>> writes, WhenStalled when) {
        return CommitPending(parts, writes, when);
      });
  return std::unique_ptr<LocalDynamo>(new LocalDynamo(std::move(parts)));
}

LocalDynamo::LocalDynamo(std::unique_ptr<EngineParts> parts) : parts_(std::move(parts)) {}

LocalDynamo::~LocalDynamo() { parts_->storage->Stop(); }

std::string LocalDynamo::Location() const {
  return parts_->options.in_memory ? "memory" : parts_->options.path;
}

void LocalDynamo::GetItem(const CallContext& context, const dynamo::GetItemRequest& request,
                          Completion<dynamo::GetItemResponse> done) {
  done(engine::GetItem(*parts_, context, request));
}

void LocalDynamo::PutItem(const CallContext& context, const dynamo::PutItemRequest& request,
                          Completion<dynamo::PutItemResponse> done) {
  engine::PutItem(*parts_, context, request, std::move(done));
}

void LocalDynamo::UpdateItem(const CallContext& context, const dynamo::UpdateItemRequest& request,
                             Completion<dynamo::UpdateItemResponse> done) {
  engine::UpdateItem(*parts_, context, request, std::move(done));
}

void LocalDynamo::DeleteItem(const CallContext& context, const dynamo::DeleteItemRequest& request,
                             Completion<dynamo::DeleteItemResponse> done) {
  engine::DeleteItem(*parts_, context, request, std::move(done));
}

void LocalDynamo::Query(const CallContext& context, const dynamo::QueryRequest& request,
                        Completion<dynamo::QueryResponse> done) {
  done(engine::Query(*parts_, context, request));
}

void LocalDynamo::Scan(const CallContext& context, const dynamo::ScanRequest& request,
                       Completion<dynamo::ScanResponse> done) {
  done(engine::Scan(*parts_, context, request));
}

void LocalDynamo::BatchGetItem(const CallContext& context,
                               const dynamo::BatchGetItemRequest& request,
                               Completion<dynamo::BatchGetItemResponse> done) {
  done(engine::BatchGetItem(*parts_, context, request));
}

void LocalDynamo::BatchWriteItem(const CallContext& context,
                                 const dynamo::BatchWriteItemRequest& request,
                                 Completion<dynamo::BatchWriteItemResponse> done) {
  engine::BatchWriteItem(*parts_, context, request, std::move(done));
}

void LocalDynamo::GetMany(const CallContext& context, const dynamo::ReadManyRequest& request,
                          Completion<dynamo::ReadManyResponse> done) {
  done(engine::GetMany(*parts_, context, request));
}

void LocalDynamo::PutMany(const CallContext& context, const dynamo::WriteManyRequest& request,
                          Completion<dynamo::WriteManyResponse> done) {
  engine::PutMany(*parts_, context, request, std::move(done));
}

}  // namespace stator::engine
