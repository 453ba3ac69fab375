#include "server/store_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/completion.h"
#include "dynamo/errors.h"
#include "server/dynamo_handler.h"
#include "server/flags.h"
#include "server/http_server.h"

namespace stator::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class StoreDirectoryTest : public ::testing::Test {
 protected:
  StoreDirectoryTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("stator-" + std::to_string(getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~StoreDirectoryTest() override { std::filesystem::remove_all(folder_); }

  std::string Data(const std::string& name = "data") const { return (folder_ / name).string(); }
  StoreOptions AtPath(const std::string& path) const {
    StoreOptions options;
    options.path = path;
    return options;
  }
  static StoreLocation At(const std::string& endpoint) {
    StoreLocation location;
    location.endpoint_url = endpoint;
    return location;
  }
  std::string Endpoint() const {
    std::ifstream file(Data() + "/endpoint");
    std::string line;
    std::getline(file, line);
    return line;
  }

  std::filesystem::path folder_;
  base::MetricsRegistry metrics_;
};

TEST_F(StoreDirectoryTest, TheDefaultFolderIsInTheWorkingFolder) {
  EXPECT_THAT(*StoreDirectory({}, metrics_).DataFolder({}), EndsWith("/.stator/data"));
}

TEST_F(StoreDirectoryTest, TheConfigurationNamesTheFolderWhereTheCommandLineDoesNot) {
  EXPECT_EQ(*StoreDirectory({}, metrics_).DataFolder(At("embedded:/a/b/../c")), "/a/c");
  EXPECT_THAT(*StoreDirectory({}, metrics_).DataFolder(At("embedded:")), EndsWith("/.stator/data"));
}

TEST_F(StoreDirectoryTest, TwoDifferentFoldersAreAnErrorTwoWaysToOneAreNot) {
  const StoreDirectory stores(AtPath("/a/c"), metrics_);
  EXPECT_EQ(*stores.DataFolder(At("embedded:/a/b/../c")), "/a/c");
  const auto other = stores.DataFolder(At("embedded:/a/d"));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), kUsageError);
  EXPECT_THAT(other.error().message(), HasSubstr("different data folders"));
}

TEST_F(StoreDirectoryTest, MemoryAndAFolderAreAnErrorToo) {
  StoreOptions options;
  options.in_memory = true;
  const StoreDirectory stores(options, metrics_);
  EXPECT_EQ(*stores.DataFolder({}), "");
  EXPECT_EQ(stores.DataFolder(At("embedded:/a")).error().code(), kUsageError);
}

TEST_F(StoreDirectoryTest, TheSameLocationIsTheSameStore) {
  StoreDirectory stores(AtPath(Data()), metrics_);
  const auto first = stores.Open({});
  const auto second = stores.Open(At("embedded:" + Data()));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
}

TEST_F(StoreDirectoryTest, AFolderCanBeOpenedAgainOnceNobodyUsesIt) {
  StoreDirectory stores(AtPath(Data()), metrics_);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(stores.Open({}).ok());
}

TEST_F(StoreDirectoryTest, TheAddressIsThereWhileTheStoreIsOpenAndGoneAfterwards) {
  StoreDirectory stores(AtPath(Data()), metrics_);
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
  StoreDirectory stores(AtPath(Data()), metrics_);
  const auto store = stores.Open({});
  ASSERT_TRUE(store.ok());
  EXPECT_FALSE(std::filesystem::exists(Data() + "/endpoint"));
}

TEST_F(StoreDirectoryTest, AServerDoesNotShareAFolderThatIsLocked) {
  StoreDirectory owner(AtPath(Data()), metrics_);
  const auto held = owner.Open({});
  StoreOptions options = AtPath(Data());
  options.through_running_server = false;
  const auto store = StoreDirectory(options, metrics_).Open({});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), dynamo::kDataFolderLocked);
}

TEST_F(StoreDirectoryTest, ACommandGoesThroughTheServerThatHoldsTheFolderAndSaysSo) {
  StoreDirectory server(AtPath(Data()), metrics_);
  const auto held = server.Open({});
  DynamoHandler handler(**held, metrics_);
  HttpServer http({}, metrics_);
  const auto address = http.Listen("dynamodb", "127.0.0.1", 0, handler);
  http.Start();
  const std::string url = "http://" + address->ToString();
  ASSERT_TRUE(server.PublishEndpoint({}, url).ok());

  StoreOptions options = AtPath(Data());
  std::string notice;
  options.notice = [&](const std::string& text) { notice = text; };
  StoreDirectory command(options, metrics_);
  const auto store = command.Open({});
  ASSERT_TRUE(store.ok());
  EXPECT_THAT(notice, HasSubstr("working through its DynamoDB door at " + url));
  EXPECT_THAT(notice, HasSubstr(std::to_string(getpid())));
  const auto tables = base::Wait<dynamo::ListTablesResponse>(
      [&](auto done) { (*store)->ListTables({}, {}, std::move(done)); });
  ASSERT_TRUE(tables.ok()) << tables.error().ToString();
  EXPECT_TRUE(tables->table_names.empty());
}

TEST_F(StoreDirectoryTest, AnEndpointIsARemoteStore) {
  StoreDirectory stores({}, metrics_);
  StoreLocation location = At("http://127.0.0.1:1");
  location.region = "eu-west-1";
  location.access_key_id = location.secret_access_key = "x";
  const auto first = stores.Open(location);
  const auto second = stores.Open(location);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
  EXPECT_THAT((*first)->Location(), HasSubstr("127.0.0.1:1"));
}

TEST_F(StoreDirectoryTest, TheSameEndpointWithOtherOptionsIsAnotherStore) {
  StoreDirectory stores(AtPath(Data()), metrics_);
  StoreLocation location = At("http://127.0.0.1:1");
  const auto first = stores.Open(location);
  location.calls.answer_timeout = std::chrono::milliseconds(7);
  const auto second = stores.Open(location);
  const auto third = stores.Open(location);
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_NE(first->get(), second->get());
  EXPECT_EQ(second->get(), third->get());
  // A folder has one store, whatever its options.
  StoreLocation folder;
  const auto plain = stores.Open(folder);
  folder.calls = location.calls;
  const auto again = stores.Open(folder);
  ASSERT_TRUE(plain.ok() && again.ok());
  EXPECT_EQ(plain->get(), again->get());
}

TEST_F(StoreDirectoryTest, ALockedFolderWithoutADoorIsAnErrorThatNamesTheProcess) {
  StoreDirectory owner(AtPath(Data()), metrics_);
  const auto held = owner.Open({});
  const auto store = StoreDirectory(AtPath(Data()), metrics_).Open({});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), dynamo::kDataFolderLocked);
  EXPECT_THAT(store.error().message(), HasSubstr(std::to_string(getpid())));
}

}  // namespace
}  // namespace stator::server
