#include "remote/remote_dynamo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote/test_store.h"
#include "signing/sigv4.h"
#include "wire/crc32.h"

namespace stator::remote {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

constexpr char kItem[] = R"({"Item":{"id":{"S":"a"},"n":{"N":"1"}}})";

// Whether `seen` is signed with the keys of OptionsFor().
std::string VerifySignature(const SeenRequest& seen) {
  std::vector<signing::HeaderView> headers;
  for (const auto& [name, value] : seen.headers) headers.push_back({name, value});
  signing::CanonicalRequest request;
  request.headers = headers;
  request.body = seen.body;
  const auto authorization = signing::ParseAuthorization(request);
  if (!authorization.ok()) return authorization.error().ToString();
  signing::SigningKeyCache keys;
  const auto verified =
      signing::VerifyV4(request, *authorization, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                        base::SystemClock().WallNow(), keys);
  return verified.ok() ? "good" : verified.error().ToString();
}

TEST(RemoteDynamo, SendsSignedRequestsAndReadsAnswers) {
  SeenRequest seen;
  TestEndpoint endpoint([&](const SeenRequest& request) {
    seen = request;
    return Reply{200, kItem, {{"x-amz-crc32", std::to_string(wire::Crc32(kItem))}}};
  });
  const auto store = OpenStore(OptionsFor(endpoint));
  const auto response = Get(*store);
  ASSERT_TRUE(response.ok()) << response.error().ToString();
  EXPECT_EQ(response->item->Find("n")->number().ToText(), "1");
  EXPECT_EQ(seen.Operation(), "GetItem");
  EXPECT_EQ(seen.body, R"({"TableName":"users","Key":{"id":{"S":"a"}}})");
  EXPECT_EQ(VerifySignature(seen), "good");
}

TEST(RemoteDynamo, ASessionTokenIsSentAndSigned) {
  SeenRequest seen;
  TestEndpoint endpoint([&](const SeenRequest& request) {
    seen = request;
    return Reply{200, "{}"};
  });
  auto options = OptionsFor(endpoint);
  options.keys.session_token = "TOKEN";
  ASSERT_TRUE(Get(*OpenStore(options)).ok());
  EXPECT_EQ(seen.headers["x-amz-security-token"], "TOKEN");
  EXPECT_THAT(seen.headers["authorization"], HasSubstr("x-amz-security-token"));
  EXPECT_EQ(VerifySignature(seen), "good");
}

TEST(RemoteDynamo, KeepsItsConnection) {
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{200, kItem}; });
  auto options = OptionsFor(endpoint);
  options.io_threads = 1;
  const auto store = OpenStore(options);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Get(*store).ok());
  EXPECT_EQ(endpoint.connections(), 1);
}

TEST(RemoteDynamo, NoticesThatAKeptConnectionWasClosed) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, "{}"};
    reply.close_afterwards = true;
    return reply;
  });
  auto options = OptionsFor(endpoint);
  options.io_threads = 1;
  const auto store = OpenStore(options);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Put(*store, "attribute_exists(id)").ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(endpoint.requests(), 5);
}

TEST(RemoteDynamo, ManyCallsShareABoundedNumberOfConnections) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, "{}"};
    reply.delay = std::chrono::milliseconds(5);
    return reply;
  });
  auto options = OptionsFor(endpoint);
  // Two I/O threads with two connections and one.
  options.calls.parallel_reads = 1;
  options.calls.connections_max = 3;
  const auto store = OpenStore(options);
  std::atomic<int> left{40};
  dynamo::GetItemRequest request;
  request.table_name = "users";
  request.key = KeyOf("a");
  std::atomic<int> good{0};
  for (int i = 0; i < 40; ++i) {
    store->GetItem({}, request, [&](auto response) {
      good += response.ok();
      --left;
    });
  }
  while (left > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(good, 40);
  EXPECT_LE(endpoint.connections(), 3);
}

TEST(RemoteDynamo, ErrorsKeepTheirNames) {
  TestEndpoint endpoint([](const SeenRequest&) {
    return ErrorReply(400, "ResourceNotFoundException", "Requested resource not found");
  });
  const auto response = Get(*OpenStore(OptionsFor(endpoint)));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().ToString(), "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(endpoint.requests(), 1);
}

// Answers with `reply` `times` times, then with an item.
TestEndpoint::Handler Failing(std::atomic<int>& times, Reply reply) {
  return [&times, reply](const SeenRequest&) { return times-- > 0 ? reply : Reply{200, kItem}; };
}

TEST(RemoteDynamo, ReadsAreTriedAgain) {
  Reply hang_up;
  hang_up.hang_up = true;
  const Reply damaged{200, kItem, {{"x-amz-crc32", "1"}}};
  for (const Reply& reply : {ErrorReply(500, "InternalServerError"), Reply{502, "<html>"},
                             ErrorReply(503, "ServiceUnavailable"), hang_up, damaged}) {
    std::atomic<int> times{2};
    TestEndpoint endpoint(Failing(times, reply));
    const auto response = Get(*OpenStore(OptionsFor(endpoint)));
    EXPECT_TRUE(response.ok()) << reply.status << " " << reply.body;
    EXPECT_EQ(endpoint.requests(), 3);
  }
}

