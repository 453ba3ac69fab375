// The table plane of LocalDynamo.
#include <utility>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "engine/engine_parts.h"
#include "engine/local_dynamo.h"
#include "engine/request_checks.h"

namespace stator::engine {
namespace {

using base::CallContext;
using base::Completion;
using base::Error;
using base::Result;
using base::Status;
using base::Unit;
using dynamo::TableDescription;

// Runs a change of the catalog and completes when it is safe. `change` gives a Result<T>.
template <typename T, typename Change>
void ChangeCatalog(EngineParts& parts, const CallContext& context, std::string_view what,
                   TimedOperation operation, Change&& change, Completion<T> done) {
  OperationTimer timer(*parts.metrics, operation);
  const auto run = [&]() -> Result<std::pair<WriteTicket, T>> {
    STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, what));
    STATOR_ASSIGN_OR_RETURN(WriteTicket ticket, parts.storage->Reserve());
    STATOR_ASSIGN_OR_RETURN(T outcome, change());
    return std::pair(std::move(ticket), std::move(outcome));
  };
  auto ran = run();
  if (!ran.ok()) {
    done(ran.error());
    return;
  }
  parts.storage->Acknowledge(context, std::move(ran->first), std::move(timer),
                             std::move(ran->second), std::move(done));
}

Result<std::shared_ptr<Table>> FindNamed(const EngineParts& parts, const std::string& name) {
  std::shared_ptr<Table> table = parts.catalog->Find(name);
  if (!table) return dynamo::TableNotFound(TableNameOf(name));
  return table;
}

}  // namespace

void LocalDynamo::CreateTable(const CallContext& context, const dynamo::CreateTableRequest& request,
                              Completion<TableDescription> done) {
  ChangeCatalog<TableDescription>(
      *parts_, context, "CreateTable", TimedOperation::kTables,
      [&]() -> Result<TableDescription> {
        STATOR_RETURN_IF_ERROR(CheckNewTable(request));
        STATOR_ASSIGN_OR_RETURN(const std::shared_ptr<Table> table,
                                parts_->catalog->Create(request));
        return table->Describe();
      },
      std::move(done));
}

void LocalDynamo::DescribeTable(const CallContext&, const std::string& table_name,
                                Completion<TableDescription> done) {
  const auto table = FindNamed(*parts_, table_name);
  if (table.ok()) {
    done((*table)->Describe());
  } else {
    done(table.error());
  }
}

void LocalDynamo::DeleteTable(const CallContext& context, const std::string& table_name,
                              Completion<TableDescription> done) {
  ChangeCatalog<TableDescription>(
      *parts_, context, "DeleteTable", TimedOperation::kTables,
      [&] { return parts_->catalog->Drop(table_name); }, std::move(done));
}

void LocalDynamo::ListTables(const CallContext&, const dynamo::ListTablesRequest& request,
                             Completion<dynamo::ListTablesResponse> done) {
  if (request.limit < 1 || request.limit > dynamo::kListTablesMax) {
    done(dynamo::ValidationError("ListTables: Limit is " + std::to_string(request.limit) +
                                 "; it must be 1 to " + std::to_string(dynamo::kListTablesMax)));
    return;
  }
  done(parts_->catalog->List(request));
}

void LocalDynamo::TagResource(const CallContext& context, const dynamo::TagResourceRequest& request,
                              Completion<Unit> done) {
  ChangeCatalog<Unit>(
      *parts_, context, "TagResource", TimedOperation::kTables,
      [&]() -> Status {
        STATOR_RETURN_IF_ERROR(CheckTags(request.tags));
        return parts_->catalog->Tag(request);
      },
      std::move(done));
}

void LocalDynamo::UntagResource(const CallContext& context,
                                const dynamo::UntagResourceRequest& request,
                                Completion<Unit> done) {
  ChangeCatalog<Unit>(
      *parts_, context, "UntagResource", TimedOperation::kTables,
      [&] { return parts_->catalog->Untag(request); }, std::move(done));
}

void LocalDynamo::ListTagsOfResource(const CallContext&, const std::string& resource_arn,
                                     Completion<dynamo::ListTagsOfResourceResponse> done) {
  auto tags = parts_->catalog->Tags(resource_arn);
  if (tags.ok()) {
    done(dynamo::ListTagsOfResourceResponse{std::move(*tags)});
  } else {
    done(tags.error());
  }
}

void LocalDynamo::DescribeTimeToLive(const CallContext&, const std::string& table_name,
                                     Completion<dynamo::TimeToLiveDescription> done) {
  const auto table = FindNamed(*parts_, table_name);
  if (table.ok()) {
    done(dynamo::TimeToLiveDescription{});
  } else {
    done(table.error());
  }
}

void LocalDynamo::DescribeContinuousBackups(const CallContext&, const std::string& table_name,
                                            Completion<dynamo::ContinuousBackupsDescription> done) {
  const auto table = FindNamed(*parts_, table_name);
  if (table.ok()) {
    done(dynamo::ContinuousBackupsDescription{});
  } else {
    done(Error(base::ErrorKind::kNotFound, dynamo::kTableNotFoundException,
               "Table not found: " + std::string(TableNameOf(table_name))));
  }
}

void LocalDynamo::DescribeLimits(const CallContext&, Completion<dynamo::AccountLimits> done) {
  done(dynamo::AccountLimits{});
}

}  // namespace stator::engine
