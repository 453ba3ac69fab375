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
