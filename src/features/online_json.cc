#include "features/online_json.h"

#include <utility>

#include "features/json_text.h"
#include "features/value_json.h"

namespace stator::features {
namespace {

constexpr std::string_view kEpoch = "\"1970-01-01T00:00:00Z\"";

// Appends `each(i)` for i in 0 .. count with commas between.
template <typename Each>
void AppendSeparated(std::string& out, std::size_t count, Each&& each) {
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    each(i);
  }
}

void AppendEntityColumn(std::string& out, const EntityColumn& column) {
  const std::size_t rows = column.values.size();
  out += "{\"values\":[";
  AppendSeparated(out, rows, [&](std::size_t row) { AppendEntityJson(out, column.values[row]); });
  out += "],\"statuses\":[";
  AppendSeparated(out, rows, [&](std::size_t) { out += "\"PRESENT\""; });
  out += "],\"event_timestamps\":[";
  AppendSeparated(out, rows, [&](std::size_t) { out += kEpoch; });
  out += "]}";
}

// The times of a view's rows as the text that every feature column of the view ends with.
std::string TimesOf(const ViewRows& rows) {
  std::string times = "],\"event_timestamps\":[";
  AppendSeparated(times, rows.row_of.size(), [&](std::size_t i) {
    const auto& row = rows.rows[rows.row_of[i]];
    if (!row) {
      times += kEpoch;
      return;
    }
    times += '"';
    AppendRfc3339(times, row->event_time());
    times += '"';
  });
  return times + "]}";
}

void AppendFeatureColumn(std::string& out, const ViewRows& rows, const std::string& feature,
                         std::string_view times) {
  std::string statuses;
  out += "{\"values\":[";
  AppendSeparated(out, rows.row_of.size(), [&](std::size_t i) {
    const auto& row = rows.rows[rows.row_of[i]];
    const auto value = row ? row->Find(feature) : std::nullopt;
    if (i > 0) statuses += ',';
    statuses += value ? "\"PRESENT\"" : "\"NOT_FOUND\"";
    AppendValueJson(out, value.value_or(std::string_view()));
  });
  out += "],\"statuses\":[";
  out += statuses;
  out += times;
}

void AppendMetadata(std::string& out, const OnlineResponse& response) {
  out += "],\"metadata\":{\"feature_names\":[";
  bool first = true;
  const auto name = [&](std::string_view text) {
    if (!std::exchange(first, false)) out += ',';
    AppendJsonString(out, text);
  };
  for (const EntityColumn& column : response.entities.join_keys) name(column.name);
  for (const PlannedView& view : response.plan->views) {
    for (const PlannedFeature& feature : view.features) name(feature.output_name);
  }
  out += ']';
  if (response.include_version_metadata) {
    out += ",\"feature_view_metadata\":[";
    AppendSeparated(out, response.plan->views.size(), [&](std::size_t i) {
      const PlannedView& view = response.plan->views[i];
      out += "{\"name\":";
      AppendJsonString(out, view.view->name);
      if (view.view->version != 0) {
        out += ",\"version\":";
        AppendJsonInteger(out, view.view->version);
      }
      out += '}';
    });
    out += ']';
  }
  out += "}}";
}

void AppendTableColumn(std::string& out, std::string_view name, std::size_t rows,
                       const auto& value) {
  out += out.size() > 1 ? ",\n    " : "\n    ";
  AppendJsonString(out, name);
  out += ": [\n        ";
  for (std::size_t i = 0; i < rows; ++i) {
    if (i > 0) out += ",\n        ";
    value(i);
  }
  out += "\n    ]";
}

}  // namespace

void AppendOnlineJson(std::string& out, const OnlineResponse& response) {
  out += "{\"results\":[";
  bool first = true;
  for (const EntityColumn& column : response.entities.join_keys) {
    if (!std::exchange(first, false)) out += ',';
    AppendEntityColumn(out, column);
  }
  for (std::size_t v = 0; v < response.views.size(); ++v) {
    const std::string times = TimesOf(response.views[v]);
    for (const PlannedFeature& feature : response.plan->views[v].features) {
      if (!std::exchange(first, false)) out += ',';
      AppendFeatureColumn(out, response.views[v], feature.name, times);
    }
  }
  AppendMetadata(out, response);
}

void AppendOnlineTable(std::string& out, const OnlineResponse& response) {
  std::string table = "{";
  for (const EntityColumn& column : response.entities.join_keys) {
    AppendTableColumn(table, column.name, column.values.size(),
                      [&](std::size_t i) { AppendEntityJson(table, column.values[i]); });
  }
  for (std::size_t v = 0; v < response.views.size(); ++v) {
    const ViewRows& rows = response.views[v];
    for (const PlannedFeature& feature : response.plan->views[v].features) {
      AppendTableColumn(table, feature.output_name, rows.row_of.size(), [&](std::size_t i) {
        const auto& row = rows.rows[rows.row_of[i]];
        const auto value = row ? row->Find(feature.name) : std::nullopt;
        AppendValueJson(table, value.value_or(std::string_view()));
      });
    }
  }
  out += table + "\n}\n";
}

}  // namespace stator::features
