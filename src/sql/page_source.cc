#include "sql/page_source.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"

namespace stator::sql {

using base::CallContext;
using base::Result;

namespace {

// One stream of pages: a segment of a Scan, a Query, or a batch of keys. Only one request of it
// runs at a time.
struct Cursor {
  std::optional<dynamo::QueryRequest> query;
  std::optional<dynamo::ScanRequest> scan;
  std::optional<dynamo::GetItemRequest> get;
  std::optional<dynamo::ReadManyRequest> many;
};

dynamo::ExpressionAttributes PlaceholdersOf(const ScanPlan& plan) {
  expression::ExpressionWriter writer = plan.placeholders;
  return writer.Build();
}

void FillPageRequest(const TableFacts& table, const ScanPlan& plan,
                     dynamo::ReadPageRequest& request) {
  request.table_name = table.name;
  request.filter_expression = plan.filter_expression;
  request.projection_expression = plan.projection_expression;
  request.limit = plan.page_limit;
  request.select = plan.select;
  request.consistent_read = plan.consistent_read;
  request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
}

Cursor QueryCursor(const TableFacts& table, const ScanPlan& plan, const KeyRegion& region) {
  dynamo::QueryRequest request;
  FillPageRequest(table, plan, request);
  expression::ExpressionWriter writer = plan.placeholders;
  request.key_condition_expression = WriteKeyCondition(table.key, region, writer);
  request.expression_attributes = writer.Build();
  Cursor cursor;
  cursor.query = std::move(request);
  return cursor;
}

Cursor ScanCursor(const TableFacts& table, const ScanPlan& plan, std::int32_t segment) {
  dynamo::ScanRequest request;
  FillPageRequest(table, plan, request);
  request.expression_attributes = PlaceholdersOf(plan);
  if (plan.segments > 1) {
    request.segment = segment;
    request.total_segments = plan.segments;
  }
  Cursor cursor;
  cursor.scan = std::move(request);
  return cursor;
}

dynamo::Item KeyOf(const dynamo::KeySchema& key, const KeyRegion& region) {
  dynamo::ItemBuilder builder;
  builder.Name(key.partition.name);
  region.partition->AppendTo(builder);
  if (key.sort) {
    builder.Name(key.sort->name);
    region.sort.low->AppendTo(builder);
  }
  return builder.Build();
}

Cursor GetItemCursor(const TableFacts& table, const ScanPlan& plan) {
  dynamo::GetItemRequest request;
  request.table_name = table.name;
  request.key = KeyOf(table.key, plan.regions[0]);
  request.consistent_read = plan.consistent_read;
  request.projection_expression = plan.projection_expression;
  request.expression_attributes = PlaceholdersOf(plan);
  request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  Cursor cursor;
  cursor.get = std::move(request);
  return cursor;
}

Cursor GetManyCursor(const TableFacts& table, const ScanPlan& plan, std::size_t first) {
  dynamo::ReadManyRequest request;
  request.consistent_read = plan.consistent_read;
  const bool projected = !plan.projection_expression.empty();
  if (projected) {
    request.projections.push_back({plan.projection_expression, PlaceholdersOf(plan)});
  }
  const std::size_t last = std::min(plan.regions.size(), first + PageSource::kKeysPerGetMany);
  for (std::size_t i = first; i < last; ++i) {
    request.reads.push_back({table.name, KeyOf(table.key, plan.regions[i]), projected ? 0 : -1});
  }
  Cursor cursor;
  cursor.many = std::move(request);
  return cursor;
}

std::vector<Cursor> CursorsOf(const TableFacts& table, const ScanPlan& plan) {
  std::vector<Cursor> cursors;
  switch (plan.access) {
    case AccessPath::kEmpty: break;
    case AccessPath::kGetItem: cursors.push_back(GetItemCursor(table, plan)); break;
    case AccessPath::kGetMany:
      for (std::size_t i = 0; i < plan.regions.size(); i += PageSource::kKeysPerGetMany) {
        cursors.push_back(GetManyCursor(table, plan, i));
      }
      break;
    case AccessPath::kQuery:
      for (const KeyRegion& region : plan.regions)
        cursors.push_back(QueryCursor(table, plan, region));
      break;
    case AccessPath::kScan:
      for (std::int32_t i = 0; i < plan.segments; ++i)
        cursors.push_back(ScanCursor(table, plan, i));
      break;
  }
  return cursors;
}

}  // namespace

struct PageSource::State : std::enable_shared_from_this<PageSource::State> {
  State(dynamo::Dynamo& the_store, const TableFacts& table, const ScanPlan& plan,
        const CallContext& call)
      : store(the_store), context(call), cursors(CursorsOf(table, plan)) {
    context.cancel = base::CancelToken::Create();
    for (std::size_t i = 0; i < cursors.size(); ++i) idle.push_back(i);
  }

  // Whether another request may start. REQUIRES: the lock.
  bool MayAsk() const {
    return !idle.empty() && !stopped && !error &&
           in_flight + static_cast<int>(ready.size()) < kPagesOutstandingMax;
  }

  // Starts the next request of an idle cursor. REQUIRES: MayAsk(); `lock` is held, and is given up
  // meanwhile.
  void Ask(std::unique_lock<std::mutex>& lock) {
    const std::size_t index = idle.front();
    idle.pop_front();
    ++in_flight;
    // A copy: the answer may come, and another reader go on with the cursor, before the store's
    // method has returned.
    const Cursor cursor = cursors[index];
    lock.unlock();
    Start(index, cursor);
    lock.lock();
  }

