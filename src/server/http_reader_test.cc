#include "server/http_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace stator::server {
namespace {

using ::testing::HasSubstr;
using Progress = HttpRequestReader::Progress;

class HttpReaderTest : public ::testing::Test {
 protected:
  // Feeds `bytes`, at most `step` at a time, until the reader wants something else than more bytes.
  Progress Feed(std::string_view bytes, std::size_t step = 1 << 20) {
    Progress progress = Progress::kNeedMore;
    while (!bytes.empty() && progress == Progress::kNeedMore) {
      const std::span<char> space = reader_.Space();
      const std::size_t n = std::min({bytes.size(), step, space.size()});
      std::memcpy(space.data(), bytes.data(), n);
      bytes.remove_prefix(n);
      progress = reader_.Feed(n);
      if (progress == Progress::kSendContinue) {
        ++continues_;
        progress = Progress::kNeedMore;
      }
    }
    return progress;
  }

  HttpReaderLimits limits_{.header_bytes_max = 8 * 1024, .body_bytes_max = 1 << 20};
  MemoryBudget budget_{4 << 20};
  HttpRequestReader reader_{limits_, budget_};
  int continues_ = 0;
};

constexpr std::string_view kPost =
    "POST /v1/sql?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

TEST_F(HttpReaderTest, ARequestInOnePieceAndByteByByteAreTheSame) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    ASSERT_EQ(Feed(kPost, step), Progress::kComplete);
    EXPECT_EQ(reader_.request().method, "POST");
    EXPECT_EQ(reader_.request().path, "/v1/sql");
    EXPECT_EQ(reader_.request().query, "a=b");
    EXPECT_EQ(reader_.request().Header("host"), "x");
    EXPECT_EQ(reader_.request().body, "hello");
    EXPECT_TRUE(reader_.keep_alive());
    reader_.Discard();
    EXPECT_TRUE(reader_.idle());
  }
}

