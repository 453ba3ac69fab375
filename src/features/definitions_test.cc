#include "features/definitions.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "feast/core/Registry.pb.h"
#include "features/registry_edit.h"
#include "features/registry_snapshot.h"
#include "features/test_files.h"

namespace stator::features {
namespace {

namespace core = feast::core;
namespace fs = std::filesystem;

// The golden repo's plain objects as a person without Python would write them.
constexpr std::string_view kGolden = R"(
entities:
  - {name: driver, join_key: driver_id, value_type: INT64, description: a driver, tags: {pii: "no"}, owner: o1}
  - {name: customer, join_key: customer_id, value_type: String}
  - {name: zone, join_key: zone_id, value_type: Int32}
sources:
  - name: trips_src
    path: data/trips.parquet
    timestamp_field: ts
    created_timestamp_column: created
    field_mapping: {cust: customer_id, n: trip_count}
  - {name: zones_src, path: data/zones.parquet, timestamp_field: event_timestamp}
  - {name: totals_src, path: data/totals.parquet, timestamp_field: event_timestamp}
  - {name: customers_src, path: data/customers.parquet, timestamp_field: event_timestamp}
  - {name: push_src, type: push, batch_source: customers_src, description: push, tags: {p: "1"}, owner: o3}
feature_views:
  - name: trips
    entities: [driver, customer]
    ttl: 1d
    source: trips_src
    schema: [{name: driver_id, dtype: Int64}, {name: customer_id, dtype: String}, {name: trip_count, dtype: Int64}, fare: Float64]
  - {name: zones, entities: [zone], source: zones_src, schema: [surge: Float32]}
  - {name: totals, source: totals_src, schema: [total_trips: Int64]}
  - {name: customers, entities: [customer], ttl: 365d, source: push_src, schema: [age: Int32, city: String]}
feature_services:
  - name: svc_alias
    features:
      - {view: zones, alias: pickup, join_key_map: {zone_id: pickup_zone}}
      - {view: zones, alias: dropoff, join_key_map: {zone_id: dropoff_zone}}
)";

class DefinitionsTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.project = "golden";
    config_.repo_path = testing::TempDir() + "definitions";
    fs::remove_all(config_.repo_path);
    fs::create_directories(config_.repo_path + "/features");
  }

  base::Result<std::unique_ptr<core::Registry>> Load(std::string_view yaml) {
    std::ofstream(config_.repo_path + "/features/all.yaml") << yaml;
    return LoadDefinitions(base::CallContext(), config_, [] {
      return base::Result<std::shared_ptr<AnalyticalEngine>>(
          base::Error(base::ErrorKind::kUnavailable, "NoEngine", "no engine here"));
    });
  }
  std::string ErrorOf(std::string_view yaml) {
    const auto loaded = Load(yaml);
    return loaded.ok() ? "no error" : loaded.error().ToString();
  }

  RepoConfig config_;
  const base::WallTime now_{std::chrono::seconds(1'767'225'600)};
};

template <typename Objects>
const typename Objects::value_type& Named(const Objects& objects, const std::string& name) {
  for (const auto& object : objects) {
    if (object.spec().name() == name) return object;
  }
  ADD_FAILURE() << "no " << name;
  return objects.Get(0);
}

core::Registry Golden() {
  core::Registry registry;
  EXPECT_TRUE(registry.ParseFromString(ReadTestFile(GoldenPath("registry-after-apply.db"))));
  return registry;
}

// Times are Feast's own, everything else has to agree.
template <typename Message>
std::string WithoutTimes(const Message& message) {
  Message copy = message;
  if constexpr (requires { copy.batch_source(); }) {
    if (copy.has_batch_source()) copy.mutable_batch_source()->clear_meta();
    if (copy.has_stream_source()) {
      copy.mutable_stream_source()->clear_meta();
      copy.mutable_stream_source()->mutable_batch_source()->clear_meta();
    }
  }
  if constexpr (requires { copy.features(0).feature_view_name(); }) {
    for (auto& projection : *copy.mutable_features())
      projection.mutable_batch_source()->clear_meta();
  }
  return copy.DebugString();
}

TEST_F(DefinitionsTest, GiveTheMessagesThatFeastWritesForTheSameObjects) {
  const auto loaded = Load(kGolden);
  ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();
  const core::Registry golden = Golden();
  for (const auto& entity : (*loaded)->entities()) {
    EXPECT_EQ(entity.spec().DebugString(),
              Named(golden.entities(), entity.spec().name()).spec().DebugString());
  }
  for (const auto& view : (*loaded)->feature_views()) {
    EXPECT_EQ(WithoutTimes(view.spec()),
              WithoutTimes(Named(golden.feature_views(), view.spec().name()).spec()));
  }
  for (const auto& service : (*loaded)->feature_services()) {
    EXPECT_EQ(WithoutTimes(service.spec()),
              WithoutTimes(Named(golden.feature_services(), service.spec().name()).spec()));
  }
  for (core::DataSource source : (*loaded)->data_sources()) {
    for (core::DataSource feasts : golden.data_sources()) {
      if (feasts.name() != source.name()) continue;
      feasts.clear_meta();
      feasts.mutable_batch_source()->clear_meta();
      source.mutable_batch_source();
      EXPECT_EQ(source.DebugString(), feasts.DebugString());
    }
  }
}

TEST_F(DefinitionsTest, AppliedTwiceChangeNothingTheSecondTime) {
  const auto wanted = Load(kGolden);
  core::Registry registry;
  const auto first = EditRegistry(**wanted, config_, now_, false, registry);
  EXPECT_EQ(first.size(), 1U + 3 + 5 + 4 + 1);
  EXPECT_EQ(registry.feature_view_version_history().records_size(), 4);
  EXPECT_EQ(registry.entities_size(), 4);
  EXPECT_EQ(registry.projects_size(), 1);
  EXPECT_EQ(Named(registry.feature_views(), "trips").meta().created_timestamp().seconds(),
            1'767'225'600);
  EXPECT_TRUE(Named(registry.feature_views(), "trips").spec().batch_source().has_meta());
  const std::string bytes = registry.SerializeAsString();
  EXPECT_TRUE(EditRegistry(**wanted, config_, now_, false, registry).empty());
  EXPECT_EQ(registry.SerializeAsString(), bytes);
  EXPECT_TRUE(RegistrySnapshot::Build(registry, config_).ok());
}

TEST_F(DefinitionsTest, AChangedSchemaKeepsIntervalsAndGetsTheNextVersion) {
  core::Registry registry;
  EditRegistry(**Load(kGolden), config_, now_, false, registry);
  for (auto& view : *registry.mutable_feature_views()) {
    view.mutable_meta()->add_materialization_intervals()->mutable_end_time()->set_seconds(7);
  }
  std::string changed(kGolden);
  changed.replace(changed.find("[surge: Float32]"), 16, "[surge: Float64]");
  const auto changes =
      EditRegistry(**Load(changed), config_, now_ + std::chrono::hours(1), false, registry);
  ASSERT_EQ(changes.size(), 2U);  // the view, and the service that projects it
  EXPECT_NE(DescribeChange(changes[0]).find("Updated feature view zones\n\tfeatures: "),
            std::string::npos);
  const auto& zones = Named(registry.feature_views(), "zones");
  EXPECT_EQ(zones.meta().current_version_number(), 1);
  EXPECT_EQ(zones.meta().materialization_intervals(0).end_time().seconds(), 7);
  EXPECT_EQ(zones.meta().created_timestamp().seconds(), 1'767'225'600);
  EXPECT_EQ(zones.meta().last_updated_timestamp().seconds(), 1'767'225'600 + 3600);
  EXPECT_EQ(registry.feature_view_version_history().records_size(), 5);
}

TEST_F(DefinitionsTest, RemoveOnlyWhatStatorWroteUnlessToldTo) {
  core::Registry registry = Golden();
  const int feasts = registry.feature_views_size();
  constexpr std::string_view kOne = R"(
entities: [{name: pilot, value_type: Int64}]
sources: [{name: p_src, path: p.parquet, timestamp_field: t}]
feature_views: [{name: pilots, entities: [pilot], source: p_src, schema: [hours: Int64]}]
)";
  EditRegistry(**Load(kOne), config_, now_, false, registry);
  EXPECT_EQ(registry.feature_views_size(), feasts + 1);
  const auto removed = EditRegistry(**Load("entities: []\n"), config_, now_, false, registry);
  EXPECT_EQ(removed.size(), 3U);
  EXPECT_EQ(registry.feature_views_size(), feasts);
  EXPECT_EQ(registry.stator_objects_size(), 0);
  EditRegistry(**Load("entities: []\n"), config_, now_, true, registry);
  EXPECT_EQ(registry.feature_views_size(), 0);
  EXPECT_EQ(registry.entities_size(), 1);  // the dummy stays
}

TEST_F(DefinitionsTest, MistakesAreToldWithFileLineAndKey) {
  EXPECT_NE(ErrorOf("feature_views:\n  - name: a\n    sauce: b\n")
                .find("all.yaml:3: feature_views[0].sauce: Extra"),
            std::string::npos);
  EXPECT_NE(ErrorOf("feature_views:\n  - {name: a, source: b}\n").find("no source named 'b'"),
            std::string::npos);
  const std::string source = "sources: [{name: s, path: p.parquet, timestamp_field: t}]\n";
  EXPECT_NE(ErrorOf(source + "feature_views: [{name: a, source: s, entities: [x]}]\n")
                .find("no entity named 'x'"),
            std::string::npos);
  EXPECT_NE(ErrorOf(source + "feature_views: [{name: a, source: s, schema: [f: Int99]}]\n")
                .find("'Int99' is no type"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf(source + "feature_views: [{name: a, source: s, ttl: soon, schema: [f: Int64]}]\n")
          .find("'soon' is no duration"),
      std::string::npos);
  EXPECT_NE(ErrorOf(source + "feature_views: [{name: 'a:b', source: s, schema: [f: Int64]}]\n")
                .find("no ':'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("sources:\n  - {name: s, path: p}\n").find("timestamp_field: Field required"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf("feature_services: [{name: s, features: [v]}]\n").find("no feature view named 'v'"),
      std::string::npos);
  EXPECT_NE(ErrorOf("entities: [{name: a}, {name: a}]\n").find("two entities named 'a'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("views: []\n").find("Extra inputs"), std::string::npos);
  EXPECT_NE(ErrorOf("entities: [\n").find("all.yaml:2"), std::string::npos);
}

TEST_F(DefinitionsTest, AViewWithoutASchemaAsksTheEngine) {
  EXPECT_NE(ErrorOf("sources: [{name: s, path: p.parquet, timestamp_field: t}]\nfeature_views: "
                    "[{name: a, source: s}]\n")
                .find("NoEngine"),
            std::string::npos);
}

TEST(Duration, IsANumberWithAUnit) {
  EXPECT_EQ(ParseDuration("90s"), 90'000'000);
  EXPECT_EQ(ParseDuration("2w"), 2 * 7 * 86'400'000'000LL);
  EXPECT_EQ(ParseDuration("0"), 0);
  for (const char* text :
       {"", "5", "d", "-1d", "1.5d", "1y", "99999999999999999999d", "2000000d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

}  // namespace
}  // namespace stator::features
