#include "features/definitions.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "feast/core/Registry.pb.h"
#include "features/entity_key.h"
#include "features/errors.h"
#include "features/proto_time.h"
#include "features/value_convert.h"
#include "features/yaml_reader.h"

namespace stator::features {
namespace {

using base::Result;
using base::Status;
namespace core = feast::core;
namespace fs = std::filesystem;

constexpr std::string_view kFileSourceClass = "feast.infra.offline_stores.file_source.FileSource";
constexpr std::string_view kPushSourceClass = "feast.data_source.PushSource";

template <typename Message>
Status ReadCommon(const YamlNode& node, Message& message) {
  STATOR_ASSIGN_OR_RETURN(std::string description, node["description"].Text(""));
  STATOR_ASSIGN_OR_RETURN(std::string owner, node["owner"].Text(""));
  STATOR_ASSIGN_OR_RETURN(const auto tags, node["tags"].TextMap());
  message.set_description(std::move(description));
  message.set_owner(std::move(owner));
  for (const auto& [key, value] : tags) (*message.mutable_tags())[key] = value;
  return base::OkStatus();
}

// "Int64" as in Feast's Python, or "INT64" as in a registry.
Result<ValueKind> ReadType(const YamlNode& node) {
  STATOR_ASSIGN_OR_RETURN(const std::string text, node.Text());
  if (const auto kind = ParseDtype(text)) return *kind;
  for (int i = 1; i <= kValueKindMax; ++i) {
    const auto kind = static_cast<ValueKind>(i);
    if (!ValueKindName(kind).empty() && ValueKindName(kind) == text) return kind;
  }
  return node.Fault(
      "'" + text +
      "' is no type; types are Int64, Int32, Float64, Float32, String, Bytes, Bool, "
      "UnixTimestamp, Json, Map, Struct, Uuid, Decimal, and Array(...) or Set(...) of them");
}

Result<std::string> ReadName(const YamlNode& node) {
  STATOR_ASSIGN_OR_RETURN(std::string name, node["name"].Text());
  if (name.empty() || name.find_first_of(":@") != std::string::npos) {
    return node["name"].Fault("a name is not empty and has no ':' and no '@'");
  }
  return name;
}

// Reads the files into one registry, in two steps: entities and sources first, so that views may
// stand in any file.
class DefinitionReader {
 public:
  DefinitionReader(const base::CallContext& context, const RepoConfig& config,
                   const EngineProvider& engine, core::Registry& out)
      : context_(context), config_(config), engine_(engine), out_(out) {}

  Status Read(const std::vector<YamlNode>& roots) {
    STATOR_RETURN_IF_ERROR(ForEach(roots, "entities", &DefinitionReader::ReadEntity));
    STATOR_RETURN_IF_ERROR(ForEach(roots, "sources", &DefinitionReader::ReadFileSource));
    STATOR_RETURN_IF_ERROR(ForEach(roots, "sources", &DefinitionReader::ReadPushSource));
    STATOR_RETURN_IF_ERROR(ForEach(roots, "feature_views", &DefinitionReader::ReadView));
    STATOR_RETURN_IF_ERROR(ForEach(roots, "feature_services", &DefinitionReader::ReadService));
    return base::OkStatus();
  }

 private:
  using Reader = Status (DefinitionReader::*)(const YamlNode&);

  Status ForEach(const std::vector<YamlNode>& roots, const char* key, Reader reader) {
    for (const YamlNode& root : roots) {
      const YamlNode list = root[key];
      if (list.IsNull()) continue;
      if (!list.IsList()) return list.Fault("Input should be a valid list");
      for (const YamlNode& node : list.Elements()) STATOR_RETURN_IF_ERROR((this->*reader)(node));
    }
    return base::OkStatus();
  }

  Status ReadEntity(const YamlNode& node) {
    STATOR_RETURN_IF_ERROR(
        node.CheckKeys({"name", "join_key", "value_type", "description", "tags", "owner"}));
    core::EntitySpecV2& spec = *out_.add_entities()->mutable_spec();
    STATOR_ASSIGN_OR_RETURN(const std::string name, ReadName(node));
    if (FindEntity(name) != nullptr)
      return node.Fault("there are two entities named '" + name + "'");
    STATOR_ASSIGN_OR_RETURN(std::string join_key, node["join_key"].Text(name));
    ValueKind kind = ValueKind::kString;
    if (node["value_type"].IsDefined()) {
      STATOR_ASSIGN_OR_RETURN(kind, ReadType(node["value_type"]));
    }
    spec.set_name(name);
    spec.set_join_key(std::move(join_key));
    spec.set_project(config_.project);
    spec.set_value_type(static_cast<feast::types::ValueType_Enum>(kind));
    return ReadCommon(node, spec);
  }

