#include "features/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/local_dynamo.h"
#include "feast/core/Registry.pb.h"
#include "features/errors.h"
#include "features/registry_file.h"
#include "features/test_files.h"

namespace stator::features {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kTwoViews = R"(
entities: [{name: driver, join_key: driver_id, value_type: Int64}]
sources: [{name: src, path: data/x.parquet, timestamp_field: ts}]
feature_views:
  - {name: first, entities: [driver], source: src, schema: [a: Int64], tags: {team: view}}
  - {name: second, entities: [driver], source: src, schema: [b: Int64]}
)";

class ApplyTest : public testing::Test {
 protected:
  void SetUp() override {
    engine::EngineOptions options;
    options.in_memory = true;
    store_ = std::move(*engine::LocalDynamo::Open(options));
    config_.project = "demo";
    config_.repo_path = testing::TempDir() + "apply_" +
                        testing::UnitTest::GetInstance()->current_test_info()->name();
    config_.registry.path = config_.repo_path + "/data/registry.db";
    fs::remove_all(config_.repo_path);
    fs::create_directories(config_.repo_path + "/features");
    fs::create_directories(config_.repo_path + "/data");
  }

  void Write(const std::string& name, std::string_view text) {
    std::ofstream(config_.repo_path + "/" + name, std::ios::binary) << text;
  }
  ApplyContext Context() {
    lines_.clear();
    const auto no_engine = []() -> base::Result<std::shared_ptr<AnalyticalEngine>> {
      return base::Error(base::ErrorKind::kUnavailable, "NoEngine", "not needed here");
    };
    return {call_,     config_,
            *store_,   base::SystemClock(),
            no_engine, [this](const std::string& line) { lines_.push_back(line); }};
  }
  std::vector<std::string> Tables() {
    const auto listed = base::Wait<dynamo::ListTablesResponse>([&](auto done) {
      store_->ListTables(call_, dynamo::ListTablesRequest(), std::move(done));
    });
    return listed->table_names;
  }
  std::vector<dynamo::Tag> TagsOf(const std::string& table) {
    const auto described = base::Wait<dynamo::TableDescription>(
        [&](auto done) { store_->DescribeTable(call_, table, std::move(done)); });
    return base::Wait<dynamo::ListTagsOfResourceResponse>([&](auto done) {
             store_->ListTagsOfResource(call_, described->arn, std::move(done));
           })
        ->tags;
  }
  std::string RegistryBytes() { return ReadTestFile(config_.registry.path); }

  base::CallContext call_;
  RepoConfig config_;
  std::unique_ptr<engine::LocalDynamo> store_;
  std::vector<std::string> lines_;
};

TEST_F(ApplyTest, DefinitionsInYamlGiveTablesAndARegistry) {
  Write("features/all.yaml", kTwoViews);
  const auto applied = Apply(Context(), false);
  ASSERT_TRUE(applied.ok()) << applied.error().ToString();
  EXPECT_THAT(Tables(), ElementsAre("demo.first", "demo.second"));
  EXPECT_EQ(lines_.front(), "Applying changes for project demo");
  EXPECT_THAT(lines_, Contains("Created feature view first"));
  EXPECT_EQ(lines_.back(), "Deploying infrastructure for second");
  const std::string before = RegistryBytes();
  EXPECT_TRUE(Apply(Context(), false).ok());
  EXPECT_EQ(RegistryBytes(), before) << "nothing changed, so the file stays";
}

TEST_F(ApplyTest, AViewThatIsGoneTakesItsTableAlong) {
  Write("features/all.yaml", kTwoViews);
  ASSERT_TRUE(Apply(Context(), false).ok());
  std::string one(kTwoViews);
  one.resize(one.find("  - {name: second"));
  Write("features/all.yaml", one);
  ASSERT_TRUE(Plan(Context(), false).ok());
  EXPECT_THAT(lines_,
              ElementsAre("Deleted feature view second", "Deleted dynamodb table demo.second"));
  EXPECT_THAT(Tables(), ElementsAre("demo.first", "demo.second")) << "a plan changes nothing";
  ASSERT_TRUE(Apply(Context(), false).ok());
  EXPECT_THAT(Tables(), ElementsAre("demo.first"));
}

