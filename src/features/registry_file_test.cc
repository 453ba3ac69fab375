#include "features/registry_file.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "feast/core/Registry.pb.h"
#include "features/registry.h"
#include "features/registry_snapshot.h"
#include "features/test_files.h"

namespace stator::features {
namespace {

namespace fs = std::filesystem;
using google::protobuf::util::MessageDifferencer;

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "registry_" + name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

RegistryFile GoldenCopy(const std::string& folder) {
  fs::copy_file(GoldenPath("registry.db"), folder + "/registry.db",
                fs::copy_options::overwrite_existing);
  return RegistryFile(folder + "/registry.db", base::SystemClock());
}

RepoConfig GoldenConfig(const std::string& registry_path) {
  RepoConfig config;
  config.project = "golden";
  config.registry.path = registry_path;
  return config;
}

TEST(RegistryFile, AFileOfFeastIsEqualFieldByFieldAfterRewriting) {
  const RegistryFile file = GoldenCopy(FreshFolder("rewrite"));
  const auto before = file.Load();
  ASSERT_TRUE(before.ok());
  ASSERT_TRUE(file.Update(base::CallContext(), [](feast::core::Registry&) { return true; }).ok());
  const auto after = file.Load();
  ASSERT_TRUE(after.ok());
  EXPECT_NE((*before)->version_id(), (*after)->version_id());
  (*after)->set_version_id((*before)->version_id());
  *(*after)->mutable_last_updated() = (*before)->last_updated();
  // Equals compares unknown fields as well: saved datasets, permissions, aggregations are not named
  // in our messages.
  EXPECT_TRUE(MessageDifferencer::Equals(**before, **after));
  EXPECT_EQ((*before)->ByteSizeLong(), (*after)->ByteSizeLong());
  EXPECT_EQ((*before)->ByteSizeLong(), fs::file_size(GoldenPath("registry.db")));
}

TEST(RegistryFile, AnUpdateThatChangesNothingLeavesTheFileAlone) {
  const RegistryFile file = GoldenCopy(FreshFolder("unchanged"));
  const auto stamp = file.Stamp();
  ASSERT_TRUE(file.Update(base::CallContext(), [](feast::core::Registry&) { return false; }).ok());
  EXPECT_EQ(file.Stamp(), stamp);
}

TEST(RegistryFile, AMissingFileSaysHowToMakeOne) {
  const RegistryFile file(FreshFolder("missing") + "/registry.db", base::SystemClock());
  const auto loaded = file.Load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), "RegistryNotFound");
  EXPECT_NE(loaded.error().message().find("feast apply"), std::string::npos);
}

TEST(RegistryFile, AFileThatIsNoRegistryIsRefusedAndKept) {
  const std::string path = FreshFolder("broken") + "/registry.db";
  std::ofstream(path) << "this is no registry";
  const RegistryFile file(path, base::SystemClock());
  EXPECT_EQ(file.Load().error().code(), "RegistryInvalid");
  EXPECT_FALSE(file.Update(base::CallContext(), [](feast::core::Registry&) { return true; }).ok());
  EXPECT_EQ(ReadTestFile(path), "this is no registry");
}

TEST(RegistryFile, TwoProcessesThatUpdateAtOnceLoseNothing) {
  const std::string path = FreshFolder("together") + "/data/registry.db";
  const auto add = [&] {
    const RegistryFile file(path, base::SystemClock());
    for (int i = 0; i < 20; ++i) {
      const auto done = file.Update(base::CallContext(), [](feast::core::Registry& registry) {
        registry.add_projects();
        return true;
      });
      EXPECT_TRUE(done.ok());
    }
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_EQ((*RegistryFile(path, base::SystemClock()).Load())->projects_size(), 40);
}

TEST(RegistrySnapshot, HoldsEveryKindOfViewOfTheGoldenRepo) {
  const RegistryFile file(GoldenPath("registry.db"), base::SystemClock());
  const auto snapshot = RegistrySnapshot::Build(**file.Load(), GoldenConfig(""));
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().ToString();
  EXPECT_EQ((*snapshot)->views().size(), 12U + 1 + 4 + 1);
  const ViewDefinition* trips = (*snapshot)->FindView("trips");
  ASSERT_NE(trips, nullptr);
  ASSERT_EQ(trips->join_keys.size(), 2U);
  EXPECT_EQ(trips->join_keys[0].name, "customer_id");
  EXPECT_EQ(trips->join_keys[1].kind, ValueKind::kInt64);
  EXPECT_EQ(trips->ttl_us, 86'400'000'000);
  EXPECT_EQ(trips->table_name, "golden.trips");
  EXPECT_TRUE((*snapshot)->FindView("totals")->entityless());
  EXPECT_TRUE((*snapshot)->FindView("od_python")->computed);
  EXPECT_FALSE((*snapshot)->FindView("od_write")->computed);
  EXPECT_FALSE((*snapshot)->FindView("offline_only")->online);
  EXPECT_EQ((*snapshot)->FindService("svc_alias")->at(0).join_key_map.at("zone_id"), "pickup_zone");
  EXPECT_EQ((*snapshot)->join_keys().size(), 3U);
  EXPECT_EQ((*snapshot)->FindView("nope"), nullptr);
}

TEST(RegistrySnapshot, AnotherProjectSeesNothingOfIt) {
  const RegistryFile file(GoldenPath("registry.db"), base::SystemClock());
  RepoConfig config = GoldenConfig("");
  config.project = "other";
  EXPECT_TRUE((*RegistrySnapshot::Build(**file.Load(), config))->views().empty());
}

TEST(Registry, AChangedFileIsServedAndABrokenOneIsNot) {
  const std::string folder = FreshFolder("reload");
  const RegistryFile file = GoldenCopy(folder);
  Registry registry(GoldenConfig(file.path()), base::SystemClock());
  ASSERT_TRUE(registry.Current().ok());
  const auto wait = [] {
    std::this_thread::sleep_for(Registry::kCheckEvery + std::chrono::milliseconds(20));
  };
  ASSERT_TRUE(file.Update(base::CallContext(),
                          [](feast::core::Registry& changed) {
                            changed.mutable_feature_views(0)->mutable_spec()->set_name("renamed");
                            return true;
                          })
                  .ok());
  wait();
  EXPECT_NE((*registry.Current())->snapshot()->FindView("renamed"), nullptr);
  std::ofstream(file.path(), std::ios::trunc) << "broken";
  wait();
  EXPECT_NE((*registry.Current())->snapshot()->FindView("renamed"), nullptr);
}

}  // namespace
}  // namespace stator::features
