#include "server/feature_repo.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/call_context.h"
#include "features/errors.h"

namespace stator::server {
namespace {

using base::Status;
using features::Column;
using features::ColumnKind;
namespace fs = std::filesystem;

constexpr std::int64_t kHourMicros = 3600LL * 1'000'000;
constexpr int kDrivers = 5;
constexpr int kHours = 15 * 24;

constexpr std::string_view kDefinitions =
    R"(# What stands here becomes the registry: `stator plan` shows the changes, `stator apply` makes them.
entities:
  - name: driver
    join_key: driver_id
    value_type: INT64
    description: a driver of the fleet

sources:
  - name: driver_hourly_stats_source
    path: data/driver_stats.parquet
    timestamp_field: event_timestamp
    created_timestamp_column: created

feature_views:
  - name: driver_hourly_stats
    entities: [driver]
    source: driver_hourly_stats_source
    ttl: 1d
    schema:
      - {name: conv_rate, dtype: Float32, description: share of offers that became trips}
      - {name: acc_rate, dtype: Float32, description: share of offers accepted}
      - {name: avg_daily_trips, dtype: Int64}
    tags: {team: driver_performance}

feature_services:
  - name: driver_activity
    features: [driver_hourly_stats]
)";

std::string StoreYaml(const std::string& project, RepoTemplate kind, const std::string& region) {
  std::string text = "project: " + project + "\nregistry: data/registry.db\n";
  text += kind == RepoTemplate::kAws ? "provider: aws\n" : "provider: local\n";
  if (kind == RepoTemplate::kLocal)
    text += "# The embedded engine, in a folder. For AWS: a region and no endpoint_url.\n";
  text += "online_store:\n  type: dynamodb\n  region: " + region + "\n";
  if (kind == RepoTemplate::kLocal) text += "  endpoint_url: embedded:.stator/data\n";
  return text + "offline_store:\n  type: file\nentity_key_serialization_version: 3\n";
}

std::string Readme(const std::string& project) {
  return "# " + project +
         "\n\nA feature repo. In this folder:\n\n"
         "```\n"
         "stator apply\n"
         "stator materialize-incremental $(date -u +%Y-%m-%dT%H:%M:%S)\n"
         "stator get-online-features -f driver_hourly_stats:conv_rate -f "
         "driver_hourly_stats:avg_daily_trips -e "
         "driver_id=1001\n"
         "stator serve\n"
         "```\n";
}

Status WriteText(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return base::OkStatus();
  return base::Error(base::ErrorKind::kUnavailable, features::kFeastConfigError,
                     "Writing " + path.string() + ": " + std::strerror(errno));
}

Column MakeColumn(std::string name, ColumnKind kind) {
  Column column;
  column.name = std::move(name);
  column.kind = kind;
  return column;
}

// A number within [0, 1) that depends on driver, hour and column alone.
double Sample(int driver, std::int64_t hour, int column) {
  std::uint64_t x = static_cast<std::uint64_t>(hour) * 2654435761U +
                    static_cast<std::uint64_t>(driver * 7919 + column);
  x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15ULL;
  return static_cast<double>((x ^ (x >> 29)) >> 11) / 9007199254740992.0;
}

features::ColumnBatch SampleRows(base::WallTime now) {
  const std::int64_t last_hour = now.time_since_epoch().count() / kHourMicros;
  features::ColumnBatch rows;
  rows.columns = {MakeColumn("event_timestamp", ColumnKind::kTimestamp),
                  MakeColumn("driver_id", ColumnKind::kInteger),
                  MakeColumn("conv_rate", ColumnKind::kFloat),
                  MakeColumn("acc_rate", ColumnKind::kFloat),
                  MakeColumn("avg_daily_trips", ColumnKind::kInteger),
                  MakeColumn("created", ColumnKind::kTimestamp)};
  for (std::int64_t hour = last_hour - kHours; hour <= last_hour; ++hour) {
    for (int driver = 1001; driver < 1001 + kDrivers; ++driver) {
      rows.columns[0].integers.push_back(hour * kHourMicros);
      rows.columns[1].integers.push_back(driver);
      rows.columns[2].doubles.push_back(static_cast<float>(Sample(driver, hour, 2)));
      rows.columns[3].doubles.push_back(static_cast<float>(Sample(driver, hour, 3)));
      rows.columns[4].integers.push_back(static_cast<std::int64_t>(1000 * Sample(driver, hour, 4)));
      rows.columns[5].integers.push_back(hour * kHourMicros);
      ++rows.rows;
    }
  }
  return rows;
}

// The folder's name with what a project name cannot hold replaced.
std::string ProjectName(const fs::path& folder) {
  std::string name = folder.filename().string();
  for (char& c : name) {
    const bool allowed =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    if (!allowed) c = '_';
  }
  while (name.starts_with('_')) name.erase(0, 1);
  return name.empty() ? "features" : name;
}

}  // namespace

Status WriteFeatureRepo(const std::string& path, RepoTemplate kind, const std::string& region,
                        const base::Clock& clock, features::AnalyticalEngine& engine) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(path, ignored).lexically_normal();
  if (fs::exists(folder / "feature_store.yaml", ignored)) {
    return base::Error(
        base::ErrorKind::kConflict, features::kFeastConfigError,
        folder.string() + " holds a feature_store.yaml already; choose another name");
  }
  fs::create_directories(folder / "features", ignored);
  fs::create_directories(folder / "data", ignored);
  const std::string project = ProjectName(folder);
  STATOR_RETURN_IF_ERROR(
      WriteText(folder / "feature_store.yaml", StoreYaml(project, kind, region)));
  STATOR_RETURN_IF_ERROR(WriteText(folder / "features" / "driver_stats.yaml", kDefinitions));
  STATOR_RETURN_IF_ERROR(WriteText(folder / "README.md", Readme(project)));
  return engine.WriteRows(
      base::CallContext(), SampleRows(clock.WallNow()),
      {(folder / "data" / "driver_stats.parquet").string(), features::DataFormat::kParquet});
}

}  // namespace stator::server
