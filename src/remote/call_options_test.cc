// Each of CallOptions against an endpoint: what a user who sets it would see on the wire.
#include "remote/call_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <numeric>
#include <thread>

#include "dynamo/errors.h"
#include "remote/test_store.h"

namespace stator::remote {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using testing::Each;
using testing::HasSubstr;

// What BatchGetItem answers when none of the keys exists.
constexpr char kNothing[] = R"({"Responses":{}})";

std::size_t KeysIn(const SeenRequest& seen) {
  std::size_t keys = 0;
  for (std::size_t at = 0; (at = seen.body.find(R"("id":)", at)) != std::string::npos; ++at) ++keys;
  return keys;
}

base::Result<dynamo::ReadManyResponse> GetMany(dynamo::Dynamo& store, int keys,
                                               const base::CallContext& context = {}) {
  dynamo::ReadManyRequest request;
  for (int i = 0; i < keys; ++i) request.reads.push_back({"users", KeyOf("k" + std::to_string(i))});
  return base::Wait<dynamo::ReadManyResponse>(
      [&](auto done) { store.GetMany(context, request, std::move(done)); });
}

// Counts calls that are being answered, and holds each until two are, or a while has passed.
class InFlight {
 public:
  Reply operator()(const SeenRequest&) {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++now_);
    changed_.notify_all();
    changed_.wait_for(lock, milliseconds(500), [&] { return most_ >= 2; });
    lock.unlock();
    // Long enough for a third one to come.
    std::this_thread::sleep_for(milliseconds(5));
    lock.lock();
    --now_;
    return Reply{200, kNothing};
  }
  int most() const { return most_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int now_ = 0;
  int most_ = 0;
};

TEST(CallOptions, ABatchHasNoMoreKeysThanWanted) {
  std::mutex mutex;
  std::vector<std::size_t> sizes;
  TestEndpoint endpoint([&](const SeenRequest& seen) {
    std::lock_guard lock(mutex);
    sizes.push_back(KeysIn(seen));
    return Reply{200, kNothing};
  });
  auto options = OptionsFor(endpoint);
  options.calls.keys_per_call = 7;
  ASSERT_TRUE(GetMany(*OpenStore(options), 50).ok());
  EXPECT_EQ(sizes.size(), 8u);
  EXPECT_THAT(sizes, Each(testing::Le(7u)));
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}), 50u);
}

TEST(CallOptions, AGetManyHasNoMoreCallsUnderWayThanWanted) {
  InFlight in_flight;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return in_flight(seen); });
  auto options = OptionsFor(endpoint);
  options.calls.keys_per_call = 5;
  options.calls.parallel_reads = 2;
  ASSERT_TRUE(GetMany(*OpenStore(options), 60).ok());
  EXPECT_EQ(endpoint.requests(), 12);
  EXPECT_EQ(in_flight.most(), 2);
}

TEST(CallOptions, ASmallPoolIsAsParallelAsItHasConnections) {
  InFlight in_flight;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return in_flight(seen); });
  auto options = OptionsFor(endpoint);
  options.calls.keys_per_call = 5;
  options.calls.connections_max = 2;
  ASSERT_TRUE(GetMany(*OpenStore(options), 60).ok());
  EXPECT_EQ(in_flight.most(), 2);
  EXPECT_EQ(endpoint.connections(), 2);
}

TEST(CallOptions, AConnectionThatWasIdleForTooLongIsNotUsedAgain) {
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{200, "{}"}; });
  auto options = OptionsFor(endpoint);
  options.calls.idle_max = milliseconds(0);
  const auto store = OpenStore(options);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Get(*store).ok());
  EXPECT_EQ(endpoint.connections(), 5);
}

TEST(CallOptions, AnAnswerThatTakesTooLongEndsTheTry) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, "{}"};
    reply.delay = std::chrono::seconds(30);
    return reply;
  });
  auto options = OptionsFor(endpoint);
  options.calls.answer_timeout = milliseconds(50);
  options.calls.attempts_max = 2;
  const auto start = std::chrono::steady_clock::now();
  const auto response = Get(*OpenStore(options));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(response.error().message(), HasSubstr("timed out after 50 ms"));
  EXPECT_EQ(endpoint.requests(), 2);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// The timer of an answer must not end the next one on the same connection.