TEST_F(HttpReaderTest, PipelinedRequestsComeOutOneByOne) {
  ASSERT_EQ(Feed(std::string(kPost) + "GET /b HTTP/1.1\r\nHost: y\r\n\r\nGET /c HT"),
            Progress::kComplete);
  reader_.Discard();
  ASSERT_EQ(reader_.Feed(0), Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/b");
  EXPECT_EQ(reader_.request().body, "");
  reader_.Discard();
  EXPECT_EQ(reader_.Feed(0), Progress::kNeedMore);
  ASSERT_EQ(Feed("TP/1.1\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/c");
}

TEST_F(HttpReaderTest, ALargeBodyMovesTheBufferAndTheHeadersWithIt) {
  const std::string body(900'000, 'b');
  ASSERT_EQ(Feed("PUT /x HTTP/1.1\r\nA: one\r\nContent-Length: 900000\r\n\r\n" + body, 5000),
            Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/x");
  EXPECT_EQ(reader_.request().Header("a"), "one");
  EXPECT_EQ(reader_.request().body, body);
}

TEST_F(HttpReaderTest, HeadersThatArriveSlowlyMoveWithTheBufferToo) {
  std::string request = "GET /slow HTTP/1.1\r\n";
  for (int i = 0; i < 100; ++i)
    request += "X-" + std::to_string(i) + ": " + std::string(50, 'v') + "\r\n";
  ASSERT_EQ(Feed(request + "\r\n", 100), Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/slow");
  EXPECT_EQ(reader_.request().Header("x-0"), std::string(50, 'v'));
  EXPECT_EQ(reader_.request().headers.size(), 100u);
}

TEST_F(HttpReaderTest, ChunksAreJoined) {
  const std::string request =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
    ASSERT_EQ(Feed(request, step), Progress::kComplete);
    EXPECT_EQ(reader_.request().body, "hello world");
    EXPECT_EQ(reader_.request().Header("trailer"), "");
    reader_.Discard();
    EXPECT_TRUE(reader_.idle());
  }
}

TEST_F(HttpReaderTest, AClientThatExpects100ContinueIsToldOnce) {
  ASSERT_EQ(Feed("POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
            Progress::kNeedMore);
  EXPECT_EQ(continues_, 1);
  EXPECT_EQ(Feed("hel"), Progress::kNeedMore);
  EXPECT_EQ(Feed("lo"), Progress::kComplete);
  EXPECT_EQ(continues_, 1);
}

TEST_F(HttpReaderTest, OverlongHeadersAre431HoweverSlowlyTheyCome) {
  const std::string request = "GET / HTTP/1.1\r\nA: " + std::string(9000, 'a') + "\r\n\r\n";
  ASSERT_EQ(Feed(request, 500), Progress::kFailed);
  EXPECT_EQ(reader_.error_status(), 431);
}

TEST_F(HttpReaderTest, ManyShortHeadersAreLimitedTogether) {
  std::string request = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 1000; ++i) request += "A: 123456\r\n";
  ASSERT_EQ(Feed(request, 11), Progress::kFailed);
  EXPECT_EQ(reader_.error_status(), 431);
}

TEST_F(HttpReaderTest, OverlongBodiesAre413BeforeTheyAreRead) {
  ASSERT_EQ(Feed("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"), Progress::kFailed);
  EXPECT_EQ(reader_.error_status(), 413);
}

TEST_F(HttpReaderTest, OverlongChunksAre413) {
  ASSERT_EQ(Feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"),
            Progress::kFailed);
  EXPECT_EQ(reader_.error_status(), 413);
}

TEST_F(HttpReaderTest, WhatRequestsAreSmuggledWithIs400) {
  for (const char* headers :
       {"Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: -1\r\n",
        "Content-Length: 5x\r\n", "A: one\r\n two\r\n", "Bad Name: 1\r\n"}) {
    HttpRequestReader reader(limits_, budget_);
    const std::string request = std::string("POST / HTTP/1.1\r\n") + headers + "\r\nhello!";
    std::memcpy(reader.Space().data(), request.data(), request.size());
    EXPECT_EQ(reader.Feed(request.size()), Progress::kFailed) << headers;
    EXPECT_EQ(reader.error_status(), 400) << headers;
  }
}

// What a reader makes of bytes, `first` of which come first: every request, and how it ended.
std::string Told(std::string_view bytes, std::size_t first) {
  const HttpReaderLimits limits{.header_bytes_max = 256, .body_bytes_max = 32};
  MemoryBudget budget(1 << 20);
  HttpRequestReader reader(limits, budget);
  std::string told;
  while (!bytes.empty()) {
    const std::size_t n = std::min({bytes.size(), first, reader.Space().size()});
    first = bytes.size();
    std::memcpy(reader.Space().data(), bytes.data(), n);
    bytes.remove_prefix(n);
    for (Progress progress = reader.Feed(n); progress != Progress::kNeedMore;
         progress = reader.Feed(0)) {
      if (progress == Progress::kFailed)
        return told + std::to_string(reader.error_status()) + " " + reader.error_text();
      if (progress == Progress::kSendContinue) break;
      const HttpRequest& request = reader.request();
      told.append(request.method).append("|").append(request.path).append("|");
      told.append(request.query).append(reader.keep_alive() ? "|keep" : "|close");
      told.append(reader.http_1_0() ? "|1.0" : "|1.1");
      for (const HttpHeader& header : request.headers)
        told.append("|").append(header.name).append("=").append(header.value);
      told.append("|").append(request.body).append("\n");
      reader.Discard();
    }
  }
  return told + "more";
}

constexpr const char* kRequestLines[] = {"GET / HTTP/1.1",         "POST /a?b=c HTTP/1.1",
                                         "GET * HTTP/1.1",         "GET http://h/p?q HTTP/1.1",
                                         "GET a HTTP/1.1",         "GET  / HTTP/1.1",
                                         "GET /  HTTP/1.1",        "GET /a b HTTP/1.1",
                                         "GET / HTTP/1.0",         "GET / HTTP/2.0",
                                         "GET /HTTP/1.1",          "GET  HTTP/1.1",
                                         " GET / HTTP/1.1",        "M-SEARCH / HTTP/1.1",
                                         "G(T / HTTP/1.1",         "G!T / HTTP/1.1",
                                         "GET /\xC3\xA4 HTTP/1.1", "GET /\t HTTP/1.1",
                                         "GET /\x7F HTTP/1.1",     "GET / HTTP/1.1 ",
                                         "GET / http/1.1",         ""};
constexpr const char* kHeaders[] = {"A: b",
                                    "A:b",
                                    "A:  b  ",
                                    "A:",
                                    "A: ",
                                    "A:\tb",
                                    "A: b\t",
                                    "A: b\tc",
                                    "A : b",
                                    ": b",
                                    "A",
                                    "A~: b",
                                    "A.b: c",
                                    "A_b-9: c",
                                    "A(: c",
                                    "A: \xC3\xA4",
                                    "A\xC3\xA4: b",
                                    "A: b\x7F",
                                    "A: b\x01",
                                    "A: b\rc",
                                    "A: b\nc",
                                    "A: b\r\n c",
                                    "A: b\r\n\tc",
                                    " A: b",
                                    "A: twenty characters and some more",
                                    "A-Name-Of-More-Than-Sixteen: b",
                                    "Content-Length: 3",
                                    "content-length:3",
                                    "Content-Length: 3 ",
                                    "Content-Length: 0",
                                    "Content-Length: 003",
                                    "Content-Length: +3",
                                    "Content-Length: -3",
                                    "Content-Length: 3x",
                                    "Content-Length: ",
                                    "Content-Length: 3, 3",
                                    "Content-Length: 3, 4",
                                    "Content-Length: 32",
                                    "Content-Length: 33",
                                    "Content-Length: 99999999999999999999",
                                    "Content-Length: 3\r\nContent-Length: 3",
                                    "Content-Length: 3\r\nContent-Length: 4",
                                    "Content-Length: 3\r\nTransfer-Encoding: chunked",
                                    "Transfer-Encoding: chunked",
                                    "Transfer-Encoding: identity",
                                    "transfer-encoding: gzip, chunked",
                                    "Connection: close",
                                    "Connection: Keep-Alive",
                                    "connection: keep-alive, close",
                                    "Connection: ",
                                    "Connection: upgrade\r\nUpgrade: h2c",
                                    "Proxy-Connection: close",
                                    "Upgrade: h2c",
                                    "Expect: 100-continue\r\nContent-Length: 3",
                                    "Expect: more",
                                    "Keep-Alive: 5"};

// In one piece, plain heads do not go through Beast; cut in two, all do.
TEST_F(HttpReaderTest, PlainHeadsAreReadAsBeastReadsThem) {
  std::vector<std::string> texts;
  for (const char* line : kRequestLines) texts.push_back(std::string(line) + "\r\nHost: x\r\n\r\n");
  for (const char* header : kHeaders) {
    const std::string head = std::string("POST /p HTTP/1.1\r\n") + header;
    texts.push_back(head);
    texts.push_back(head + "\r\n\r\nabc");
    texts.push_back(head + "\r\nD: e\r\n\r\nabcGET / HTTP/1.1\r\n\r\n");
  }
  for (std::size_t length : {200u, 230u, 231u, 232u, 233u, 234u, 300u})
    texts.push_back("GET / HTTP/1.1\r\nA: " + std::string(length, 'a') + "\r\n\r\n");
  for (const std::string& text : texts) EXPECT_EQ(Told(text, 1000), Told(text, 1)) << text;
}

TEST_F(HttpReaderTest, WhatIsNoHttpIs400) {
  ASSERT_EQ(Feed("\x16\x03\x01\x02 hello\r\n\r\n"), Progress::kFailed);
  EXPECT_EQ(reader_.error_status(), 400);
  EXPECT_THAT(reader_.error_text(), HasSubstr("no HTTP/1.1 request"));
}

TEST_F(HttpReaderTest, LargeBodiesShareABudgetAndGiveItBack) {
  MemoryBudget budget(1 << 20);
  const std::string head = "POST / HTTP/1.1\r\nContent-Length: 800000\r\n\r\n";
  const auto feed = [&](HttpRequestReader& reader, std::string_view bytes) {
    Progress progress = Progress::kNeedMore;
    while (!bytes.empty() && progress == Progress::kNeedMore) {
      const std::size_t n = std::min(bytes.size(), reader.Space().size());
      std::memcpy(reader.Space().data(), bytes.data(), n);
      bytes.remove_prefix(n);
      progress = reader.Feed(n);
    }
    return progress;
  };
  HttpRequestReader first(limits_, budget);
  HttpRequestReader second(limits_, budget);
  EXPECT_EQ(feed(first, head + std::string(800'000, 'a')), Progress::kComplete);
  EXPECT_EQ(feed(second, head + std::string(800'000, 'a')), Progress::kFailed);
  EXPECT_EQ(second.error_status(), 503);
  first.Discard();
  HttpRequestReader third(limits_, budget);
  EXPECT_EQ(feed(third, head + std::string(800'000, 'a')), Progress::kComplete);
}

TEST_F(HttpReaderTest, AbsoluteTargetsAndTheAsteriskBecomePaths) {
  ASSERT_EQ(Feed("GET http://host:80/p?q HTTP/1.1\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/p");
  EXPECT_EQ(reader_.request().query, "q");
  reader_.Discard();
  ASSERT_EQ(Feed("OPTIONS * HTTP/1.1\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(reader_.request().path, "/");
}

TEST_F(HttpReaderTest, Http10AsksForKeepAliveItself) {
  ASSERT_EQ(Feed("GET / HTTP/1.0\r\n\r\n"), Progress::kComplete);
  EXPECT_FALSE(reader_.keep_alive());
  reader_.Discard();
  ASSERT_EQ(Feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), Progress::kComplete);
  EXPECT_TRUE(reader_.keep_alive());
  EXPECT_TRUE(reader_.http_1_0());
}

}  // namespace
}  // namespace stator::server
