#include "engine/memtable_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <compare>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stator::engine {
namespace {

// A user key and a sequence number, in the order of internal keys.
struct TestKey {
  std::string user_key;
  std::uint64_t sequence;

  std::strong_ordering operator<=>(const TestKey& other) const {
    if (const auto order = user_key <=> other.user_key; order != 0) return order;
    return other.sequence <=> sequence;
  }
  bool operator==(const TestKey&) const = default;
};

std::string InternalKey(const TestKey& key) {
  std::string bytes = key.user_key;
  bytes.append(reinterpret_cast<const char*>(&key.sequence), sizeof key.sequence);
  return bytes;
}

TestKey ParseInternalKey(const rocksdb::Slice& bytes) {
  TestKey key{{bytes.data(), bytes.size() - 8}, 0};
  std::memcpy(&key.sequence, bytes.data() + bytes.size() - 8, 8);
  return key;
}

TestKey KeyOfEntry(const char* entry) {
  return ParseInternalKey(rocksdb::GetLengthPrefixedSlice(entry));
}

class TestComparator final : public MemtableTree::Comparator {
 public:
  int operator()(const char* a, const char* b) const override {
    return (*this)(a, rocksdb::GetLengthPrefixedSlice(b));
  }
  int operator()(const char* a, const rocksdb::Slice& b) const override {
    calls.fetch_add(1, std::memory_order_relaxed);
    const auto order = KeyOfEntry(a) <=> ParseInternalKey(b);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  mutable std::atomic<int> calls{0};
};

// A tree with the entries that it points to, each of which holds a number as its value.
class TreeWithEntries {
 public:
  // An entry for `key`, not inserted. REQUIRES: the internal key is shorter than 128 bytes.
  const char* MakeEntry(const TestKey& key, std::uint32_t number = 0) {
    const std::string internal_key = InternalKey(key);
    std::string entry(1, static_cast<char>(internal_key.size()));
    entry += internal_key;
    entry.append(reinterpret_cast<const char*>(&number), sizeof number);
    return entries_.emplace_back(std::move(entry)).data();
  }
  void Insert(const TestKey& key) { tree.Insert(MakeEntry(key)); }

  TestComparator comparator;
  MemtableTree tree{comparator};

 private:
  std::deque<std::string> entries_;
};

std::uint32_t NumberOf(const char* entry) {
  const rocksdb::Slice key = rocksdb::GetLengthPrefixedSlice(entry);
  std::uint32_t number;
  std::memcpy(&number, key.data() + key.size(), sizeof number);
  return number;
}

std::vector<TestKey> Forward(const MemtableTree& tree) {
  std::vector<TestKey> keys;
  MemtableTree::Cursor cursor(tree);
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    keys.push_back(KeyOfEntry(cursor.entry()));
  }
  return keys;
}

std::vector<TestKey> Backward(const MemtableTree& tree) {
  std::vector<TestKey> keys;
  MemtableTree::Cursor cursor(tree);
  for (cursor.SeekToLast(); cursor.Valid(); cursor.Prev()) {
    keys.push_back(KeyOfEntry(cursor.entry()));
  }
  std::reverse(keys.begin(), keys.end());
  return keys;
}

// Keys of 0 to 60 bytes out of few letters, so that many are equal in their first 16 bytes, are
// prefixes of each other, or end in zeros.
TestKey RandomKey(std::mt19937& random, std::uint64_t sequence) {
  constexpr std::string_view kPrefixes[] = {"", "customer-0000017-order-", "customer-0000017-o"};
  std::string user_key(kPrefixes[random() % 3]);
  const std::size_t more = random() % (random() % 4 == 0 ? 38 : 5);
  for (std::size_t i = 0; i < more; ++i) user_key.push_back("\0\1a\xff"[random() % 4]);
  return {user_key, sequence};
}

std::vector<TestKey> RandomKeys(int count, int seed) {
  std::mt19937 random(seed);
  std::vector<TestKey> keys;
  for (int i = 0; i < count; ++i) keys.push_back(RandomKey(random, i));
  return keys;
}

TestKey Numbered(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "key-%07d", number);
  return {text, 1};
}

std::vector<TestKey> Shuffled(int count, int seed) {
  std::vector<TestKey> keys;
  for (int i = 0; i < count; ++i) keys.push_back(Numbered(i));
  std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
  return keys;
}

void ExpectSame(const MemtableTree::Cursor& cursor, std::vector<TestKey>::const_iterator at,
                const std::vector<TestKey>& sorted) {
  ASSERT_EQ(cursor.Valid(), at != sorted.end());
  if (cursor.Valid()) {
    ASSERT_EQ(KeyOfEntry(cursor.entry()), *at);
  }
}

