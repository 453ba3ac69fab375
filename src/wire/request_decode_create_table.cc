// CreateTable.
#include <algorithm>
#include <array>
#include <limits>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "wire/request_reader.h"
#include "wire/requests.h"
#include "wire/tag_reader.h"

namespace stator::wire {
namespace {

using base::Result;

// A KeySchema as given: names with their roles; types come from AttributeDefinitions.
struct KeyElement {
  std::string name;
  bool is_hash = false;
};
using KeyElements = std::vector<KeyElement>;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr std::size_t kNonKeyAttributesMax = 20;

std::string Bracketed(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const auto& name : names) out.append(out.size() > 1 ? ", " : "").append(name);
  return out + "]";
}

class CreateTableReader {
 public:
  explicit CreateTableReader(JsonReader& reader)
      : reader_(reader, ValueWording::kBare), in_(reader_.in) {}

  Result<dynamo::CreateTableRequest> Decode(std::string_view body) {
    reader_.Read(body, [&](std::string_view name, JsonValue value) { return Member(name, value); });
    reader_.RequireTableName();
    reader_.Require("AttributeDefinitions", definitions_given_);
    reader_.Require("KeySchema", !key_schema_.empty() || in_.Has(Stage::kConstraint));
    CheckThroughput();
    ResolveKeys();
    return reader_.Finish(request_);
  }

 private:
  bool Member(std::string_view name, JsonValue value) {
    if (name == "TableName") return reader_.TableName(value, request_.table_name);
    if (name == "AttributeDefinitions") return Definitions(value);
    if (name == "KeySchema") return Keys(value, "KeySchema", key_schema_);
    if (name == "LocalSecondaryIndexes") return Indexes(value, name, false);
    if (name == "GlobalSecondaryIndexes") return Indexes(value, name, true);
    if (name == "BillingMode") return BillingMode(value);
    if (name == "ProvisionedThroughput") {
      throughput_given_ = true;
      return Throughput(value, "ProvisionedThroughput.", request_.throughput);
    }
    if (name == "StreamSpecification") return Stream(value);
    if (name == "Tags") return ReadTags(reader_, value, request_.tags);
    if (name == "TableClass") return TableClass(value);
    if (name == "DeletionProtectionEnabled") {
      return in_.Flag(value, request_.deletion_protection);
    }
    if (name == "SSESpecification") return Encryption(value);
    return Setting(name, value);
  }

  // Settings that only AWS can honour.
  bool Setting(std::string_view name, JsonValue value) {
    static constexpr std::string_view kSettings[] = {
        "WarmThroughput", "OnDemandThroughput",   "ResourcePolicy",
        "VectorIndexes",  "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode"};
    if (std::ranges::find(kSettings, name) != std::end(kSettings)) {
      return reader_.Unsupported(name, value, "leave it out of CreateTable");
    }
    return reader_.Unknown(name, value);
  }

  bool Definitions(JsonValue from) {
    using dynamo::AttributeType;
    static constexpr EnumName<AttributeType> kTypes[] = {{"S", AttributeType::kString},
                                                         {"N", AttributeType::kNumber},
                                                         {"B", AttributeType::kBinary}};
    definitions_given_ = true;
    definitions_.clear();
    return EachStructure(from, "AttributeDefinition", [&](JsonValue element) {
      dynamo::KeyAttribute& attribute = definitions_.emplace_back();
      const std::string path =
          "AttributeDefinitions." + std::to_string(definitions_.size()) + ".member.";
      bool type_given = false;
      const bool read = in_.VisitMembers(element, [&](std::string_view name, JsonValue value) {
        if (name == "AttributeName") return in_.Text(value, attribute.name);
        if (name != "AttributeType") return in_.Skip(value);
        type_given = true;
        return reader_.OneOf(path + "AttributeType", value, kTypes, "B, N, S", attribute.type);
      });
      reader_.Require(path + "AttributeType", type_given);
      reader_.CheckLength(path + "AttributeName", attribute.name.size(), 1,
                          dynamo::kKeyAttributeNameBytesMax);
      return read;
    });
  }

  bool Keys(JsonValue from, const std::string& member, KeyElements& out) {
    static constexpr EnumName<bool> kRoles[] = {{"HASH", true}, {"RANGE", false}};
    out.clear();
    const bool read = EachStructure(from, "KeySchemaElement", [&](JsonValue element) {
      KeyElement& key = out.emplace_back();
      const std::string path = member + "." + std::to_string(out.size()) + ".member.";
      bool role_given = false;
      const bool fields = in_.VisitMembers(element, [&](std::string_view name, JsonValue value) {
        if (name == "AttributeName") return in_.Text(value, key.name);
        if (name != "KeyType") return in_.Skip(value);
        role_given = true;
        return reader_.OneOf(path + "KeyType", value, kRoles, "HASH, RANGE", key.is_hash);
      });
      reader_.Require(path + "KeyType", role_given);
      reader_.CheckLength(path + "AttributeName", key.name.size(), 1,
                          dynamo::kKeyAttributeNameBytesMax);
      return fields;
    });
    if (read && out.empty()) reader_.CheckLength(member, 0, 1, 2);
    return read;
  }

