// What expressions cost a request: parsing, finding in the cache, binding, and the work on an item
// of 12 attributes and about 1 KB.
#include <benchmark/benchmark.h>

#include <string>

#include "dynamo/item_builder.h"
#include "expression/binder.h"
#include "expression/cache.h"

namespace stator::expression {
namespace {

constexpr std::string_view kCondition =
    "attribute_exists(id) AND (price BETWEEN :low AND :high OR contains(tags, :tag)) AND #s <> :s";
constexpr std::string_view kUpdate =
    "SET price = price + :low, #s = :s, nested.seen = :high REMOVE f ADD hits :low";

dynamo::Item MakeItem() {
  const std::string text(95, 'x');
  dynamo::ItemBuilder builder;
  builder.Name("id").String("k00000042");
  for (char name = 'a'; name <= 'i'; ++name) builder.Name(std::string_view(&name, 1)).String(text);
  builder.Name("nested").BeginMap().Name("seen").Bool(false).EndMap();
  builder.Name("price").Add(dynamo::Number::FromInt64(123456));
  return builder.Build();
}

dynamo::ExpressionAttributes MakeAttributes() {
  dynamo::ItemBuilder values;
  values.Name(":low").Add(dynamo::Number::FromInt64(1));
  values.Name(":high").Add(dynamo::Number::FromInt64(1'000'000));
  values.Name(":tag").String("red");
  values.Name(":s").String("gone");
  return {{{"#s", "status"}}, values.Build()};
}

void BM_ParseCondition(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseCondition(kCondition));
}
BENCHMARK(BM_ParseCondition);

void BM_ParseUpdate(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseUpdate(kUpdate));
}
BENCHMARK(BM_ParseUpdate);

// The longest text there is; its time shows that parsing is linear.
void BM_ParseLongest(benchmark::State& state) {
  std::string text = "a IN (:v";
  while (text.size() + 4 < static_cast<std::size_t>(state.range(0))) text += " ,:v";
  text += ")";
  for (auto _ : state) benchmark::DoNotOptimize(ParseCondition(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_ParseLongest)->Arg(128)->Arg(256)->Arg(384);

void BM_FindInCache(benchmark::State& state) {
  ExpressionCache cache;
  for (auto _ : state) benchmark::DoNotOptimize(cache.GetCondition(kCondition));
}
BENCHMARK(BM_FindInCache);

void BM_BindCondition(benchmark::State& state) {
  const auto parsed = ParseCondition(kCondition);
  const dynamo::ExpressionAttributes attributes = MakeAttributes();
  for (auto _ : state) {
    Binder binder(attributes);
    benchmark::DoNotOptimize(binder.Bind(*parsed));
    benchmark::DoNotOptimize(binder.CheckAllUsed());
  }
}
BENCHMARK(BM_BindCondition);

void BM_Evaluate(benchmark::State& state) {
  const dynamo::ExpressionAttributes attributes = MakeAttributes();
  const auto bound = Binder(attributes).Bind(*ParseCondition(kCondition));
  const dynamo::Item item = MakeItem();
  for (auto _ : state) benchmark::DoNotOptimize(Evaluate(*bound, item));
}
BENCHMARK(BM_Evaluate);

void BM_Project(benchmark::State& state) {
  const dynamo::ExpressionAttributes attributes = MakeAttributes();
  const auto bound = Binder(attributes).Bind(*ParseProjection("id, nested.seen, price"));
  const dynamo::Item item = MakeItem();
  std::string out;
  for (auto _ : state) {
    out.clear();
    Project(*bound, item, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_Project);

void BM_BindUpdate(benchmark::State& state) {
  const auto parsed = ParseUpdate(kUpdate);
  const dynamo::ExpressionAttributes attributes = MakeAttributes();
  for (auto _ : state) benchmark::DoNotOptimize(Binder(attributes).Bind(*parsed));
}
BENCHMARK(BM_BindUpdate);

void BM_ApplyUpdate(benchmark::State& state) {
  const dynamo::ExpressionAttributes attributes = MakeAttributes();
  const auto bound = Binder(attributes).Bind(*ParseUpdate(kUpdate));
  const dynamo::Item item = MakeItem();
  for (auto _ : state) benchmark::DoNotOptimize(ApplyUpdate(*bound, item));
}
BENCHMARK(BM_ApplyUpdate);

}  // namespace
}  // namespace stator::expression
