// Files that wait for room: whole behind the wait, and an error when nobody may wait.
#include "engine/room_wait.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <string>
#include <thread>

#include "engine/test_engine.h"
#include "testing/faulty_file_system.h"

namespace stator::engine {
namespace {

using rocksdb::IOStatus;

std::unique_ptr<rocksdb::FSWritableFile> Make(rocksdb::FileSystem& files, const std::string& path,
                                              RoomWait& room) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  EXPECT_TRUE(files.NewWritableFile(path, {}, &file, nullptr).ok());
  return room.Wrap(std::move(file));
}

std::string Content(rocksdb::FileSystem& files, const std::string& path) {
  std::string content;
  EXPECT_TRUE(rocksdb::ReadFileToString(&files, path, &content).ok());
  return content;
}

class RoomWaitTest : public ::testing::Test {
 protected:
  // Appends on a thread of its own, and returns when that waits; fails the test after 20 s.
  void AppendUntilItWaits(const std::string& data) {
    appending_ = std::thread([this, data] { status_ = file_->Append(data, {}, nullptr); });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!room_.waiting() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(room_.waiting()) << "nobody waits for the full disk";
  }

  testing::FaultyFileSystem disk_;
  RoomWait room_;
  std::atomic<int> reports_{0};
  std::unique_ptr<rocksdb::FSWritableFile> file_ = Make(disk_, "/file", room_);
  std::thread appending_;
  IOStatus status_;
};

TEST_F(RoomWaitTest, AnAppendWaitsForRoomAndLeavesNoByteTwice) {
  room_.Begin([this](const IOStatus& failure) {
    EXPECT_TRUE(failure.IsNoSpace());
    ++reports_;
  });
  EXPECT_TRUE(file_->Append("first,", {}, nullptr).ok());
  disk_.SetBytesLeft(3);
  AppendUntilItWaits("second,");
  EXPECT_EQ(reports_, 1);
  disk_.SetBytesLeft(testing::FaultyFileSystem::kNoLimit);
  appending_.join();
  EXPECT_TRUE(status_.ok()) << status_.ToString();
  EXPECT_FALSE(room_.waiting());
  EXPECT_TRUE(file_->Append("third", {}, nullptr).ok());
  EXPECT_EQ(Content(disk_, "/file"), "first,second,third");
}

TEST_F(RoomWaitTest, WhoWaitsAtTheEndGetsTheErrorAndNobodyWaitsBehindIt) {
  room_.Begin([this](const IOStatus&) { ++reports_; });
  disk_.SetBytesLeft(0);
  AppendUntilItWaits("never");
  room_.End();
  appending_.join();
  EXPECT_TRUE(status_.IsNoSpace()) << status_.ToString();
  EXPECT_TRUE(file_->Append("never", {}, nullptr).IsNoSpace());
  EXPECT_EQ(reports_, 1);
}

TEST_F(RoomWaitTest, NobodyWaitsBeforeTheBeginningNorForAnotherError) {
  disk_.SetBytesLeft(0);
  EXPECT_TRUE(file_->Append("never", {}, nullptr).IsNoSpace());
  room_.Begin([this](const IOStatus&) { ++reports_; });
  disk_.CutPower();
  EXPECT_TRUE(file_->Append("never", {}, nullptr).IsIOError());
  EXPECT_EQ(reports_, 0);
}

TEST(RoomWaitOnARealDiskTest, AppendsStandInTheirOrder) {
  const TestFolder folder("room_wait");
  const std::string path = folder.Options().path;
  rocksdb::FileSystem& disk = *rocksdb::FileSystem::Default();
  ASSERT_TRUE(disk.CreateDirIfMissing(path, {}, nullptr).ok());
  RoomWait room;
  const auto file = Make(disk, path + "/file", room);
  const std::string large(100'000, 'x');
  for (const std::string& part : {std::string("a"), large, std::string("b")}) {
    EXPECT_TRUE(file->Append(part, {}, nullptr).ok());
  }
  EXPECT_TRUE(file->Close({}, nullptr).ok());
  EXPECT_EQ(Content(disk, path + "/file"), "a" + large + "b");
}

}  // namespace
}  // namespace stator::engine
