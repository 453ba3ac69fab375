// What survives: acknowledged writes through loss of power, a full disk and failing syncs.
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "dynamo/errors.h"
#include "engine/test_engine.h"
#include "engine/test_io_thread.h"
#include "testing/faulty_file_system.h"

namespace stator::engine {
namespace {

using testing::FaultyFileSystem;

constexpr int kKeys = 40;
constexpr int kWriters = 4;

// What the test knows of one item: the version that was acknowledged last, and those that were
// begun since and may have happened. Version 0: no item.
struct KnownItem {
  int acknowledged = 0;
  std::set<int> possible;
};

class CrashTest : public ::testing::Test {
 protected:
  EngineOptions Options(bool sync = true) {
    EngineOptions options;
    options.path = "/data";
    options.env = env_.get();
    options.sync = sync;
    options.relaxed_sync_interval = std::chrono::minutes(10);
    options.idle_sync_max = std::chrono::minutes(10);
    options.memtable_bytes = 64 << 10;  // so that flushes and compactions happen in the storm
    return options;
  }

  static std::string KeyText(int key) { return "id: 'k" + std::to_string(key) + "'"; }
  static std::string ItemText(int key, int version) {
    return KeyText(key) + ", v: " + std::to_string(version) + ", stuff: '" +
           std::string(300, static_cast<char>('a' + version % 26)) + "'";
  }

  // One write of a random kind; what it does is version `version` of the item, a delete version 0.
  static base::Result<base::Unit> WriteOnce(TestEngine& engine, int kind, int key, int version) {
    if (kind == 0) {
      dynamo::DeleteItemRequest remove;
      remove.table_name = "storm";
      remove.key = TestItem(KeyText(key));
      const auto removed = engine.DeleteItem(remove);
      return removed.ok() ? base::OkStatus() : base::Status(removed.error());
    }
    if (kind == 1) {
      dynamo::UpdateItemRequest update;
      update.table_name = "storm";
      update.key = TestItem(KeyText(key));
      update.update_expression = "SET v = :v, stuff = :p";
      update.expression_attributes =
          TestAttributes(":v: " + std::to_string(version) + ", :p: 'update'");
      const auto updated = engine.UpdateItem(update);
      return updated.ok() ? base::OkStatus() : base::Status(updated.error());
    }
    const auto put = engine.PutItem(TestEngine::PutRequest("storm", ItemText(key, version)));
    return put.ok() ? base::OkStatus() : base::Status(put.error());
  }

  // Writers of disjoint keys until the power is cut under them, after `writes` acknowledged ones.
  void Storm(TestEngine& engine, std::mt19937& random, int writes) {
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([this, &engine, writer, seed = random()] {
        std::mt19937 own(seed);
        for (;;) {
          const int key = static_cast<int>(own() % (kKeys / kWriters)) * kWriters + writer;
          const int kind = static_cast<int>(own() % 8);
          const int version = kind == 0 ? 0 : ++next_version_;
          {
            const std::lock_guard lock(mutex_);
            known_[key].possible.insert(version);
          }
          const base::Status written = WriteOnce(engine, kind, key, version);
          if (!written.ok()) {
            EXPECT_EQ(written.error().kind(), base::ErrorKind::kUnavailable)
                << written.error().ToString();
            if (!faults_) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            continue;
          }
          const std::lock_guard lock(mutex_);
          known_[key].acknowledged = version;
          known_[key].possible.clear();
          ++acknowledged_;
        }
      });
    }
    EXPECT_TRUE(WaitForWrites(writes, std::chrono::seconds(20)));
    while (faults_) InjectFault(random);
    files_->CutPower();
    for (std::thread& writer : writers) writer.join();
  }

