// feature_store.yaml as Feast 0.67 reads it, with every option of its DynamoDB online store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace stator::features {

// Looks an environment variable up; handed in, so that tests need no real environment.
using Environment = std::function<std::optional<std::string>(std::string_view)>;
// The process's own environment.
Environment ProcessEnvironment();

// The block `online_store` of type dynamodb. Names, types and defaults are Feast's; unknown keys
// are refused in its words. Numbers that no store could work with are refused too.
// docs/feature-store-options.md says what each option does.
struct OnlineStoreConfig {
  // The embedded engine, in process: when there is no online_store, or when endpoint_url is
  // "embedded:PATH".
  bool embedded = true;
  // Relative to the repo; empty: the program's default data folder.
  std::string embedded_path;
  // `online_store: null` or "none": nothing to serve.
  bool disabled = false;
  // Required by Feast for dynamodb.
  std::string region;
  std::optional<std::string> endpoint_url;
  std::string table_name_template = "{project}.{table_name}";
  std::int64_t batch_size = 100;
  bool consistent_reads = false;
  bool warmup_connections = false;
  std::vector<std::pair<std::string, std::string>> tags;
  bool session_based_auth = false;
  std::int64_t max_read_workers = 10;
  std::int64_t max_pool_connections = 50;
  double keepalive_timeout_s = 30;
  double connect_timeout_s = 5;
  double read_timeout_s = 10;
  std::optional<std::int64_t> total_max_retry_attempts = 3;
  std::optional<std::string> retry_mode = "adaptive";
};

// The entry `registry`: a path, or a block.
struct RegistryConfig {
  // Absolute, or with a scheme.
  std::string path;
  // 0: read again only when the file changed.
  std::int64_t cache_ttl_seconds = 600;
  // Feast's enable_online_feature_view_versioning.
  bool online_versioning = false;
};

// The whole file.
struct RepoConfig {
  // Absolute folder that relative paths start from.
  std::string repo_path;
  // Of the file read, or where the text came from.
  std::string yaml_path;
  std::string project;
  std::string project_description;
  std::string provider = "local";
  RegistryConfig registry;
  OnlineStoreConfig online_store;
  std::int64_t entity_key_serialization_version = 3;
  std::optional<std::int64_t> online_write_batch_size;
};

// Where to look, as Feast's global flags say.
struct RepoLocation {
  // --chdir; else FEATURE_REPO_DIR_ENV_VAR; else the working folder.
  std::string chdir;
  // --feature-store-yaml; else FEAST_FS_YAML_FILE_PATH; else in the folder.
  std::string feature_store_yaml;
};

// Finds and reads the configuration; FEATURE_STORE_YAML_BASE64 holds the whole text and comes
// before any file. ERRORS: FeastConfigError (kNotFound without a file; kInvalid, naming file, line,
// key and Feast's text).
base::Result<RepoConfig> LoadRepoConfig(const RepoLocation& location,
                                        const Environment& environment);

// Reads the text of a feature_store.yaml. `yaml_path` is for messages, `repo_path` for relative
// paths.
base::Result<RepoConfig> ParseRepoConfig(const std::string& text, const std::string& yaml_path,
                                         const std::string& repo_path,
                                         const Environment& environment);

// Replaces $NAME and ${NAME} as Python's os.path.expandvars does: unknown names stay, there are no
// defaults.
std::string ExpandVariables(std::string_view text, const Environment& environment);

// The table of a view: the template with {project} and {table_name} replaced. `version` is appended
// to the view's name as
// "_v<N>" when it is positive.
std::string TableName(const RepoConfig& config, std::string_view view, std::int32_t version);

}  // namespace stator::features
