#include "testing/faulty_dynamo.h"

#include <algorithm>
#include <utility>

#include "dynamo/errors.h"

namespace stator::testing {

using base::CallContext;
using base::Completion;
using base::Error;
using base::ErrorKind;

namespace {

Error Throttled() {
  return Error(ErrorKind::kThrottled, dynamo::kProvisionedThroughputExceededException,
               "FaultyDynamo throttled the call");
}

Error Unavailable() {
  return Error(ErrorKind::kUnavailable, dynamo::kInternalServerError,
               "FaultyDynamo failed the call before anything was done");
}

Error Unknown() {
  return Error(ErrorKind::kUnknownOutcome, dynamo::kUnknownOutcome,
               "FaultyDynamo lost the answer of a write that was done");
}

// Hands on the answer, or loses it.
template <typename Response>
Completion<Response> Losing(bool lose, Completion<Response> done) {
  if (!lose) return done;
  return [done = std::move(done)](base::Result<Response> result) mutable {
    if (result.ok()) return done(Unknown());
    done(std::move(result));
  };
}

}  // namespace

FaultyDynamo::FaultyDynamo(dynamo::Store& store, FaultPlan plan, std::uint64_t seed)
    : store_(store), plan_(plan), random_(seed), thread_([this] { StartDelayed(); }) {}

FaultyDynamo::~FaultyDynamo() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void FaultyDynamo::SetPlan(FaultPlan plan) {
  std::lock_guard lock(mutex_);
  plan_ = plan;
}

std::uint64_t FaultyDynamo::faults() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

bool FaultyDynamo::Happens(double FaultPlan::* probability) {
  std::lock_guard lock(mutex_);
  const bool happens = std::uniform_real_distribution<double>()(random_) < plan_.*probability;
  faults_ += happens;
  return happens;
}

std::vector<bool> FaultyDynamo::LeaveOut(std::size_t count, bool keep_one) {
  std::vector<bool> left_out(count);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    left_out[i] = Happens(&FaultPlan::unprocessed);
    kept += !left_out[i];
  }
  if (keep_one && kept == 0 && count > 0) left_out[0] = false;
  return left_out;
}

void FaultyDynamo::StartDelayed() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (delayed_.empty()) {
      if (stopping_) return;
      changed_.wait(lock);
      continue;
    }
    const auto at = delayed_.top().at;
    if (!stopping_ && std::chrono::steady_clock::now() < at) {
      changed_.wait_until(lock, at);
      continue;
    }
    auto start = std::move(delayed_.top().start);
    delayed_.pop();
    lock.unlock();
    start();
    lock.lock();
  }
}

template <typename Request, typename Response, typename Start>
void FaultyDynamo::Pass(bool is_write, const CallContext& context, const Request& request,
                        Completion<Response> done, Start start) {
  if (Happens(&FaultPlan::throttled)) return done(Throttled());
  if (Happens(&FaultPlan::unavailable)) return done(Unavailable());
  auto losing = Losing(is_write && Happens(&FaultPlan::unknown_outcome), std::move(done));
  if (!Happens(&FaultPlan::delayed)) return start(context, request, std::move(losing));
  {
    std::lock_guard lock(mutex_);
    std::uniform_int_distribution<std::int64_t> wait(0, plan_.delay_max.count());
    const auto at = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait(random_));
    delayed_.push(
        {at, delayed_count_++, [context, request, losing = std::move(losing), start]() mutable {
           if (context.deadline.Passed(std::chrono::steady_clock::now())) {
             return losing(dynamo::DeadlineError("a call that FaultyDynamo delayed"));
           }
           start(context, request, std::move(losing));
         }});
  }
  changed_.notify_one();
}

// One body for every operation that is passed on as it is.
#define STATOR_PASS(Operation, is_write, Request, Response)                                   \
  void FaultyDynamo::Operation(const CallContext& context, const Request& request,            \
                               Completion<Response> done) {                                   \
    Pass<Request, Response>(is_write, context, request, std::move(done),                      \
                            [this](const CallContext& c, const Request& r, auto completion) { \
                              store_.Operation(c, r, std::move(completion));                  \
                            });                                                               \
  }

