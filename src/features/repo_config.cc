#include "features/repo_config.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "dynamo/limits.h"
#include "features/errors.h"
#include "features/json_text.h"
#include "features/yaml_reader.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;
namespace fs = std::filesystem;

// Bounds of options that Feast leaves open. A pool beyond them would need more than a thousand open
// files, a longer wait outlasts every deadline.
constexpr std::int64_t kOne = 1;
constexpr std::int64_t kBatchSizeMax = dynamo::kBatchGetKeysMax;
constexpr std::int64_t kConnectionsMax = 1'000;
constexpr std::int64_t kAttemptsMax = 100;
constexpr double kTimeoutMinSeconds = 0.001;
constexpr double kTimeoutMaxSeconds = 3'600;

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

std::string Absolute(const std::string& repo_path, const std::string& path) {
  if (path.empty() || path.find("://") != std::string::npos) return path;
  const fs::path whole = fs::path(path).is_absolute() ? fs::path(path) : fs::path(repo_path) / path;
  return whole.lexically_normal().string();
}

// Assigns `target` when the key is there; null is refused unless the option is optional.
template <typename T, typename Read>
Status ReadOption(const YamlNode& block, const char* key, T& target, Read read) {
  const YamlNode node = block[key];
  if (!node.IsDefined()) return base::OkStatus();
  STATOR_ASSIGN_OR_RETURN(target, (node.*read)());
  return base::OkStatus();
}

template <typename T, typename Read>
Status ReadNullable(const YamlNode& block, const char* key, std::optional<T>& target, Read read) {
  if (!block[key].IsDefined()) return base::OkStatus();
  if (block[key].IsNull()) {
    target.reset();
    return base::OkStatus();
  }
  T value{};
  STATOR_RETURN_IF_ERROR(ReadOption(block, key, value, read));
  target = std::move(value);
  return base::OkStatus();
}

using TextMember = Result<std::string> (YamlNode::*)() const;
constexpr TextMember kText = &YamlNode::Text;

// Refuses a number outside of `least` to `most`: Feast takes it, and fails later or waits forever.
template <typename T>
Status CheckRange(const YamlNode& block, const char* key, T value, T least, T most) {
  if (value >= least && value <= most) return base::OkStatus();
  std::ostringstream words;
  words << "Input should be from " << least << " to " << most;
  return block[key].Fault(words.str());
}

Status CheckRanges(const YamlNode& block, const OnlineStoreConfig& store) {
  STATOR_RETURN_IF_ERROR(CheckRange(block, "batch_size", store.batch_size, kOne, kBatchSizeMax));
  STATOR_RETURN_IF_ERROR(
      CheckRange(block, "max_read_workers", store.max_read_workers, kOne, kConnectionsMax));
  STATOR_RETURN_IF_ERROR(
      CheckRange(block, "max_pool_connections", store.max_pool_connections, kOne, kConnectionsMax));
  STATOR_RETURN_IF_ERROR(
      CheckRange(block, "keepalive_timeout", store.keepalive_timeout_s, 0.0, kTimeoutMaxSeconds));
  STATOR_RETURN_IF_ERROR(CheckRange(block, "connect_timeout", store.connect_timeout_s,
                                    kTimeoutMinSeconds, kTimeoutMaxSeconds));
  STATOR_RETURN_IF_ERROR(CheckRange(block, "read_timeout", store.read_timeout_s, kTimeoutMinSeconds,
                                    kTimeoutMaxSeconds));
  return CheckRange(block, "total_max_retry_attempts",
                    store.total_max_retry_attempts.value_or(kOne), kOne, kAttemptsMax);
}

Status ReadConnectionOptions(const YamlNode& block, OnlineStoreConfig& store) {
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "max_read_workers", store.max_read_workers, &YamlNode::Integer));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "max_pool_connections", store.max_pool_connections, &YamlNode::Integer));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "keepalive_timeout", store.keepalive_timeout_s, &YamlNode::Real));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "connect_timeout", store.connect_timeout_s, &YamlNode::Real));
  STATOR_RETURN_IF_ERROR(ReadOption(block, "read_timeout", store.read_timeout_s, &YamlNode::Real));
  STATOR_RETURN_IF_ERROR(ReadNullable(block, "total_max_retry_attempts",
                                      store.total_max_retry_attempts, &YamlNode::Integer));
  STATOR_RETURN_IF_ERROR(ReadNullable(block, "retry_mode", store.retry_mode, kText));
  static constexpr std::array<std::string_view, 3> kModes = {"legacy", "standard", "adaptive"};
  if (store.retry_mode &&
      std::find(kModes.begin(), kModes.end(), *store.retry_mode) == kModes.end()) {
    return block["retry_mode"].Fault("Input should be 'legacy', 'standard' or 'adaptive'");
  }
  return CheckRanges(block, store);
}

