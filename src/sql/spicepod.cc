#include "sql/spicepod.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "sql/sql_errors.h"

namespace stator::sql {

using base::Result;
using base::Status;

namespace {

base::Error Invalid(std::string message) {
  return {base::ErrorKind::kInvalid, kSqlInvalidConfiguration, std::move(message)};
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// The value of one ${store:key}.
Result<std::string> SecretValue(std::string_view reference, const SecretLookup& secrets) {
  const std::size_t colon = reference.find(':');
  const std::string_view store = Trimmed(reference.substr(0, std::min(colon, reference.size())));
  if (colon == std::string_view::npos || (store != "secrets" && store != "env")) {
    return Invalid("${" + std::string(reference) +
                   "}: only the secret store `env` is read, as ${secrets:NAME}");
  }
  const std::string name = Upper(Trimmed(reference.substr(colon + 1)));
  if (auto value = secrets(name)) return std::move(*value);
  return Invalid("the secret " + name + " is neither in the environment nor in .env.local or .env");
}

}  // namespace

Result<std::string> ExpandSecrets(std::string_view text, const SecretLookup& secrets) {
  std::string expanded;
  while (true) {
    const std::size_t start = text.find("${");
    const std::size_t end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) return expanded + std::string(text);
    STATOR_ASSIGN_OR_RETURN(const std::string value,
                            SecretValue(text.substr(start + 2, end - start - 2), secrets));
    expanded += text.substr(0, start);
    expanded += value;
    text.remove_prefix(end + 1);
  }
}

namespace {

// Where a parameter of a dataset goes.
struct KnownParameter {
  const char* name;
  std::string SpicepodDataset::* member;
};
constexpr KnownParameter kKnownParameters[] = {
    {"dynamodb_aws_region", &SpicepodDataset::region},
    {"dynamodb_aws_access_key_id", &SpicepodDataset::access_key_id},
    {"dynamodb_aws_secret_access_key", &SpicepodDataset::secret_access_key},
    {"dynamodb_aws_session_token", &SpicepodDataset::session_token},
    {"endpoint_url", &SpicepodDataset::endpoint_url},
};

class SpicepodReader {
 public:
  explicit SpicepodReader(const SecretLookup& secrets) : secrets_(secrets) {}

  Result<Spicepod> Read(const YAML::Node& root) {
    if (!root.IsMap())
      return Invalid("a spicepod is a YAML map with `version`, `kind`, `name` and `datasets`");
    for (const auto& entry : root) {
      const auto key = entry.first.as<std::string>();
      if (key == "name") {
        pod_.name = entry.second.as<std::string>();
      } else if (key == "kind") {
        if (entry.second.as<std::string>() != "Spicepod") return Invalid("`kind` is not Spicepod");
      } else if (key == "datasets") {
        STATOR_RETURN_IF_ERROR(ReadDatasets(entry.second));
      } else if (key != "version") {
        Warn("`" + key + "`");
      }
    }
    return std::move(pod_);
  }

 private:
  void Warn(const std::string& what) { pod_.warnings.push_back(what + " has no effect yet"); }

  Status ReadDatasets(const YAML::Node& datasets) {
    if (!datasets.IsSequence()) return Invalid("`datasets` is a list");
    for (const YAML::Node& node : datasets) {
      if (!node.IsMap()) return Invalid("a dataset is a map with `from` and `name`");
      STATOR_RETURN_IF_ERROR(ReadDataset(node));
    }
    return base::OkStatus();
  }

  Status ReadDataset(const YAML::Node& node) {
    if (!node["from"]) return Invalid("a dataset has no `from`");
    const auto from = node["from"].as<std::string>();
    constexpr std::string_view kScheme = "dynamodb:";
    if (!from.starts_with(kScheme)) {
      Warn("dataset `" + from + "`, which is no DynamoDB table,");
      return base::OkStatus();
    }
    SpicepodDataset dataset;
    dataset.table_name = Unquoted(from.substr(kScheme.size()));
    dataset.name = NameOf(node["name"] ? node["name"].as<std::string>() : dataset.table_name);
    for (const auto& entry : node) {
      const auto key = entry.first.as<std::string>();
      if (key == "params") {
        STATOR_RETURN_IF_ERROR(ReadParameters(entry.second, dataset));
      } else if (key != "from" && key != "name" && key != "description") {
        Warn("`" + key + "` of dataset " + dataset.name);
      }
    }
    for (const SpicepodDataset& other : pod_.datasets) {
      if (other.name == dataset.name) return Invalid("two datasets are named " + dataset.name);
    }
    pod_.datasets.push_back(std::move(dataset));
    return base::OkStatus();
  }

