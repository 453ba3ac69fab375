#include "testing/faulty_file_system.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

namespace stator::testing {
namespace {

class FaultyFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<rocksdb::DB> Open() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.env = env_.get();
    rocksdb::DB* database = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, "/data", &database);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return std::unique_ptr<rocksdb::DB>(database);
  }

  void CutPowerAndReopen(std::unique_ptr<rocksdb::DB>& database) {
    files_->CutPower();
    database.reset();
    files_->RestorePower();
    database = Open();
  }

  static rocksdb::Status Put(rocksdb::DB& database, const std::string& key, bool sync) {
    rocksdb::WriteOptions options;
    options.sync = sync;
    return database.Put(options, key, "value");
  }

  static bool Has(rocksdb::DB& database, const std::string& key) {
    std::string value;
    return database.Get({}, key, &value).ok();
  }

  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
};

TEST_F(FaultyFileSystemTest, SyncedWritesSurviveAPowerCutAndUnsyncedOnesDoNot) {
  auto database = Open();
  ASSERT_TRUE(Put(*database, "synced", true).ok());
  ASSERT_TRUE(Put(*database, "unsynced", false).ok());
  EXPECT_TRUE(Has(*database, "unsynced"));
  CutPowerAndReopen(database);
  EXPECT_TRUE(Has(*database, "synced"));
  EXPECT_FALSE(Has(*database, "unsynced"));
}

TEST_F(FaultyFileSystemTest, ManyPowerCutsInARowKeepWhatWasSynced) {
  auto database = Open();
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(Put(*database, "k" + std::to_string(round), true).ok());
    if (round % 5 == 0) {
      ASSERT_TRUE(database->Flush({}).ok());
    }
    CutPowerAndReopen(database);
  }
  for (int round = 0; round < 20; ++round) EXPECT_TRUE(Has(*database, "k" + std::to_string(round)));
}

TEST_F(FaultyFileSystemTest, AFullDiskRefusesWritesAndKeepsTheOldOnes) {
  auto database = Open();
  ASSERT_TRUE(Put(*database, "before", true).ok());
  files_->SetBytesLeft(10);
  const rocksdb::Status full = Put(*database, std::string(100, 'x'), true);
  EXPECT_TRUE(full.IsNoSpace()) << full.ToString();
  files_->SetBytesLeft(FaultyFileSystem::kNoLimit);
  CutPowerAndReopen(database);
  EXPECT_TRUE(Has(*database, "before"));
}

TEST_F(FaultyFileSystemTest, AFailedSyncIsReported) {
  auto database = Open();
  files_->FailSyncs(1);
  EXPECT_FALSE(Put(*database, "a", true).ok());
}

// A file by hand, without a database.
class FaultyFilesTest : public ::testing::Test {
 protected:
  FaultyFilesTest() {
    EXPECT_TRUE(files_.CreateDirIfMissing("/d", {}, nullptr).ok());
    EXPECT_TRUE(files_.NewDirectory("/d", {}, &folder_, nullptr).ok());
  }
  void Write(const std::string& path, const std::string& content) {
    ASSERT_TRUE(files_.NewWritableFile(path, {}, &file_, nullptr).ok());
    ASSERT_TRUE(file_->Append(content, {}, nullptr).ok());
    ASSERT_TRUE(file_->Sync({}, nullptr).ok());
    SyncFolder();
  }
  void SyncFolder() { EXPECT_TRUE(folder_->Fsync({}, nullptr).ok()); }
  void CutPower() {
    files_.CutPower();
    file_.reset();
    files_.RestorePower();
  }
  std::string Read(const std::string& path) {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    if (!files_.NewSequentialFile(path, {}, &file, nullptr).ok()) return "no file";
    char scratch[100];
    rocksdb::Slice read;
    EXPECT_TRUE(file->Read(sizeof scratch, {}, &read, scratch, nullptr).ok());
    return read.ToString();
  }

  FaultyFileSystem files_;
  std::unique_ptr<rocksdb::FSDirectory> folder_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;
};

TEST_F(FaultyFilesTest, ARenameIsSafeWhenItsFolderWasSyncedAndElseSometimesUndone) {
  int undone = 0;
  for (int round = 0; round < 40; ++round) {
    Write("/d/old", "old");
    Write("/d/new", "new");
    ASSERT_TRUE(files_.RenameFile("/d/new", "/d/old", {}, nullptr).ok());
    if (round % 2 == 0) SyncFolder();
    CutPower();
    if (Read("/d/old") == "new") {
      EXPECT_EQ(Read("/d/new"), "no file");
      continue;
    }
    EXPECT_EQ(round % 2, 1);
    EXPECT_EQ(Read("/d/old"), "old");
    EXPECT_EQ(Read("/d/new"), "new");
    ++undone;
  }
  EXPECT_GT(undone, 0);
  EXPECT_LT(undone, 20);
}

TEST_F(FaultyFilesTest, AFailedSyncIsNotMadeGoodByALaterOne) {
  Write("/d/file", "safe");
  EXPECT_TRUE(file_->Append(" lost", {}, nullptr).ok());
  files_.FailSyncs(1);
  EXPECT_FALSE(file_->Sync({}, nullptr).ok());
  EXPECT_TRUE(file_->Sync({}, nullptr).ok());
  CutPower();
  EXPECT_EQ(Read("/d/file"), "safe");
}

}  // namespace
}  // namespace stator::testing
