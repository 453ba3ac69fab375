// Decoding and encoding of what a busy door sees most: GetItem and PutItem of 1 KB, a page of a
// Scan.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/base64.h"
#include "wire/crc32.h"
#include "wire/item_json.h"
#include "wire/requests.h"
#include "wire/responses.h"
#include "wire/test_json.h"

namespace stator::wire {
namespace {

// Twelve attributes of mixed types, about 1 KB.
std::string MixedItem() {
  std::string json = R"({"pk":{"S":"customer#000001"},"sk":{"S":"2026-11-21T09:00:00Z"},)"
                     R"("amount":{"N":"1234.56"},"count":{"N":"42"},"active":{"BOOL":true},)"
                     R"("city":{"S":"San Francisco"},"tags":{"SS":["blue","green","red"]},)"
                     R"("address":{"M":{"street":{"S":"Main Street"},"number":{"N":"17"}}},)"
                     R"("history":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]},"score":{"N":"0.875"},)"
                     R"("blob":{"B":"AAECAwQFBgcICQoLDA0ODw=="},"note":{"S":")";
  json.append(1024 - 420, 'n');
  return json + R"("}})";
}

// One attribute that makes up the size.
std::string WideItem() {
  return R"({"id":{"S":"customer#000001"},"data":{"S":")" + std::string(1000, 'd') + R"("}})";
}

dynamo::Item MakeItem(const std::string& json) {
  JsonReader reader;
  return *ItemFromJson(reader, PaddedBody(json).view());
}

void BM_DecodeGetItemRequest(benchmark::State& state) {
  const PaddedBody body(R"({"TableName":"bench","Key":{"id":{"S":"customer#000001"}}})");
  JsonReader reader;
  for (auto _ : state) benchmark::DoNotOptimize(DecodeGetItemRequest(reader, body.view()));
}
BENCHMARK(BM_DecodeGetItemRequest);

void EncodeGet(benchmark::State& state, const std::string& json) {
  dynamo::GetItemResponse response;
  response.item = MakeItem(json);
  std::string out;
  for (auto _ : state) {
    out.clear();
    EncodeGetItemResponse(response, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
void BM_EncodeGetItemResponseMixed(benchmark::State& state) { EncodeGet(state, MixedItem()); }
BENCHMARK(BM_EncodeGetItemResponseMixed);
void BM_EncodeGetItemResponseWide(benchmark::State& state) { EncodeGet(state, WideItem()); }
BENCHMARK(BM_EncodeGetItemResponseWide);

void DecodePut(benchmark::State& state, const std::string& json) {
  const PaddedBody body(R"({"TableName":"bench","Item":)" + json + "}");
  JsonReader reader;
  for (auto _ : state) benchmark::DoNotOptimize(DecodePutItemRequest(reader, body.view()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.view().size()));
}
void BM_DecodePutItemRequestMixed(benchmark::State& state) { DecodePut(state, MixedItem()); }
BENCHMARK(BM_DecodePutItemRequestMixed);
void BM_DecodePutItemRequestWide(benchmark::State& state) { DecodePut(state, WideItem()); }
BENCHMARK(BM_DecodePutItemRequestWide);

std::string PageJson() {
  const dynamo::Item item = MakeItem(MixedItem());
  dynamo::ReadPageResponse response;
  for (int i = 0; i < 1000; ++i) response.items.Append(item);
  std::string json;
  EncodeReadPageResponse(response, dynamo::Select::kDefault, json);
  return json;
}

void BM_DecodePage(benchmark::State& state) {
  const PaddedBody body(PageJson());
  JsonReader reader;
  for (auto _ : state) benchmark::DoNotOptimize(DecodeReadPageResponse(reader, body.view()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.view().size()));
}
BENCHMARK(BM_DecodePage);

void BM_EncodePage(benchmark::State& state) {
  JsonReader reader;
  const auto page = DecodeReadPageResponse(reader, PaddedBody(PageJson()).view());
  std::string out;
  for (auto _ : state) {
    out.clear();
    EncodeReadPageResponse(*page, dynamo::Select::kDefault, out);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
BENCHMARK(BM_EncodePage);

void BM_Crc32(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'c');
  for (auto _ : state) benchmark::DoNotOptimize(Crc32(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32)->Arg(64)->Arg(1100)->Arg(1 << 20);

void BM_Base64(benchmark::State& state) {
  const std::string bytes(768, 'b');
  std::string text(Base64Size(bytes.size()), ' ');
  std::string back;
  for (auto _ : state) {
    WriteBase64(bytes, text.data());
    back.clear();
    benchmark::DoNotOptimize(DecodeBase64(text, back));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(BM_Base64);

}  // namespace
}  // namespace stator::wire
