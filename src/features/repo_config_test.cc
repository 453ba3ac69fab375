#include "features/repo_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "features/json_text.h"

namespace stator::features {
namespace {

Environment Env(std::map<std::string, std::string, std::less<>> values = {}) {
  return [values](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

base::Result<RepoConfig> Parse(const std::string& text, const Environment& environment = Env()) {
  return ParseRepoConfig(text, "feature_store.yaml", "/repo", environment);
}

std::string ErrorOf(const std::string& text) {
  const auto config = Parse(text);
  return config.ok() ? "no error" : config.error().ToString();
}

const std::string kHead = "project: demo\nregistry: data/registry.db\n";
const std::string kStore = kHead + "online_store:\n  type: dynamodb\n  region: eu-west-1\n";

TEST(RepoConfig, WithoutAnOnlineStoreTheEngineIsEmbedded) {
  const auto config = Parse(kHead);
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  EXPECT_TRUE(config->online_store.embedded);
  EXPECT_EQ(config->registry.path, "/repo/data/registry.db");
  EXPECT_EQ(config->registry.cache_ttl_seconds, 600);
  EXPECT_EQ(config->entity_key_serialization_version, 3);
}

TEST(RepoConfig, EveryDynamoDbOptionIsRead) {
  const auto config = Parse(kStore + R"(  endpoint_url: http://localhost:8000
  table_name_template: "{table_name}-{project}"
  batch_size: "7"
  consistent_reads: true
  warmup_connections: yes
  tags: {team: core}
  session_based_auth: true
  max_read_workers: 3
  max_pool_connections: 9
  keepalive_timeout: 1.5
  connect_timeout: 2
  read_timeout: 4
  total_max_retry_attempts: null
  retry_mode: standard
)");
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const OnlineStoreConfig& store = config->online_store;
  EXPECT_FALSE(store.embedded);
  EXPECT_EQ(store.endpoint_url, "http://localhost:8000");
  EXPECT_EQ(store.batch_size, 7);
  EXPECT_TRUE(store.consistent_reads && store.warmup_connections && store.session_based_auth);
  EXPECT_EQ(store.tags.front().second, "core");
  EXPECT_EQ(store.max_read_workers, 3);
  EXPECT_EQ(store.max_pool_connections, 9);
  EXPECT_EQ(store.keepalive_timeout_s + store.connect_timeout_s + store.read_timeout_s, 7.5);
  EXPECT_FALSE(store.total_max_retry_attempts);
  EXPECT_EQ(store.retry_mode, "standard");
  EXPECT_EQ(TableName(*config, "trips", 0), "trips-demo");
  EXPECT_EQ(TableName(*config, "trips", 2), "trips_v2-demo");
}

TEST(RepoConfig, AnEmbeddedEndpointNamesTheDataFolder) {
  const auto config = Parse(kStore + "  endpoint_url: embedded:data/online\n");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->online_store.embedded);
  EXPECT_EQ(config->online_store.embedded_path, "/repo/data/online");
}

TEST(RepoConfig, MistakesAreToldInFeastsWordsWithTheKey) {
  EXPECT_NE(ErrorOf(kStore + "  max_retries: 3\n")
                .find("online_store.max_retries: Extra inputs are not permitted"),
            std::string::npos);
  EXPECT_NE(ErrorOf(kHead + "online_store: {type: dynamodb}\n")
                .find("online_store.region: Field required"),
            std::string::npos);
  EXPECT_NE(ErrorOf(kHead + "online_store: dynamodb\n").find("Field required"), std::string::npos);
  EXPECT_NE(ErrorOf(kHead + "online_store: {type: dynamodb, region: 5}\n")
                .find("Input should be a valid string"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf(kStore + "  consistent_reads: \"true\"\n").find("Input should be a valid boolean"),
      std::string::npos);
  EXPECT_NE(ErrorOf(kStore + "  tags: {a: 1}\n")
                .find("online_store.tags.a: Input should be a valid string"),
            std::string::npos);
  EXPECT_NE(ErrorOf("registry: r.db\n").find("project: Field required"), std::string::npos);
  EXPECT_NE(ErrorOf("project: a-b\nregistry: r.db\n").find("cannot contain hyphens"),
            std::string::npos);
  EXPECT_NE(ErrorOf("project: _a\nregistry: r.db\n").find("not start with an underscore"),
            std::string::npos);
  EXPECT_NE(ErrorOf("project: [\n").find("feature_store.yaml:2"), std::string::npos);
  EXPECT_NE(ErrorOf(kHead + "online_store: {type: redis}\n").find("not 'redis'"),
            std::string::npos);
}

TEST(RepoConfig, NumbersThatNoStoreCanWorkWithAreRefused) {
  const std::pair<const char*, const char*> refused[] = {
      {"batch_size: 0", "online_store.batch_size: Input should be from 1 to 100"},
      {"batch_size: 101", "from 1 to 100"},
      {"max_read_workers: 0", "online_store.max_read_workers: Input should be from 1 to 1000"},
      {"max_pool_connections: -1", "online_store.max_pool_connections: Input should be from 1"},
      {"keepalive_timeout: -0.5", "online_store.keepalive_timeout: Input should be from 0 to 3600"},
      {"connect_timeout: 0", "online_store.connect_timeout: Input should be from 0.001 to 3600"},
      {"read_timeout: 1e300", "online_store.read_timeout: Input should be from 0.001 to 3600"},
      {"read_timeout: nan", "online_store.read_timeout: Input should be"},
      {"total_max_retry_attempts: 0", "total_max_retry_attempts: Input should be from 1 to 100"},
  };
  for (const auto& [line, words] : refused) {
    EXPECT_NE(ErrorOf(kStore + "  " + line + "\n").find(words), std::string::npos)
        << line << " -> " << ErrorOf(kStore + "  " + line + "\n");
  }
  EXPECT_EQ(ErrorOf(kStore + "  batch_size: 100\n  keepalive_timeout: 0\n"), "no error");
}

TEST(RepoConfig, UnknownTopLevelKeysAreAccepted) {
  EXPECT_EQ(ErrorOf(kStore + "stator:\n  layout: by_view\nfoo: 1\n"), "no error");
}

TEST(RepoConfig, VariablesAreExpandedAsPythonDoes) {
  const Environment environment = Env({{"A", "x"}, {"B_1", "y"}});
  EXPECT_EQ(ExpandVariables("$A ${B_1} $A$B_1 $NONE ${NONE} $ ${ $-", environment),
            "x y xy $NONE ${NONE} $ ${ $-");
  const auto config = Parse("project: p\nregistry: ${R}\n", Env({{"R", "/abs/r.db"}}));
  EXPECT_EQ(config->registry.path, "/abs/r.db");
}

TEST(RepoConfig, TheRegistryMayBeABlock) {
  const auto config = Parse(
      "project: p\nregistry:\n  path: r.db\n  cache_ttl_seconds: 5\n  "
      "enable_online_feature_view_versioning: true\n  x: 1\n");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->registry.cache_ttl_seconds, 5);
  EXPECT_TRUE(config->registry.online_versioning);
  EXPECT_NE(ErrorOf("project: p\nregistry: s3://b/r.db\n").find("s3://b/r.db"), std::string::npos);
}

TEST(RepoConfig, IsFoundByFlagByVariableOrInTheFolder) {
  const std::string folder = testing::TempDir() + "repo_config";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/feature_store.yaml") << "project: here\nregistry: r.db\n";
  std::ofstream(folder + "/other.yaml") << "project: other\nregistry: r.db\n";
  EXPECT_EQ(LoadRepoConfig({.chdir = folder, .feature_store_yaml = ""}, Env())->project, "here");
  EXPECT_EQ(LoadRepoConfig({.chdir = folder, .feature_store_yaml = "other.yaml"}, Env())->project,
            "other");
  EXPECT_EQ(LoadRepoConfig({}, Env({{"FEATURE_REPO_DIR_ENV_VAR", folder}}))->project, "here");
  std::string base64;
  AppendBase64(base64, "project: packed\nregistry: r.db\n");
  EXPECT_EQ(LoadRepoConfig({.chdir = folder, .feature_store_yaml = ""},
                           Env({{"FEATURE_STORE_YAML_BASE64", base64}}))
                ->project,
            "packed");
  const auto missing = LoadRepoConfig({.chdir = folder + "/none", .feature_store_yaml = ""}, Env());
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message().find("stator init"), std::string::npos);
}

}  // namespace
}  // namespace stator::features