TEST(RemoteDynamo, AThrottledCallIsTriedAgain) {
  std::atomic<int> times{1};
  TestEndpoint endpoint(Failing(times, ErrorReply(400, "ThrottlingException")));
  EXPECT_TRUE(Get(*OpenStore(OptionsFor(endpoint))).ok());
  EXPECT_EQ(endpoint.requests(), 2);
}

TEST(RemoteDynamo, TriesEndAfterTheFourth) {
  std::atomic<int> times{100};
  TestEndpoint endpoint(Failing(times, ErrorReply(500, "InternalServerError")));
  const auto response = Get(*OpenStore(OptionsFor(endpoint)));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(endpoint.requests(), kAttemptsMax);
}

TEST(RemoteDynamo, AWriteWhoseAnswerIsLostIsUnknownAndNotRepeatedWhenThatCouldHarm) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply;
    reply.hang_up = true;
    return reply;
  });
  const auto store = OpenStore(OptionsFor(endpoint));
  const auto conditional = Put(*store, "attribute_not_exists(id)");
  ASSERT_FALSE(conditional.ok());
  EXPECT_EQ(conditional.error().kind(), ErrorKind::kUnknownOutcome);
  EXPECT_EQ(endpoint.requests(), 1);
  dynamo::UpdateItemRequest update;
  update.table_name = "users";
  update.key = KeyOf("a");
  update.update_expression = "ADD n :one";
  const auto updated = base::Wait<dynamo::UpdateItemResponse>(
      [&](auto done) { store->UpdateItem({}, update, std::move(done)); });
  ASSERT_FALSE(updated.ok());
  EXPECT_EQ(updated.error().kind(), ErrorKind::kUnknownOutcome);
  EXPECT_THAT(updated.error().message(), HasSubstr("UpdateItem of users at http://localhost"));
  EXPECT_EQ(endpoint.requests(), 2);
}

TEST(RemoteDynamo, APlainPutIsRepeatedAndUnknownOnlyIfAllTriesAre) {
  Reply hang_up;
  hang_up.hang_up = true;
  std::atomic<int> times{2};
  TestEndpoint endpoint(Failing(times, hang_up));
  const auto store = OpenStore(OptionsFor(endpoint));
  EXPECT_TRUE(Put(*store).ok());
  times = 100;
  const auto lost = Put(*store);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().kind(), ErrorKind::kUnknownOutcome);
}

TEST(RemoteDynamo, AnEndpointThatIsNotThereIsUnavailableForWritesToo) {
  std::string url;
  {
    const TestEndpoint gone([](const SeenRequest&) { return Reply{}; });
    url = gone.url();
  }
  RemoteOptions options;
  options.endpoint_url = url;
  options.keys = {"a", "b", ""};
  const auto store = OpenStore(options);
  const auto response = Put(*store, "attribute_exists(id)");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(response.error().message(), HasSubstr(url + ": cannot connect"));
}

TEST(RemoteDynamo, CallsEndByTheirDeadline) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, kItem};
    reply.delay = std::chrono::seconds(3);
    return reply;
  });
  const auto store = OpenStore(OptionsFor(endpoint));
  const auto start = std::chrono::steady_clock::now();
  const auto read = Get(*store, Within(100));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().kind(), ErrorKind::kDeadline);
  const auto write = Put(*store, "", Within(500));
  ASSERT_FALSE(write.ok());
  EXPECT_EQ(write.error().kind(), ErrorKind::kUnknownOutcome);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(RemoteDynamo, APassedDeadlineOrACancelledCallSendsNothing) {
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{200, kItem}; });
  const auto store = OpenStore(OptionsFor(endpoint));
  EXPECT_EQ(Get(*store, Within(-1)).error().kind(), ErrorKind::kDeadline);
  base::CallContext context;
  context.cancel = base::CancelToken::Create();
  context.cancel.Cancel();
  EXPECT_EQ(Put(*store, "", context).error().kind(), ErrorKind::kDeadline);
  EXPECT_EQ(endpoint.requests(), 0);
}

TEST(RemoteDynamo, AWrongClockIsRepairedFromTheAnswer) {
  class LateClock final : public base::Clock {
   public:
    base::MonotonicTime Now() const override { return base::SystemClock().Now(); }
    base::WallTime WallNow() const override {
      return base::SystemClock().WallNow() - std::chrono::hours(2);
    }
  };
  TestEndpoint endpoint([](const SeenRequest& request) {
    if (VerifySignature(request) == "good") return Reply{200, kItem};
    const std::time_t now = std::time(nullptr);
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
    Reply reply = ErrorReply(400, "InvalidSignatureException", "Signature expired: too early");
    reply.headers["Date"] = date;
    return reply;
  });
  const LateClock clock;
  auto options = OptionsFor(endpoint);
  options.clock = &clock;
  const auto store = OpenStore(options);
  EXPECT_TRUE(Get(*store).ok());
  EXPECT_EQ(endpoint.requests(), 2);
  EXPECT_TRUE(Get(*store).ok());
  EXPECT_EQ(endpoint.requests(), 3);
}