STATOR_PASS(GetItem, false, dynamo::GetItemRequest, dynamo::GetItemResponse)
STATOR_PASS(PutItem, true, dynamo::PutItemRequest, dynamo::PutItemResponse)
STATOR_PASS(UpdateItem, true, dynamo::UpdateItemRequest, dynamo::UpdateItemResponse)
STATOR_PASS(DeleteItem, true, dynamo::DeleteItemRequest, dynamo::DeleteItemResponse)
STATOR_PASS(Query, false, dynamo::QueryRequest, dynamo::QueryResponse)
STATOR_PASS(Scan, false, dynamo::ScanRequest, dynamo::ScanResponse)
STATOR_PASS(CreateTable, true, dynamo::CreateTableRequest, dynamo::TableDescription)
STATOR_PASS(DescribeTable, false, std::string, dynamo::TableDescription)
STATOR_PASS(DeleteTable, true, std::string, dynamo::TableDescription)
STATOR_PASS(ListTables, false, dynamo::ListTablesRequest, dynamo::ListTablesResponse)
STATOR_PASS(TagResource, true, dynamo::TagResourceRequest, base::Unit)
STATOR_PASS(UntagResource, true, dynamo::UntagResourceRequest, base::Unit)
STATOR_PASS(ListTagsOfResource, false, std::string, dynamo::ListTagsOfResourceResponse)
STATOR_PASS(DescribeTimeToLive, false, std::string, dynamo::TimeToLiveDescription)
STATOR_PASS(DescribeContinuousBackups, false, std::string, dynamo::ContinuousBackupsDescription)
#undef STATOR_PASS

void FaultyDynamo::DescribeLimits(const CallContext& context,
                                  Completion<dynamo::AccountLimits> done) {
  Pass<base::Unit, dynamo::AccountLimits>(
      false, context, base::Unit{}, std::move(done),
      [this](const CallContext& c, const base::Unit&, auto completion) {
        store_.DescribeLimits(c, std::move(completion));
      });
}

std::string FaultyDynamo::Location() const { return store_.Location(); }

void FaultyDynamo::BatchGetItem(const CallContext& context,
                                const dynamo::BatchGetItemRequest& request,
                                Completion<dynamo::BatchGetItemResponse> done) {
  std::size_t count = 0;
  for (const auto& table : request.tables) count += table.keys.size();
  const auto left_out = LeaveOut(count, true);
  dynamo::BatchGetItemRequest passed{{}, request.return_consumed_capacity};
  std::vector<dynamo::KeysAndAttributes> unprocessed;
  std::size_t next = 0;
  for (const auto& table : request.tables) {
    dynamo::KeysAndAttributes now = table;
    dynamo::KeysAndAttributes later = table;
    now.keys.clear();
    later.keys.clear();
    for (const auto& key : table.keys) (left_out[next++] ? later : now).keys.push_back(key);
    if (!now.keys.empty()) passed.tables.push_back(std::move(now));
    if (!later.keys.empty()) unprocessed.push_back(std::move(later));
  }
  Completion<dynamo::BatchGetItemResponse> merge = [unprocessed = std::move(unprocessed),
                                                    done = std::move(done)](auto result) mutable {
    if (result.ok()) {
      for (auto& each : unprocessed) result->unprocessed_keys.push_back(std::move(each));
    }
    done(std::move(result));
  };
  Pass<dynamo::BatchGetItemRequest, dynamo::BatchGetItemResponse>(
      false, context, passed, std::move(merge),
      [this](const CallContext& c, const auto& r, auto completion) {
        store_.BatchGetItem(c, r, std::move(completion));
      });
}