  bool Indexes(JsonValue from, std::string_view member, bool global) {
    std::size_t number = 0;
    return EachStructure(from, "SecondaryIndex", [&](JsonValue element) {
      dynamo::IndexDescription& index = request_.indexes.emplace_back();
      KeyElements& keys = index_keys_.emplace_back();
      index.global = global;
      const std::string path = std::string(member) + "." + std::to_string(++number) + ".member.";
      const bool read = in_.VisitMembers(element, [&](std::string_view name, JsonValue value) {
        return IndexMember(path, name, value, index, keys);
      });
      reader_.CheckName(path + "IndexName", index.name);
      reader_.Require(path + "KeySchema", !keys.empty());
      return read;
    });
  }

  bool IndexMember(const std::string& path, std::string_view name, JsonValue value,
                   dynamo::IndexDescription& index, KeyElements& keys) {
    if (name == "IndexName") return in_.Text(value, index.name);
    if (name == "KeySchema") return Keys(value, path + "KeySchema", keys);
    if (name == "Projection") return Projection(value, path + "Projection.", index.projection);
    if (name == "ProvisionedThroughput") {
      return Throughput(value, path + "ProvisionedThroughput.", index.throughput);
    }
    return Setting(name, value);
  }

  bool Projection(JsonValue from, const std::string& path, dynamo::IndexProjection& out) {
    using enum dynamo::ProjectionType;
    static constexpr EnumName<dynamo::ProjectionType> kTypes[] = {
        {"ALL", kAll}, {"KEYS_ONLY", kKeysOnly}, {"INCLUDE", kInclude}};
    if (!in_.IsStructure(from, "Projection")) return false;
    const auto read_name = [&](JsonValue element) {
      return in_.Text(element, out.non_key_attributes.emplace_back());
    };
    return in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
      if (name == "ProjectionType") {
        return reader_.OneOf(path + "ProjectionType", value, kTypes, "ALL, INCLUDE, KEYS_ONLY",
                             out.type);
      }
      if (name != "NonKeyAttributes") return in_.Skip(value);
      if (!in_.IsList(value) || !in_.VisitElements(value, read_name)) return false;
      reader_.CheckLength(path + "NonKeyAttributes", out.non_key_attributes.size(), 1,
                          kNonKeyAttributesMax);
      return true;
    });
  }

  bool Throughput(JsonValue from, const std::string& path, dynamo::ProvisionedThroughput& out) {
    if (!in_.IsStructure(from, "ProvisionedThroughput")) return false;
    const bool read = in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
      if (name == "ReadCapacityUnits") return in_.Whole(value, "Long", out.read_capacity_units);
      if (name == "WriteCapacityUnits") return in_.Whole(value, "Long", out.write_capacity_units);
      return in_.Skip(value);
    });
    for (const auto& [name, units] : {std::pair{"ReadCapacityUnits", out.read_capacity_units},
                                      std::pair{"WriteCapacityUnits", out.write_capacity_units}}) {
      if (units < 1) {
        in_.NoteConstraint(path + name, "Member must have value greater than or equal to 1");
      }
    }
    return read;
  }

  bool BillingMode(JsonValue from) {
    using enum dynamo::BillingMode;
    static constexpr EnumName<dynamo::BillingMode> kModes[] = {{"PROVISIONED", kProvisioned},
                                                               {"PAY_PER_REQUEST", kPayPerRequest}};
    return reader_.OneOf("BillingMode", from, kModes, "PROVISIONED, PAY_PER_REQUEST",
                         request_.billing_mode);
  }

  bool TableClass(JsonValue from) {
    static constexpr EnumName<std::string_view> kClasses[] = {
        {"STANDARD", "STANDARD"}, {"STANDARD_INFREQUENT_ACCESS", "STANDARD_INFREQUENT_ACCESS"}};
    std::string_view name;
    if (!reader_.OneOf("TableClass", from, kClasses, "STANDARD, STANDARD_INFREQUENT_ACCESS",
                       name)) {
      return false;
    }
    request_.table_class = name;
    return true;
  }

  bool Stream(JsonValue from) {
    static constexpr EnumName<std::string_view> kTypes[] = {
        {"NEW_IMAGE", "NEW_IMAGE"},
        {"OLD_IMAGE", "OLD_IMAGE"},
        {"NEW_AND_OLD_IMAGES", "NEW_AND_OLD_IMAGES"},
        {"KEYS_ONLY", "KEYS_ONLY"}};
    if (!in_.IsStructure(from, "StreamSpecification")) return false;
    return in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
      if (name == "StreamEnabled") return in_.Flag(value, request_.stream_enabled);
      if (name != "StreamViewType") return in_.Skip(value);
      std::string_view type;
      if (!reader_.OneOf("StreamSpecification.StreamViewType", value, kTypes,
                         "NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY", type)) {
        return false;
      }
      request_.stream_view_type = type;
      return true;
    });
  }

  // Enabled=false is AWS's default and changes nothing here.
  bool Encryption(JsonValue from) {
    if (!in_.IsStructure(from, "SSESpecification")) return false;
    bool enabled = false;
    const bool read = in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
      return name == "Enabled" ? in_.Flag(value, enabled) : in_.Skip(value);
    });
    if (enabled) {
      in_.Note(Stage::kUnsupported,
               base::Error(base::ErrorKind::kInvalid, dynamo::kNotSupportedYet,
                           "Stator does not support the parameter SSESpecification yet; encrypt "
                           "the disk that holds the data folder"));
    }
    return read;
  }

  template <typename Visit>
  bool EachStructure(JsonValue from, std::string_view type, Visit&& visit) {
    if (!in_.IsList(from)) return false;
    return in_.VisitElements(
        from, [&](JsonValue element) { return in_.IsStructure(element, type) && visit(element); });
  }

  void Refuse(std::string message) {
    in_.Note(Stage::kParameters, dynamo::ValidationError(std::move(message)));
  }

  void CheckThroughput() {
    const bool provisioned = request_.billing_mode == dynamo::BillingMode::kProvisioned;
    if (provisioned && !throughput_given_) {
      Refuse(std::string(kInvalid) +
             "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
             "PROVISIONED");
    } else if (!provisioned && throughput_given_) {
      Refuse(std::string(kInvalid) +
             "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
             "is PAY_PER_REQUEST");
    }
  }

  // Joins keys with their types; the definitions must be just those that keys use.
  void ResolveKeys() {
    std::vector<std::string> used;
    request_.key_schema = Resolve(key_schema_, used);
    for (std::size_t i = 0; i < index_keys_.size(); ++i) {
      request_.indexes[i].key_schema = Resolve(index_keys_[i], used);
    }
    std::vector<std::string> defined;
    for (const auto& each : definitions_) defined.push_back(each.name);
    const bool all_used = std::ranges::all_of(
        defined, [&](const auto& name) { return std::ranges::find(used, name) != used.end(); });
    if (all_used) return;
    if (index_keys_.empty()) {
      Refuse(std::string(kInvalid) +
             "Number of attributes in KeySchema does not exactly match number of attributes "
             "defined in AttributeDefinitions");
    } else {
      Refuse(std::string(kInvalid) +
             "Some AttributeDefinitions are not used. AttributeDefinitions: " + Bracketed(defined) +
             ", keys used: " + Bracketed(used));
    }
  }

  dynamo::KeySchema Resolve(const KeyElements& elements, std::vector<std::string>& used) {
    dynamo::KeySchema schema;
    if (elements.empty()) return schema;
    CheckRoles(elements);
    schema.partition = TypedKey(elements[0].name, used);
    if (elements.size() > 1) schema.sort = TypedKey(elements[1].name, used);
    return schema;
  }

  void CheckRoles(const KeyElements& elements) {
    if (!elements[0].is_hash) {
      Refuse("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    } else if (elements.size() > 2 || (elements.size() == 2 && elements[1].is_hash)) {
      // A table may not have this; an index may since November 2025.
      Refuse(
          "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type, or there are "
          "more than two; Stator does not support keys of several attributes yet");
    } else if (elements.size() == 2 && elements[0].name == elements[1].name) {
      Refuse("Both the Hash Key and the Range Key element in the KeySchema have the same name");
    }
  }

  dynamo::KeyAttribute TypedKey(const std::string& name, std::vector<std::string>& used) {
    if (std::ranges::find(used, name) == used.end()) used.push_back(name);
    for (const auto& each : definitions_) {
      if (each.name == name) return each;
    }
    std::vector<std::string> defined;
    for (const auto& each : definitions_) defined.push_back(each.name);
    Refuse(std::string(kInvalid) +
           "Some index key attributes are not defined in "
           "AttributeDefinitions. Keys: [" +
           name + "], AttributeDefinitions: " + Bracketed(defined));
    return {name, dynamo::AttributeType::kString};
  }

  RequestReader reader_;
  JsonReader::Impl& in_;
  dynamo::CreateTableRequest request_;
  std::vector<dynamo::KeyAttribute> definitions_;
  KeyElements key_schema_;
  std::vector<KeyElements> index_keys_;  // of request_.indexes, one for each
  bool definitions_given_ = false;
  bool throughput_given_ = false;
};

}  // namespace

Result<dynamo::CreateTableRequest> DecodeCreateTableRequest(JsonReader& reader,
                                                            std::string_view body) {
  return CreateTableReader(reader).Decode(body);
}

}  // namespace stator::wire
