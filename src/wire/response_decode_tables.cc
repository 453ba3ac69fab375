// Responses about tables: the client's side.
#include <chrono>
#include <cmath>

#include "wire/response_reader.h"
#include "wire/responses.h"

namespace stator::wire {
namespace {

using base::Result;

dynamo::TableStatus StatusNamed(std::string_view name) {
  using enum dynamo::TableStatus;
  for (const auto status : {kCreating, kActive, kUpdating, kDeleting}) {
    if (dynamo::TableStatusName(status) == name) return status;
  }
  return kOther;
}

dynamo::AttributeType TypeNamed(std::string_view name) {
  if (name == "N") return dynamo::AttributeType::kNumber;
  return name == "B" ? dynamo::AttributeType::kBinary : dynamo::AttributeType::kString;
}

// Reads one TableDescription. Key attributes get their types at the end: AttributeDefinitions may
// follow the key schemas.
class TableReader {
 public:
  TableReader(JsonReader::Impl& in, dynamo::TableDescription& table) : in_(in), table_(table) {}

  bool Read(JsonValue from) {
    table_.billing_mode = dynamo::BillingMode::kProvisioned;
    const bool read = in_.IsStructure(from, "TableDescription") &&
                      in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
                        return Member(name, value);
                      });
    ResolveTypes(table_.key_schema);
    for (auto& index : table_.indexes) ResolveTypes(index.key_schema);
    return read;
  }

 private:
  bool Member(std::string_view name, JsonValue value) {
    if (name == "TableName") return in_.Text(value, table_.name);
    if (name == "TableArn") return in_.Text(value, table_.arn);
    if (name == "TableId") return in_.Text(value, table_.id);
    if (name == "TableStatus") return Status(value, table_.status);
    if (name == "KeySchema") return KeySchema(value, table_.key_schema);
    if (name == "AttributeDefinitions") return Definitions(value);
    if (name == "CreationDateTime") return Seconds(value, table_.creation_time);
    if (name == "ProvisionedThroughput") return Throughput(value, table_.throughput);
    if (name == "ItemCount") return in_.Whole(value, "Long", table_.item_count);
    if (name == "TableSizeBytes") return in_.Whole(value, "Long", table_.size_bytes);
    if (name == "DeletionProtectionEnabled") return in_.Flag(value, table_.deletion_protection);
    if (name == "GlobalSecondaryIndexes") return Indexes(value, true);
    if (name == "LocalSecondaryIndexes") return Indexes(value, false);
    if (name == "BillingModeSummary") return BillingMode(value);
    if (name == "TableClassSummary") return TextIn(value, "TableClass", table_.table_class);
    if (name == "StreamSpecification") return Stream(value);
    return in_.Skip(value);
  }

  bool Status(JsonValue from, dynamo::TableStatus& out) {
    std::string_view name;
    if (!in_.Text(from, name)) return false;
    out = StatusNamed(name);
    return true;
  }

  bool Seconds(JsonValue from, base::WallTime& out) {
    constexpr double kSecondsMax = 1e12;
    double seconds = 0;
    if (!in_.Real(from, seconds)) return false;
    if (seconds < 0 || seconds > kSecondsMax) return true;
    out = base::WallTime(std::chrono::microseconds(std::llround(seconds * 1e6)));
    return true;
  }

