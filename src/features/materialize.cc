#include "features/materialize.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "dynamo/errors.h"
#include "feast/core/Registry.pb.h"
#include "features/errors.h"
#include "features/proto_time.h"
#include "features/registry_file.h"
#include "features/registry_snapshot.h"
#include "features/row_encoder.h"
#include "features/view_source.h"

namespace stator::features {
namespace {

using base::Error;
using base::Result;
using base::Status;
namespace core = feast::core;

constexpr EventTime kWeek = 7LL * 86'400 * kMicrosPerSecond;

// Keeps a few PutMany calls under way, each with a deadline of its own. The first error ends it;
// Finish waits for all calls in any case.
class WritePipeline {
 public:
  WritePipeline(const base::CallContext& context, dynamo::Dynamo& dynamo)
      : context_(context), dynamo_(dynamo) {}
  ~WritePipeline() { Drain(0); }

  Status Write(const dynamo::WriteManyRequest& request) {
    Drain(kWritesInFlight - 1);
    {
      std::lock_guard lock(mutex_);
      if (error_) return *error_;
      ++in_flight_;
    }
    base::CallContext call = context_;
    call.deadline = base::Deadline();
    dynamo_.PutMany(call, request, [this](Result<dynamo::WriteManyResponse> answer) {
      std::lock_guard lock(mutex_);
      if (!answer.ok() && !error_) error_ = answer.error();
      if (answer.ok() && !answer->failures.empty() && !error_)
        error_ = answer->failures.front().error;
      --in_flight_;
      changed_.notify_one();
    });
    return base::OkStatus();
  }
  Status Finish() {
    Drain(0);
    std::lock_guard lock(mutex_);
    return error_ ? Status(*error_) : base::OkStatus();
  }

 private:
  void Drain(int most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ <= most; });
  }

  const base::CallContext& context_;
  dynamo::Dynamo& dynamo_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int in_flight_ = 0;
  std::optional<Error> error_;
};

// Turns the rows of one view into items and writes them.
class ViewWriter {
 public:
  ViewWriter(const MaterializeContext& context, const ViewDefinition& view)
      : context_(context),
        view_(view),
        pipeline_(context.call, context.dynamo),
        encoder_(view, static_cast<int>(context.config.entity_key_serialization_version)) {}

  Status Write(RowStream& rows) {
    ColumnBatch batch;
    for (;;) {
      STATOR_ASSIGN_OR_RETURN(const bool more, rows.Next(batch));
      if (!more) break;
      STATOR_RETURN_IF_ERROR(AddRows(batch));
    }
    if (!pending_.writes.empty()) STATOR_RETURN_IF_ERROR(Flush());
    return pipeline_.Finish();
  }

  std::uint64_t written() const { return written_; }
  std::uint64_t without_key() const { return without_key_; }

 private:
  // The columns of a batch: join keys, features, event time.
  Status AddRows(const ColumnBatch& batch) {
    const std::size_t key_count = view_.entityless() ? 0 : view_.join_keys.size();
    RowColumns columns;
    for (std::size_t i = 0; i < key_count; ++i) columns.keys.push_back(&batch.columns[i]);
    for (std::size_t i = 0; i < view_.features.size(); ++i)
      columns.features.push_back(&batch.columns[key_count + i]);
    columns.event_time = &batch.columns.back();
    for (std::size_t row = 0; row < batch.rows; ++row) {
      STATOR_ASSIGN_OR_RETURN(auto write, encoder_.Encode(columns, row));
      if (!write) {
        ++without_key_;
        continue;
      }
      pending_.writes.push_back(std::move(*write));
      if (pending_.writes.size() >= kWriteRows) STATOR_RETURN_IF_ERROR(Flush());
    }
    return base::OkStatus();
  }

