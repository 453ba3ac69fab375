#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/call_context.h"
#include "base/completion.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/thread_pool.h"

namespace stator::base {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0)
    return Error(ErrorKind::kInvalid, "Odd", "value is odd: " + std::to_string(value));
  return value / 2;
}

Result<int> Quarter(int value) {
  STATOR_ASSIGN_OR_RETURN(const int half, Half(value));
  return Half(half);
}

TEST(ResultTest, CarriesTheFirstErrorUp) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().ToString(), "Odd: value is odd: 3");
  EXPECT_EQ(Quarter(6).error().WithPrefix("in x: ").message(), "in x: value is odd: 3");
}

TEST(ResultDeathTest, ReadingTheWrongOneAborts) {
  EXPECT_DEATH(static_cast<void>(Half(3).value()), "CHECK failed");
  EXPECT_DEATH(static_cast<void>(Half(2).error()), "CHECK failed");
}

TEST(UniqueFunctionTest, OwnsMoveOnlyAndLargeCallables) {
  auto owned = std::make_unique<int>(41);
  UniqueFunction<int(int)> small = [owned = std::move(owned)](int x) { return *owned + x; };
  UniqueFunction<int(int)> moved = std::move(small);
  EXPECT_FALSE(small);  // NOLINT(bugprone-use-after-move): emptiness after a move is promised
  EXPECT_EQ(moved(1), 42);
  std::array<int, 100> many{};
  many[99] = 7;
  UniqueFunction<int()> large = [many] { return many[99]; };
  UniqueFunction<int()> large_moved = std::move(large);
  EXPECT_EQ(large_moved(), 7);
}

TEST(UniqueFunctionTest, DestroysItsCallableOnce) {
  auto token = std::make_shared<int>(0);
  {
    UniqueFunction<void()> function = [token] {};
    UniqueFunction<void()> other = std::move(function);
    other = [token] {};
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(WaitTest, BlocksUntilAnotherThreadAnswers) {
  std::thread thread;
  const Result<int> answer = Wait<int>([&](Completion<int> done) {
    thread = std::thread([done = std::move(done)]() mutable { done(Result<int>(5)); });
  });
  thread.join();
  EXPECT_EQ(*answer, 5);
}

TEST(DeadlineTest, PassesWhenItsTimeCame) {
  const MonotonicTime now = SystemClock().Now();
  const Deadline deadline(now + std::chrono::milliseconds(50));
  EXPECT_FALSE(deadline.Passed(now));
  EXPECT_EQ(deadline.Left(now).count(), 50);
  EXPECT_TRUE(deadline.Passed(now + std::chrono::milliseconds(50)));
  EXPECT_EQ(deadline.Left(now + std::chrono::seconds(1)).count(), 0);
}

TEST(CancelTokenTest, CopiesShareTheFlag) {
  const CancelToken token = CancelToken::Create();
  CallContext context;
  context.cancel = token;
  token.Cancel();
  EXPECT_TRUE(context.cancel.cancelled());
  CancelToken().Cancel();
  EXPECT_FALSE(CancelToken().cancelled());
}

TEST(ThreadPoolTest, RunsEverythingAndRefusesBeyondItsQueue) {
  std::atomic<int> ran{0};
  {
    ThreadPool pool(1, 2);
    std::mutex gate;
    gate.lock();
    pool.Run([&] { std::lock_guard lock(gate); });
    int accepted = 0;
    for (int i = 0; i < 10; ++i) accepted += pool.TryRun([&] { ++ran; }) ? 1 : 0;
    EXPECT_LE(accepted, 3);
    EXPECT_GE(accepted, 1);
    gate.unlock();
    pool.Run([&] { ++ran; });
  }
  EXPECT_GE(ran.load(), 2);
}

TEST(MetricsTest, RendersPrometheusText) {
  MetricsRegistry metrics;
  metrics.GetCounter("stator_reads_total", "Reads.", {{"table", "a\"b"}})->Add(3);
  Histogram* latency = metrics.GetHistogram("stator_call_seconds", "Calls.");
  latency->Record(16);
  latency->Record(17);
  latency->Record(100'000'000);
  metrics.AddGauge("stator_tables", "Tables.", {}, [] { return 2.0; });
  const std::string text = metrics.RenderPrometheus();
  EXPECT_NE(
      text.find("# TYPE stator_reads_total counter\nstator_reads_total{table=\"a\\\"b\"} 3\n"),
      std::string::npos);
  EXPECT_NE(text.find("stator_call_seconds_bucket{le=\"1.6e-05\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("stator_call_seconds_bucket{le=\"3.2e-05\"} 2\n"), std::string::npos);
  EXPECT_NE(text.find("stator_call_seconds_bucket{le=\"+Inf\"} 3\n"), std::string::npos);
  EXPECT_NE(text.find("stator_tables 2\n"), std::string::npos);
  EXPECT_EQ(metrics.GetCounter("stator_reads_total", "Reads.", {{"table", "a\"b"}})->value(), 3u);
}

TEST(LogTest, NamesOfLevels) {
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

TEST(LogTest, JsonLinesEscapeTheirValues) {
  ConfigureLog(LogLevel::kInfo, LogFormat::kJson);
  testing::internal::CaptureStderr();
  Log(LogLevel::kDebug, "unseen");
  Log(LogLevel::kInfo, "a \"b\"\n", {{"key", "c\\d"}});
  const std::string line = testing::internal::GetCapturedStderr();
  ConfigureLog(LogLevel::kInfo, LogFormat::kText);
  EXPECT_NE(line.find(R"("level":"info","message":"a \"b\"\u000a","key":"c\\d"})"),
            std::string::npos)
      << line;
  EXPECT_EQ(line.find("unseen"), std::string::npos);
}

}  // namespace
}  // namespace stator::base
