#include "server/http.h"

#include <gtest/gtest.h>

namespace stator::server {
namespace {

TEST(HttpRequestTest, HeadersAreFoundWithoutRegardToCaseAndTheFirstOneCounts) {
  const HttpRequest request{.method = "GET",
                            .path = "/",
                            .query = "",
                            .headers = {{"Host", "a"}, {"X-Amz-Target", "t"}, {"host", "b"}},
                            .body = ""};
  EXPECT_EQ(request.Header("x-amz-target"), "t");
  EXPECT_EQ(request.Header("HOST"), "a");
  EXPECT_EQ(request.Header("Origin"), "");
}

TEST(HttpRequestTest, OnlyLettersOfAsciiHaveACase) {
  EXPECT_TRUE(EqualIgnoringCase("", ""));
  EXPECT_TRUE(EqualIgnoringCase("aZ", "Az"));
  EXPECT_TRUE(EqualIgnoringCase("Transfer-Encoding", "tRANSFER-eNCODING"));
  EXPECT_FALSE(EqualIgnoringCase("Transfer-Encoding", "Transfer-Encodings"));
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 256; ++y) {
      const auto lower = [](int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
      const bool equal = lower(x) == lower(y);
      const std::string a = "name-" + std::string(1, static_cast<char>(x));
      const std::string b = "NAME-" + std::string(1, static_cast<char>(y));
      EXPECT_EQ(EqualIgnoringCase(a, b), equal) << x << " and " << y;
      EXPECT_EQ(EqualIgnoringCase(a + "-of-it", b + "-Of-It"), equal) << x << " and " << y;
    }
  }
}

TEST(HttpResponseTest, AHeaderValueCannotAddAnotherHeader) {
  HttpResponse response;
  response.AddHeader("Location", "/a\r\nSet-Cookie: x");
  EXPECT_EQ(response.headers, "Location: /a  Set-Cookie: x\r\n");
}

TEST(HttpQueryTest, ParametersAreDecoded) {
  EXPECT_EQ(QueryParameter("a=1&b%20c=x%2fy+z", "b c"), "x/y z");
  EXPECT_EQ(QueryParameter("a=1&flag", "flag", "none"), "");
  EXPECT_EQ(QueryParameter("a=1", "b", "none"), "none");
}

TEST(HttpQueryTest, ABrokenEscapeCountsAsAbsent) {
  EXPECT_EQ(QueryParameter("a=%2", "a", "none"), "none");
  EXPECT_EQ(QueryParameter("a=%zz", "a", "none"), "none");
}

}  // namespace
}  // namespace stator::server