TEST(CallOptions, AnAnswerInTimeLeavesItsConnectionGood) {
  TestEndpoint endpoint([](const SeenRequest&) {
    Reply reply{200, "{}"};
    reply.delay = milliseconds(5);
    return reply;
  });
  auto options = OptionsFor(endpoint);
  options.io_threads = 1;
  options.calls.answer_timeout = milliseconds(500);
  const auto store = OpenStore(options);
  const auto end = std::chrono::steady_clock::now() + milliseconds(1'200);
  while (std::chrono::steady_clock::now() < end) ASSERT_TRUE(Get(*store).ok());
  EXPECT_EQ(endpoint.connections(), 1);
}

TEST(CallOptions, AConnectionThatIsNotMadeInTimeEndsTheTry) {
  // It takes the connection and waits for a request, which TLS does not send.
  TestEndpoint plain([](const SeenRequest&) { return Reply{}; });
  auto options = OptionsFor(plain);
  options.endpoint_url = "https" + plain.url().substr(4);
  options.calls.connect_timeout = milliseconds(50);
  options.calls.attempts_max = 3;
  const auto response = Get(*OpenStore(options));
  ASSERT_FALSE(response.ok());
  EXPECT_THAT(response.error().message(), HasSubstr("timed out after 50 ms"));
  EXPECT_EQ(plain.connections(), 3);
  EXPECT_EQ(plain.requests(), 0);
}

TEST(CallOptions, ACallHasNoMoreTriesThanWanted) {
  for (const char* code : {"InternalServerError", "ThrottlingException"}) {
    TestEndpoint endpoint(
        [&](const SeenRequest&) { return ErrorReply(code[0] == 'I' ? 500 : 400, code); });
    auto options = OptionsFor(endpoint);
    options.calls.attempts_max = 2;
    const auto store = OpenStore(options);
    EXPECT_EQ(Get(*store).error().code(), code);
    EXPECT_EQ(endpoint.requests(), 2);
    EXPECT_EQ(GetMany(*store, 3).error().code(), code);
    EXPECT_EQ(endpoint.requests(), 4);
  }
}

TEST(CallOptions, AThrottledGetManyInTheBackgroundWaitsForCapacity) {
  std::atomic<int> throttled{2};
  TestEndpoint endpoint([&](const SeenRequest&) {
    return throttled-- > 0 ? ErrorReply(400, "ThrottlingException") : Reply{200, kNothing};
  });
  auto options = OptionsFor(endpoint);
  options.calls.attempts_max = 1;
  base::CallContext context;
  context.priority = base::Priority::kBackground;
  EXPECT_TRUE(GetMany(*OpenStore(options), 3, context).ok());
  EXPECT_EQ(endpoint.requests(), 3);
}

// Requests that 45 calls make of which each fails and may be tried twice.
int RequestsOfFailingCalls(RetryMode mode) {
  TestEndpoint endpoint([](const SeenRequest&) { return ErrorReply(500, "InternalServerError"); });
  auto options = OptionsFor(endpoint);
  options.calls.attempts_max = 2;
  options.calls.retry_mode = mode;
  const auto store = OpenStore(options);
  dynamo::GetItemRequest request;
  request.table_name = "users";
  request.key = KeyOf("a");
  std::atomic<int> left{45};
  for (int i = 0; i < 45; ++i) store->GetItem({}, request, [&](auto) { --left; });
  while (left > 0) std::this_thread::sleep_for(milliseconds(1));
  return endpoint.requests();
}

TEST(CallOptions, RetriesHaveABudgetUnlessLegacy) {
  const int retries_max = RetryBudget::kTokensMax / RetryBudget::kRetryCost;
  EXPECT_EQ(RequestsOfFailingCalls(RetryMode::kStandard), 45 + retries_max);
  EXPECT_EQ(RequestsOfFailingCalls(RetryMode::kLegacy), 2 * 45);
}

TEST(CallOptions, AdaptiveHoldsCallsBackOnceTheStoreHasThrottled) {
  TestEndpoint endpoint([](const SeenRequest&) { return ErrorReply(400, "ThrottlingException"); });
  auto options = OptionsFor(endpoint);
  options.calls.attempts_max = 1;
  options.calls.retry_mode = RetryMode::kAdaptive;
  const auto store = OpenStore(options);
  EXPECT_EQ(Get(*store).error().code(), dynamo::kThrottlingException);
  // One place is free at once, the next one in two seconds.
  EXPECT_EQ(Get(*store, Within(500)).error().message(), "no");
  const auto held = Get(*store, Within(500));
  ASSERT_FALSE(held.ok());
  EXPECT_EQ(held.error().kind(), ErrorKind::kThrottled);
  EXPECT_THAT(held.error().message(), HasSubstr("GetItem of users"));
  EXPECT_THAT(held.error().message(), HasSubstr("adaptive"));
  EXPECT_EQ(endpoint.requests(), 2);
  EXPECT_EQ(GetMany(*store, 3, Within(100)).error().code(), dynamo::kThrottlingException);
  EXPECT_EQ(endpoint.requests(), 2);
}

TEST(CallOptions, NumbersThatNoStoreCanWorkWithAreRefused) {
  RemoteOptions options;
  options.region = "us-east-1";
  options.calls.keys_per_call = 101;
  EXPECT_THAT(RemoteDynamo::Open(options).error().message(), HasSubstr("1 to 100 keys, not 101"));
  options.calls = {};
  options.calls.connections_max = 0;
  EXPECT_THAT(RemoteDynamo::Open(options).error().message(), HasSubstr("one connection"));
}

}  // namespace
}  // namespace stator::remote