void FaultyDynamo::BatchWriteItem(const CallContext& context,
                                  const dynamo::BatchWriteItemRequest& request,
                                  Completion<dynamo::BatchWriteItemResponse> done) {
  std::size_t count = 0;
  for (const auto& table : request.tables) count += table.requests.size();
  const auto left_out = LeaveOut(count, true);
  dynamo::BatchWriteItemRequest passed{{}, request.return_consumed_capacity};
  std::vector<dynamo::TableWriteRequests> unprocessed;
  std::size_t next = 0;
  for (const auto& table : request.tables) {
    dynamo::TableWriteRequests now{table.table_name, {}};
    dynamo::TableWriteRequests later{table.table_name, {}};
    for (const auto& each : table.requests) {
      (left_out[next++] ? later : now).requests.push_back(each);
    }
    if (!now.requests.empty()) passed.tables.push_back(std::move(now));
    if (!later.requests.empty()) unprocessed.push_back(std::move(later));
  }
  Completion<dynamo::BatchWriteItemResponse> merge = [unprocessed = std::move(unprocessed),
                                                      done = std::move(done)](auto result) mutable {
    if (result.ok()) {
      for (auto& each : unprocessed) result->unprocessed_items.push_back(std::move(each));
    }
    done(std::move(result));
  };
  Pass<dynamo::BatchWriteItemRequest, dynamo::BatchWriteItemResponse>(
      true, context, passed, std::move(merge),
      [this](const CallContext& c, const auto& r, auto completion) {
        store_.BatchWriteItem(c, r, std::move(completion));
      });
}

void FaultyDynamo::GetMany(const CallContext& context, const dynamo::ReadManyRequest& request,
                           Completion<dynamo::ReadManyResponse> done) {
  const auto left_out = LeaveOut(request.reads.size(), false);
  dynamo::ReadManyRequest passed{{}, request.projections, request.consistent_read};
  std::vector<std::size_t> origin;
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    if (left_out[i]) continue;
    passed.reads.push_back(request.reads[i]);
    origin.push_back(i);
  }
  Completion<dynamo::ReadManyResponse> merge = [left_out, origin = std::move(origin),
                                                done = std::move(done)](auto result) mutable {
    if (!result.ok()) return done(std::move(result));
    if (origin.empty() && !left_out.empty()) return done(Throttled());
    dynamo::ReadManyResponse all;
    all.consumed_read_units = result->consumed_read_units;
    all.calls = result->calls;
    all.retries = result->retries;
    std::size_t next = 0;
    auto failure = result->failures.begin();
    for (std::size_t i = 0; i < left_out.size(); ++i) {
      if (left_out[i]) {
        all.items.AppendAbsent();
        all.failures.push_back({i, Throttled()});
        continue;
      }
      if (failure != result->failures.end() && failure->index == next) {
        all.failures.push_back({i, (failure++)->error});
      }
      const auto item = result->items.Find(next++);
      item ? all.items.Append(*item) : all.items.AppendAbsent();
    }
    done(std::move(all));
  };
  Pass<dynamo::ReadManyRequest, dynamo::ReadManyResponse>(
      false, context, passed, std::move(merge),
      [this](const CallContext& c, const auto& r, auto completion) {
        store_.GetMany(c, r, std::move(completion));
      });
}

void FaultyDynamo::PutMany(const CallContext& context, const dynamo::WriteManyRequest& request,
                           Completion<dynamo::WriteManyResponse> done) {
  const auto left_out = LeaveOut(request.writes.size(), false);
  dynamo::WriteManyRequest passed;
  std::vector<std::size_t> origin;
  std::vector<dynamo::ItemFailure> failures;
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    if (left_out[i]) {
      failures.push_back({i, Throttled()});
    } else {
      passed.writes.push_back(request.writes[i]);
      origin.push_back(i);
    }
  }
  Completion<dynamo::WriteManyResponse> merge = [failures = std::move(failures),
                                                 origin = std::move(origin),
                                                 done = std::move(done)](auto result) mutable {
    if (!result.ok()) return done(std::move(result));
    for (auto& each : result->failures) failures.push_back({origin[each.index], each.error});
    std::ranges::sort(failures, {}, &dynamo::ItemFailure::index);
    result->failures = std::move(failures);
    done(std::move(result));
  };
  Pass<dynamo::WriteManyRequest, dynamo::WriteManyResponse>(
      true, context, passed, std::move(merge),
      [this](const CallContext& c, const auto& r, auto completion) {
        store_.PutMany(c, r, std::move(completion));
      });
}

}  // namespace stator::testing
