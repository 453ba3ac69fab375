// One row of 50 features over five views, in process on the embedded engine: from a parsed request
// to the bytes of the reply.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

#include "engine/local_dynamo.h"
#include "feast/core/Registry.pb.h"
#include "features/feature_tables.h"
#include "features/online_json.h"
#include "features/online_reader.h"
#include "features/value_codec.h"

namespace stator::features {
namespace {

constexpr int kViews = 5;
constexpr int kFeaturesOfView = 10;
constexpr int kEntities = 20'000;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::cerr << "online_reader_bench: " << what << '\n';
  std::abort();
}

feast::core::Registry MakeRegistry() {
  feast::core::Registry registry;
  auto& entity = *registry.add_entities()->mutable_spec();
  entity.set_name("driver");
  entity.set_join_key("driver_id");
  entity.set_project("bench");
  entity.set_value_type(feast::types::ValueType::INT64);
  for (int v = 0; v < kViews; ++v) {
    auto& spec = *registry.add_feature_views()->mutable_spec();
    spec.set_name("view_" + std::to_string(v));
    spec.set_project("bench");
    spec.set_online(true);
    spec.add_entities("driver");
    auto& key = *spec.add_entity_columns();
    key.set_name("driver_id");
    key.set_value_type(feast::types::ValueType::INT64);
    for (int f = 0; f < kFeaturesOfView; ++f) {
      auto& feature = *spec.add_features();
      feature.set_name("feature_" + std::to_string(v * kFeaturesOfView + f));
      feature.set_value_type(feast::types::ValueType::INT64);
    }
  }
  return registry;
}

RequestValue DriverId(std::int64_t id) {
  RequestValue value;
  value.type = RequestValue::Type::kInteger;
  value.integer = id;
  return value;
}

// An engine in memory with every row of every view, and the plans of its registry.
class Fixture {
 public:
  Fixture() {
    config_.project = "bench";
    engine::EngineOptions options;
    options.in_memory = true;
    auto opened = engine::LocalDynamo::Open(options);
    Require(opened.ok(), "the engine does not open");
    store_ = std::move(*opened);
    const auto registry = MakeRegistry();
    const auto tables = FeatureTables(registry, config_);
    Require(UpdateTables(base::CallContext(), *store_, tables, {}, [](const auto&) {}).ok(),
            "no tables");
    for (int id = 0; id < kEntities; id += 500) Load(id, 500);
    auto snapshot = RegistrySnapshot::Build(registry, config_);
    Require(snapshot.ok(), "the registry has a fault");
    plans_ = std::make_unique<ReadPlanCache>(*snapshot);
    reader_ = std::make_unique<OnlineReader>(*store_, config_);
  }

  std::size_t Read(std::int64_t first, std::size_t rows) {
    OnlineRequest request;
    request.selection.features = references_;
    RequestColumn& column = request.entities.emplace_back();
    column.name = "driver_id";
    for (std::size_t i = 0; i < rows; ++i)
      column.values.push_back(DriverId((first + 37 * i) % kEntities));
    std::string body;
    reader_->Read(base::CallContext(), *plans_, std::move(request),
                  [&](base::Result<std::unique_ptr<OnlineResponse>> response) {
                    Require(response.ok(), "a read failed");
                    AppendOnlineJson(body, **response);
                  });
    Require(body.find("NOT_FOUND") == std::string::npos && !body.empty(), "a row is missing");
    return body.size();
  }

 private:
  void Load(int first, int count) {
    dynamo::WriteManyRequest writes;
    dynamo::ItemBuilder builder;
    for (int id = first; id < first + count; ++id) {
      const EntityValue value{ValueKind::kInt64, id, {}};
      const EntityKeyPart part{"driver_id", &value};
      std::string key;
      Require(SerializeEntityKey({&part, 1}, 3, key).ok(), "a key has a fault");
      for (int v = 0; v < kViews; ++v)
        writes.writes.push_back(Row(v, id, ComputeEntityId(key), builder));
    }
    const auto written = base::Wait<dynamo::WriteManyResponse>(
        [&](auto done) { store_->PutMany(base::CallContext(), writes, std::move(done)); });
    Require(written.ok() && written->failures.empty(), "the rows were not written");
  }

  dynamo::ItemWrite Row(int view, int id, const std::string& entity_id,
                        dynamo::ItemBuilder& builder) {
    std::vector<std::pair<std::string, std::string>> values;
    for (int f = 0; f < kFeaturesOfView; ++f) {
      auto& [name, value] = values.emplace_back();
      name = "feature_" + std::to_string(view * kFeaturesOfView + f);
      EncodeInteger(ValueKind::kInt64, id * 1000 + f, value);
      if (id == 0) references_.push_back("view_" + std::to_string(view) + ":" + name);
    }
    std::vector<NamedFeature> named;
    for (const auto& [name, value] : values) named.push_back({name, value});
    dynamo::ItemWrite write;
    write.table_name = "bench.view_" + std::to_string(view);
    write.request.item = EncodeFeatureRow(entity_id, 1'767'225'600'000'000, named, builder);
    return write;
  }

  RepoConfig config_;
  std::unique_ptr<engine::LocalDynamo> store_;
  std::unique_ptr<ReadPlanCache> plans_;
  std::unique_ptr<OnlineReader> reader_;
  std::vector<std::string> references_;
};

void BM_OnlineRead(benchmark::State& state) {
  static Fixture& fixture = *new Fixture();
  std::int64_t id = 0;
  std::size_t bytes = 0;
  for (auto _ : state)
    bytes += fixture.Read(id = (id + 7919) % kEntities, static_cast<std::size_t>(state.range(0)));
  state.counters["reply_bytes"] =
      static_cast<double>(bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_OnlineRead)->Arg(1)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stator::features
