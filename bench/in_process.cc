// in_process: what one call costs without HTTP, for `bench/run.py --only stator`.
//
//   in_process DATA_FOLDER REPO
//
// DATA_FOLDER is made, filled and left to the caller; REPO is a feature repo, materialized into the
// embedded store, with the views of bench/online_reads.py. Prints one line of JSON: for each path
// the user and system CPU microseconds of the whole process a call (SQL: a row), and the most that
// it may be. Ends with 1 and a message when an answer is wrong.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/completion.h"
#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"
#include "features/online_reader.h"
#include "features/registry.h"
#include "features/repo_config.h"
#include "features/value_codec.h"
#include "sql/sql_engine.h"

namespace stator {
namespace {

constexpr int kItems = 100'000;
constexpr int kReads = 300'000;
constexpr int kOnlineReads = 100'000;
constexpr int kEntities = 20'000;
constexpr int kViews = 5;
constexpr int kFeaturesPerView = 10;
constexpr int kSelects = 5;
constexpr int kItemsPerBatch = 500;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

template <typename T>
T Must(base::Result<T> result) {
  if (!result.ok()) Fail(result.error().ToString());
  return std::move(result).value();
}

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// CPU microseconds of one of `calls` calls, the second time around: everything is warm then.
template <typename Call>
double Measure(int calls, Call call) {
  for (int i = 0; i < calls; ++i) call(i);
  const double before = CpuMicroseconds();
  for (int i = 0; i < calls; ++i) call(i);
  return (CpuMicroseconds() - before) / calls;
}

std::string Key(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "k%08d", number);
  return text;
}

// The 1,024 bytes of bench/load.py, near enough: a key, a number, a flag, eight texts.
dynamo::Item WideItem(dynamo::ItemBuilder& builder, int number) {
  builder.Name("id").String(Key(number));
  builder.Name("count").Add(dynamo::Number::FromInt64(12345));
  builder.Name("flag").Bool(true);
  for (char digit = '0'; digit < '8'; ++digit) {
    builder.Name(std::string("text") + digit).String(std::string(119, 'x'));
  }
  return builder.Build();
}

// 12 attributes of the usual types, about 200 bytes.
dynamo::Item RowItem(dynamo::ItemBuilder& builder, int number) {
  builder.Name("id").String(Key(number));
  for (const char* name : {"city", "carrier", "status", "note"}) {
    builder.Name(name).String("some text of a row");
  }
  for (const char* name : {"delay", "distance", "seats", "stops"}) {
    builder.Name(name).Add(dynamo::Number::FromInt64(number));
  }
  builder.Name("price").Add(*dynamo::Number::Parse(std::to_string(number) + ".25"));
  builder.Name("rating").Add(*dynamo::Number::Parse("4.5"));
  builder.Name("open").Bool(number % 2 == 0);
  return builder.Build();
}

using MakeItem = dynamo::Item (*)(dynamo::ItemBuilder&, int);

void Fill(dynamo::Store& store, const std::string& table, MakeItem make) {
  dynamo::CreateTableRequest create;
  create.table_name = table;
  create.key_schema.partition = {"id", dynamo::AttributeType::kString};
  create.billing_mode = dynamo::BillingMode::kPayPerRequest;
  Must(base::Wait<dynamo::TableDescription>(
      [&](auto done) { store.CreateTable({}, create, std::move(done)); }));
  dynamo::ItemBuilder builder;
  for (int start = 0; start < kItems; start += kItemsPerBatch) {
    dynamo::WriteManyRequest request;
    for (int i = start; i < start + kItemsPerBatch; ++i) {
      dynamo::ItemWrite write;
      write.table_name = table;
      write.request.item = make(builder, i);
      request.writes.push_back(std::move(write));
    }
    const auto written = Must(base::Wait<dynamo::WriteManyResponse>(
        [&](auto done) { store.PutMany({}, request, std::move(done)); }));
    if (!written.failures.empty()) Fail(written.failures[0].error.ToString());
  }
}

// Of random items, after each has been read once.
double GetItemCost(dynamo::Store& store) {
  std::mt19937 random(42);
  dynamo::ItemBuilder builder;
  dynamo::GetItemRequest request;
  request.table_name = "wide";
  const auto read = [&](int number) {
    builder.Name("id").String(Key(number));
    request.key = builder.Build();
    bool found = false;
    store.GetItem({}, request, [&](base::Result<dynamo::GetItemResponse> answer) {
      found = answer.ok() && answer->item && answer->item->Find("id") == request.key.Find("id");
    });
    if (!found) Fail("GetItem: not the item asked for");
  };
  for (int i = 0; i < kItems; ++i) read(i);
  return Measure(kReads, [&](int) { read(static_cast<int>(random() % kItems)); });
}

// Counts rows and reads one value of each, so that no row can be missing.
class Counter final : public sql::ResultSink {
 public:
  base::Status Begin(const std::vector<sql::ResultColumn>& columns) override {
    columns_ = columns.size();
    return base::OkStatus();
  }
  base::Status Rows(const sql::ResultChunk& chunk) override {
    rows_ += chunk.rows();
    return base::OkStatus();
  }
  base::Status End() override { return base::OkStatus(); }
  bool Restart() override {
    rows_ = 0;
    return true;
  }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

double SelectCost(dynamo::Store& store) {
  sql::SqlEngineOptions options;
  options.store = &store;
  const auto engine = Must(sql::SqlEngine::Open(options));
  const auto session = engine->NewSession();
  const double cost = Measure(kSelects, [&](int) {
    Counter counter;
    Must(session->Run({}, "SELECT * FROM rows", {}, counter));
    if (counter.rows() != kItems || counter.columns() != 12) Fail("SELECT: rows are missing");
  });
  return cost / kItems;
}

features::OnlineRequest OnlineRequest(int entity) {
  features::OnlineRequest request;
  for (int view = 0; view < kViews; ++view) {
    const std::string name = "view" + std::to_string(view) + ":v" + std::to_string(view) + "f";
    for (int i = 0; i < kFeaturesPerView; ++i) {
      request.selection.features.push_back(name + std::to_string(i));
    }
  }
  features::RequestValue value;
  value.type = features::RequestValue::Type::kInteger;
  value.integer = entity;
  request.entities.push_back({"driver_id", {value}});
  return request;
}

void CheckOnline(const features::OnlineResponse& response, int entity) {
  int number = 0;
  for (std::size_t v = 0; v < response.views.size(); ++v) {
    const features::ViewRows& rows = response.views[v];
    const auto& row = rows.rows[rows.row_of[0]];
    for (const features::PlannedFeature& feature : response.plan->views[v].features) {
      features::ValueView value;
      const auto bytes = row ? row->Find(feature.name) : std::nullopt;
      if (!bytes || !features::ParseValue(*bytes, value) ||
          value.integer() != static_cast<std::int64_t>(entity) * 100 + number++) {
        Fail("online read: wrong value of " + feature.name);
      }
    }
  }
  if (number != kViews * kFeaturesPerView) Fail("online read: features are missing");
}

double OnlineReadCost(const std::string& repo) {
  features::RepoLocation location;
  location.chdir = repo;
  const auto config = Must(features::LoadRepoConfig(location, features::ProcessEnvironment()));
  engine::EngineOptions options;
  options.path = config.online_store.embedded_path;
  const auto store = Must(engine::LocalDynamo::Open(options));
  features::Registry registry(config, base::SystemClock());
  const features::OnlineReader reader(*store, config);
  std::mt19937 random(42);
  return Measure(kOnlineReads, [&](int) {
    const int entity = static_cast<int>(random() % kEntities);
    const auto plans = Must(registry.Current());
    bool answered = false;
    reader.Read({}, *plans, OnlineRequest(entity),
                [&](base::Result<std::unique_ptr<features::OnlineResponse>> answer) {
                  CheckOnline(*Must(std::move(answer)), entity);
                  answered = true;
                });
    if (!answered) Fail("online read: no answer");
  });
}

int Main(const std::string& folder, const std::string& repo) {
  engine::EngineOptions options;
  options.path = folder;
  const auto store = Must(engine::LocalDynamo::Open(options));
  Fill(*store, "wide", WideItem);
  Fill(*store, "rows", RowItem);
  const double get_item = GetItemCost(*store);
  const double select = SelectCost(*store);
  const double online_read = OnlineReadCost(repo);
  const auto print = [](const char* name, double cost, double most, const char* end) {
    std::printf("\"%s\":{\"us\":%.3f,\"at_most\":%g}%s", name, cost, most, end);
  };
  std::printf("{");
  print("GetItem of 1 KB", get_item, 5, ",");
  print("online read, 1 row x 50 features", online_read, 60, ",");
  print("SELECT * of 12 attributes, a row", select, 4, "}\n");
  return 0;
}

}  // namespace
}  // namespace stator

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: in_process DATA_FOLDER REPO\n");
    return 2;
  }
  return stator::Main(argv[1], argv[2]);
}