  Status ReadFileSource(const YamlNode& node) {
    const std::string type = node["type"].IsNull() ? "file" : node["type"].Scalar();
    if (type == "push") return base::OkStatus();
    if (type != "file")
      return node["type"].Fault("a source is of type file or push, not '" + type + "'");
    STATOR_RETURN_IF_ERROR(
        node.CheckKeys({"name", "type", "path", "timestamp_field", "created_timestamp_column",
                        "field_mapping", "description", "tags", "owner"}));
    STATOR_ASSIGN_OR_RETURN(core::DataSource * source, AddSource(node));
    STATOR_ASSIGN_OR_RETURN(std::string path, node["path"].Text());
    STATOR_ASSIGN_OR_RETURN(std::string timestamp, node["timestamp_field"].Text());
    STATOR_ASSIGN_OR_RETURN(std::string created, node["created_timestamp_column"].Text(""));
    STATOR_ASSIGN_OR_RETURN(const auto mapping, node["field_mapping"].TextMap());
    source->set_type(core::DataSource::BATCH_FILE);
    source->set_data_source_class_type(std::string(kFileSourceClass));
    source->mutable_file_options()->set_uri(std::move(path));
    source->set_timestamp_field(std::move(timestamp));
    source->set_created_timestamp_column(std::move(created));
    for (const auto& [from, to] : mapping) (*source->mutable_field_mapping())[from] = to;
    return ReadCommon(node, *source);
  }

  Status ReadPushSource(const YamlNode& node) {
    if (node["type"].Scalar() != "push") return base::OkStatus();
    STATOR_RETURN_IF_ERROR(
        node.CheckKeys({"name", "type", "batch_source", "description", "tags", "owner"}));
    STATOR_ASSIGN_OR_RETURN(const std::string name, node["batch_source"].Text());
    const core::DataSource* batch = FindSource(name);
    if (batch == nullptr)
      return node["batch_source"].Fault("there is no source named '" + name + "'");
    const core::DataSource copy = *batch;
    STATOR_ASSIGN_OR_RETURN(core::DataSource * source, AddSource(node));
    source->set_type(core::DataSource::PUSH_SOURCE);
    source->set_data_source_class_type(std::string(kPushSourceClass));
    source->set_timestamp_field(copy.timestamp_field());
    *source->mutable_batch_source() = copy;
    source->mutable_batch_source()->clear_project();
    source->mutable_batch_source()->clear_data_source_class_type();
    return ReadCommon(node, *source);
  }

  Result<core::DataSource*> AddSource(const YamlNode& node) {
    STATOR_ASSIGN_OR_RETURN(const std::string name, ReadName(node));
    if (FindSource(name) != nullptr)
      return node.Fault("there are two sources named '" + name + "'");
    core::DataSource* source = out_.add_data_sources();
    source->set_name(name);
    source->set_project(config_.project);
    return source;
  }

  Status ReadView(const YamlNode& node) {
    STATOR_RETURN_IF_ERROR(node.CheckKeys({"name", "entities", "source", "ttl", "schema", "online",
                                           "offline", "description", "tags", "owner"}));
    STATOR_ASSIGN_OR_RETURN(const std::string name, ReadName(node));
    if (FindView(name) != nullptr)
      return node.Fault("there are two feature views named '" + name + "'");
    core::FeatureViewSpec& spec = *out_.add_feature_views()->mutable_spec();
    spec.set_name(name);
    spec.set_project(config_.project);
    spec.set_version("latest");
    STATOR_RETURN_IF_ERROR(ReadTtl(node["ttl"], spec));
    STATOR_RETURN_IF_ERROR(ReadSwitches(node, spec));
    STATOR_RETURN_IF_ERROR(SetSource(node["source"], spec));
    STATOR_RETURN_IF_ERROR(SetEntities(node["entities"], spec));
    STATOR_RETURN_IF_ERROR(node["schema"].IsNull() ? InferSchema(node, spec)
                                                   : ReadSchema(node["schema"], spec));
    return ReadCommon(node, spec);
  }

