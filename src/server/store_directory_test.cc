#include "server/store_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "dynamo/errors.h"
#include "server/test_stores.h"

namespace stator::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class StoreDirectoryTest : public ::testing::Test {
 protected:
  std::string Data(const std::string& name = "data") const { return folder_ / name; }
  StoreOptions AtPath(const std::string& path) const {
    StoreOptions options;
    options.path = path;
    return options;
  }
  std::string Endpoint() const {
    std::ifstream file(Data() + "/endpoint");
    std::string line;
    std::getline(file, line);
    return line;
  }

  TestFolder folder_;
  base::MetricsRegistry metrics_;
};

TEST_F(StoreDirectoryTest, TheDefaultFolderIsInTheWorkingFolder) {
  EXPECT_THAT(*StoreDirectory({}, metrics_, NoneRemote).DataFolder({}), EndsWith("/.stator/data"));
}

TEST_F(StoreDirectoryTest, TheConfigurationNamesTheFolderWhereTheCommandLineDoesNot) {
  EXPECT_EQ(*StoreDirectory({}, metrics_, NoneRemote).DataFolder(At("embedded:/a/b/../c")), "/a/c");
  EXPECT_THAT(*StoreDirectory({}, metrics_, NoneRemote).DataFolder(At("embedded:")),
              EndsWith("/.stator/data"));
}

TEST_F(StoreDirectoryTest, TwoDifferentFoldersAreAnErrorTwoWaysToOneAreNot) {
  const StoreDirectory stores(AtPath("/a/c"), metrics_, NoneRemote);
  EXPECT_EQ(*stores.DataFolder(At("embedded:/a/b/../c")), "/a/c");
  const auto other = stores.DataFolder(At("embedded:/a/d"));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), kUsageError);
  EXPECT_THAT(other.error().message(), HasSubstr("different data folders"));
}

TEST_F(StoreDirectoryTest, MemoryAndAFolderAreAnErrorToo) {
  StoreOptions options;
  options.in_memory = true;
  const StoreDirectory stores(options, metrics_, NoneRemote);
  EXPECT_EQ(*stores.DataFolder({}), "");
  EXPECT_EQ(stores.DataFolder(At("embedded:/a")).error().code(), kUsageError);
}

TEST_F(StoreDirectoryTest, TheSameLocationIsTheSameStore) {
  StoreDirectory stores(AtPath(Data()), metrics_, NoneRemote);
  const auto first = stores.Open({});
  const auto second = stores.Open(At("embedded:" + Data()));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
}

TEST_F(StoreDirectoryTest, AFolderCanBeOpenedAgainOnceNobodyUsesIt) {
  StoreDirectory stores(AtPath(Data()), metrics_, NoneRemote);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(stores.Open({}).ok());
}

TEST_F(StoreDirectoryTest, TheAddressIsThereWhileTheStoreIsOpenAndGoneAfterwards) {
  StoreDirectory stores(AtPath(Data()), metrics_, NoneRemote);
  {
    const auto store = stores.Open({});
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE(stores.PublishEndpoint({}, "http://127.0.0.1:8000").ok());
    EXPECT_EQ(Endpoint(), "http://127.0.0.1:8000");
  }
  EXPECT_FALSE(std::filesystem::exists(Data() + "/endpoint"));
}

TEST_F(StoreDirectoryTest, TheAddressOfAProcessThatWasKilledIsRemoved) {
  std::filesystem::create_directories(Data());
  std::ofstream(Data() + "/endpoint") << "http://127.0.0.1:1\n";
  StoreDirectory stores(AtPath(Data()), metrics_, NoneRemote);
  const auto store = stores.Open({});
  ASSERT_TRUE(store.ok());
  EXPECT_FALSE(std::filesystem::exists(Data() + "/endpoint"));
}

TEST_F(StoreDirectoryTest, AServerDoesNotShareAFolderThatIsLocked) {
  StoreDirectory owner(AtPath(Data()), metrics_, NoneRemote);
  const auto held = owner.Open({});
  StoreOptions options = AtPath(Data());
  options.through_running_server = false;
  const auto store = StoreDirectory(options, metrics_, NoneRemote).Open({});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), dynamo::kDataFolderLocked);
}

TEST_F(StoreDirectoryTest, ALockedFolderWithoutADoorIsAnErrorThatNamesTheProcess) {
  StoreDirectory owner(AtPath(Data()), metrics_, NoneRemote);
  const auto held = owner.Open({});
  const auto store = StoreDirectory(AtPath(Data()), metrics_, NoneRemote).Open({});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), dynamo::kDataFolderLocked);
  EXPECT_THAT(store.error().message(), HasSubstr(std::to_string(getpid())));
}

}  // namespace
}  // namespace stator::server
