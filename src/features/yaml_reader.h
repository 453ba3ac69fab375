// Reading YAML with errors that say where: the file, the path of the key and, where Feast has a
// text for it, Feast's text. yaml-cpp's exceptions end here.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace stator::features {

// A configuration file is at most this long.
inline constexpr std::size_t kYamlBytesMax = 4 << 20;

// One node with the way to it, for messages. A missing node is null.
class YamlNode {
 public:
  // Parses `text`. `file` is for messages; `error_code` is the code of every error made below this
  // node. ERRORS: error_code, with the line and column of the fault.
  static base::Result<YamlNode> Parse(const std::string& text, std::string file,
                                      std::string_view error_code);

  // Whether the key is absent or its value is null (`~`, `null`, nothing).
  bool IsNull() const;
  // Whether the key is there, even if null.
  bool IsDefined() const { return node_.IsDefined(); }
  // Whether it is a mapping.
  bool IsMap() const { return node_.IsDefined() && node_.IsMap(); }
  // Whether it is a list.
  bool IsList() const { return node_.IsDefined() && node_.IsSequence(); }
  // Whether it is a text: quoted, or plain and nothing else (no number, no boolean, no null), as
  // YAML 1.1 reads it.
  bool IsText() const;

  // The child `key`; an undefined node when there is none. REQUIRES: IsMap() or undefined.
  YamlNode operator[](const std::string& key) const;
  // The elements of a list; empty for anything else.
  std::vector<YamlNode> Elements() const;
  // Keys with their nodes, in the order of the file; empty for anything but a mapping.
  std::vector<std::pair<std::string, YamlNode>> Entries() const;

  // Strict text: "Input should be a valid string" for numbers, booleans and the like.
  base::Result<std::string> Text() const;
  // Text, or `fallback` when null or absent.
  base::Result<std::string> Text(std::string_view fallback) const;
  // Any scalar as it is written.
  std::string Scalar() const;
  // An integer; text that is one passes, as in Feast.
  base::Result<std::int64_t> Integer() const;
  // A number.
  base::Result<double> Real() const;
  // A boolean; "Input should be a valid boolean" for anything else.
  base::Result<bool> Bool() const;
  // A mapping of texts, in the order of the file; null gives none.
  base::Result<std::vector<std::pair<std::string, std::string>>> TextMap() const;

  // Refuses keys that are not in `allowed`: "Extra inputs are not permitted".
  base::Status CheckKeys(std::initializer_list<std::string_view> allowed) const;
  // An error about this node: file, line, path, then `what`.
  base::Error Fault(std::string_view what) const;

 private:
  struct Source {
    std::string file;
    std::string error_code;
  };
  YamlNode(YAML::Node node, std::string path, std::shared_ptr<const Source> source)
      : node_(std::move(node)), path_(std::move(path)), source_(std::move(source)) {}
  bool IsPlain() const { return node_.IsDefined() && node_.IsScalar() && node_.Tag() != "!"; }

  YAML::Node node_;
  std::string path_;
  std::shared_ptr<const Source> source_;
};

}  // namespace stator::features
