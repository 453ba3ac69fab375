#include "features/yaml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "features/errors.h"

namespace stator::features {
namespace {

using base::Result;

// YAML 1.1 words, as the loader that Feast uses resolves them.
bool IsNullWord(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> BoolWord(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kTrue = {"true", "True", "TRUE", "yes", "Yes",
                                                            "YES",  "on",   "On",   "ON"};
  static constexpr std::array<std::string_view, 9> kFalse = {"false", "False", "FALSE", "no", "No",
                                                             "NO",    "off",   "Off",   "OFF"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<YamlNode> YamlNode::Parse(const std::string& text, std::string file,
                                 std::string_view error_code) {
  auto source = std::make_shared<const Source>(Source{std::move(file), std::string(error_code)});
  if (text.size() > kYamlBytesMax) {
    return InvalidError(error_code,
                        source->file + ": longer than " + std::to_string(kYamlBytesMax) + " bytes");
  }
  try {
    return YamlNode(YAML::Load(text), "", source);
  } catch (const YAML::Exception& fault) {
    return InvalidError(error_code, source->file + ":" + std::to_string(fault.mark.line + 1) + ":" +
                                        std::to_string(fault.mark.column + 1) + ": " + fault.msg);
  }
}

bool YamlNode::IsNull() const {
  return !node_.IsDefined() || node_.IsNull() || (IsPlain() && IsNullWord(node_.Scalar()));
}

bool YamlNode::IsText() const {
  if (!node_.IsDefined() || !node_.IsScalar()) return false;
  if (!IsPlain()) return true;
  const std::string& text = node_.Scalar();
  return !IsNullWord(text) && !BoolWord(text) && !ParseNumber<double>(text);
}

YamlNode YamlNode::operator[](const std::string& key) const {
  const std::string path = path_.empty() ? key : path_ + "." + key;
  const YAML::Node& node = node_;
  if (!IsMap()) return YamlNode(YAML::Node(YAML::NodeType::Undefined), path, source_);
  return YamlNode(node[key], path, source_);
}

std::vector<YamlNode> YamlNode::Elements() const {
  std::vector<YamlNode> elements;
  if (!IsList()) return elements;
  for (std::size_t i = 0; i < node_.size(); ++i) {
    elements.push_back(YamlNode(node_[i], path_ + "[" + std::to_string(i) + "]", source_));
  }
  return elements;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::Entries() const {
  std::vector<std::pair<std::string, YamlNode>> entries;
  if (!IsMap()) return entries;
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    entries.emplace_back(key,
                         YamlNode(entry.second, path_.empty() ? key : path_ + "." + key, source_));
  }
  return entries;
}

Result<std::string> YamlNode::Text() const {
  if (!node_.IsDefined()) return Fault("Field required");
  if (!IsText()) return Fault("Input should be a valid string");
  return node_.Scalar();
}

Result<std::string> YamlNode::Text(std::string_view fallback) const {
  if (IsNull()) return std::string(fallback);
  return Text();
}

std::string YamlNode::Scalar() const {
  return node_.IsDefined() && node_.IsScalar() ? node_.Scalar() : std::string();
}

Result<std::int64_t> YamlNode::Integer() const {
  const auto value = ParseNumber<std::int64_t>(Scalar());
  if (!value) return Fault("Input should be a valid integer");
  return *value;
}

Result<double> YamlNode::Real() const {
  const auto value = ParseNumber<double>(Scalar());
  if (!value) return Fault("Input should be a valid number");
  return *value;
}

Result<bool> YamlNode::Bool() const {
  const auto value = IsPlain() ? BoolWord(node_.Scalar()) : std::nullopt;
  if (!value) return Fault("Input should be a valid boolean");
  return *value;
}

Result<std::vector<std::pair<std::string, std::string>>> YamlNode::TextMap() const {
  std::vector<std::pair<std::string, std::string>> map;
  if (IsNull()) return map;
  if (!IsMap()) return Fault("Input should be a valid dictionary");
  for (const auto& [key, value] : Entries()) {
    STATOR_ASSIGN_OR_RETURN(std::string text, value.Text());
    map.emplace_back(key, std::move(text));
  }
  return map;
}

base::Status YamlNode::CheckKeys(std::initializer_list<std::string_view> allowed) const {
  if (!IsMap()) return Fault("Input should be a valid dictionary");
  for (const auto& [key, value] : Entries()) {
    if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
    std::string known;
    for (const std::string_view name : allowed)
      known += (known.empty() ? "" : ", ") + std::string(name);
    return value.Fault("Extra inputs are not permitted (known: " + known + ")");
  }
  return base::OkStatus();
}

base::Error YamlNode::Fault(std::string_view what) const {
  std::string where = source_->file;
  if (node_.IsDefined() && node_.Mark().line >= 0)
    where += ":" + std::to_string(node_.Mark().line + 1);
  return InvalidError(source_->error_code,
                      where + ": " + (path_.empty() ? "" : path_ + ": ") + std::string(what));
}

}  // namespace stator::features
