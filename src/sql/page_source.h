// PageSource: carries out a ScanPlan against the seam, several requests at a time, and hands out
// pages to any number of threads. Knows nothing of DuckDB.
//
// Requests run ahead of the readers by at most kPagesOutstandingMax pages. A store that answers on
// the caller's thread (the embedded engine) is asked only when a reader wants a page, so that
// nothing is read that nobody wants.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "sql/plan_scan.h"

namespace stator::sql {

// What one request gave. Entries of `items` may be absent (keys that have no item).
struct Page {
  dynamo::ItemBatch items;
  std::int64_t count = 0;  // items after the filter, also where Select=COUNT gave no items
};

// Sums over the requests answered so far.
struct PageStatistics {
  std::int64_t requests = 0;
  std::int64_t items_evaluated = 0;  // before the filter
  double read_units = 0;             // as the store counted
};

// One run of one plan. Thread-safe. The store must outlive the requests in flight, which end by the
// deadline of the context at the latest; destroying the source cancels them.
class PageSource {
 public:
  // Pages asked for or read and not yet taken, at most.
  static constexpr int kPagesOutstandingMax = 16;
  // Keys of one GetMany.
  static constexpr std::size_t kKeysPerGetMany = 400;
  // How often a waiting reader looks whether it should stop.
  static constexpr std::chrono::milliseconds kStopPoll{5};

  // Starts nothing yet. `context`'s token is replaced by one of the source's own.
  PageSource(dynamo::Dynamo& store, const TableFacts& table, const ScanPlan& plan,
             const base::CallContext& context);
  // Cancels what is in flight.
  ~PageSource();
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;

  // The next page, or nullopt when all were taken. Blocks until there is one. `should_stop` is
  // asked while waiting and before each request; when it says true the answer is a DeadlineExceeded
  // error. The first error of any request ends the source: every later call answers it. Pages of
  // one Query come in order, others in any.
  base::Result<std::optional<Page>> Next(const std::function<bool()>& should_stop);
  // Asks for no further page: enough rows were found. Next() then answers nullopt.
  void Stop();
  // Readers that can work at once.
  std::size_t parallelism() const;
  // Sums so far.
  PageStatistics statistics() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stator::sql