TEST_F(ApplyTest, PlanTellsWhatIsMissingAndThenNothing) {
  Write("features/all.yaml", kTwoViews);
  ASSERT_TRUE(Plan(Context(), false).ok());
  EXPECT_THAT(lines_, Contains("Created dynamodb table demo.first"));
  EXPECT_TRUE(Tables().empty());
  EXPECT_FALSE(fs::exists(config_.registry.path));
  ASSERT_TRUE(Apply(Context(), false).ok());
  ASSERT_TRUE(Plan(Context(), false).ok());
  EXPECT_THAT(lines_, ElementsAre("No changes to registry", "No changes to infrastructure"));
}

TEST_F(ApplyTest, ARegistryOfFeastStaysAsItIsAndGetsItsTables) {
  config_.project = "golden";
  fs::copy_file(GoldenPath("registry-after-apply.db"), config_.registry.path);
  const std::string before = RegistryBytes();
  ASSERT_TRUE(Apply(Context(), false).ok());
  EXPECT_EQ(RegistryBytes(), before);
  const auto tables = Tables();
  EXPECT_EQ(tables.size(),
            11U + 1 + 1 + 1);  // views that are online, the stream view, od_write, the label view
  EXPECT_THAT(tables, Contains("golden.od_write"));
  EXPECT_THAT(tables, testing::Not(Contains("golden.offline_only")));
}

TEST_F(ApplyTest, WithoutARegistryPythonDefinitionsNeedFeastApply) {
  Write("definitions.py", "from feast import Entity\n");
  const auto applied = Apply(Context(), false);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), kRegistryNotFound);
  EXPECT_THAT(applied.error().message(), HasSubstr("run `feast apply` first"));
}

TEST_F(ApplyTest, WithNothingAtAllItSaysWhatCouldBeThere) {
  const auto applied = Apply(Context(), false);
  ASSERT_FALSE(applied.ok());
  EXPECT_THAT(applied.error().message(), HasSubstr("features/*.yaml"));
  EXPECT_THAT(applied.error().message(), HasSubstr("feast apply"));
  EXPECT_FALSE(Teardown(Context()).ok());
}

TEST_F(ApplyTest, TagsOfConfigurationAndViewAreBroughtInLine) {
  config_.online_store.tags = {{"team", "store"}, {"cost", "1"}};
  Write("features/all.yaml", kTwoViews);
  ASSERT_TRUE(Apply(Context(), false).ok());
  ASSERT_EQ(TagsOf("demo.first").size(), 2U);
  EXPECT_EQ(TagsOf("demo.first")[1].value, "view") << "the view's own tag wins";
  EXPECT_EQ(TagsOf("demo.second")[1].value, "store");
  config_.online_store.tags = {{"cost", "2"}};
  ASSERT_TRUE(Apply(Context(), false).ok());
  ASSERT_EQ(TagsOf("demo.second").size(), 1U);
  EXPECT_EQ(TagsOf("demo.second")[0].value, "2");
}

TEST_F(ApplyTest, ATableOfAnotherKindIsNotTakenForAView) {
  dynamo::CreateTableRequest request;
  request.table_name = "demo.first";
  request.key_schema.partition = {"id", dynamo::AttributeType::kNumber};
  request.billing_mode = dynamo::BillingMode::kPayPerRequest;
  ASSERT_TRUE(base::Wait<dynamo::TableDescription>([&](auto done) {
                store_->CreateTable(call_, request, std::move(done));
              }).ok());
  Write("features/all.yaml", kTwoViews);
  const auto applied = Apply(Context(), false);
  ASSERT_FALSE(applied.ok());
  EXPECT_THAT(applied.error().message(), HasSubstr("table_name_template"));
  EXPECT_FALSE(fs::exists(config_.registry.path)) << "tables come first; without them no registry";
}

TEST_F(ApplyTest, TeardownLeavesOtherProjectsAlone) {
  Write("features/all.yaml", kTwoViews);
  ASSERT_TRUE(Apply(Context(), false).ok());
  config_.project = "other";
  ASSERT_TRUE(Apply(Context(), false).ok());
  ASSERT_TRUE(Teardown(Context()).ok());
  EXPECT_THAT(Tables(), ElementsAre("demo.first", "demo.second"));
  config_.project = "demo";
  EXPECT_TRUE(Apply(Context(), false).ok());
}

TEST_F(ApplyTest, OneTableForAllViewsIsMadeOnce) {
  config_.online_store.table_name_template = "everything";
  Write("features/all.yaml", kTwoViews);
  ASSERT_TRUE(Apply(Context(), false).ok());
  EXPECT_THAT(Tables(), ElementsAre("everything"));
}

}  // namespace
}  // namespace stator::features
