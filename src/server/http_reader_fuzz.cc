// Bytes of a connection, cut at places that the bytes themselves choose, into HttpRequestReader:
// whatever comes, it answers, keeps its limits and hands out requests whose views can be read. And
// plain heads are read as Beast reads them.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "server/http_reader.h"

namespace {

using stator::server::HttpReaderLimits;
using stator::server::HttpRequest;
using stator::server::HttpRequestReader;
using stator::server::MemoryBudget;
using Progress = HttpRequestReader::Progress;

constexpr HttpReaderLimits kLimits{.header_bytes_max = 4096, .body_bytes_max = 1 << 16};

// Reads every byte that a handler could read.
unsigned Touch(const HttpRequest& request) {
  unsigned sum = 0;
  const auto add = [&](std::string_view text) {
    for (const char c : text) sum += static_cast<unsigned char>(c);
  };
  add(request.method);
  add(request.path);
  add(request.query);
  for (const auto& header : request.headers) {
    add(header.name);
    add(header.value);
  }
  add({request.body.data(), request.body.size() + stator::server::kHttpBodyPaddingBytes});
  return sum;
}

Progress FeedAll(HttpRequestReader& reader, const std::uint8_t* data, std::size_t size) {
  std::memcpy(reader.Space().data(), data, size);
  return reader.Feed(size);
}

// A head in one piece may be read as a plain one; cut in two it goes through Beast.
void CompareWithBeast(const std::uint8_t* data, std::size_t size) {
  MemoryBudget budget(1 << 18);
  HttpRequestReader whole(kLimits, budget);
  HttpRequestReader cut(kLimits, budget);
  if (size < 2 || size >= cut.Space().size()) return;
  Progress of_cut = FeedAll(cut, data, 1);
  if (of_cut == Progress::kNeedMore) of_cut = FeedAll(cut, data + 1, size - 1);
  CHECK(FeedAll(whole, data, size) == of_cut);
  CHECK(whole.error_status() == cut.error_status());
  if (of_cut != Progress::kComplete) return;
  const HttpRequest& a = whole.request();
  const HttpRequest& b = cut.request();
  CHECK(a.method == b.method && a.path == b.path && a.query == b.query && a.body == b.body);
  CHECK(whole.keep_alive() == cut.keep_alive() && whole.http_1_0() == cut.http_1_0());
  CHECK(std::ranges::equal(a.headers, b.headers, [](const auto& x, const auto& y) {
    return x.name == y.name && x.value == y.value;
  }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CompareWithBeast(data, size);
  MemoryBudget budget(1 << 18);
  HttpRequestReader reader(kLimits, budget);
  unsigned sum = 0;
  while (size > 0) {
    // The first byte of each piece is its length.
    const std::size_t wanted = std::min<std::size_t>(data[0] + 1u, size);
    const std::span<char> space = reader.Space();
    const std::size_t n = std::min(wanted, space.size());
    CHECK(n > 0);
    std::memcpy(space.data(), data, n);
    data += n;
    size -= n;
    Progress progress = reader.Feed(n);
    while (progress == Progress::kComplete) {
      CHECK(reader.request().body.size() <= kLimits.body_bytes_max);
      sum += Touch(reader.request());
      reader.Discard();
      progress = reader.Feed(0);
    }
    if (progress == Progress::kFailed) {
      CHECK(reader.error_status() >= 400 && !reader.error_text().empty());
      return 0;
    }
  }
  return sum == 1 ? 1 : 0;
}
