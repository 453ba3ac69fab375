#include "engine/memtable.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/merge_operator.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/rocks.h"

namespace stator::engine {
namespace {

using Rows = std::map<std::string, std::string>;

// A database in memory, with the engine's options, and a model of what it holds.
class MemtableInRocks : public testing::Test {
 protected:
  void SetUp() override {
    EngineOptions options;
    options.env = env_.get();
    rocksdb::Options rocks = MakeRocksOptions(options, nullptr);
    ASSERT_STREQ(rocks.memtable_factory->Name(), MakeMemtableFactory()->Name());
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(rocks, "/db", &db);
    ASSERT_TRUE(status.ok()) << status.ToString();
    db_.reset(db);
  }

  // Rows of counts, which a put sets and a merge adds to.
  void Change(std::mt19937& random) {
    const std::string key = RandomKey(random);
    const TableCounts counts{static_cast<std::int64_t>(random() % 100), 1};
    const auto row = model_.find(key);
    switch (random() % 8) {
      case 0:
      case 1:
        ASSERT_TRUE(db_->Delete({}, key).ok());
        model_.erase(key);
        break;
      case 2:
      case 3: {
        ASSERT_TRUE(db_->Merge({}, key, EncodeCounts(counts)).ok());
        TableCounts sum = row == model_.end() ? TableCounts{} : DecodeCounts(row->second);
        sum.items += counts.items;
        sum.bytes += counts.bytes;
        model_[key] = EncodeCounts(sum);
        break;
      }
      default:
        ASSERT_TRUE(db_->Put({}, key, EncodeCounts(counts)).ok());
        model_[key] = EncodeCounts(counts);
    }
  }

  static std::string RandomKey(std::mt19937& random) {
    return "a-prefix-longer-than-a-head-" + std::to_string(random() % 500);
  }

  Rows Scan(bool forward, const rocksdb::Snapshot* snapshot = nullptr) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    Rows rows;
    if (forward) {
      for (at->SeekToFirst(); at->Valid(); at->Next()) rows[at->key().ToString()] = Value(*at);
    } else {
      for (at->SeekToLast(); at->Valid(); at->Prev()) rows[at->key().ToString()] = Value(*at);
    }
    EXPECT_TRUE(at->status().ok());
    return rows;
  }

  static std::string Value(const rocksdb::Iterator& at) { return at.value().ToString(); }

  std::optional<std::string> Get(const std::string& key, const rocksdb::Snapshot* snapshot) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    std::string value;
    const rocksdb::Status status = db_->Get(options, key, &value);
    EXPECT_TRUE(status.ok() || status.IsNotFound()) << status.ToString();
    if (!status.ok()) return std::nullopt;
    return value;
  }

  void ExpectRows(const Rows& rows, const rocksdb::Snapshot* snapshot = nullptr) {
    EXPECT_EQ(Scan(true, snapshot), rows);
    EXPECT_EQ(Scan(false, snapshot), rows);
    std::mt19937 random(3);
    for (int i = 0; i < 500; ++i) {
      const std::string key = RandomKey(random);
      const auto row = rows.find(key);
      EXPECT_EQ(Get(key, snapshot), row == rows.end() ? std::nullopt : std::optional(row->second));
    }
  }

  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::unique_ptr<rocksdb::DB> db_;
  Rows model_;
};

TEST_F(MemtableInRocks, HoldsWhatWasPutMergedAndDeleted) {
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
  ExpectRows(model_);
}

TEST_F(MemtableInRocks, ASnapshotKeepsWhatItSaw) {
  std::mt19937 random(2);
  for (int i = 0; i < 2'000; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
  const rocksdb::Snapshot* const snapshot = db_->GetSnapshot();
  const Rows then = model_;
  for (int i = 0; i < 5'000; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
  ExpectRows(then, snapshot);
  ExpectRows(model_);
  db_->ReleaseSnapshot(snapshot);
}

TEST_F(MemtableInRocks, AnIteratorGoesOnOverWhatIsWrittenMeanwhile) {
  std::mt19937 random(3);
  for (int i = 0; i < 2'000; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
  const Rows then = model_;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
  Rows seen;
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    seen[at->key().ToString()] = Value(*at);
    for (int i = 0; i < 10; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
  }
  EXPECT_EQ(seen, then);
}

TEST_F(MemtableInRocks, RangesAreDeletedAndManyRowsReadAtOnce) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string number = std::to_string(10'000 + i);
    ASSERT_TRUE(db_->Put({}, number, "value " + number).ok());
  }
  ASSERT_TRUE(db_->DeleteRange({}, db_->DefaultColumnFamily(), "10200", "10700").ok());
  const std::vector<rocksdb::Slice> keys = {"10000", "10199", "10200", "10699", "10700", "2"};
  std::vector<std::string> values;
  const std::vector<rocksdb::Status> read = db_->MultiGet({}, keys, &values);
  for (const std::size_t i : {0, 1, 4}) EXPECT_EQ(values[i], "value " + keys[i].ToString());
  for (const std::size_t i : {2, 3, 5}) EXPECT_TRUE(read[i].IsNotFound());
  EXPECT_EQ(Scan(true).size(), 500u);
}

TEST_F(MemtableInRocks, WhatIsWrittenOutIsWhatWasInMemory) {
  std::mt19937 random(4);
  for (int flush = 0; flush < 3; ++flush) {
    for (int i = 0; i < 3'000; ++i) ASSERT_NO_FATAL_FAILURE(Change(random));
    ASSERT_TRUE(db_->Flush({}).ok());
  }
  ASSERT_NO_FATAL_FAILURE(Change(random));
  ExpectRows(model_);
}

TEST_F(MemtableInRocks, NodesCountAsMemoryOfTheMemtable) {
  std::uint64_t empty = 0;
  ASSERT_TRUE(db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &empty));
  EXPECT_LT(empty, 1u << 20);
  for (int i = 0; i < 10'000; ++i)
    ASSERT_TRUE(db_->Put({}, std::to_string(i * 7919 % 10'007), "").ok());
  std::uint64_t filled = 0;
  ASSERT_TRUE(db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &filled));
  EXPECT_GT(filled, empty + 10'000 * 60);
}

}  // namespace
}  // namespace stator::engine