  void Start(std::size_t index, const Cursor& cursor);
  void Done(std::size_t index, Result<Page> page, std::optional<dynamo::Item> next,
            std::int64_t evaluated, double units);
  template <typename Response>
  base::Completion<Response> OnPage(std::size_t index);

  dynamo::Dynamo& store;
  CallContext context;
  std::vector<Cursor> cursors;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::size_t> idle;  // cursors with more to ask for
  std::deque<Page> ready;
  int in_flight = 0;
  bool answers_later = false;  // the store completes on threads of its own
  bool stopped = false;
  std::optional<base::Error> error;
  PageStatistics sums;
};

namespace {

double UnitsOf(const std::optional<dynamo::ConsumedCapacity>& capacity) {
  return capacity ? capacity->capacity_units : 0;
}

}  // namespace

void PageSource::State::Done(std::size_t index, Result<Page> page, std::optional<dynamo::Item> next,
                             std::int64_t evaluated, double units) {
  std::lock_guard lock(mutex);
  --in_flight;
  ++sums.requests;
  sums.items_evaluated += evaluated;
  sums.read_units += units;
  if (!page.ok()) {
    if (!error) error = page.error();
  } else {
    if (page->count > 0) ready.push_back(std::move(*page));
    if (next) {
      Cursor& cursor = cursors[index];
      auto& start =
          cursor.query ? cursor.query->exclusive_start_key : cursor.scan->exclusive_start_key;
      start = std::move(next);
      // To the front: one segment after the other keeps the store's reads together.
      idle.push_front(index);
    }
  }
  changed.notify_all();
}

template <typename Response>
base::Completion<Response> PageSource::State::OnPage(std::size_t index) {
  return [self = shared_from_this(), index,
          asker = std::this_thread::get_id()](Result<Response> response) {
    if (std::this_thread::get_id() != asker) {
      std::lock_guard lock(self->mutex);
      self->answers_later = true;
    }
    if (!response.ok()) return self->Done(index, response.error(), std::nullopt, 0, 0);
    Page page{std::move(response->items), response->count};
    self->Done(index, std::move(page), std::move(response->last_evaluated_key),
               response->scanned_count, UnitsOf(response->consumed_capacity));
  };
}

void PageSource::State::Start(std::size_t index, const Cursor& cursor) {
  if (cursor.query)
    return store.Query(context, *cursor.query, OnPage<dynamo::QueryResponse>(index));
  if (cursor.scan) return store.Scan(context, *cursor.scan, OnPage<dynamo::ScanResponse>(index));
  if (cursor.get) {
    return store.GetItem(
        context, *cursor.get,
        [self = shared_from_this(), index](Result<dynamo::GetItemResponse> response) {
          if (!response.ok()) return self->Done(index, response.error(), std::nullopt, 0, 0);
          Page page;
          page.count = response->item ? 1 : 0;
          if (response->item) page.items.Append(*response->item);
          const std::int64_t evaluated = page.count;
          self->Done(index, std::move(page), std::nullopt, evaluated,
                     UnitsOf(response->consumed_capacity));
        });
  }
  store.GetMany(context, *cursor.many,
                [self = shared_from_this(), index](Result<dynamo::ReadManyResponse> response) {
                  if (!response.ok())
                    return self->Done(index, response.error(), std::nullopt, 0, 0);
                  if (!response->failures.empty()) {
                    return self->Done(index, response->failures[0].error, std::nullopt, 0, 0);
                  }
                  Page page{std::move(response->items), 0};
                  for (std::size_t i = 0; i < page.items.size(); ++i)
                    page.count += page.items.Find(i) ? 1 : 0;
                  const std::int64_t found = page.count;
                  self->Done(index, std::move(page), std::nullopt, found,
                             response->consumed_read_units);
                });
}

PageSource::PageSource(dynamo::Dynamo& store, const TableFacts& table, const ScanPlan& plan,
                       const CallContext& context)
    : state_(std::make_shared<State>(store, table, plan, context)) {}

PageSource::~PageSource() { state_->context.cancel.Cancel(); }

Result<std::optional<Page>> PageSource::Next(const std::function<bool()>& should_stop) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  while (true) {
    if (state.error) return *state.error;
    if (state.stopped) return std::optional<Page>();
    if (should_stop()) return dynamo::DeadlineError("the scan of a table");
    if (!state.ready.empty()) {
      std::optional<Page> page = std::move(state.ready.front());
      state.ready.pop_front();
      while (state.answers_later && state.MayAsk()) state.Ask(lock);
      return page;
    }
    if (state.MayAsk()) {
      state.Ask(lock);
    } else if (state.in_flight == 0) {
      return std::optional<Page>();
    } else {
      state.changed.wait_for(lock, kStopPoll);
    }
  }
}

void PageSource::Stop() {
  std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->changed.notify_all();
}

std::size_t PageSource::parallelism() const {
  return std::max<std::size_t>(state_->cursors.size(), 1);
}

PageStatistics PageSource::statistics() const {
  std::lock_guard lock(state_->mutex);
  return state_->sums;
}

}  // namespace stator::sql