  Status ReadTtl(const YamlNode& node, core::FeatureViewSpec& spec) {
    const auto ttl = node.IsNull() ? std::optional<std::int64_t>(0) : ParseDuration(node.Scalar());
    if (!ttl)
      return node.Fault("'" + node.Scalar() +
                        "' is no duration; write 90s, 15m, 12h, 7d, 2w, or 0 for ever");
    spec.mutable_ttl()->set_seconds(*ttl / kMicrosPerSecond);
    return base::OkStatus();
  }

  Status ReadSwitches(const YamlNode& node, core::FeatureViewSpec& spec) {
    spec.set_online(true);
    if (node["online"].IsDefined()) {
      STATOR_ASSIGN_OR_RETURN(const bool online, node["online"].Bool());
      spec.set_online(online);
    }
    if (node["offline"].IsDefined()) {
      STATOR_ASSIGN_OR_RETURN(const bool offline, node["offline"].Bool());
      spec.set_offline(offline);
    }
    return base::OkStatus();
  }

  Status SetSource(const YamlNode& node, core::FeatureViewSpec& spec) {
    STATOR_ASSIGN_OR_RETURN(const std::string name, node.Text());
    const core::DataSource* source = FindSource(name);
    if (source == nullptr) return node.Fault("there is no source named '" + name + "'");
    const core::DataSource* batch = source;
    if (source->type() == core::DataSource::PUSH_SOURCE) {
      *spec.mutable_stream_source() = *source;
      spec.mutable_stream_source()->clear_project();
      batch = FindSource(source->batch_source().name());
    }
    *spec.mutable_batch_source() = *batch;
    spec.mutable_batch_source()->clear_project();
    return base::OkStatus();
  }

  Status SetEntities(const YamlNode& node, core::FeatureViewSpec& spec) {
    for (const YamlNode& element : node.Elements()) {
      STATOR_ASSIGN_OR_RETURN(const std::string name, element.Text());
      const core::EntitySpecV2* entity = FindEntity(name);
      if (entity == nullptr) return element.Fault("there is no entity named '" + name + "'");
      spec.add_entities(name);
      core::FeatureSpecV2& column = *spec.add_entity_columns();
      column.set_name(entity->join_key());
      column.set_value_type(entity->value_type());
    }
    if (!node.IsNull() && !node.IsList()) return node.Fault("Input should be a valid list");
    if (spec.entities_size() > 0) return base::OkStatus();
    spec.add_entities(std::string(kDummyEntity));
    core::FeatureSpecV2& column = *spec.add_entity_columns();
    column.set_name(std::string(kDummyJoinKey));
    column.set_value_type(feast::types::ValueType::STRING);
    return base::OkStatus();
  }

  // Either `- {name: fare, dtype: Float64}` or, shorter, `- fare: Float64`.
  Status ReadSchema(const YamlNode& list, core::FeatureViewSpec& spec) {
    if (!list.IsList()) return list.Fault("Input should be a valid list");
    for (const YamlNode& node : list.Elements()) {
      core::FeatureSpecV2 column;
      const bool brief = node.IsMap() && !node["name"].IsDefined() && node.Entries().size() == 1;
      if (!brief) STATOR_RETURN_IF_ERROR(node.CheckKeys({"name", "dtype", "description", "tags"}));
      const std::string name = brief ? node.Entries()[0].first : node["name"].Scalar();
      STATOR_ASSIGN_OR_RETURN(const ValueKind kind,
                              ReadType(brief ? node.Entries()[0].second : node["dtype"]));
      if (name.empty()) return node.Fault("a column needs a name");
      STATOR_RETURN_IF_ERROR(AddColumn(node, name, kind, spec));
      if (brief || spec.features_size() == 0 || spec.features().rbegin()->name() != name) continue;
      core::FeatureSpecV2& added = *spec.mutable_features()->rbegin();
      STATOR_ASSIGN_OR_RETURN(std::string description, node["description"].Text(""));
      STATOR_ASSIGN_OR_RETURN(const auto tags, node["tags"].TextMap());
      added.set_description(std::move(description));
      for (const auto& [key, value] : tags) (*added.mutable_tags())[key] = value;
    }
    if (spec.features_size() == 0)
      return list.Fault("a feature view has at least one feature beside its join keys");
    return base::OkStatus();
  }

