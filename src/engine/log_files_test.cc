// Logs that take over the files of older logs.
#include "engine/log_files.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/log_frames.h"
#include "testing/faulty_file_system.h"

namespace stator::engine {
namespace {

using rocksdb::IOStatus;
using rocksdb::Slice;

class LogFilesTest : public ::testing::Test {
 protected:
  LogFilesTest() { EXPECT_TRUE(disk_->CreateDirIfMissing(kFolder, {}, nullptr).ok()); }

  static std::string Path(int number) {
    return std::string(kFolder) + "/00000" + std::to_string(number) + ".log";
  }
  std::unique_ptr<rocksdb::FSWritableFile> Make(int number) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(files_->NewWritableFile(Path(number), {}, &file, nullptr).ok());
    return file;
  }
  // A log with these appends, synced and closed.
  void Write(int number, const std::vector<std::string>& appends) {
    const auto file = Make(number);
    for (const std::string& append : appends) EXPECT_TRUE(file->Append(append, {}, nullptr).ok());
    EXPECT_TRUE(file->Sync({}, nullptr).ok());
    EXPECT_TRUE(file->Close({}, nullptr).ok());
  }
  std::string Read(int number, std::size_t size = 1 << 22) {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    IOStatus status = files_->NewSequentialFile(Path(number), {}, &file, nullptr);
    if (!status.ok()) return status.ToString();
    std::string scratch(size, '\0');
    Slice read;
    status = file->Read(size, {}, &read, scratch.data(), nullptr);
    return status.ok() ? read.ToString() : status.ToString();
  }
  void Delete(int number) { EXPECT_TRUE(files_->DeleteFile(Path(number), {}, nullptr).ok()); }
  // As RocksDB does when it syncs a new log for the first time.
  void SyncFolder() {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    ASSERT_TRUE(disk_->NewDirectory(kFolder, {}, &folder, nullptr).ok());
    EXPECT_TRUE(folder->Fsync({}, nullptr).ok());
  }
  std::vector<std::string> FileNames() {
    std::vector<std::string> names;
    EXPECT_TRUE(disk_->GetChildren(kFolder, {}, &names, nullptr).ok());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::uint64_t SizeOnDisk(int number) {
    std::uint64_t size_bytes = 0;
    EXPECT_TRUE(disk_->GetFileSize(Path(number), {}, &size_bytes, nullptr).ok());
    return size_bytes;
  }

  static constexpr char kFolder[] = "/db";
  std::shared_ptr<testing::FaultyFileSystem> disk_ = std::make_shared<testing::FaultyFileSystem>();
  std::shared_ptr<LogFiles> files_ = std::make_shared<LogFiles>(disk_);
};

using Names = std::vector<std::string>;

TEST_F(LogFilesTest, ALogReadsAsItWasWritten) {
  const std::string large(kFramePayloadMax * 2 + 5, 'l');
  Write(1, {"first ", "second ", large, " last"});
  EXPECT_EQ(Read(1), "first second " + large + " last");
  EXPECT_EQ(Read(1, 8), "first se");
  EXPECT_EQ(Read(2).substr(0, 8), "IO error");
}

TEST_F(LogFilesTest, ANewLogTakesOverTheFileOfOneThatIsDeletedAndShowsNothingOfIt) {
  Write(1, {"the first log is", " a long one", " of several frames"});
  const std::uint64_t size_bytes = SizeOnDisk(1);
  Delete(1);
  EXPECT_EQ(FileNames(), Names{"000001.spare"});
  const auto file = Make(2);
  EXPECT_EQ(FileNames(), Names{"000002.log"});
  EXPECT_EQ(Read(2), "");
  // As long as the first frame of the old one, whose second would follow right behind it.
  EXPECT_TRUE(file->Append("THE SECOND LOG I", {}, nullptr).ok());
  EXPECT_EQ(Read(2), "THE SECOND LOG I");
  EXPECT_EQ(SizeOnDisk(2), size_bytes);
  EXPECT_TRUE(file->Append("S", {}, nullptr).ok());
  EXPECT_EQ(Read(2), "THE SECOND LOG IS");
}

TEST_F(LogFilesTest, ATakenFileWhoseNewBytesWereLostIsAnEmptyLog) {
  Write(1, {std::string(40'000, 'o')});
  Delete(1);
  auto file = Make(2);
  SyncFolder();
  EXPECT_TRUE(file->Append("not synced", {}, nullptr).ok());
  disk_->CutPower();
  file.reset();
  disk_->RestorePower();
  const std::string read = Read(2);
  EXPECT_TRUE(read.empty() || read == "not synced") << read.substr(0, 20);
}

// A new log's bytes may reach the disk and its name not; its number is then given out once more.
TEST_F(LogFilesTest, AFileOfAnEarlierLogOfTheSameNumberIsNotTakenOver) {
  for (const char* const name : {"/000005.spare", "/000005.log"}) {
    Write(9, {"of the log 9 that no folder knew"});
    ASSERT_TRUE(disk_->RenameFile(Path(9), kFolder + std::string(name), {}, nullptr).ok());
    files_ = std::make_shared<LogFiles>(disk_);
    files_->Open(kFolder);
    auto file = Make(9);
    EXPECT_EQ(Read(9), "") << name;
    EXPECT_TRUE(file->Append("new", {}, nullptr).ok());
    EXPECT_EQ(Read(9), "new");
    EXPECT_EQ(FileNames(), Names{"000009.log"}) << name;
  }
}

TEST_F(LogFilesTest, WhatWasSyncedSurvivesWhateverElseIsLost) {
  for (int number = 1; number < 60; ++number) {
    Write(number, std::vector<std::string>(30, std::string(1'000, 'o')));
    Delete(number);
    auto file = Make(number + 1);
    std::string synced;
    for (int i = 0; i < 12; ++i) {
      const std::string append(1 + static_cast<std::size_t>(number * 977 % 5'000), 's');
      EXPECT_TRUE(file->Append(append, {}, nullptr).ok());
      if (i < 7) synced += append;
      if (i != 6) continue;
      EXPECT_TRUE(file->Sync({}, nullptr).ok());
      SyncFolder();
    }
    disk_->CutPower();
    file.reset();
    disk_->RestorePower();
    std::string read = Read(number + 1);
    EXPECT_EQ(read.substr(0, synced.size()), synced);
    // A frame that was lost and one behind it that was kept.
    const std::string damage(kDamageBytes, '\xFF');
    if (read.ends_with(damage)) read.resize(read.size() - damage.size());
    EXPECT_EQ(read.find_first_not_of('s'), std::string::npos) << "bytes of an older log";
    disk_->DeleteFile(Path(number + 1), {}, nullptr);
  }
}

TEST_F(LogFilesTest, AFrameThatIsNotWholeEndsTheLog) {
  Write(1, {"first", "second"});
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  ASSERT_TRUE(disk_->NewRandomRWFile(Path(1), {}, &file, nullptr).ok());
  const std::uint64_t second = kLogHeaderBytes + kFrameHeadBytes + 5;
  for (std::uint64_t at = second; at < second + kFrameHeadBytes + 6; ++at) {
    char scratch[1];
    Slice byte;
    ASSERT_TRUE(file->Read(at, 1, {}, &byte, scratch, nullptr).ok());
    const char old = byte[0];
    const char other = static_cast<char>(old ^ 0x20);
    ASSERT_TRUE(file->Write(at, Slice(&other, 1), {}, nullptr).ok());
    EXPECT_EQ(Read(1), "first") << at;
    ASSERT_TRUE(file->Write(at, Slice(&old, 1), {}, nullptr).ok());
  }
  EXPECT_EQ(Read(1), "firstsecond");
}

// RocksDB itself would go on with the next log, as if the damaged one had ended.
TEST_F(LogFilesTest, NothingBehindADamagedFrameIsReplayedNotEvenFromLaterLogs) {
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files_);
  rocksdb::Options options;
  options.env = env.get();
  options.create_if_missing = true;
  options.max_write_buffer_number = 4;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, kFolder, &opened).ok());
  std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  for (const char* const key : {"a", "b", "c"}) ASSERT_TRUE(db->Put(synced, key, "old log").ok());
  // Begins a new log while the memtable of the old one waits to be written out.
  ASSERT_TRUE(db->PauseBackgroundWork().ok());
  rocksdb::FlushOptions later;
  later.wait = false;
  ASSERT_TRUE(db->Flush(later).ok());
  ASSERT_TRUE(db->Put(synced, "d", "new log").ok());
  disk_->CutPower();
  ASSERT_TRUE(db->ContinueBackgroundWork().ok());
  db.reset();
  disk_->RestorePower();
  const std::vector<std::string> names = FileNames();
  const auto log = std::find_if(names.begin(), names.end(),
                                [](const std::string& name) { return name.ends_with(".log"); });
  ASSERT_NE(log, names.end());
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  ASSERT_TRUE(disk_->NewRandomRWFile(kFolder + ("/" + *log), {}, &file, nullptr).ok());
  char scratch[1'000];
  Slice content;
  ASSERT_TRUE(file->Read(0, sizeof scratch, {}, &content, scratch, nullptr).ok());
  const std::size_t second = content.ToString().find(
      "b\x07"
      "old log");
  ASSERT_TRUE(file->Write(second, "B", {}, nullptr).ok());
  file.reset();
  ASSERT_TRUE(rocksdb::DB::Open(options, kFolder, &opened).ok());
  db.reset(opened);
  std::string found;
  const std::unique_ptr<rocksdb::Iterator> rows(db->NewIterator({}));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) found += rows->key().ToString();
  EXPECT_EQ(found, "a");
}

TEST_F(LogFilesTest, ALogWithoutFramesIsReadAsItIs) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  ASSERT_TRUE(disk_->NewWritableFile(Path(1), {}, &file, nullptr).ok());
  const std::string old = "\x12\x34\x56\x78\x05" + std::string("\0\x01hello", 7);
  ASSERT_TRUE(file->Append(old, {}, nullptr).ok());
  EXPECT_EQ(Read(1), old);
  // Its records would come back in the log that takes it over.
  Delete(1);
  EXPECT_EQ(FileNames(), Names{});
}

TEST_F(LogFilesTest, SparesAreFewAndGoWhenTheDatabaseCloses) {
  for (int number = 1; number <= 4; ++number) Write(number, {"something"});
  for (int number = 1; number <= 4; ++number) Delete(number);
  EXPECT_EQ(FileNames(), (Names{"000001.spare", "000002.spare"}));
  // Another process finds them.
  files_ = std::make_shared<LogFiles>(disk_);
  files_->Open(kFolder);
  Make(5);
  EXPECT_EQ(FileNames(), (Names{"000001.spare", "000005.log"}));
  Make(6);
  Make(7);
  Write(7, {"kept"});
  files_->Close(kFolder);
  EXPECT_EQ(FileNames(), Names{"000007.log"});
}

TEST_F(LogFilesTest, ALogThatFailedIsNotTakenOver) {
  {
    const auto file = Make(1);
    EXPECT_TRUE(file->Append("something", {}, nullptr).ok());
    disk_->FailSyncs(1);
    EXPECT_TRUE(file->Sync({}, nullptr).ok());
  }
  EXPECT_TRUE(files_->failed());
  files_->Clear();
  Write(2, {"something"});
  Delete(1);
  EXPECT_EQ(FileNames(), Names{"000002.log"}) << "its place on the disk may be damaged";
  Delete(2);
  EXPECT_EQ(FileNames(), Names{"000002.spare"});
}

TEST_F(LogFilesTest, FailuresAreKeptFromRocksDbAndSpareRoomIsGivenBack) {
  Write(1, {"something"});
  Write(2, {"something"});
  Delete(1);
  Delete(2);
  const auto file = Make(3);
  disk_->SetBytesLeft(0);
  EXPECT_TRUE(file->Append("fits: ", {}, nullptr).ok());
  EXPECT_FALSE(files_->failed()) << "what is written over needs no room";
  EXPECT_TRUE(file->Append("more than fits", {}, nullptr).ok());
  EXPECT_TRUE(files_->failed());
  EXPECT_TRUE(files_->failure().IsNoSpace());
  EXPECT_TRUE(file->Append("behind the torn frame", {}, nullptr).ok());
  EXPECT_EQ(Read(3), "fits: ");
  disk_->SetBytesLeft(testing::FaultyFileSystem::kNoLimit);
  files_->Clear();
  EXPECT_FALSE(files_->failed());
  EXPECT_EQ(FileNames(), Names{"000003.log"});
}

}  // namespace
}  // namespace stator::engine
