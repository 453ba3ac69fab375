// What a row costs: all columns of 12-attribute items, from the embedded engine through DuckDB, and
// the conversion from item bytes to vectors alone. Time is the CPU time of the whole process.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "base/completion.h"
#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"
#include "sql/duckdb_bridge.h"
#include "sql/items_to_vectors.h"
#include "sql/sql_engine.h"
#include "sql/table_registry.h"

namespace stator::sql {
namespace {

constexpr int kItems = 100'000;
constexpr int kItemsPerBatch = 1'000;

dynamo::Item MakeItem(int i) {
  const std::string number = std::to_string(i);
  dynamo::ItemBuilder item;
  item.Name("id").String("customer-" + number);
  item.Name("at").Add(dynamo::Number::FromInt64(i));
  item.Name("active").Bool(i % 3 == 0);
  item.Name("amount").Add(*dynamo::Number::Parse(number + ".25"));
  item.Name("city").String("San Francisco");
  item.Name("count").Add(dynamo::Number::FromInt64(i * 7));
  item.Name("email").String("somebody-" + number + "@example.com");
  item.Name("kind").String(i % 2 == 0 ? "retail" : "wholesale");
  item.Name("place").BeginMap().Name("lat").Add(*dynamo::Number::Parse("37.775"));
  item.Name("lon").Add(*dynamo::Number::Parse("-122.4194")).EndMap();
  item.Name("score").Add(dynamo::Number::FromInt64(i % 100));
  item.Name("tags").BeginList().String("new").String("paid").EndList();
  item.Name("updated").String("2001-01-31T10:00:00Z");
  return item.Build();
}

// A table of kItems in memory, made once.
dynamo::Store& Store() {
  static const std::unique_ptr<dynamo::Store> store = [] {
    engine::EngineOptions options;
    options.in_memory = true;
    std::unique_ptr<dynamo::Store> opened = std::move(*engine::LocalDynamo::Open(options));
    dynamo::CreateTableRequest table;
    table.table_name = "customers";
    table.key_schema = {{"id", dynamo::AttributeType::kString},
                        dynamo::KeyAttribute{"at", dynamo::AttributeType::kNumber}};
    table.billing_mode = dynamo::BillingMode::kPayPerRequest;
    CHECK(base::Wait<dynamo::TableDescription>([&](auto done) {
            opened->CreateTable({}, table, std::move(done));
          }).ok());
    for (int first = 0; first < kItems; first += kItemsPerBatch) {
      dynamo::WriteManyRequest request;
      for (int i = first; i < first + kItemsPerBatch; ++i) {
        request.writes.push_back({"customers", {false, MakeItem(i)}, "", {}});
      }
      CHECK(base::Wait<dynamo::WriteManyResponse>([&](auto done) {
              opened->PutMany({}, request, std::move(done));
            }).ok());
    }
    return opened;
  }();
  return *store;
}

class DroppingSink final : public ResultSink {
 public:
  base::Status Begin(const std::vector<ResultColumn>&) override { return base::OkStatus(); }
  base::Status Rows(const ResultChunk& chunk) override {
    rows += chunk.rows();
    return base::OkStatus();
  }
  base::Status End() override { return base::OkStatus(); }
  bool Restart() override { return true; }
  std::size_t rows = 0;
};

void SelectAllColumns(benchmark::State& state) {
  SqlEngineOptions options;
  options.store = &Store();
  options.threads = static_cast<int>(state.range(0));
  const auto engine = std::move(*SqlEngine::Open(std::move(options)));
  const auto session = engine->NewSession();
  DroppingSink sink;
  for (auto _ : state) {
    CHECK(session->Run({}, "SELECT * FROM customers", {}, sink).ok());
  }
  CHECK(sink.rows == static_cast<std::size_t>(state.iterations()) * kItems);
  state.SetItemsProcessed(state.iterations() * kItems);
  state.counters["us/row"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kItems * 1e-6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(SelectAllColumns)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

void ConvertItems(benchmark::State& state) {
  SchemaEvidence evidence({{"id", dynamo::AttributeType::kString},
                           dynamo::KeyAttribute{"at", dynamo::AttributeType::kNumber}});
  const auto page = std::make_shared<Page>();
  for (int i = 0; i < static_cast<int>(STANDARD_VECTOR_SIZE); ++i) {
    page->items.Append(MakeItem(i));
    evidence.Add(MakeItem(i));
  }
  const std::vector<Column> columns = evidence.InferColumns();
  std::vector<OutputColumn> outputs;
  duckdb::vector<duckdb::LogicalType> types;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    outputs.push_back({&columns[i], i});
    types.push_back(ToLogicalType(columns[i].type));
  }
  const ItemsToVectors reader(outputs, true);
  duckdb::DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  for (auto _ : state) {
    chunk.Reset();
    std::size_t entry = 0;
    Misfit misfit;
    CHECK(reader.Fill(page, entry, chunk, misfit));
  }
  state.SetItemsProcessed(state.iterations() * STANDARD_VECTOR_SIZE);
}
BENCHMARK(ConvertItems)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stator::sql
