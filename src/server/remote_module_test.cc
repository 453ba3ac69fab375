#include "server/remote_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/completion.h"
#include "server/dynamo_handler.h"
#include "server/http_server.h"
#include "server/test_stores.h"

namespace stator::server {
namespace {

using ::testing::HasSubstr;

class RemoteModuleTest : public ::testing::Test {
 protected:
  StoreOptions AtData() const {
    StoreOptions options;
    options.path = folder_ / "data";
    return options;
  }
  RemoteOpener Opener() {
    return [this](const StoreLocation& location) { return module_.OpenRemoteStore(location); };
  }

  TestFolder folder_;
  base::MetricsRegistry metrics_;
  RemoteModule module_;
};

TEST_F(RemoteModuleTest, ACommandGoesThroughTheServerThatHoldsTheFolderAndSaysSo) {
  StoreDirectory server(AtData(), metrics_, Opener());
  const auto held = server.Open({});
  DynamoHandler handler(**held, metrics_);
  HttpServer http({}, metrics_);
  const auto address = http.Listen("dynamodb", "127.0.0.1", 0, handler);
  http.Start();
  const std::string url = "http://" + address->ToString();
  ASSERT_TRUE(server.PublishEndpoint({}, url).ok());

  StoreOptions options = AtData();
  std::string notice;
  options.notice = [&](const std::string& text) { notice = text; };
  StoreDirectory command(options, metrics_, Opener());
  const auto store = command.Open({});
  ASSERT_TRUE(store.ok());
  EXPECT_THAT(notice, HasSubstr("working through its DynamoDB door at " + url));
  EXPECT_THAT(notice, HasSubstr(std::to_string(getpid())));
  const auto tables = base::Wait<dynamo::ListTablesResponse>(
      [&](auto done) { (*store)->ListTables({}, {}, std::move(done)); });
  ASSERT_TRUE(tables.ok()) << tables.error().ToString();
  EXPECT_TRUE(tables->table_names.empty());
}

TEST_F(RemoteModuleTest, AnEndpointIsARemoteStore) {
  StoreDirectory stores({}, metrics_, Opener());
  StoreLocation location = At("http://127.0.0.1:1");
  location.region = "eu-west-1";
  location.access_key_id = location.secret_access_key = "x";
  const auto first = stores.Open(location);
  const auto second = stores.Open(location);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
  EXPECT_THAT((*first)->Location(), HasSubstr("127.0.0.1:1"));
}

TEST_F(RemoteModuleTest, TheSameEndpointWithOtherOptionsIsAnotherStore) {
  StoreDirectory stores(AtData(), metrics_, Opener());
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

TEST_F(RemoteModuleTest, WhatAModuleIsWithoutIsAnErrorThatSaysWhatToDo) {
  const auto engine = module_.MakeAnalyticalEngine();
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code(), kModuleNotLoaded);
  EXPECT_THAT(engine.error().message(), HasSubstr("install all of one"));
  EXPECT_THAT(module_.Commands(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace stator::server