  Status Flush() {
    if (context_.call.cancel.cancelled()) {
      return Error(base::ErrorKind::kDeadline, "Cancelled", "Materialization was cancelled");
    }
    STATOR_RETURN_IF_ERROR(pipeline_.Write(pending_));
    written_ += pending_.writes.size();
    pending_.writes.clear();
    if (context_.progress) context_.progress(view_.name, written_);
    return base::OkStatus();
  }

  const MaterializeContext& context_;
  const ViewDefinition& view_;
  WritePipeline pipeline_;
  dynamo::WriteManyRequest pending_;
  RowEncoder encoder_;
  std::uint64_t written_ = 0;
  std::uint64_t without_key_ = 0;
};

LatestRowsRequest RowsRequest(const ViewSource& source, const ViewDefinition& view, EventTime start,
                              EventTime end) {
  LatestRowsRequest request;
  request.file = source.file;
  request.timestamp_column = source.timestamp_column;
  request.created_column = source.created_column;
  request.start_us = start;
  request.end_us = end;
  for (const FeatureField& key : view.join_keys) {
    if (!view.entityless()) request.keys.push_back({source.ColumnOf(key.name), key.name});
  }
  for (const FeatureField& feature : view.features) {
    request.features.push_back({source.ColumnOf(feature.name), feature.name});
  }
  return request;
}

// The meta data of a view that can be materialized, or null.
template <typename Registry>
auto* FindMeta(Registry& registry, const std::string& project, const std::string& name) {
  using Meta = std::conditional_t<std::is_const_v<Registry>, const core::FeatureViewMeta,
                                  core::FeatureViewMeta>;
  Meta* found = nullptr;
  const auto look = [&](auto& views) {
    for (auto& view : views) {
      if (view.spec().project() != project || view.spec().name() != name) continue;
      if constexpr (std::is_const_v<Registry>) {
        found = &view.meta();
      } else {
        found = view.mutable_meta();
      }
    }
  };
  if constexpr (std::is_const_v<Registry>) {
    look(registry.feature_views());
    look(registry.stream_feature_views());
  } else {
    look(*registry.mutable_feature_views());
    look(*registry.mutable_stream_feature_views());
  }
  return found;
}

std::string Shown(EventTime time) {
  std::string text;
  AppendEventTs(text, std::clamp(time, kEventTimeMin, kEventTimeMax));
  return text;
}

// One run over several views.
class Run {
 public:
  Run(const MaterializeContext& context, const MaterializeRequest& request)
      : context_(context), request_(request), file_(context.config.registry.path, context.clock) {}

  Result<std::uint64_t> Execute() {
    if (request_.start && *request_.start > request_.end) {
      return ValueError("The start of the window, " + Shown(*request_.start) +
                        ", lies after its end, " + Shown(request_.end));
    }
    STATOR_ASSIGN_OR_RETURN(registry_, file_.Load());
    STATOR_ASSIGN_OR_RETURN(snapshot_, RegistrySnapshot::Build(*registry_, context_.config));
    STATOR_ASSIGN_OR_RETURN(const auto views, ChooseViews());
    context_.tell("Materializing " + std::to_string(views.size()) + " feature views " +
                  (request_.start ? "from " + Shown(*request_.start) + " " : "") + "to " +
                  Shown(request_.end) + " into the dynamodb online store.");
    std::uint64_t rows = 0;
    for (const ViewDefinition* view : views) {
      STATOR_ASSIGN_OR_RETURN(const std::uint64_t written, MaterializeView(*view));
      rows += written;
    }
    return rows;
  }