Status ReadEndpoint(const YamlNode& block, const std::string& repo_path, OnlineStoreConfig& store) {
  STATOR_RETURN_IF_ERROR(ReadNullable(block, "endpoint_url", store.endpoint_url, kText));
  static constexpr std::string_view kEmbedded = "embedded:";
  store.embedded = store.endpoint_url && store.endpoint_url->starts_with(kEmbedded);
  if (store.embedded)
    store.embedded_path = Absolute(repo_path, store.endpoint_url->substr(kEmbedded.size()));
  return base::OkStatus();
}

Status ReadDynamoStore(const YamlNode& block, const std::string& repo_path,
                       OnlineStoreConfig& store) {
  STATOR_RETURN_IF_ERROR(block.CheckKeys(
      {"type", "region", "endpoint_url", "table_name_template", "batch_size", "consistent_reads",
       "warmup_connections", "tags", "session_based_auth", "max_read_workers",
       "max_pool_connections", "keepalive_timeout", "connect_timeout", "read_timeout",
       "total_max_retry_attempts", "retry_mode"}));
  STATOR_ASSIGN_OR_RETURN(store.region, block["region"].Text());
  STATOR_RETURN_IF_ERROR(ReadEndpoint(block, repo_path, store));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "table_name_template", store.table_name_template, kText));
  STATOR_RETURN_IF_ERROR(ReadOption(block, "batch_size", store.batch_size, &YamlNode::Integer));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "consistent_reads", store.consistent_reads, &YamlNode::Bool));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "warmup_connections", store.warmup_connections, &YamlNode::Bool));
  STATOR_RETURN_IF_ERROR(
      ReadOption(block, "session_based_auth", store.session_based_auth, &YamlNode::Bool));
  STATOR_ASSIGN_OR_RETURN(store.tags, block["tags"].TextMap());
  return ReadConnectionOptions(block, store);
}

Status ReadOnlineStore(const YamlNode& node, const std::string& repo_path,
                       OnlineStoreConfig& store) {
  if (!node.IsDefined()) return base::OkStatus();
  store.disabled = node.IsNull() || node.Scalar() == "none";
  if (store.disabled) return base::OkStatus();
  const std::string type = node.IsMap() ? node["type"].Scalar() : node.Scalar();
  if (type == "dynamodb") {
    if (!node.IsMap()) return node.Fault("online_store.region: Field required");
    return ReadDynamoStore(node, repo_path, store);
  }
  if (type.ends_with("DynamoDBOnlineStore"))
    return node["type"].Fault("Input should be 'dynamodb'");
  return node.Fault("Stator serves online stores of type dynamodb, not '" + type +
                    "'; write `type: dynamodb` with a region, or leave `online_store` out for the "
                    "embedded engine");
}

Status ReadRegistry(const YamlNode& node, const std::string& repo_path, RegistryConfig& registry) {
  if (!node.IsDefined()) return node.Fault("Field required");
  if (!node.IsMap()) {
    STATOR_ASSIGN_OR_RETURN(registry.path, node.Text());
  } else {
    const std::string type =
        node["registry_type"].IsNull() ? "file" : node["registry_type"].Scalar();
    if (type != "file") {
      return node["registry_type"].Fault("Stator reads registries of type file for now, not '" +
                                         type + "'");
    }
    STATOR_ASSIGN_OR_RETURN(registry.path, node["path"].Text());
    STATOR_RETURN_IF_ERROR(
        ReadOption(node, "cache_ttl_seconds", registry.cache_ttl_seconds, &YamlNode::Integer));
    STATOR_RETURN_IF_ERROR(ReadOption(node, "enable_online_feature_view_versioning",
                                      registry.online_versioning, &YamlNode::Bool));
  }
  if (registry.path.starts_with("file://")) registry.path.erase(0, 7);
  if (registry.path.find("://") != std::string::npos) {
    return node.Fault("Stator reads registries from files for now, not from '" + registry.path +
                      "'");
  }
  registry.path = Absolute(repo_path, registry.path);
  return base::OkStatus();
}

Status CheckProject(const YamlNode& node, const std::string& project) {
  const bool valid = !project.empty() && project.front() != '_' &&
                     std::all_of(project.begin(), project.end(), IsNameCharacter);
  if (valid) return base::OkStatus();
  if (project.find('-') != std::string::npos) {
    return node.Fault("Project names cannot contain hyphens, as in Feast; '" + project + "' does");
  }
  return node.Fault(
      "Project name, " + project +
      ", should only have alphanumerical values and underscores but not start with an underscore");
}

