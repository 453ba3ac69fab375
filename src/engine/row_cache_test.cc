#include "engine/row_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "engine/test_engine.h"

namespace stator::engine {
namespace {

class RowCacheTest : public ::testing::Test {
 protected:
  // As a read does: looks, and puts in what RocksDB would say.
  void Read(RowCache& cache, const std::string& key, const std::string& stored) {
    const auto found = cache.Find(key);
    if (found.row == nullptr) cache.Fill(key, stored, found.ticket);
  }
  static std::string Text(const RowCache::Found& found) {
    return found.row == nullptr ? "-" : std::string(RowCache::ValueOf(*found.row));
  }

  base::MetricsRegistry metrics_;
  RowCache cache_{1 << 20, &metrics_};
};

TEST_F(RowCacheTest, FindsWhatWasReadAndNothingElse) {
  EXPECT_EQ(Text(cache_.Find("a")), "-");
  Read(cache_, "a", "one");
  Read(cache_, std::string("a\0", 2), "two");
  EXPECT_EQ(Text(cache_.Find("a")), "one");
  EXPECT_EQ(Text(cache_.Find(std::string("a\0", 2))), "two");
  EXPECT_EQ(Text(cache_.Find("")), "-");
}

// Six bytes of table and index, three of hash, the key.
TEST_F(RowCacheTest, ARowIsTheSameWithItsHashAndWithout) {
  const std::string unhashed("table:\0\0\0key", 12);
  Read(cache_, unhashed, "one");
  EXPECT_EQ(Text(cache_.Find("table:HHHkey")), "one");
  EXPECT_EQ(Text(cache_.Find("other:HHHkey")), "-");
  EXPECT_EQ(Text(cache_.Find("table:HHHkez")), "-");
  RowCache::Writing writing;
  cache_.BeginWrite("table:HHHkey", writing);
  EXPECT_EQ(Text(cache_.Find(unhashed)), "-");
}

TEST_F(RowCacheTest, AWriteTakesTheRowOutAndNoneComesInMeanwhile) {
  Read(cache_, "a", "old");
  {
    RowCache::Writing writing;
    cache_.BeginWrite("a", writing);
    Read(cache_, "a", "old");
    EXPECT_EQ(Text(cache_.Find("a")), "-");
  }
  Read(cache_, "a", "new");
  EXPECT_EQ(Text(cache_.Find("a")), "new");
}

TEST_F(RowCacheTest, WhatWasReadBeforeAWriteDoesNotComeInAfterIt) {
  const auto before = cache_.Find("a");
  {
    RowCache::Writing writing;
    cache_.BeginWrite("a", writing);
  }
  cache_.Fill("a", "old", before.ticket);
  EXPECT_EQ(Text(cache_.Find("a")), "-");
}

TEST_F(RowCacheTest, AFoundRowStaysReadableWhenItIsPushedOut) {
  Read(cache_, "a", "kept");
  const auto found = cache_.Find("a");
  RowCache::Writing writing;
  cache_.BeginWrite("a", writing);
  EXPECT_EQ(cache_.size_bytes(), 0U);
  EXPECT_EQ(Text(found), "kept");
}

TEST_F(RowCacheTest, StaysWithinItsBytesAndKeepsWhatIsFoundAgain) {
  constexpr std::size_t kBytesMax = 4 << 20;
  RowCache cache(kBytesMax, &metrics_);
  const std::string value(1'000, 'v');
  for (int i = 0; i < 20'000; ++i) {
    Read(cache, "hot", "found again and again");
    Read(cache, "table:#HHkey" + std::to_string(i), value);
    ASSERT_LE(cache.size_bytes(), kBytesMax);
  }
  EXPECT_GT(cache.size_bytes(), kBytesMax / 2);
  EXPECT_EQ(Text(cache.Find("hot")), "found again and again");
  EXPECT_EQ(Text(cache.Find("key1")), "-");
}

TEST_F(RowCacheTest, HoldsNoRowThatIsTooLargeAndNoneWithoutRoom) {
  Read(cache_, "large", std::string(2'000, 'v'));
  EXPECT_EQ(Text(cache_.Find("large")), "-");
  RowCache none(0, &metrics_);
  Read(none, "a", "one");
  EXPECT_EQ(Text(none.Find("a")), "-");
}

TEST_F(RowCacheTest, ManyThreadsMayUseIt) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20'000; ++i) {
        const std::string key = "table:#HH" + std::to_string((i * 7 + thread) % 3'000);
        if (i % 5 == 0) {
          RowCache::Writing writing;
          cache_.BeginWrite(key, writing);
        } else if (const auto found = cache_.Find(key); found.row != nullptr) {
          EXPECT_EQ(Text(found), key + std::string(300, 'v'));
        } else {
          cache_.Fill(key, key + std::string(300, 'v'), found.ticket);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// ---- through the engine

std::uint64_t Hits(base::MetricsRegistry& metrics) {
  return metrics.GetCounter("stator_engine_row_cache_hits_total", "", {})->value();
}

TEST(RowCacheEngineTest, TheSecondReadIsAHitAndTheNextAfterAWriteSeesTheWrite) {
  base::MetricsRegistry metrics;
  EngineOptions options = TestEngine::InMemory();
  options.metrics = &metrics;
  TestEngine engine(options);
  engine.MakeTable("items", "id S");
  engine.Put("items", "id: 'a', v: 1");
  EXPECT_EQ(engine.Get("items", "id: 'a'"), "id: 'a', v: 1");
  EXPECT_EQ(Hits(metrics), 0U);
  EXPECT_EQ(engine.Get("items", "id: 'a'"), "id: 'a', v: 1");
  EXPECT_EQ(Hits(metrics), 1U);
  engine.Put("items", "id: 'a', v: 2");
  EXPECT_EQ(engine.Get("items", "id: 'a'"), "id: 'a', v: 2");
  EXPECT_EQ(Hits(metrics), 1U);
}

TEST(RowCacheEngineTest, ABatchOfKnownUnknownAndMissingRowsComesBackInItsOrder) {
  TestEngine engine;
  engine.MakeTable("items", "id S");
  for (const char* item : {"id: 'a', v: 1", "id: 'b', v: 2", "id: 'c', v: 3"}) {
    engine.Put("items", item);
  }
  EXPECT_EQ(engine.Get("items", "id: 'b'"), "id: 'b', v: 2");
  dynamo::ReadManyRequest request;
  for (const char* key : {"id: 'c'", "id: 'b'", "id: 'x'", "id: 'a'", "id: 'b'"}) {
    request.reads.push_back({.table_name = "items", .key = TestItem(key)});
  }
  const std::string expected =
      "id: 'c', v: 3 | id: 'b', v: 2 | nothing | id: 'a', v: 1 | id: 'b', v: 2";
  EXPECT_EQ(Texts(engine.GetMany(request)->items), expected);
  EXPECT_EQ(Texts(engine.GetMany(request)->items), expected);
}

std::string Queried(TestEngine& engine) {
  dynamo::QueryRequest request;
  request.table_name = "items";
  request.key_condition_expression = "id = :id";
  request.expression_attributes = TestAttributes(":id: 'n'");
  return Texts(engine.Query(request)->items);
}

// A reader that has seen a value never sees an older one, by whatever operation it reads.
TEST(RowCacheEngineTest, ReadersNeverGoBackInTime) {
  TestEngine engine;
  engine.MakeTable("items", "id S");
  engine.Put("items", "id: 'n', v: 0");
  std::atomic<bool> ended{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      int last = 0;
      for (int i = 0; !ended.load(); ++i) {
        const std::string text = i % 3 == reader ? Queried(engine) : engine.Get("items", "id: 'n'");
        const int now = std::stoi(text.substr(text.find("v: ") + 3));
        ASSERT_GE(now, last);
        last = now;
      }
    });
  }
  for (int i = 1; i <= 20'000; ++i) engine.Put("items", "id: 'n', v: " + std::to_string(i));
  ended = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(engine.Get("items", "id: 'n'"), "id: 'n', v: 20000");
}

}  // namespace
}  // namespace stator::engine
