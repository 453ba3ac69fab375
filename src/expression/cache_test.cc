#include "expression/cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace stator::expression {
namespace {

TEST(ExpressionCache, TheSameTextGivesTheSameExpression) {
  ExpressionCache cache;
  const std::string text = "a = :v";
  const auto first = cache.GetCondition(text);
  const auto second = cache.GetCondition(std::string(text));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(ExpressionCache, OneTextMayBeSeveralExpressions) {
  ExpressionCache cache;
  const auto condition = cache.GetCondition("a = :v");
  const auto filter = cache.GetCondition("a = :v", ExpressionKind::kFilter);
  const auto key = cache.GetKeyCondition("a = :v");
  EXPECT_EQ((*condition)->kind, ExpressionKind::kCondition);
  EXPECT_EQ((*filter)->kind, ExpressionKind::kFilter);
  EXPECT_EQ((*key)->kind, ExpressionKind::kKeyCondition);
  EXPECT_EQ(cache.size(), 3U);
}

TEST(ExpressionCache, KeepsProjectionsAndUpdates) {
  ExpressionCache cache;
  EXPECT_EQ(*cache.GetProjection("a, b"), *cache.GetProjection("a, b"));
  EXPECT_EQ(*cache.GetUpdate("SET a = :v"), *cache.GetUpdate("SET a = :v"));
  EXPECT_EQ((*cache.GetUpdate("SET a = :v"))->actions.size(), 1U);
}

TEST(ExpressionCache, ErrorsAreNotKept) {
  ExpressionCache cache;
  EXPECT_EQ(cache.GetProjection("a,").error().message(),
            "Invalid ProjectionExpression: Syntax error; token: \"<EOF>\", near: \",\"");
  EXPECT_EQ(cache.GetUpdate("SET").error().code(), "ValidationException");
  EXPECT_EQ(cache.size(), 0U);
}

TEST(ExpressionCache, StaysWithinItsMemory) {
  constexpr std::size_t kCapacity = 256 << 10;
  ExpressionCache cache(kCapacity);
  std::size_t one = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto parsed = cache.GetCondition("a = :v" + std::to_string(i));
    one = (*parsed)->MemoryBytes();
  }
  EXPECT_GT(cache.size(), 0U);
  EXPECT_LE(cache.size() * one, kCapacity);
}

TEST(ExpressionCache, WhatIsAskedForOftenStays) {
  ExpressionCache cache(256 << 10);
  const auto often = cache.GetCondition("often = :v");
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(cache.GetCondition("a = :v" + std::to_string(i)).ok());
    if (i % 8 == 0) {
      ASSERT_EQ(*cache.GetCondition("often = :v"), *often);
    }
  }
}

TEST(ExpressionCache, AnExpressionOutlivesItsPlaceInTheCache) {
  ExpressionCache cache(1);
  const auto parsed = cache.GetCondition("a = :v");
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ((*parsed)->text, "a = :v");
}

TEST(ExpressionCache, ServesManyThreads) {
  ExpressionCache cache(64 << 10);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) {
        const std::string name = "a" + std::to_string(i % 500);
        const auto update = cache.GetUpdate("SET " + name + " = :v");
        ASSERT_TRUE(update.ok());
        ASSERT_EQ((*update)->elements[0].text, name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace stator::expression