  // The text member `member` of a structure whose other members do not matter.
  bool TextIn(JsonValue from, std::string_view member, std::string& out) {
    return in_.IsStructure(from, member) &&
           in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
             return name == member ? in_.Text(value, out) : in_.Skip(value);
           });
  }

  bool BillingMode(JsonValue from) {
    std::string mode;
    if (!TextIn(from, "BillingMode", mode)) return false;
    if (mode == "PAY_PER_REQUEST") table_.billing_mode = dynamo::BillingMode::kPayPerRequest;
    return true;
  }

  bool Stream(JsonValue from) {
    return in_.IsStructure(from, "StreamSpecification") &&
           in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
             if (name == "StreamEnabled") return in_.Flag(value, table_.stream_enabled);
             if (name == "StreamViewType") return in_.Text(value, table_.stream_view_type);
             return in_.Skip(value);
           });
  }

  bool Throughput(JsonValue from, dynamo::ProvisionedThroughput& out) {
    return in_.IsStructure(from, "ProvisionedThroughput") &&
           in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
             if (name == "ReadCapacityUnits") {
               return in_.Whole(value, "Long", out.read_capacity_units);
             }
             if (name == "WriteCapacityUnits") {
               return in_.Whole(value, "Long", out.write_capacity_units);
             }
             return in_.Skip(value);
           });
  }

  // Reads {"AttributeName": ..., `member`: ...} for each element and hands both texts to `add`.
  template <typename Add>
  bool EachAttribute(JsonValue from, std::string_view member, Add&& add) {
    return in_.IsList(from) && in_.VisitElements(from, [&](JsonValue element) {
      std::string attribute;
      std::string text;
      if (!in_.IsStructure(element, member)) return false;
      const bool read = in_.VisitMembers(element, [&](std::string_view name, JsonValue value) {
        if (name == "AttributeName") return in_.Text(value, attribute);
        return name == member ? in_.Text(value, text) : in_.Skip(value);
      });
      if (read) add(std::move(attribute), text);
      return read;
    });
  }

  bool KeySchema(JsonValue from, dynamo::KeySchema& out) {
    return EachAttribute(from, "KeyType", [&](std::string name, std::string_view role) {
      if (role == "HASH") {
        out.partition.name = std::move(name);
      } else {
        out.sort.emplace().name = std::move(name);
      }
    });
  }

  bool Definitions(JsonValue from) {
    return EachAttribute(from, "AttributeType", [&](std::string name, std::string_view type) {
      definitions_.push_back({std::move(name), TypeNamed(type)});
    });
  }

  bool Indexes(JsonValue from, bool global) {
    return in_.IsList(from) && in_.VisitElements(from, [&](JsonValue element) {
      dynamo::IndexDescription& index = table_.indexes.emplace_back();
      index.global = global;
      return in_.IsStructure(element, "IndexDescription") &&
             in_.VisitMembers(element, [&](std::string_view name, JsonValue value) {
               return IndexMember(name, value, index);
             });
    });
  }

  bool IndexMember(std::string_view name, JsonValue value, dynamo::IndexDescription& index) {
    if (name == "IndexName") return in_.Text(value, index.name);
    if (name == "IndexStatus") return Status(value, index.status);
    if (name == "KeySchema") return KeySchema(value, index.key_schema);
    if (name == "Projection") return Projection(value, index.projection);
    if (name == "ProvisionedThroughput") return Throughput(value, index.throughput);
    if (name == "ItemCount") return in_.Whole(value, "Long", index.item_count);
    if (name == "IndexSizeBytes") return in_.Whole(value, "Long", index.size_bytes);
    return in_.Skip(value);
  }

  bool Projection(JsonValue from, dynamo::IndexProjection& out) {
    using enum dynamo::ProjectionType;
    const auto read_name = [&](JsonValue element) {
      return in_.Text(element, out.non_key_attributes.emplace_back());
    };
    return in_.IsStructure(from, "Projection") &&
           in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
             if (name == "NonKeyAttributes") {
               return in_.IsList(value) && in_.VisitElements(value, read_name);
             }
             if (name != "ProjectionType") return in_.Skip(value);
             std::string_view type;
             if (!in_.Text(value, type)) return false;
             out.type = type == "KEYS_ONLY" ? kKeysOnly : type == "INCLUDE" ? kInclude : kAll;
             return true;
           });
  }

  void ResolveType(dynamo::KeyAttribute& attribute) {
    for (const auto& each : definitions_) {
      if (each.name == attribute.name) attribute.type = each.type;
    }
  }
  void ResolveTypes(dynamo::KeySchema& schema) {
    ResolveType(schema.partition);
    if (schema.sort) ResolveType(*schema.sort);
  }

  JsonReader::Impl& in_;
  dynamo::TableDescription& table_;
  std::vector<dynamo::KeyAttribute> definitions_;
};

