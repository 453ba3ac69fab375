#include "server/feature_history_command.h"

#include <ostream>

#include "base/clock.h"
#include "feast/core/Registry.pb.h"
#include "features/errors.h"
#include "features/event_time.h"
#include "features/history.h"
#include "features/json_text.h"
#include "features/registry_file.h"

namespace stator::server {
namespace {

using base::Result;
using features::Column;
using features::ColumnKind;

// Quoted as RFC 4180 asks, where it asks.
void AppendCsvText(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendCsvCell(std::string& out, const Column& column, std::size_t row) {
  if (!column.IsValid(row)) return;
  switch (column.kind) {
    case ColumnKind::kBool: out += column.integers[row] != 0 ? "true" : "false"; return;
    case ColumnKind::kInteger: return features::AppendJsonInteger(out, column.integers[row]);
    case ColumnKind::kFloat:
    case ColumnKind::kDouble: return features::AppendJsonReal(out, column.doubles[row]);
    case ColumnKind::kTimestamp: return features::AppendEventTs(out, column.integers[row]);
    case ColumnKind::kBytes: return features::AppendBase64(out, column.BytesAt(row));
    case ColumnKind::kText:
    case ColumnKind::kDecimal: return AppendCsvText(out, column.BytesAt(row));
    default: out += "?";
  }
}

void PrintHeader(const features::ColumnBatch& batch, std::ostream& out) {
  std::string line;
  for (const Column& column : batch.columns) {
    if (!line.empty()) line += ',';
    AppendCsvText(line, column.name);
  }
  out << line << '\n';
}

Result<int> PrintCsv(features::RowStream& rows, std::ostream& out) {
  features::ColumnBatch batch;
  for (bool first = true;; first = false) {
    STATOR_ASSIGN_OR_RETURN(const bool more, rows.Next(batch));
    if (!more) return kExitOk;
    if (first) PrintHeader(batch, out);
    for (std::size_t row = 0; row < batch.rows; ++row) {
      std::string line;
      for (std::size_t i = 0; i < batch.columns.size(); ++i) {
        if (i > 0) line += ',';
        AppendCsvCell(line, batch.columns[i], row);
      }
      out << line << '\n';
    }
  }
}

// Entity rows with the column that says when.
struct TimedRows {
  features::EntityRows rows;
  std::string timestamp_column;
};

Result<TimedRows> ReadEntityRows(const ParsedFlags& flags, const base::CallContext& context,
                                 features::AnalyticalEngine& engine) {
  const auto path = flags.Value("--entity-rows");
  const auto json = flags.Value("--dataframe");
  if (path.has_value() == json.has_value()) {
    return UsageError(
        "get-historical-features needs either --entity-rows FILE or --dataframe JSON");
  }
  TimedRows timed;
  if (path) {
    const features::DataFile file{*path, features::DataFormatOf(*path)};
    STATOR_ASSIGN_OR_RETURN(const features::ColumnBatch columns, engine.Describe(context, file));
    STATOR_ASSIGN_OR_RETURN(timed.timestamp_column, features::FindTimestampColumn(columns));
    timed.rows = file;
  } else {
    STATOR_ASSIGN_OR_RETURN(features::ColumnBatch rows, features::EntityRowsFromJson(*json));
    STATOR_ASSIGN_OR_RETURN(timed.timestamp_column, features::FindTimestampColumn(rows));
    timed.rows = std::move(rows);
  }
  return timed;
}

Result<int> RunGetHistoricalFeatures(const ParsedFlags& flags, CommandEnvironment& environment) {
  STATOR_ASSIGN_OR_RETURN(const features::RepoConfig config, LoadCommandConfig(environment));
  STATOR_ASSIGN_OR_RETURN(const auto engine, environment.analytical_engine());
  base::CallContext context;
  context.deadline = base::Deadline::After(std::chrono::hours(24));
  context.cancel = environment.cancel;
  STATOR_ASSIGN_OR_RETURN(TimedRows entities, ReadEntityRows(flags, context, *engine));
  const features::RegistryFile file(config.registry.path, base::SystemClock());
  STATOR_ASSIGN_OR_RETURN(const auto registry, file.Load());
  STATOR_ASSIGN_OR_RETURN(auto snapshot, features::RegistrySnapshot::Build(*registry, config));
  STATOR_ASSIGN_OR_RETURN(
      features::HistoryRequest request,
      features::MakeHistoryRequest(*registry, config, std::move(snapshot), SelectionOf(flags),
                                   std::move(entities.rows)));
  request.timestamp_column = entities.timestamp_column;
  if (const auto out = flags.Value("--output")) {
    STATOR_ASSIGN_OR_RETURN(
        const std::uint64_t rows,
        engine->WriteHistory(context, request, {*out, features::DataFormatOf(*out)}));
    environment.out << rows << " rows written to " << *out << '\n';
    return kExitOk;
  }
  STATOR_ASSIGN_OR_RETURN(const auto rows, engine->History(context, request));
  return PrintCsv(*rows, environment.out);
}

}  // namespace

Command GetHistoricalFeaturesCommand() {
  return {
      .name = "get-historical-features",
      .summary = "Make a training set: the features of each entity row as they were at its time",
      .arguments = "",
      .example =
          "stator get-historical-features --entity-rows labels.parquet --feature-service "
          "driver_activity -o "
          "training.parquet",
      .flags = {{"--entity-rows", "FILE", "join keys and event_timestamp, Parquet or CSV", "",
                 false},
                {"--dataframe", "JSON",
                 "the same as Feast's JSON: a list of rows or an object of columns", "-d", false},
                {"--features", "VIEW:FEATURE", "a feature (may stand more than once)", "-f", true},
                {"--feature-service", "NAME", "all features of a service, in place of --features",
                 "", false},
                {"--full-feature-names", "", "name features VIEW__FEATURE", "", false},
                {"--output", "FILE", "write Parquet or CSV, by its ending (default: print CSV)",
                 "-o", false}},
      .uses_store = false,
      .run = RunGetHistoricalFeatures};
}

}  // namespace stator::server
