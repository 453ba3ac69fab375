// The engine in process, on a folder of the disk: 100,000 items of 1 KB, warm cache.
//
// `cpu_us` is user and system time of the whole process for each item, background threads included;
// the Time columns are wall time.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"

namespace stator::engine {
namespace {

constexpr int kItems = 100'000;
constexpr int kAttributes = 12;

double CpuMicroseconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](timeval time) { return 1e6 * time.tv_sec + time.tv_usec; };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

double ResidentMegabytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// A folder of its own under the working folder, so that syncs are those of a disk.
class Folder {
 public:
  Folder() : path_("engine_bench." + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

dynamo::Item KeyOf(int number) {
  dynamo::ItemBuilder builder;
  builder.Name("pk").String("customer-" + std::to_string(number % 1'000));
  builder.Name("sk").Add(dynamo::Number::FromInt64(number));
  return builder.Build();
}

// 1 KB of twelve attributes: ten strings and the key.
dynamo::Item ItemOf(int number) {
  dynamo::ItemBuilder builder;
  builder.Name("pk").String("customer-" + std::to_string(number % 1'000));
  builder.Name("sk").Add(dynamo::Number::FromInt64(number));
  std::mt19937 random(number);
  for (int i = 2; i < kAttributes; ++i) {
    std::string text(92, '\0');
    for (char& c : text) c = static_cast<char>('a' + random() % 26);
    builder.Name("attribute" + std::to_string(i)).String(text);
  }
  return builder.Build();
}

class Fixture {
 public:
  explicit Fixture(bool loaded) {
    EngineOptions options;
    options.path = folder_.path();
    options.metrics = &metrics_;
    auto opened = LocalDynamo::Open(options);
    CHECK(opened.ok());
    store_ = std::move(*opened);
    dynamo::CreateTableRequest table;
    table.table_name = "bench";
    table.key_schema.partition = {"pk", dynamo::AttributeType::kString};
    table.key_schema.sort = {"sk", dynamo::AttributeType::kNumber};
    table.billing_mode = dynamo::BillingMode::kPayPerRequest;
    CHECK(base::Wait<dynamo::TableDescription>([&](auto done) {
            store_->CreateTable({}, table, std::move(done));
          }).ok());
    if (loaded) Load();
  }

  LocalDynamo& store() { return *store_; }
  base::MetricsRegistry& metrics() { return metrics_; }

 private:
  void Load() {
    for (int begin = 0; begin < kItems; begin += 1'000) {
      dynamo::WriteManyRequest request;
      for (int i = begin; i < begin + 1'000; ++i) {
        request.writes.push_back({"bench", {false, ItemOf(i)}, "", {}});
      }
      const auto written = base::Wait<dynamo::WriteManyResponse>(
          [&](auto done) { store_->PutMany({}, request, std::move(done)); });
      CHECK(written.ok() && written->failures.empty());
    }
  }

  Folder folder_;
  base::MetricsRegistry metrics_;
  std::unique_ptr<LocalDynamo> store_;
};

Fixture& Loaded() {
  static Fixture fixture(true);
  return fixture;
}

void SetCpu(benchmark::State& state, double before, double items) {
  state.counters["cpu_us"] = (CpuMicroseconds() - before) / items;
}

void BM_GetItem(benchmark::State& state) {
  LocalDynamo& store = Loaded().store();
  std::vector<dynamo::GetItemRequest> requests(kItems);
  for (int i = 0; i < kItems; ++i) {
    requests[i].table_name = "bench";
    requests[i].key = KeyOf(i);
  }
  std::mt19937 random(1);
  const auto get = [&](const dynamo::GetItemRequest& request) {
    store.GetItem({}, request, [](const base::Result<dynamo::GetItemResponse>& response) {
      CHECK(response.ok() && response->item);
    });
  };
  for (const auto& request : requests) get(request);
  const double before = CpuMicroseconds();
  for (auto _ : state) get(requests[random() % kItems]);
  SetCpu(state, before, static_cast<double>(state.iterations()));
}
BENCHMARK(BM_GetItem)->Iterations(400'000);

void BM_GetMany50(benchmark::State& state) {
  LocalDynamo& store = Loaded().store();
  std::mt19937 random(1);
  dynamo::ReadManyRequest request;
  const double before = CpuMicroseconds();
  for (auto _ : state) {
    state.PauseTiming();
    request.reads.clear();
    for (int i = 0; i < 50; ++i) {
      request.reads.push_back({"bench", KeyOf(static_cast<int>(random() % kItems))});
    }
    state.ResumeTiming();
    store.GetMany({}, request, [](const base::Result<dynamo::ReadManyResponse>& response) {
      CHECK(response.ok() && response->failures.empty());
    });
  }
  SetCpu(state, before, 50.0 * static_cast<double>(state.iterations()));
}
BENCHMARK(BM_GetMany50)->Iterations(5'000);

void BM_Scan(benchmark::State& state) {
  LocalDynamo& store = Loaded().store();
  const double before = CpuMicroseconds();
  std::int64_t rows = 0;
  for (auto _ : state) {
    dynamo::ScanRequest request;
    request.table_name = "bench";
    do {
      store.Scan({}, request, [&](base::Result<dynamo::ScanResponse> page) {
        CHECK(page.ok());
        rows += page->count;
        request.exclusive_start_key = std::move(page->last_evaluated_key);
      });
    } while (request.exclusive_start_key);
  }
  SetCpu(state, before, static_cast<double>(rows));
}
BENCHMARK(BM_Scan)->Iterations(5);

void BM_QueryPartition(benchmark::State& state) {
  LocalDynamo& store = Loaded().store();
  dynamo::QueryRequest request;
  request.table_name = "bench";
  request.key_condition_expression = "pk = :p AND sk < :n";
  dynamo::ItemBuilder values;
  values.Name(":p").String("customer-7").Name(":n").Add(dynamo::Number::FromInt64(10'000));
  request.expression_attributes.values = values.Build();
  const double before = CpuMicroseconds();
  for (auto _ : state) {
    store.Query({}, request, [](const base::Result<dynamo::QueryResponse>& page) {
      CHECK(page.ok() && page->count == 10);
    });
  }
  SetCpu(state, before, static_cast<double>(state.iterations()));
}
BENCHMARK(BM_QueryPartition)->Iterations(50'000);

// 16 clients, each waiting for its own write, as connections of the door do.
void BM_PutItemSynced16(benchmark::State& state) {
  Fixture fixture(false);
  constexpr int kClients = 16;
  constexpr int kEach = 4'000;
  std::vector<std::vector<dynamo::PutItemRequest>> requests(kClients);
  for (int client = 0; client < kClients; ++client) {
    for (int i = 0; i < kEach; ++i) {
      dynamo::PutItemRequest put;
      put.table_name = "bench";
      put.item = ItemOf(client * kEach + i);
      requests[client].push_back(std::move(put));
    }
  }
  const base::Counter* syncs = fixture.metrics().GetCounter("stator_engine_syncs_total", "");
  const std::uint64_t syncs_before = syncs->value();
  const double before = CpuMicroseconds();
  for (auto _ : state) {
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([&, client] {
        for (const dynamo::PutItemRequest& put : requests[client]) {
          CHECK(base::Wait<dynamo::PutItemResponse>([&](auto done) {
                  fixture.store().PutItem({}, put, std::move(done));
                }).ok());
        }
      });
    }
    for (std::thread& client : clients) client.join();
  }
  const double writes = static_cast<double>(state.iterations()) * kClients * kEach;
  SetCpu(state, before, writes);
  state.counters["writes_per_sync"] = writes / static_cast<double>(syncs->value() - syncs_before);
  state.counters["writes/s"] = benchmark::Counter(writes, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_PutItemSynced16)->Iterations(1)->UseRealTime();

// 16 writes in flight from one thread: each completion, on the sync thread, hands in the next, as
// an I/O thread of the door does.
void BM_PutItemInFlight16(benchmark::State& state) {
  Fixture fixture(false);
  constexpr int kWrites = 64'000;
  std::vector<dynamo::PutItemRequest> requests(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    requests[i].table_name = "bench";
    requests[i].item = ItemOf(i);
  }
  const double before = CpuMicroseconds();
  for (auto _ : state) {
    std::atomic<int> next{0};
    std::atomic<int> done_count{0};
    std::mutex mutex;
    std::condition_variable all;
    std::function<void()> put = [&] {
      const int i = next++;
      if (i >= kWrites) return;
      fixture.store().PutItem({}, requests[i],
                              [&](const base::Result<dynamo::PutItemResponse>& response) {
                                CHECK(response.ok());
                                put();
                                if (++done_count == kWrites) {
                                  const std::lock_guard lock(mutex);
                                  all.notify_one();
                                }
                              });
    };
    for (int i = 0; i < 16; ++i) put();
    std::unique_lock lock(mutex);
    all.wait(lock, [&] { return done_count == kWrites; });
  }
  SetCpu(state, before, kWrites);
}
BENCHMARK(BM_PutItemInFlight16)->Iterations(1)->UseRealTime();

void BM_PutMany(benchmark::State& state) {
  Fixture fixture(false);
  dynamo::WriteManyRequest request;
  int number = 0;
  double cpu = 0;
  for (auto _ : state) {
    state.PauseTiming();
    request.writes.clear();
    for (int i = 0; i < 1'000; ++i) {
      request.writes.push_back({"bench", {false, ItemOf(number++)}, "", {}});
    }
    state.ResumeTiming();
    const double before = CpuMicroseconds();
    CHECK(base::Wait<dynamo::WriteManyResponse>([&](auto done) {
            fixture.store().PutMany({}, request, std::move(done));
          }).ok());
    cpu += CpuMicroseconds() - before;
  }
  state.counters["cpu_us"] = cpu / (1'000.0 * static_cast<double>(state.iterations()));
}
BENCHMARK(BM_PutMany)->Iterations(200);

void BM_OpenEmptyFolder(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto folder = std::make_unique<Folder>();
    state.ResumeTiming();
    EngineOptions options;
    options.path = folder->path();
    auto opened = LocalDynamo::Open(options);
    state.PauseTiming();
    CHECK(opened.ok());
    state.counters["rss_mb"] = ResidentMegabytes();
    opened->reset();
    folder.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_OpenEmptyFolder)->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stator::engine
