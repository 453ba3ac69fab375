#include "remote/endpoint.h"

#include <gtest/gtest.h>

#include <map>

#include "remote/client.h"
#include "remote/retry.h"

namespace stator::remote {
namespace {

Environment With(std::map<std::string, std::string> variables) {
  return [variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) return std::nullopt;
    return found->second;
  };
}

TEST(Endpoint, UrlsAreTakenApart) {
  const auto plain = ParseEndpoint("http://127.0.0.1:8000");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->HostHeader(), "127.0.0.1:8000");
  const auto secure = ParseEndpoint("https://example.com/prefix/");
  ASSERT_TRUE(secure.ok());
  EXPECT_EQ(secure->HostHeader(), "example.com");
  EXPECT_EQ(secure->path, "/prefix/");
  EXPECT_EQ(secure->Url(), "https://example.com/prefix/");
  const auto v6 = ParseEndpoint("http://[::1]:8000/");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->HostHeader(), "[::1]:8000");
}

TEST(Endpoint, WhatIsNoUrlIsRefused) {
  for (const char* url :
       {"", "localhost:8000", "ftp://x", "http://", "http://:80", "http://a:0", "http://a:99999",
        "http://a:b", "http://a b", "http://[::1", "http://u@h", "http://a\r\nx", "http://a/?q"}) {
    EXPECT_FALSE(ParseEndpoint(url).ok()) << url;
  }
}

TEST(Endpoint, RegionsHaveTheirPartitionsSuffix) {
  EXPECT_EQ(AwsEndpoint("us-east-1")->Url(), "https://dynamodb.us-east-1.amazonaws.com");
  EXPECT_EQ(AwsEndpoint("cn-north-1")->host, "dynamodb.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(AwsEndpoint("us-gov-west-1")->host, "dynamodb.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(AwsEndpoint("eusc-de-east-1")->host, "dynamodb.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(AwsEndpoint("us-isob-east-1")->host, "dynamodb.us-isob-east-1.sc2s.sgov.gov");
  EXPECT_EQ(AwsEndpoint("local")->Url(), "http://localhost:8000");
  EXPECT_FALSE(AwsEndpoint("us east 1").ok());
  EXPECT_FALSE(AwsEndpoint("evil.example").ok());
}

TEST(Endpoint, OptionsGoBeforeTheEnvironment) {
  const auto url = [](std::string_view given, std::map<std::string, std::string> variables) {
    return ResolveEndpoint(given, "us-east-1", With(std::move(variables)))->Url();
  };
  EXPECT_EQ(url("http://a", {{"AWS_ENDPOINT_URL", "http://b"}}), "http://a");
  EXPECT_EQ(url("", {{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_ENDPOINT_URL_DYNAMODB", "http://c"}}),
            "http://c");
  EXPECT_EQ(url("", {{"AWS_ENDPOINT_URL", "http://b"}}), "http://b");
  EXPECT_EQ(
      url("", {{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}),
      "https://dynamodb.us-east-1.amazonaws.com");
  EXPECT_EQ(ResolveRegion("", With({{"AWS_DEFAULT_REGION", "x-1"}})), "x-1");
  EXPECT_EQ(ResolveRegion("", With({{"AWS_REGION", "y-1"}, {"AWS_DEFAULT_REGION", "x-1"}})), "y-1");
  EXPECT_EQ(ResolveRegion("", With({})), std::nullopt);
}

TEST(HttpDate, IsReadInUtc) {
  const auto time = ParseHttpDate("Fri, 02 Jan 2026 03:04:05 GMT");
  ASSERT_TRUE(time);
  EXPECT_EQ(signing::FormatAmzDate(*time), "20260102T030405Z");
  EXPECT_FALSE(ParseHttpDate("yesterday"));
}

TEST(Retry, WaitsGrowButStayWithinTheirBounds) {
  Backoff backoff(7);
  for (int i = 0; i < 200; ++i) {
    EXPECT_LE(backoff.Draw(1, base::ErrorKind::kUnavailable), kBackoffBase);
    EXPECT_LE(backoff.Draw(3, base::ErrorKind::kUnavailable), kBackoffBase * 4);
    EXPECT_LE(backoff.Draw(1, base::ErrorKind::kThrottled), kThrottledBackoffBase);
    EXPECT_LE(backoff.Draw(100, base::ErrorKind::kThrottled), kBackoffMax);
  }
}

TEST(Retry, AServersWishIsFollowedWithinReason) {
  Backoff backoff(7);
  using std::chrono::milliseconds;
  const auto wait = backoff.Draw(1, base::ErrorKind::kUnavailable, milliseconds(700));
  EXPECT_EQ(wait, milliseconds(700));
  EXPECT_LE(backoff.Draw(1, base::ErrorKind::kUnavailable, milliseconds(60'000)),
            kRetryAfterMax + kBackoffBase);
}

TEST(Retry, TheBudgetRunsOutAndIsRefilledBySuccess) {
  RetryBudget budget;
  int retries = 0;
  while (budget.TakeForRetry(base::ErrorKind::kUnavailable) > 0) ++retries;
  EXPECT_EQ(retries, RetryBudget::kTokensMax / RetryBudget::kRetryCost);
  budget.GiveBack(RetryBudget::kRetryCost);
  EXPECT_GT(budget.TakeForRetry(base::ErrorKind::kUnavailable), 0);
  for (int i = 0; i < 1000; ++i) budget.GiveBack(0);
  EXPECT_EQ(budget.tokens(), RetryBudget::kTokensMax);
}

TEST(Retry, OnlyWhatChangesNothingWhenRepeatedIsRepeatable) {
  EXPECT_TRUE(IsRepeatable(wire::Operation::kPutItem, false));
  EXPECT_FALSE(IsRepeatable(wire::Operation::kPutItem, true));
  EXPECT_FALSE(IsRepeatable(wire::Operation::kUpdateItem, false));
  EXPECT_FALSE(IsRepeatable(wire::Operation::kCreateTable, false));
  EXPECT_TRUE(IsRepeatable(wire::Operation::kBatchWriteItem, false));
}

}  // namespace
}  // namespace stator::remote
