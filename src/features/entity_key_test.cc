#include "features/entity_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "features/test_files.h"

namespace stator::features {
namespace {

ValueKind KindNamed(std::string_view name) {
  for (int i = 1; i <= kValueKindMax; ++i) {
    if (ValueKindName(static_cast<ValueKind>(i)) == name) return static_cast<ValueKind>(i);
  }
  return ValueKind::kUnset;
}

std::string Serialize(std::vector<std::pair<std::string, EntityValue>>& key, int version) {
  std::vector<EntityKeyPart> parts;
  for (const auto& [name, value] : key) parts.push_back({name, &value});
  std::string bytes;
  const auto status = SerializeEntityKey(parts, version, bytes);
  return status.ok() ? bytes : status.error().ToString();
}

TEST(EntityKey, EveryVectorGivesFeastsBytesAndId) {
  simdjson::dom::parser parser;
  int count = 0;
  for (const auto vector : ParseVectors(parser, "format-entity-key")["vectors"].get_array()) {
    std::vector<std::pair<std::string, EntityValue>> key;
    for (const auto part : vector["key"].get_array()) {
      EntityValue value{.kind = KindNamed(Text(part["type"]))};
      if (part["value"].is_string()) value.text = Text(part["value"]);
      if (part["value"].is_int64()) value.integer = part["value"].get_int64();
      if (value.kind == ValueKind::kBytes) value.text = FromHex(value.text);
      key.emplace_back(Text(part["join_key"]), value);
    }
    const std::string bytes = Serialize(key, static_cast<int>(vector["version"].get_int64()));
    EXPECT_EQ(ToHex(bytes), Text(vector["serialized"]));
    EXPECT_EQ(ComputeEntityId(bytes), Text(vector["entity_id"]));
    ++count;
  }
  EXPECT_EQ(count, 20);
}

TEST(EntityKey, HashGivesThePublishedValues) {
  simdjson::dom::parser parser;
  for (const auto vector :
       ParseVectors(parser, "format-entity-key")["murmur3_x64_128"].get_array()) {
    EXPECT_EQ(ComputeEntityId(Text(vector["text"])), Text(vector["hash"]));
  }
}

// SMHasher's own check: hash the keys 0, 01, 0102 .. with seeds 256 - i; our hash has seed 0 only,
// so every length is hashed here and the 256 results are hashed once more.
TEST(EntityKey, HashOfEveryLengthDiffers) {
  std::string text;
  std::vector<std::string> ids;
  for (int i = 0; i < 256; ++i) {
    ids.push_back(ComputeEntityId(text));
    text += static_cast<char>(i);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

TEST(EntityKey, Version4HasTheBytesOfVersion3AndVersion0ThoseOfVersion1) {
  std::vector<std::pair<std::string, EntityValue>> key = {
      {"driver_id", {.kind = ValueKind::kInt64, .integer = 1001, .text = ""}}};
  EXPECT_EQ(Serialize(key, 4), Serialize(key, 3));
  EXPECT_EQ(Serialize(key, 0), Serialize(key, 1));
}

TEST(EntityKey, Version1RefusesAnInt64BeyondFourBytes) {
  std::vector<std::pair<std::string, EntityValue>> key = {
      {"user", {.kind = ValueKind::kInt64, .integer = 2147483648, .text = ""}}};
  EXPECT_NE(Serialize(key, 1).find("'user': 2147483648 does not fit"), std::string::npos);
  EXPECT_EQ(Serialize(key, 3).find("ValueError"), std::string::npos);
}

TEST(EntityKey, AValueOfADoubleIsRefusedByName) {
  std::vector<std::pair<std::string, EntityValue>> key = {
      {"score", {.kind = ValueKind::kDouble, .integer = 0, .text = ""}}};
  EXPECT_NE(Serialize(key, 3).find("'score' is DOUBLE"), std::string::npos);
}

}  // namespace
}  // namespace stator::features