TEST(RemoteDynamo, RefusedKeysAreLookedUpOnceMore) {
  std::atomic<int> rotation{0};
  TestEndpoint endpoint([&](const SeenRequest& request) {
    const bool fresh =
        request.headers.at("authorization").find("Credential=key1/") != std::string::npos;
    if (!fresh) rotation = 1;
    return fresh ? Reply{200, kItem} : ErrorReply(400, "ExpiredTokenException");
  });
  auto options = OptionsFor(endpoint);
  options.keys = {};
  options.environment = [&](const char* name) -> std::optional<std::string> {
    if (name == std::string("AWS_ACCESS_KEY_ID")) return "key" + std::to_string(rotation);
    if (name == std::string("AWS_SECRET_ACCESS_KEY")) return "secret";
    return std::nullopt;
  };
  EXPECT_TRUE(Get(*OpenStore(options)).ok());
  EXPECT_EQ(endpoint.requests(), 2);
}

TEST(RemoteDynamo, WithoutKeysTheErrorSaysWhatToSet) {
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{}; });
  auto options = OptionsFor(endpoint);
  options.keys = {};
  options.environment = [](const char*) { return std::nullopt; };
  const auto response = Get(*OpenStore(options));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kDenied);
  EXPECT_THAT(response.error().message(), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_EQ(endpoint.requests(), 0);
}

TEST(RemoteDynamo, SpeaksTlsToWhomItTrustsOnly) {
  const TestCertificate certificate;
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{200, kItem}; }, &certificate);
  auto options = OptionsFor(endpoint);
  options.io_threads = 1;
  options.ca_bundle = certificate.certificate_file;
  const auto store = OpenStore(options);
  for (int i = 0; i < 5; ++i) {
    const auto response = Get(*store);
    ASSERT_TRUE(response.ok()) << response.error().ToString();
  }
  EXPECT_EQ(endpoint.connections(), 1);

  options.ca_bundle = "";
  options.environment = [](const char*) { return std::nullopt; };
  const auto refused = Get(*OpenStore(options));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("TLS handshake failed"));
  options.ca_bundle = "/does/not/exist";
  EXPECT_THAT(Get(*OpenStore(options)).error().message(), HasSubstr("/does/not/exist"));
}

TEST(RemoteDynamo, TagsAreReadToTheLastPage) {
  TestEndpoint endpoint([](const SeenRequest& request) {
    const bool second = request.body.find("NextToken") != std::string::npos;
    return Reply{200, second ? R"({"Tags":[{"Key":"a","Value":"1"}]})"
                             : R"({"Tags":[{"Key":"b","Value":"2"}],"NextToken":"t"})"};
  });
  const auto store = OpenStore(OptionsFor(endpoint));
  const auto tags = base::Wait<dynamo::ListTagsOfResourceResponse>(
      [&](auto done) { store->ListTagsOfResource({}, "arn:x", std::move(done)); });
  ASSERT_TRUE(tags.ok());
  ASSERT_EQ(tags->tags.size(), 2u);
  EXPECT_EQ(tags->tags[0].key, "a");
}

TEST(RemoteDynamo, ClosingTheStoreEndsWhatIsRunning) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, kItem};
    reply.delay = std::chrono::seconds(30);
    return reply;
  });
  auto store = OpenStore(OptionsFor(endpoint));
  std::atomic<int> ended{0};
  dynamo::GetItemRequest request;
  request.table_name = "users";
  request.key = KeyOf("a");
  for (int i = 0; i < 10; ++i) {
    store->GetItem({}, request, [&](auto response) { ended += !response.ok(); });
  }
  while (endpoint.requests() < 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  store.reset();
  EXPECT_EQ(ended, 10);
}

TEST(RemoteDynamo, LocationIsTheRegionOrTheEndpoint) {
  RemoteOptions options;
  options.environment = [](const char*) { return std::nullopt; };
  options.region = "eu-central-1";
  EXPECT_EQ(OpenStore(options)->Location(), "eu-central-1");
  options.endpoint_url = "http://127.0.0.1:8000";
  EXPECT_EQ(OpenStore(options)->Location(), "http://127.0.0.1:8000");
  options.endpoint_url = "127.0.0.1";
  EXPECT_FALSE(RemoteDynamo::Open(options).ok());
  options.endpoint_url = "";
  options.region = "";
  const auto nowhere = RemoteDynamo::Open(options);
  ASSERT_FALSE(nowhere.ok());
  EXPECT_THAT(nowhere.error().message(), HasSubstr("region"));
}

}  // namespace
}  // namespace stator::remote
