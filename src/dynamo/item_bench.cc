// What one item costs to build, to read and to rebuild: 12 attributes, about 1 KB.
#include <benchmark/benchmark.h>

#include <string>

#include "dynamo/item.h"
#include "dynamo/item_builder.h"
#include "dynamo/item_size.h"

namespace stator::dynamo {
namespace {

Item Build(ItemBuilder& builder, const std::string& text) {
  builder.Name("id").String("k00000042");
  for (char name = 'j'; name >= 'a'; --name) builder.Name(std::string_view(&name, 1)).String(text);
  builder.Name("price").Add(Number::FromInt64(123456));
  return builder.Build();
}

void BM_Build(benchmark::State& state) {
  const std::string text(95, 'x');
  ItemBuilder builder;
  for (auto _ : state) benchmark::DoNotOptimize(Build(builder, text));
}
BENCHMARK(BM_Build);

void BM_Find(benchmark::State& state) {
  ItemBuilder builder;
  const Item item = Build(builder, "x");
  for (auto _ : state) benchmark::DoNotOptimize(item.Find("price"));
}
BENCHMARK(BM_Find);

void BM_RebuildWithKey(benchmark::State& state) {
  ItemBuilder builder;
  const Item item = Build(builder, std::string(95, 'x'));
  const std::string_view key[] = {"id"};
  std::string without;
  RebuildItem(item, {}, key, without);
  const NamedValue back[] = {{"id", *item.Find("id")}};
  std::string out;
  for (auto _ : state) {
    out.clear();
    RebuildItem(ItemView(without), back, {}, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_RebuildWithKey);

void BM_Size(benchmark::State& state) {
  ItemBuilder builder;
  const Item item = Build(builder, std::string(95, 'x'));
  for (auto _ : state) benchmark::DoNotOptimize(ItemSizeBytes(item));
}
BENCHMARK(BM_Size);

void BM_ParseNumber(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Number::Parse("1234.5678"));
}
BENCHMARK(BM_ParseNumber);

void BM_NumberText(benchmark::State& state) {
  const Number number = Number::FromInt64(12345678);
  std::string out;
  for (auto _ : state) {
    out.clear();
    number.AppendText(out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_NumberText);

}  // namespace
}  // namespace stator::dynamo
