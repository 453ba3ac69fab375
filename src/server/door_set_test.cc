#include "server/door_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "dynamo/errors.h"
#include "server/test_stores.h"

namespace stator::server {
namespace {

using ::testing::HasSubstr;

class DoorSetTest : public ::testing::Test {
 protected:
  DoorSetTest() : stores_(InMemory(), metrics_, NoneRemote) {}
  static StoreOptions InMemory() {
    StoreOptions options;
    options.in_memory = true;
    return options;
  }
  static DoorPlan Plan(std::string name, std::uint16_t port = 0, bool is_explicit = true) {
    DoorPlan plan{.name = std::move(name), .port = port, .is_explicit = is_explicit};
    plan.flag = "--" + plan.name + "-port";
    return plan;
  }
  base::Status Open(const std::vector<DoorPlan>& plan) {
    doors_ = std::make_unique<DoorSet>(environment_, modules_, std::chrono::seconds(60));
    return doors_->Open(plan);
  }

  base::MetricsRegistry metrics_;
  StoreDirectory stores_;
  ModuleLoader modules_{"/no/modules/here"};
  std::ostringstream out_;
  CommandEnvironment environment_{.stores = stores_,
                                  .analytical_engine = nullptr,
                                  .metrics = metrics_,
                                  .out = out_,
                                  .err = out_};
  std::unique_ptr<DoorSet> doors_;
};

TEST_F(DoorSetTest, DoorsOpenAndCloseAgain) {
  ASSERT_TRUE(Open({Plan("dynamodb"), Plan("admin")}).ok());
  doors_->Close();
  EXPECT_TRUE(Open({Plan("dynamodb")}).ok());
}

TEST_F(DoorSetTest, AModuleThatIsMissingClosesItsDoorUnlessThePortWasGiven) {
  EXPECT_TRUE(Open({Plan("features", 0, false), Plan("dynamodb")}).ok());
  const base::Status status = Open({Plan("features"), Plan("dynamodb")});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), kModuleNotLoaded);
}

TEST_F(DoorSetTest, ADefaultPortInUseClosesTheDoorAGivenOneIsAnError) {
  HttpServer other({}, metrics_);
  AdminHandler handler(metrics_);
  const auto taken = other.Listen("other", "127.0.0.1", 0, handler);
  ASSERT_TRUE(taken.ok());
  EXPECT_TRUE(Open({Plan("dynamodb"), Plan("admin", taken->port, false)}).ok());
  const base::Status status = Open({Plan("dynamodb"), Plan("admin", taken->port)});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), kPortInUse);
  EXPECT_THAT(status.error().message(), HasSubstr("--admin-port"));
}

TEST_F(DoorSetTest, WithoutAnyDoorThereIsNothingToServe) {
  DoorPlan closed = Plan("dynamodb");
  closed.open = false;
  EXPECT_EQ(Open({closed}).error().code(), kUsageError);
}

}  // namespace
}  // namespace stator::server