  // Until so many more are acknowledged; whether they were.
  bool WaitForWrites(int writes, std::chrono::seconds patience) {
    const int enough = acknowledged_ + writes;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (acknowledged_ < enough && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return acknowledged_ >= enough;
  }

  // A sync that fails, or a disk that is full for a while. The storm ends with one behind which no
  // write goes on, as RocksDB wants to be opened again when a table file was not synced, and else
  // now and then, so that the power is cut in the midst of the trouble.
  void InjectFault(std::mt19937& random) {
    if (random() % 2 == 0) {
      files_->FailSyncs(1);
    } else {
      files_->SetBytesLeft(random() % 20'000);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (random() % 6 == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
      faults_ = false;
      return;
    }
    files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
    faults_ = WaitForWrites(20, std::chrono::seconds(3));
  }

  // Items that are neither as acknowledged nor as a write in flight would have left them.
  int CountLosses(TestEngine& engine) {
    int losses = 0;
    for (auto& [key, known] : known_) {
      dynamo::GetItemRequest get;
      get.table_name = "storm";
      get.key = TestItem(KeyText(key));
      const auto got = engine.GetItem(get);
      EXPECT_TRUE(got.ok()) << got.error().ToString();
      const int found = got->item ? static_cast<int>(*got->item->Find("v")->number().ToInt64()) : 0;
      if (found != known.acknowledged && !known.possible.contains(found)) ++losses;
      known = {found, {}};
    }
    return losses;
  }

  // The counters in the table's description against the items that are there.
  static void ExpectExactCounts(TestEngine& engine) {
    dynamo::ScanRequest scan;
    scan.table_name = "storm";
    const auto page = engine.Scan(scan);
    ASSERT_TRUE(page.ok()) << page.error().ToString();
    EXPECT_EQ(engine.DescribeTable("storm")->item_count, page->count);
  }

  void MakeTableSafely() {
    TestEngine engine(Options());
    engine.MakeTable("storm", "id S");
  }

  // `rounds` storms, each cut off by a loss of power; the losses found after reopening. One of
  // `on_io_thread` writes is made by an I/O thread, 0: none.
  int RunStorms(int rounds, bool sync, int on_io_thread = 0) {
    std::mt19937 random(20011);
    MakeTableSafely();
    int losses = 0;
    for (int round = 0; round < rounds; ++round) {
      {
        TestEngine engine(Options(sync));
        TestIoThread io_thread;
        if (on_io_thread > 0) engine.CallOn(io_thread, on_io_thread);
        Storm(engine, random, 1 + static_cast<int>(random() % 150));
        io_thread.Stop();
        idle_syncs_ += io_thread.idle_tasks_done();
      }
      files_->RestorePower();
      TestEngine engine(Options(sync));
      losses += CountLosses(engine);
      ExpectExactCounts(engine);
    }
    return losses;
  }

  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  std::atomic<int> next_version_{0};
  std::atomic<int> acknowledged_{0};
  int idle_syncs_ = 0;
  // Whether a storm goes through faults of the disk before the power is cut.
  std::atomic<bool> faults_{false};
  // Guards known_.
  std::mutex mutex_;
  std::map<int, KnownItem> known_;
};

TEST_F(CrashTest, EveryAcknowledgedWriteSurvivesFiftyLossesOfPower) {
  EXPECT_EQ(RunStorms(50, /*sync=*/true), 0);
  EXPECT_GT(acknowledged_, 500);
}

TEST_F(CrashTest, SoItDoesWhereTheIoThreadSyncs) {
  EXPECT_EQ(RunStorms(50, /*sync=*/true, /*on_io_thread=*/1), 0);
  EXPECT_GT(acknowledged_, 500);
  EXPECT_GT(idle_syncs_, 100);
}

TEST_F(CrashTest, SoItDoesWhereTheIoThreadAndTheSyncThreadTakeTurns) {
  EXPECT_EQ(RunStorms(30, /*sync=*/true, /*on_io_thread=*/3), 0);
  EXPECT_GT(acknowledged_, 300);
}

TEST_F(CrashTest, WithoutSyncTheSameStormsLoseWrites) {
  EXPECT_GT(RunStorms(10, /*sync=*/false), 0);
}

TEST_F(CrashTest, EveryAcknowledgedWriteSurvivesFaultsOfTheDiskToo) {
  std::mt19937 random(1009);
  MakeTableSafely();
  for (int round = 0; round < 8; ++round) {
    const bool on_io_thread = round % 2 == 1;
    {
      TestEngine engine(Options());
      TestIoThread io_thread;
      if (on_io_thread) engine.CallOn(io_thread);
      faults_ = true;
      // Enough that the I/O thread syncs when the first fault comes.
      Storm(engine, random, on_io_thread ? 200 : 20);
      io_thread.Stop();
      EXPECT_EQ(io_thread.idle_tasks_done() > 20, on_io_thread);
    }
    files_->RestorePower();
    files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
    files_->FailSyncs(0);
    TestEngine engine(Options());
    EXPECT_EQ(CountLosses(engine), 0) << round;
    ExpectExactCounts(engine);
  }
}

// Of writes that wait for the sync thread when it finds that the disk has failed.
class WaitingWritesTest : public CrashTest {
 protected:
  // Writes while the sync thread is held up, then lets it go on after `fail`. Their outcomes.
  template <typename Fail>
  std::map<int, std::string> OutcomesAfter(TestEngine& engine, int writes, Fail&& fail) {
    std::promise<void> held;
    std::promise<void> go_on;
    engine.store().PutItem({}, TestEngine::PutRequest("storm", "id: 'held'"), [&](auto) {
      held.set_value();
      go_on.get_future().wait();
    });
    held.get_future().wait();
    std::map<int, std::string> outcomes;
    std::atomic<int> answers{0};
    for (int i = 0; i < writes; ++i) {
      engine.store().PutItem({}, TestEngine::PutRequest("storm", ItemText(i, 1)),
                             [&, i](const base::Result<dynamo::PutItemResponse>& put) {
                               EXPECT_TRUE(outcomes.emplace(i, ErrorText(put)).second);
                               ++answers;
                             });
    }
    fail();
    go_on.set_value();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (answers < writes && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(answers, writes);
    return outcomes;
  }
  void ExpectWritesGoOnAndSurvive(TestEngine& engine) {
    PutWhenWritable(engine, "id: 'after'");
    files_->CutPower();
    engine.Close();
    files_->RestorePower();
    TestEngine again(Options());
    EXPECT_EQ(again.Get("storm", "id: 'held'"), "id: 'held'");
    EXPECT_EQ(again.Get("storm", "id: 'after'"), "id: 'after'");
    ExpectExactCounts(again);
  }
  static void PutWhenWritable(TestEngine& engine, std::string_view item) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!engine.PutItem(TestEngine::PutRequest("storm", item)).ok()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "writes do not go on";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

TEST_F(WaitingWritesTest, EachGetsOneClearErrorWhenTheSyncFailsAndLaterOnesAreSafe) {
  MakeTableSafely();
  TestEngine engine(Options());
  const auto outcomes = OutcomesAfter(engine, 120, [&] { files_->FailSyncs(1); });
  for (const auto& [write, outcome] : outcomes) {
    EXPECT_NE(outcome.find("whether it was kept is not known"), std::string::npos) << outcome;
  }
  ExpectWritesGoOnAndSurvive(engine);
}

TEST_F(WaitingWritesTest, EachGetsOneClearErrorWhenTheDiskIsFull) {
  MakeTableSafely();
  TestEngine engine(Options());
  const auto outcomes = OutcomesAfter(engine, 120, [&] { files_->SetBytesLeft(3'000); });
  for (const auto& [write, outcome] : outcomes) {
    EXPECT_EQ(outcome.substr(0, 11), "StorageFull") << outcome;
  }
  files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
  ExpectWritesGoOnAndSurvive(engine);
}

TEST_F(CrashTest, AFullDiskRefusesWritesKeepsTheOldOnesAndRecovers) {
  MakeTableSafely();
  TestEngine engine(Options());
  int acknowledged = 0;
  files_->SetBytesLeft(100'000);
  std::string refused;
  for (int i = 0; i < 2'000 && refused.empty(); ++i) {
    const auto put = engine.PutItem(TestEngine::PutRequest("storm", ItemText(i, 1)));
    if (put.ok()) {
      ++acknowledged;
    } else {
      refused = put.error().code();
    }
  }
  EXPECT_EQ(refused, "StorageFull");
  EXPECT_GT(acknowledged, 10);
  // Reads go on, and nothing acknowledged is gone.
  EXPECT_EQ(engine.Get("storm", KeyText(0)).substr(0, 8), "id: 'k0'");
  EXPECT_EQ(
      ErrorText(engine.PutItem(TestEngine::PutRequest("storm", ItemText(0, 2)))).substr(0, 11),
      "StorageFull");

  files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool recovered = false;
  while (!recovered && std::chrono::steady_clock::now() < deadline) {
    recovered = engine.PutItem(TestEngine::PutRequest("storm", "id: 'after'")).ok();
    if (!recovered) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(recovered);
  files_->CutPower();
  engine.Close();
  files_->RestorePower();
  TestEngine again(Options());
  for (int i = 0; i < acknowledged; ++i) {
    EXPECT_NE(again.Get("storm", KeyText(i)), "nothing") << i;
  }
  EXPECT_EQ(again.Get("storm", "id: 'after'"), "id: 'after'");
  ExpectExactCounts(again);
}

// Writers that go on whatever happens, each with keys of its own. The first writes batches larger
// than a memtable, so that RocksDB stops all of them now and then until one is written out.
class FullDiskTest : public CrashTest {
 protected:
  void StartWriters(TestEngine& engine) {
    engine.context.deadline = base::Deadline::After(std::chrono::hours(1));
    for (int writer = 0; writer < kWriters; ++writer) {
      writers_.emplace_back([this, &engine, writer] {
        for (int version = 1; !end_; ++version) {
          const base::Status written = writer == 0
                                           ? WriteAllLarge(engine, version)
                                           : WriteOnce(engine, 2, KeyOf(writer, version), version);
          const std::lock_guard lock(mutex_);
          for (int i = 0; i < (writer == 0 ? kKeys / kWriters : 1); ++i) {
            Note(KeyOf(writer, version + i), version, written.ok());
          }
          if (written.ok()) {
            ++acknowledged_;
          } else {
            EXPECT_EQ(written.error().code(), dynamo::kStorageFull) << written.error().ToString();
            refused_.insert(writer);
          }
        }
      });
    }
  }
  static int KeyOf(int writer, int turn) { return turn % (kKeys / kWriters) * kWriters + writer; }
  static base::Status WriteAllLarge(TestEngine& engine, int version) {
    dynamo::BatchWriteItemRequest batch;
    batch.tables = {{"storm", {}}};
    for (int i = 0; i < kKeys / kWriters; ++i) {
      batch.tables[0].requests.push_back(
          {false, TestItem(ItemText(KeyOf(0, i), version) + ", more: '" + std::string(20'000, 'm') +
                           "'")});
    }
    const auto written = engine.BatchWriteItem(batch);
    return written.ok() ? base::OkStatus() : base::Status(written.error());
  }
  void Note(int key, int version, bool acknowledged) {
    if (acknowledged) {
      known_[key] = {version, {}};
    } else {
      known_[key].possible.insert(version);
    }
  }
  void EndWriters() {
    end_ = true;
    for (std::thread& writer : writers_) writer.join();
  }
  // Whether each writer is refused from now on within 20 s, and so none waits for the disk.
  bool AllAreRefused() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::unique_lock lock(mutex_);
    refused_.clear();
    while (refused_.size() < kWriters && std::chrono::steady_clock::now() < deadline) {
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      lock.lock();
    }
    return refused_.size() == kWriters;
  }

  std::atomic<bool> end_{false};
  std::vector<std::thread> writers_;
  std::set<int> refused_;
};

TEST_F(FullDiskTest, WritesGoOnEachTimeThatThereIsRoomAgain) {
  std::mt19937 random(3);
  MakeTableSafely();
  TestEngine engine(Options());
  StartWriters(engine);
  for (int round = 0; round < 12 && !HasFailure(); ++round) {
    files_->SetBytesLeft(random() % 100'000);
    EXPECT_TRUE(AllAreRefused()) << "a write waits for a full disk, round " << round;
    files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
    EXPECT_TRUE(WaitForWrites(200, std::chrono::seconds(20))) << "writes end, round " << round;
  }
  EndWriters();
  files_->CutPower();
  engine.Close();
  files_->RestorePower();
  TestEngine again(Options());
  EXPECT_EQ(CountLosses(again), 0);
  ExpectExactCounts(again);
}

TEST_F(FullDiskTest, TheEngineClosesOnADiskThatStaysFull) {
  MakeTableSafely();
  std::optional<TestEngine> engine(Options());
  StartWriters(*engine);
  EXPECT_TRUE(WaitForWrites(500, std::chrono::seconds(20)));
  files_->SetBytesLeft(10'000);
  EXPECT_TRUE(AllAreRefused());
  EndWriters();
  engine.reset();
  files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
  TestEngine again(Options());
  EXPECT_EQ(CountLosses(again), 0);
}

TEST_F(CrashTest, AFailedSyncIsNoAcknowledgement) {
  MakeTableSafely();
  TestEngine engine(Options());
  engine.Put("storm", "id: 'before'");
  files_->FailSyncs(1'000);
  const auto put = engine.PutItem(TestEngine::PutRequest("storm", "id: 'lost'"));
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code(), "InternalServerError");
  EXPECT_NE(put.error().message().find("not known"), std::string::npos) << put.error().message();
  const auto refused = engine.PutItem(TestEngine::PutRequest("storm", "id: 'refused'"));
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("start Stator again"), std::string::npos)
      << refused.error().message();
  engine.Close();
  files_->CutPower();
  files_->RestorePower();
  files_->FailSyncs(0);
  TestEngine again(Options());
  EXPECT_EQ(again.Get("storm", "id: 'before'"), "id: 'before'");
}

TEST_F(CrashTest, ManyWritersShareASync) {
  MakeTableSafely();
  TestEngine engine(Options());
  const std::uint64_t before = files_->syncs();
  std::atomic<int> done{0};
  // Handed over without waiting: all that arrive during one sync share the next.
  for (int i = 0; i < 1'000; ++i) {
    engine.store().PutItem(engine.context, TestEngine::PutRequest("storm", ItemText(i, 1)),
                           [&](const base::Result<dynamo::PutItemResponse>& put) {
                             EXPECT_TRUE(put.ok());
                             ++done;
                           });
  }
  engine.Put("storm", "id: 'last'");
  EXPECT_EQ(done, 1'000);
  // How many share depends on how much faster the writer is than this memory's sync.
  EXPECT_LT(files_->syncs() - before, 1'000U);
}

}  // namespace
}  // namespace stator::engine
