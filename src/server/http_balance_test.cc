#include "server/http_balance.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>

namespace stator::server {
namespace {

HttpLoad Load(double busiest, double all, double idle) {
  return {.busiest_thread = busiest, .all_threads = all, .idle_processors = idle};
}

TEST(HttpThreadCountTest, OneThreadIsEnoughUntilItIsFull) {
  HttpThreadCount threads(8);
  EXPECT_EQ(threads.count(), 1u);
  EXPECT_EQ(threads.After(Load(0.8, 0.8, 7)), 1u);
  EXPECT_EQ(threads.After(Load(0.95, 0.95, 7)), 2u);
  EXPECT_EQ(threads.After(Load(0.95, 1.9, 6)), 4u);
  EXPECT_EQ(threads.After(Load(0.95, 3.8, 4)), 8u);
  EXPECT_EQ(threads.After(Load(1, 8, 1)), 8u);
}

TEST(HttpThreadCountTest, AFullThreadStaysAloneWhereNoProcessorIsLeft) {
  HttpThreadCount threads(2);
  EXPECT_EQ(threads.After(Load(0.98, 0.98, 0.3)), 1u);
  EXPECT_EQ(threads.After(Load(0.98, 0.98, 0.6)), 2u);
}

TEST(HttpThreadCountTest, ThreadsComeTogetherAgainAfterSomeCalmSeconds) {
  HttpThreadCount threads(2);
  threads.After(Load(1, 1, 1));
  ASSERT_EQ(threads.count(), 2u);
  for (int i = 1; i < HttpThreadCount::kCalmSeconds; ++i)
    EXPECT_EQ(threads.After(Load(0.3, 0.5, 1)), 2u);
  EXPECT_EQ(threads.After(Load(0.5, 0.9, 1)), 2u) << "too much for one";
  for (int i = 1; i < HttpThreadCount::kCalmSeconds; ++i)
    EXPECT_EQ(threads.After(Load(0.3, 0.5, 1)), 2u);
  EXPECT_EQ(threads.After(Load(0.3, 0.5, 1)), 1u);
  EXPECT_EQ(threads.After(Load(0, 0, 2)), 1u);
}

TEST(HttpLoadMeterTest, ABusyThreadCountsAsAboutOneProcessor) {
  clockid_t own{};
  ASSERT_EQ(pthread_getcpuclockid(pthread_self(), &own), 0);
  HttpLoadMeter meter({own});
  const auto begin = std::chrono::steady_clock::now();
  timespec cpu_begin{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu_begin);
  timespec cpu = cpu_begin;
  while (cpu.tv_sec * 1'000 + cpu.tv_nsec / 1'000'000 <
         cpu_begin.tv_sec * 1'000 + cpu_begin.tv_nsec / 1'000'000 + 50)
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  const HttpLoad load = meter.Measure();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(load.busiest_thread, 0.04 / taken.count());
  EXPECT_LT(load.busiest_thread, 1.1);
  EXPECT_EQ(load.busiest_thread, load.all_threads);
  EXPECT_GE(load.idle_processors, 0);
}

}  // namespace
}  // namespace stator::server