  // A column that is a join key sets that key's type; every other one is a feature.
  Status AddColumn(const YamlNode& node, const std::string& name, ValueKind kind,
                   core::FeatureViewSpec& spec) {
    const auto type = static_cast<feast::types::ValueType_Enum>(kind);
    for (core::FeatureSpecV2& key : *spec.mutable_entity_columns()) {
      if (key.name() != name) continue;
      key.set_value_type(type);
      return base::OkStatus();
    }
    for (const core::FeatureSpecV2& feature : spec.features()) {
      if (feature.name() == name) return node.Fault("there are two columns named '" + name + "'");
    }
    core::FeatureSpecV2& feature = *spec.add_features();
    feature.set_name(name);
    feature.set_value_type(type);
    return base::OkStatus();
  }

  Status InferSchema(const YamlNode& node, core::FeatureViewSpec& spec) {
    const core::DataSource& source = spec.batch_source();
    STATOR_ASSIGN_OR_RETURN(const DataFile file, FileOfSource(config_, source));
    STATOR_ASSIGN_OR_RETURN(const auto engine, engine_());
    STATOR_ASSIGN_OR_RETURN(const ColumnBatch columns, engine->Describe(context_, file));
    for (const Column& column : columns.columns) {
      if (column.name == source.timestamp_field() ||
          column.name == source.created_timestamp_column())
        continue;
      const auto mapped = source.field_mapping().find(column.name);
      const std::string& name =
          mapped == source.field_mapping().end() ? column.name : mapped->second;
      const ValueKind kind = InferValueKind(column);
      if (kind == ValueKind::kUnset) {
        return node.Fault("the type of column '" + column.name + "' of " + file.path +
                          " has to be said: give the view a `schema`");
      }
      STATOR_RETURN_IF_ERROR(AddColumn(node, name, kind, spec));
    }
    if (spec.features_size() == 0)
      return node.Fault(file.path + " has no column that could be a feature");
    return base::OkStatus();
  }

  Status ReadService(const YamlNode& node) {
    STATOR_RETURN_IF_ERROR(node.CheckKeys({"name", "features", "description", "tags", "owner"}));
    STATOR_ASSIGN_OR_RETURN(const std::string name, ReadName(node));
    for (const core::FeatureService& service : out_.feature_services()) {
      if (service.spec().name() == name)
        return node.Fault("there are two feature services named '" + name + "'");
    }
    core::FeatureServiceSpec& spec = *out_.add_feature_services()->mutable_spec();
    spec.set_name(name);
    spec.set_project(config_.project);
    if (!node["features"].IsList()) return node["features"].Fault("Input should be a valid list");
    for (const YamlNode& part : node["features"].Elements())
      STATOR_RETURN_IF_ERROR(ReadPart(part, spec));
    return ReadCommon(node, spec);
  }

  // Either the name of a view, or {view, features, alias, join_key_map}.
  Status ReadPart(const YamlNode& node, core::FeatureServiceSpec& spec) {
    if (node.IsMap())
      STATOR_RETURN_IF_ERROR(node.CheckKeys({"view", "features", "alias", "join_key_map"}));
    const YamlNode named = node.IsMap() ? node["view"] : node;
    STATOR_ASSIGN_OR_RETURN(const std::string name, named.Text());
    const core::FeatureViewSpec* view = FindView(name);
    if (view == nullptr) return named.Fault("there is no feature view named '" + name + "'");
    core::FeatureViewProjection& projection = *spec.add_features();
    projection.set_feature_view_name(name);
    projection.set_view_type("featureView");
    *projection.mutable_batch_source() = view->batch_source();
    projection.mutable_batch_source()->clear_data_source_class_type();
    // Feast writes the created column into both; equal registries matter more here than sense.
    projection.set_created_timestamp_column(view->batch_source().created_timestamp_column());
    projection.set_timestamp_field(view->batch_source().created_timestamp_column());
    STATOR_ASSIGN_OR_RETURN(std::string alias, node["alias"].Text(""));
    STATOR_ASSIGN_OR_RETURN(const auto mapping, node["join_key_map"].TextMap());
    projection.set_feature_view_name_alias(std::move(alias));
    for (const auto& [view_key, request_key] : mapping)
      (*projection.mutable_join_key_map())[view_key] = request_key;
    return ReadPartFeatures(node["features"], *view, projection);
  }