// Reads a response that is one structure under `member`.
template <typename Response, typename Visit>
Result<Response> ReadNested(JsonReader& reader, std::string_view body, std::string_view member,
                            Visit&& visit) {
  return ReadResponse<Response>(
      reader, body, [&](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name != member) return in.Skip(value);
        return in.IsStructure(value, member) &&
               in.VisitMembers(value, [&](std::string_view inner, JsonValue inner_value) {
                 return visit(in, inner, inner_value, out);
               });
      });
}

}  // namespace

Result<dynamo::TableDescription> DecodeTableDescriptionResponse(JsonReader& reader,
                                                                std::string_view body) {
  return ReadResponse<dynamo::TableDescription>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name != "Table" && name != "TableDescription") return in.Skip(value);
        return TableReader(in, out).Read(value);
      });
}

Result<dynamo::ListTablesResponse> DecodeListTablesResponse(JsonReader& reader,
                                                            std::string_view body) {
  return ReadResponse<dynamo::ListTablesResponse>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "TableNames") {
          return in.IsList(value) && in.VisitElements(value, [&](JsonValue element) {
            return in.Text(element, out.table_names.emplace_back());
          });
        }
        if (name == "LastEvaluatedTableName") {
          return in.Text(value, out.last_evaluated_table_name);
        }
        return in.Skip(value);
      });
}

Result<TagsPage> DecodeListTagsOfResourceResponse(JsonReader& reader, std::string_view body) {
  return ReadResponse<TagsPage>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "NextToken") return in.Text(value, out.next_token);
        if (name != "Tags") return in.Skip(value);
        return in.IsList(value) && in.VisitElements(value, [&](JsonValue element) {
          dynamo::Tag& tag = out.tags.emplace_back();
          return in.IsStructure(element, "Tag") &&
                 in.VisitMembers(element, [&](std::string_view part, JsonValue text) {
                   if (part == "Key") return in.Text(text, tag.key);
                   return part == "Value" ? in.Text(text, tag.value) : in.Skip(text);
                 });
        });
      });
}

Result<dynamo::TimeToLiveDescription> DecodeDescribeTimeToLiveResponse(JsonReader& reader,
                                                                       std::string_view body) {
  return ReadNested<dynamo::TimeToLiveDescription>(
      reader, body, "TimeToLiveDescription",
      [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "TimeToLiveStatus") return in.Text(value, out.status);
        return name == "AttributeName" ? in.Text(value, out.attribute_name) : in.Skip(value);
      });
}

Result<dynamo::ContinuousBackupsDescription> DecodeDescribeContinuousBackupsResponse(
    JsonReader& reader, std::string_view body) {
  return ReadNested<dynamo::ContinuousBackupsDescription>(
      reader, body, "ContinuousBackupsDescription",
      [](auto& in, std::string_view name, JsonValue value, auto& out) {
        if (name == "ContinuousBackupsStatus") {
          return in.Text(value, out.continuous_backups_status);
        }
        if (name != "PointInTimeRecoveryDescription") return in.Skip(value);
        return in.IsStructure(value, name) &&
               in.VisitMembers(value, [&](std::string_view part, JsonValue text) {
                 return part == "PointInTimeRecoveryStatus"
                            ? in.Text(text, out.point_in_time_recovery_status)
                            : in.Skip(text);
               });
      });
}

Result<dynamo::AccountLimits> DecodeDescribeLimitsResponse(JsonReader& reader,
                                                           std::string_view body) {
  return ReadResponse<dynamo::AccountLimits>(
      reader, body, [](auto& in, std::string_view name, JsonValue value, auto& out) {
        const auto read = [&](std::int64_t& units) { return in.Whole(value, "Long", units); };
        if (name == "AccountMaxReadCapacityUnits") return read(out.account_max_read_capacity_units);
        if (name == "AccountMaxWriteCapacityUnits") {
          return read(out.account_max_write_capacity_units);
        }
        if (name == "TableMaxReadCapacityUnits") return read(out.table_max_read_capacity_units);
        if (name == "TableMaxWriteCapacityUnits") return read(out.table_max_write_capacity_units);
        return in.Skip(value);
      });
}

}  // namespace stator::wire
