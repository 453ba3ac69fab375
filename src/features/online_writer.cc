#include "features/online_writer.h"

#include <unordered_map>

#include "features/errors.h"
#include "features/json_columns.h"
#include "features/read_plan.h"
#include "features/row_encoder.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;

// Finds columns by name and remembers those that are missing.
class ColumnFinder {
 public:
  explicit ColumnFinder(const ColumnBatch& rows) : rows_(rows) {}
  const Column* Find(const std::string& name) {
    const Column* column = rows_.Find(name);
    if (column == nullptr) missing_ += (missing_.empty() ? "'" : ", '") + name + "'";
    return column;
  }
  Status Check() const {
    if (missing_.empty()) return base::OkStatus();
    return InvalidError(kKeyError, PythonRepr("[" + missing_ + "] not in index"));
  }

 private:
  const ColumnBatch& rows_;
  std::string missing_;
};

bool HasValue(const RowColumns& columns, std::size_t row) {
  for (const Column* feature : columns.features) {
    if (feature->IsValid(row)) return true;
  }
  return columns.features.empty();
}

// Keeps one put for each item.
class LastWrites {
 public:
  LastWrites(DuplicateRows duplicates, dynamo::WriteManyRequest& out)
      : duplicates_(duplicates), out_(out) {}

  void Add(dynamo::ItemWrite write, EventTime time) {
    const std::string id(write.request.item.Find(kEntityIdAttribute)->bytes());
    const auto [at, inserted] = positions_.emplace(id, Position{out_.writes.size(), time});
    if (inserted) {
      out_.writes.push_back(std::move(write));
      return;
    }
    if (duplicates_ == DuplicateRows::kNewestWins && time < at->second.time) return;
    at->second.time = time;
    out_.writes[at->second.index] = std::move(write);
  }

 private:
  struct Position {
    std::size_t index;
    EventTime time;
  };
  const DuplicateRows duplicates_;
  dynamo::WriteManyRequest& out_;
  std::unordered_map<std::string, Position> positions_;
};

}  // namespace

Status MakeWrites(const ViewDefinition& view, const RepoConfig& config, const ColumnBatch& rows,
                  DuplicateRows duplicates, dynamo::WriteManyRequest& out) {
  if (view.type == ViewType::kOnDemand) {
    return InvalidError(kOnDemandViewNotSupported,
                        "On-demand feature view " + view.name +
                            " is computed by Python code before it is written, which Stator "
                            "does not run; write it with Feast");
  }
  if (rows.rows == 0) return base::OkStatus();
  ColumnFinder finder(rows);
  RowColumns columns;
  if (!view.entityless()) {
    for (const FeatureField& key : view.join_keys) columns.keys.push_back(finder.Find(key.name));
  }
  for (const FeatureField& feature : view.features)
    columns.features.push_back(finder.Find(feature.name));
  const Column* times = finder.Find(view.timestamp_field);
  STATOR_RETURN_IF_ERROR(finder.Check());
  Column parsed = *times;
  STATOR_RETURN_IF_ERROR(MakeTimes(parsed));
  if (parsed.kind != ColumnKind::kTimestamp) {
    return ValueError("Column '" + view.timestamp_field + "' holds no times");
  }
  columns.event_time = &parsed;
  RowEncoder encoder(view, static_cast<int>(config.entity_key_serialization_version));
  LastWrites writes(duplicates, out);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (!parsed.IsValid(row) || !HasValue(columns, row)) continue;
    STATOR_ASSIGN_OR_RETURN(auto write, encoder.Encode(columns, row));
    if (write) writes.Add(std::move(*write), parsed.integers[row]);
  }
  return base::OkStatus();
}

Result<std::vector<const ViewDefinition*>> ViewsOfPushSource(const RegistrySnapshot& snapshot,
                                                             std::string_view name) {
  std::vector<const ViewDefinition*> views;
  for (const auto& [view_name, view] : snapshot.views()) {
    if (!view.push_source.empty() && view.push_source == name) views.push_back(&view);
  }
  if (views.empty()) {
    return NotFoundError(kPushSourceNotFound,
                         "Unable to find push source '" + std::string(name) + "'.");
  }
  return views;
}

Result<const ViewDefinition*> ViewToWrite(const RegistrySnapshot& snapshot, std::string_view name) {
  const ViewDefinition* view = snapshot.FindView(name);
  if (view != nullptr) return view;
  return NotFoundError(kFeastObjectNotFound,
                       "Can't recognize feast object with a name " + std::string(name));
}

}  // namespace stator::features