  Status ReadPartFeatures(const YamlNode& list, const core::FeatureViewSpec& view,
                          core::FeatureViewProjection& projection) {
    if (list.IsNull()) {
      *projection.mutable_feature_columns() = view.features();
      return base::OkStatus();
    }
    for (const YamlNode& node : list.Elements()) {
      STATOR_ASSIGN_OR_RETURN(const std::string name, node.Text());
      const auto found =
          std::find_if(view.features().begin(), view.features().end(),
                       [&](const core::FeatureSpecV2& feature) { return feature.name() == name; });
      if (found == view.features().end()) {
        return node.Fault("feature view '" + view.name() + "' has no feature named '" + name + "'");
      }
      *projection.add_feature_columns() = *found;
    }
    return base::OkStatus();
  }

  const core::EntitySpecV2* FindEntity(std::string_view name) const {
    for (const core::Entity& entity : out_.entities()) {
      if (entity.spec().name() == name) return &entity.spec();
    }
    return nullptr;
  }
  const core::DataSource* FindSource(std::string_view name) const {
    for (const core::DataSource& source : out_.data_sources()) {
      if (source.name() == name) return &source;
    }
    return nullptr;
  }
  const core::FeatureViewSpec* FindView(std::string_view name) const {
    for (const core::FeatureView& view : out_.feature_views()) {
      if (view.spec().name() == name) return &view.spec();
    }
    return nullptr;
  }

  const base::CallContext& context_;
  const RepoConfig& config_;
  const EngineProvider& engine_;
  core::Registry& out_;
};

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool ImportsFeast(const fs::path& path) {
  const std::string text = ReadWhole(path);
  return text.find("from feast") != std::string::npos ||
         text.find("import feast") != std::string::npos;
}

}  // namespace

std::vector<std::string> DefinitionFiles(const RepoConfig& config) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry :
       fs::directory_iterator(fs::path(config.repo_path) / "features", ignored)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool HasPythonDefinitions(const RepoConfig& config) {
  std::error_code ignored;
  for (auto entry = fs::recursive_directory_iterator(
           config.repo_path, fs::directory_options::skip_permission_denied, ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    if (entry.depth() >= 1) entry.disable_recursion_pending();
    if (entry->path().extension() == ".py" && ImportsFeast(entry->path())) return true;
  }
  return false;
}

Result<std::unique_ptr<core::Registry>> LoadDefinitions(const base::CallContext& context,
                                                        const RepoConfig& config,
                                                        const EngineProvider& engine) {
  std::vector<YamlNode> roots;
  for (const std::string& path : DefinitionFiles(config)) {
    STATOR_ASSIGN_OR_RETURN(YamlNode root,
                            YamlNode::Parse(ReadWhole(path), path, kDefinitionInvalid));
    if (root.IsNull()) continue;
    STATOR_RETURN_IF_ERROR(
        root.CheckKeys({"entities", "sources", "feature_views", "feature_services"}));
    roots.push_back(std::move(root));
  }
  auto registry = std::make_unique<core::Registry>();
  STATOR_RETURN_IF_ERROR(DefinitionReader(context, config, engine, *registry).Read(roots));
  return registry;
}

std::optional<std::int64_t> ParseDuration(std::string_view text) {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - end.ptr));
  if (end.ec != std::errc() || value < 0 || value > 100'000'000) return std::nullopt;
  if (unit.empty() && value == 0) return 0;
  if (unit == "s") return value * kMicrosPerSecond;
  if (unit == "m") return value * 60 * kMicrosPerSecond;
  if (unit == "h") return value * 3600 * kMicrosPerSecond;
  if (unit == "d" && value < 1'000'000) return value * 86'400 * kMicrosPerSecond;
  if (unit == "w" && value < 100'000) return value * 7 * 86'400 * kMicrosPerSecond;
  return std::nullopt;
}

Result<DataFile> FileOfSource(const RepoConfig& config, const core::DataSource& source) {
  if (source.type() != core::DataSource::BATCH_FILE || source.file_options().uri().empty()) {
    return InvalidError(kDefinitionInvalid,
                        "Data source '" + source.name() + "' is of type " +
                            core::DataSource::SourceType_Name(source.type()) +
                            "; Stator materializes from file sources (Parquet, CSV) for now");
  }
  std::string path = source.file_options().uri();
  if (path.starts_with("file://")) path.erase(0, 7);
  if (path.find("://") != std::string::npos) {
    return InvalidError(kDefinitionInvalid, "Data source '" + source.name() + "' lies at " + path +
                                                "; Stator reads local files for now");
  }
  if (!fs::path(path).is_absolute())
    path = (fs::path(config.repo_path) / path).lexically_normal().string();
  return DataFile{path, DataFormatOf(path)};
}

}  // namespace stator::features
