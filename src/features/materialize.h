// Materialization, in Feast's sense: the newest row of every entity within a window goes from the
// source into the online store, and the registry remembers the window.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "features/analytical_engine.h"
#include "features/event_time.h"
#include "features/feature_tables.h"
#include "features/repo_config.h"

namespace stator::features {

// Rows go to the store in calls of this many, of which at most kWritesInFlight wait at once.
inline constexpr std::size_t kWriteRows = 512;
inline constexpr int kWritesInFlight = 4;

// What materialization works with. The references outlive the call.
struct MaterializeContext {
  const base::CallContext& call;
  const RepoConfig& config;
  dynamo::Dynamo& dynamo;
  AnalyticalEngine& engine;
  const base::Clock& clock;
  // Feast's lines, and what was written.
  ProgressLine tell;
  // Rows written so far.
  std::function<void(const std::string& view, std::uint64_t rows)> progress;
};

// Which views, over which window.
struct MaterializeRequest {
  // None: every view that is online and not disabled.
  std::vector<std::string> views;
  // Nullopt: incremental, each view from where it was left.
  std::optional<EventTime> start;
  // Both ends inclusive.
  EventTime end = 0;
};

// Materializes view after view. For each key the row of the newest event time counts, then of the
// newest created time. The item is replaced whole. A row without a join key is left out and
// counted. After a view is written, its window and the state AVAILABLE_ONLINE are put into the
// registry; a failure ends the run, and what was done before it stays done. Incremental windows
// start at the end of the last one; a view without one starts ttl ago, or 52 weeks ago. Answers the
// number of rows written. ERRORS: FeatureViewNotFoundException, ValueError (start after end; a view
// that has no table), those of AnalyticalEngine with the view's name, ConversionError, what the
// store says.
base::Result<std::uint64_t> Materialize(const MaterializeContext& context,
                                        const MaterializeRequest& request);

}  // namespace stator::features