 private:
  Result<std::vector<const ViewDefinition*>> ChooseViews() {
    std::vector<const ViewDefinition*> views;
    for (const std::string& name : request_.views) {
      const ViewDefinition* view = snapshot_->FindView(name);
      if (view == nullptr) return FeatureViewNotFoundError(name, context_.config.project);
      if (!view->online || view->type == ViewType::kLabel) {
        return ValueError("FeatureView " + name + " is not configured to be served online.");
      }
      if (view->type == ViewType::kOnDemand) {
        return InvalidError(kOnDemandViewNotSupported,
                            "On-demand feature view " + name +
                                " is computed by Python code, which Stator does not run; "
                                "materialize it with Feast, Stator serves it then");
      }
      views.push_back(view);
    }
    if (!views.empty()) return views;
    for (const auto& [name, view] : snapshot_->views()) {
      const bool stored = view.type == ViewType::kFeature || view.type == ViewType::kStream;
      if (stored && view.online && !view.disabled) views.push_back(&view);
    }
    return views;
  }

  EventTime StartOf(const ViewDefinition& view) const {
    if (request_.start) return *request_.start;
    EventTime start = kEventTimeMin;
    const core::FeatureViewMeta* meta =
        FindMeta(std::as_const(*registry_), context_.config.project, view.name);
    for (const core::MaterializationInterval& interval : meta->materialization_intervals()) {
      start = std::max(start, static_cast<EventTime>(Micros(interval.end_time())));
    }
    if (start != kEventTimeMin) return start;
    const EventTime now = context_.clock.WallNow().time_since_epoch().count();
    return now - (view.ttl_us > 0 ? view.ttl_us : 52 * kWeek);
  }

  Result<std::uint64_t> MaterializeView(const ViewDefinition& view) {
    const EventTime start = StartOf(view);
    context_.tell(request_.start
                      ? view.name + ":"
                      : view.name + " from " + Shown(start) + " to " + Shown(request_.end) + ":");
    const auto named = [&](const Error& error) {
      return error.WithPrefix("Feature view " + view.name + ": ");
    };
    const auto source = FindViewSource(*registry_, context_.config, view.name);
    if (!source.ok()) return named(source.error());
    auto rows =
        context_.engine.LatestRows(context_.call, RowsRequest(*source, view, start, request_.end));
    if (!rows.ok()) return named(rows.error());
    ViewWriter writer(context_, view);
    if (const auto written = writer.Write(**rows); !written.ok())
      return named(AboutTable(written.error(), view));
    context_.tell("  " + std::to_string(writer.written()) + " rows written");
    if (writer.without_key() > 0) {
      context_.tell("  " + std::to_string(writer.without_key()) +
                    " rows have no join key and were left out");
    }
    STATOR_RETURN_IF_ERROR(Remember(view, start));
    return writer.written();
  }

  // A view whose table is not there was never applied.
  static Error AboutTable(const Error& error, const ViewDefinition& view) {
    if (error.code() != dynamo::kResourceNotFoundException) return error;
    return Error(error.kind(), error.code(),
                 "table " + view.table_name + " does not exist; make it with `stator apply` (" +
                     error.message() + ")");
  }

  Status Remember(const ViewDefinition& view, EventTime start) {
    return file_.Update(context_.call, [&](core::Registry& registry) -> Result<bool> {
      core::FeatureViewMeta* meta = FindMeta(registry, context_.config.project, view.name);
      if (meta == nullptr) return FeatureViewNotFoundError(view.name, context_.config.project);
      core::MaterializationInterval& interval = *meta->add_materialization_intervals();
      SetTime(start, *interval.mutable_start_time());
      SetTime(request_.end, *interval.mutable_end_time());
      SetTime(context_.clock.WallNow(), *meta->mutable_last_updated_timestamp());
      meta->set_state(core::AVAILABLE_ONLINE);
      return true;
    });
  }

  const MaterializeContext& context_;
  const MaterializeRequest& request_;
  const RegistryFile file_;
  std::unique_ptr<core::Registry> registry_;
  std::shared_ptr<const RegistrySnapshot> snapshot_;
};

}  // namespace

Result<std::uint64_t> Materialize(const MaterializeContext& context,
                                  const MaterializeRequest& request) {
  return Run(context, request).Execute();
}

}  // namespace stator::features