// Seeks `key` in both ways, and takes some steps back and forth from there.
void ExpectSameAround(const MemtableTree& tree, const std::vector<TestKey>& sorted,
                      const TestKey& key, std::mt19937& random) {
  MemtableTree::Cursor cursor(tree);
  auto at = std::upper_bound(sorted.begin(), sorted.end(), key);
  at = at == sorted.begin() ? sorted.end() : std::prev(at);
  cursor.SeekForPrev(InternalKey(key));
  ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor, at, sorted));
  at = std::lower_bound(sorted.begin(), sorted.end(), key);
  cursor.Seek(InternalKey(key));
  ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor, at, sorted));
  const bool mostly_forward = random() % 2 == 0;
  for (int step = 0; step < 40 && cursor.Valid(); ++step) {
    if ((random() % 4 == 0) != mostly_forward) {
      cursor.Next();
      ++at;
    } else {
      cursor.Prev();
      at = at == sorted.begin() ? sorted.end() : std::prev(at);
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSame(cursor, at, sorted));
  }
}

// Inserts in the order given, and compares at times with what sorting says.
void ExpectSorts(const std::vector<TestKey>& keys) {
  TreeWithEntries entries;
  std::mt19937 random(7);
  std::vector<TestKey> sorted;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    entries.Insert(keys[i]);
    sorted.push_back(keys[i]);
    if (i > 200 && i % 997 != 0 && i + 1 != keys.size()) continue;
    std::sort(sorted.begin(), sorted.end());
    ASSERT_EQ(Forward(entries.tree), sorted) << "after " << i + 1;
    ASSERT_EQ(Backward(entries.tree), sorted) << "after " << i + 1;
    for (int probe = 0; probe < 20; ++probe) {
      const TestKey& near = sorted[random() % sorted.size()];
      const TestKey wanted = random() % 3 == 0
                                 ? RandomKey(random, random() % keys.size())
                                 : TestKey{near.user_key, near.sequence + random() % 3 - 1};
      ASSERT_NO_FATAL_FAILURE(ExpectSameAround(entries.tree, sorted, wanted, random));
    }
  }
}

TEST(MemtableTree, AnEmptyTreeHasNoPlaceToBeAt) {
  TreeWithEntries entries;
  MemtableTree::Cursor cursor(entries.tree);
  EXPECT_FALSE(cursor.Valid());
  cursor.SeekToFirst();
  EXPECT_FALSE(cursor.Valid());
  cursor.SeekToLast();
  EXPECT_FALSE(cursor.Valid());
  cursor.Seek(InternalKey({"a", 1}));
  EXPECT_FALSE(cursor.Valid());
  cursor.SeekForPrev(InternalKey({"a", 1}));
  EXPECT_FALSE(cursor.Valid());
}