Status ReadMaterialization(const YamlNode& root, RepoConfig& config) {
  const YamlNode block = root["materialization"];
  STATOR_RETURN_IF_ERROR(ReadNullable(block, "online_write_batch_size",
                                      config.online_write_batch_size, &YamlNode::Integer));
  STATOR_RETURN_IF_ERROR(ReadOption(root, "entity_key_serialization_version",
                                    config.entity_key_serialization_version, &YamlNode::Integer));
  const std::int64_t version = config.entity_key_serialization_version;
  if (version < 0 || version > 4) {
    return root["entity_key_serialization_version"].Fault("Stator writes versions 0 to 4, not " +
                                                          std::to_string(version));
  }
  return base::OkStatus();
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return NotFoundError(
        kFeastConfigError,
        "Can't find feature repo configuration file at " + path +
            ". Make sure you're running in the root of a feature repo, name one with --chdir, or "
            "make one: stator init");
  }
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Environment ProcessEnvironment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::string ExpandVariables(std::string_view text, const Environment& environment) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t name = i + 1, end = name, next = name;
    if (text[i] == '$' && name < text.size() && text[name] == '{') {
      end = text.find('}', ++name);
      next = end == std::string_view::npos ? next : end + 1;
    } else if (text[i] == '$') {
      while (end < text.size() && IsNameCharacter(text[end])) ++end;
      next = end;
    }
    const bool named = text[i] == '$' && end != std::string_view::npos && end > name;
    const auto value = named ? environment(text.substr(name, end - name)) : std::nullopt;
    if (!named) next = i + 1;
    out.append(value ? *value : text.substr(i, next - i));
    i = next;
  }
  return out;
}

Result<RepoConfig> ParseRepoConfig(const std::string& text, const std::string& yaml_path,
                                   const std::string& repo_path, const Environment& environment) {
  RepoConfig config;
  config.repo_path = repo_path;
  config.yaml_path = yaml_path;
  STATOR_ASSIGN_OR_RETURN(const YamlNode root, YamlNode::Parse(ExpandVariables(text, environment),
                                                               yaml_path, kFeastConfigError));
  if (!root.IsMap())
    return root.Fault("the file holds no keys; it needs at least `project` and `registry`");
  STATOR_ASSIGN_OR_RETURN(config.project, root["project"].Text());
  STATOR_RETURN_IF_ERROR(CheckProject(root["project"], config.project));
  STATOR_ASSIGN_OR_RETURN(config.project_description, root["project_description"].Text(""));
  STATOR_ASSIGN_OR_RETURN(config.provider, root["provider"].Text("local"));
  STATOR_RETURN_IF_ERROR(ReadRegistry(root["registry"], repo_path, config.registry));
  STATOR_RETURN_IF_ERROR(ReadOnlineStore(root["online_store"], repo_path, config.online_store));
  STATOR_RETURN_IF_ERROR(ReadMaterialization(root, config));
  return config;
}

Result<RepoConfig> LoadRepoConfig(const RepoLocation& location, const Environment& environment) {
  std::error_code ignored;
  std::string folder = location.chdir;
  if (folder.empty()) folder = environment("FEATURE_REPO_DIR_ENV_VAR").value_or(".");
  folder = fs::absolute(folder, ignored).lexically_normal().string();
  if (const auto base64 = environment("FEATURE_STORE_YAML_BASE64")) {
    std::string text;
    if (!DecodeBase64(*base64, text)) {
      return InvalidError(kFeastConfigError, "FEATURE_STORE_YAML_BASE64 is no base64");
    }
    return ParseRepoConfig(text, "FEATURE_STORE_YAML_BASE64", folder, environment);
  }
  std::string path = location.feature_store_yaml;
  if (path.empty()) path = environment("FEAST_FS_YAML_FILE_PATH").value_or("");
  path = path.empty() ? folder + "/feature_store.yaml" : Absolute(folder, path);
  STATOR_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseRepoConfig(text, path, folder, environment);
}

std::string TableName(const RepoConfig& config, std::string_view view, std::int32_t version) {
  std::string table(view);
  if (version > 0) table += "_v" + std::to_string(version);
  std::string name = config.online_store.table_name_template;
  const auto replace = [&name](std::string_view placeholder, std::string_view value) {
    for (std::size_t at = 0; (at = name.find(placeholder, at)) != std::string::npos;
         at += value.size()) {
      name.replace(at, placeholder.size(), value);
    }
  };
  replace("{project}", config.project);
  replace("{table_name}", table);
  return name;
}

}  // namespace stator::features