  Status ReadParameters(const YAML::Node& parameters, SpicepodDataset& dataset) {
    if (!parameters.IsMap()) return Invalid("`params` of dataset " + dataset.name + " is a map");
    for (const auto& entry : parameters) {
      const auto key = entry.first.as<std::string>();
      auto value = ExpandSecrets(entry.second.as<std::string>(), secrets_);
      if (!value.ok())
        return value.error().WithPrefix("dataset " + dataset.name + ", `" + key + "`: ");
      STATOR_RETURN_IF_ERROR(SetParameter(key, std::move(*value), dataset));
    }
    return base::OkStatus();
  }

  Status SetParameter(const std::string& key, std::string value, SpicepodDataset& dataset) {
    for (const KnownParameter& known : kKnownParameters) {
      if (key != known.name) continue;
      dataset.*known.member = std::move(value);
      return base::OkStatus();
    }
    // Keys that are given are used, keys that are not come from the environment: what both values
    // mean here.
    if (key == "dynamodb_aws_auth") return base::OkStatus();
    if (key != "schema_infer_max_records") {
      Warn("parameter `" + key + "` of dataset " + dataset.name);
      return base::OkStatus();
    }
    char* end = nullptr;
    dataset.sample_items = std::strtoll(value.c_str(), &end, 10);
    constexpr std::int64_t kMost = 1'000'000;
    if (end == value.c_str() || *end != '\0' || dataset.sample_items < 1 ||
        dataset.sample_items > kMost) {
      return Invalid("dataset " + dataset.name +
                     ": `schema_infer_max_records` is a number from 1 to 1000000");
    }
    return base::OkStatus();
  }

  static std::string Unquoted(const std::string& name) {
    const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
  }

  // Tables are all in one schema: of `schema.table` the last part counts.
  std::string NameOf(const std::string& name) {
    const std::size_t dot = name.front() == '"' ? std::string::npos : name.rfind('.');
    if (dot == std::string::npos) return Unquoted(name);
    Warn("the schema in the dataset name `" + name + "`");
    return Unquoted(name.substr(dot + 1));
  }

  const SecretLookup& secrets_;
  Spicepod pod_;
};

// NAME=VALUE lines of a file, values perhaps in quotes.
void ReadEnvironmentFile(const std::filesystem::path& path,
                         std::map<std::string, std::string>& out) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::string_view rest = Trimmed(line);
    if (rest.starts_with("export ")) rest = Trimmed(rest.substr(7));
    const std::size_t equals = rest.find('=');
    if (rest.starts_with("#") || equals == std::string_view::npos) continue;
    std::string_view value = Trimmed(rest.substr(equals + 1));
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                        value.back() == value.front();
    if (quoted) value = value.substr(1, value.size() - 2);
    out.insert_or_assign(Upper(Trimmed(rest.substr(0, equals))), std::string(value));
  }
}

}  // namespace

Result<Spicepod> ParseSpicepod(std::string_view text, const SecretLookup& secrets) {
  try {
    return SpicepodReader(secrets).Read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    return Invalid(error.what());
  }
}

Result<std::optional<Spicepod>> LoadSpicepod(const std::string& folder) {
  std::map<std::string, std::string> files;
  ReadEnvironmentFile(std::filesystem::path(folder) / ".env", files);
  ReadEnvironmentFile(std::filesystem::path(folder) / ".env.local", files);
  const SecretLookup secrets = [&](const std::string& name) -> std::optional<std::string> {
    if (const char* value = std::getenv(name.c_str())) return value;
    const auto found = files.find(name);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  };
  for (const char* name : {"spicepod.yaml", "spicepod.yml"}) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    std::ifstream file(path);
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    auto pod = ParseSpicepod(text.str(), secrets);
    if (!pod.ok()) return pod.error().WithPrefix(path.string() + ": ");
    return std::optional(std::move(*pod));
  }
  return std::optional<Spicepod>();
}

}  // namespace stator::sql