TEST(MemtableTree, SortsRandomKeysWithSharedPrefixesAndManyVersions) {
  for (int seed = 0; seed < 5; ++seed)
    ASSERT_NO_FATAL_FAILURE(ExpectSorts(RandomKeys(5'000, seed)));
}

TEST(MemtableTree, SortsDistinctKeys) { ExpectSorts(Shuffled(20'000, 1)); }

TEST(MemtableTree, SortsRisingKeys) {
  std::vector<TestKey> keys = Shuffled(20'000, 1);
  std::sort(keys.begin(), keys.end());
  ExpectSorts(keys);
}

TEST(MemtableTree, SortsFallingKeys) {
  std::vector<TestKey> keys = Shuffled(20'000, 1);
  std::sort(keys.rbegin(), keys.rend());
  ExpectSorts(keys);
}

TEST(MemtableTree, SortsRunsThatBreakOffAndGoOn) {
  std::vector<TestKey> keys;
  std::mt19937 random(3);
  std::vector<int> next(50);
  for (int i = 0; i < 10'000;) {
    const int stream = static_cast<int>(random() % next.size());
    const int sign = stream % 2 == 0 ? 1 : -1;
    for (int end = i + static_cast<int>(random() % 40); i < end; ++i) {
      keys.push_back(Numbered(100'000 * stream + 50'000 + sign * next[stream]++));
    }
  }
  ExpectSorts(keys);
}

TEST(MemtableTree, ReadsNoEntryWhereTheFirstBytesDiffer) {
  TreeWithEntries entries;
  for (const TestKey& key : Shuffled(10'000, 2)) entries.Insert(key);
  Forward(entries.tree);
  Backward(entries.tree);
  EXPECT_EQ(entries.comparator.calls, 0);
}

double BytesPerEntry(const std::vector<TestKey>& keys) {
  TreeWithEntries entries;
  for (const TestKey& key : keys) entries.Insert(key);
  return static_cast<double>(entries.tree.memory_bytes()) / static_cast<double>(keys.size());
}

TEST(MemtableTree, BeginsSmall) {
  TreeWithEntries entries;
  EXPECT_LE(entries.tree.memory_bytes(), 4096u);
}

TEST(MemtableTree, RunsLeaveFullNodesBehind) {
  constexpr int kKeys = 100'000;
  std::vector<TestKey> keys = Shuffled(kKeys, 1);
  EXPECT_LT(BytesPerEntry(keys), 150);
  std::sort(keys.begin(), keys.end());
  EXPECT_LT(BytesPerEntry(keys), 40);
  std::vector<TestKey> versions;
  for (int i = 0; i < kKeys; ++i) {
    versions.push_back({"hot", static_cast<std::uint64_t>(i)});
    if (i < 100) versions.push_back(Numbered(i));
  }
  EXPECT_LT(BytesPerEntry(versions), 80);
}

// Readers see every entry that was inserted before they began, in order, whatever the writer does.
class Readers {
 public:
  explicit Readers(const std::vector<TestKey>& keys) : keys_(keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      made_.push_back(entries_.MakeEntry(keys[i], static_cast<std::uint32_t>(i)));
    }
  }

  void Run() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { Read([this] { ScanForward(); }); });
    threads.emplace_back([this] { Read([this] { ScanBackward(); }); });
    threads.emplace_back([this] { Read([this] { LookUp(); }); });
    for (const char* entry : made_) {
      entries_.tree.Insert(entry);
      inserted_.fetch_add(1, std::memory_order_release);
    }
    done_ = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(faults_, 0);
  }

 private:
  template <typename Scan>
  void Read(Scan scan) {
    while (!done_) scan();
    scan();
  }

  void ScanForward() {
    const std::uint32_t inserted = inserted_.load(std::memory_order_acquire);
    MemtableTree::Cursor cursor(entries_.tree);
    std::uint32_t seen = 0;
    const char* before = nullptr;
    for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
      Check(before == nullptr || KeyOfEntry(before) < KeyOfEntry(cursor.entry()));
      before = cursor.entry();
      seen += NumberOf(before) < inserted;
    }
    Check(seen == inserted);
  }

  void ScanBackward() {
    const std::uint32_t inserted = inserted_.load(std::memory_order_acquire);
    MemtableTree::Cursor cursor(entries_.tree);
    std::uint32_t seen = 0;
    const char* behind = nullptr;
    for (cursor.SeekToLast(); cursor.Valid(); cursor.Prev()) {
      Check(behind == nullptr || KeyOfEntry(cursor.entry()) < KeyOfEntry(behind));
      behind = cursor.entry();
      seen += NumberOf(behind) < inserted;
    }
    Check(seen == inserted);
  }

  void LookUp() {
    const std::uint32_t inserted = inserted_.load(std::memory_order_acquire);
    MemtableTree::Cursor cursor(entries_.tree);
    for (int i = 0; i < 100 && inserted > 0; ++i) {
      // Half of them among the newest, where nodes split.
      const std::uint32_t back = random_() % (i % 2 == 0 ? inserted : std::min(inserted, 50u));
      const char* const wanted = made_[inserted - 1 - back];
      cursor.Seek(InternalKey(keys_[inserted - 1 - back]));
      Check(cursor.Valid() && cursor.entry() == wanted);
      cursor.SeekForPrev(InternalKey(keys_[inserted - 1 - back]));
      Check(cursor.Valid() && cursor.entry() == wanted);
    }
  }

  void Check(bool right) {
    if (!right) ++faults_;
  }

  const std::vector<TestKey>& keys_;
  TreeWithEntries entries_;
  std::vector<const char*> made_;
  std::mt19937 random_;
  std::atomic<std::uint32_t> inserted_{0};
  std::atomic<bool> done_{false};
  std::atomic<int> faults_{0};
};

TEST(MemtableTree, ReadersBesideAWriterOfDistinctKeys) {
  const std::vector<TestKey> keys = Shuffled(30'000, 5);
  Readers(keys).Run();
}

TEST(MemtableTree, ReadersBesideAWriterOfRuns) {
  std::vector<TestKey> keys = Shuffled(30'000, 5);
  for (std::size_t i = 0; i + 60 < keys.size(); i += 60) {
    std::sort(keys.begin() + i, keys.begin() + i + 30);
    std::sort(keys.rend() - i - 60, keys.rend() - i - 30);
  }
  Readers(keys).Run();
}

TEST(MemtableTree, ReadersBesideAWriterOfVersions) {
  const std::vector<TestKey> keys = RandomKeys(20'000, 11);
  Readers(keys).Run();
}

}  // namespace
}  // namespace stator::engine
