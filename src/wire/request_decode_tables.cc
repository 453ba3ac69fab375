// Requests about tables and tags, all but CreateTable.
#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "wire/request_reader.h"
#include "wire/requests.h"
#include "wire/tag_reader.h"

namespace stator::wire {
namespace {

using base::Result;

// ResourceArn's longest: a table ARN with an index. [M]
constexpr std::size_t kResourceArnBytesMax = 1'283;

bool ReadResourceArn(RequestReader& in, JsonValue from, std::string& out) {
  if (!in.in.Text(from, out)) return false;
  in.CheckLength("ResourceArn", out.size(), 1, kResourceArnBytesMax);
  return true;
}

}  // namespace

bool ReadTags(RequestReader& in, JsonValue from, std::vector<dynamo::Tag>& out) {
  if (!in.in.IsList(from)) return false;
  out.clear();
  return in.in.VisitElements(from, [&](JsonValue element) {
    if (!in.in.IsStructure(element, "Tag")) return false;
    dynamo::Tag& tag = out.emplace_back();
    const std::string path = "Tags." + std::to_string(out.size()) + ".member.";
    bool key_given = false;
    bool value_given = false;
    const bool read = in.in.VisitMembers(element, [&](std::string_view name, JsonValue value) {
      if (name == "Key") return key_given = true, in.in.Text(value, tag.key);
      if (name == "Value") return value_given = true, in.in.Text(value, tag.value);
      return in.in.Skip(value);
    });
    if (!read) return false;
    in.Require(path + "Key", key_given);
    in.Require(path + "Value", value_given);
    in.CheckLength(path + "Key", tag.key.size(), 1, dynamo::kTagKeyBytesMax);
    in.CheckLength(path + "Value", tag.value.size(), 0, dynamo::kTagValueBytesMax);
    return true;
  });
}

Result<std::string> DecodeTableNameRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  std::string table_name;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    return name == "TableName" ? in.TableName(value, table_name) : in.Unknown(name, value);
  });
  in.RequireTableName();
  return in.Finish(table_name);
}

Result<dynamo::ListTablesRequest> DecodeListTablesRequest(JsonReader& reader,
                                                          std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::ListTablesRequest request;
  std::optional<std::int32_t> limit;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "ExclusiveStartTableName") {
      if (!in.in.Text(value, request.exclusive_start_table_name)) return false;
      in.CheckName(name, request.exclusive_start_table_name);
      return true;
    }
    if (name == "Limit") return in.Number(name, value, 1, dynamo::kListTablesMax, limit);
    return in.Unknown(name, value);
  });
  if (limit) request.limit = *limit;
  return in.Finish(request);
}

Result<dynamo::TagResourceRequest> DecodeTagResourceRequest(JsonReader& reader,
                                                            std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::TagResourceRequest request;
  bool arn_given = false;
  bool tags_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "ResourceArn") {
      arn_given = true;
      return ReadResourceArn(in, value, request.resource_arn);
    }
    if (name == "Tags") return tags_given = true, ReadTags(in, value, request.tags);
    return in.Unknown(name, value);
  });
  in.Require("ResourceArn", arn_given);
  in.Require("Tags", tags_given);
  return in.Finish(request);
}

Result<dynamo::UntagResourceRequest> DecodeUntagResourceRequest(JsonReader& reader,
                                                                std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  dynamo::UntagResourceRequest request;
  bool arn_given = false;
  bool keys_given = false;
  const auto read_key = [&](JsonValue element) {
    std::string& key = request.tag_keys.emplace_back();
    if (!in.in.Text(element, key)) return false;
    in.CheckLength("TagKeys." + std::to_string(request.tag_keys.size()) + ".member", key.size(), 1,
                   dynamo::kTagKeyBytesMax);
    return true;
  };
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "ResourceArn") {
      arn_given = true;
      return ReadResourceArn(in, value, request.resource_arn);
    }
    if (name == "TagKeys") {
      keys_given = true;
      request.tag_keys.clear();
      return in.in.IsList(value) && in.in.VisitElements(value, read_key);
    }
    return in.Unknown(name, value);
  });
  in.Require("ResourceArn", arn_given);
  in.Require("TagKeys", keys_given);
  return in.Finish(request);
}

Result<std::string> DecodeListTagsOfResourceRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  std::string resource_arn;
  bool arn_given = false;
  in.Read(body, [&](std::string_view name, JsonValue value) {
    if (name == "ResourceArn") return arn_given = true, ReadResourceArn(in, value, resource_arn);
    if (name != "NextToken") return in.Unknown(name, value);
    in.in.Note(Stage::kParameters, dynamo::ValidationError("Invalid NextToken: there is no further "
                                                           "page of tags"));
    return in.in.Skip(value);
  });
  in.Require("ResourceArn", arn_given);
  return in.Finish(resource_arn);
}

base::Status DecodeEmptyRequest(JsonReader& reader, std::string_view body) {
  RequestReader in(reader, ValueWording::kBare);
  in.Read(body, [&](std::string_view name, JsonValue value) { return in.Unknown(name, value); });
  base::Unit nothing;
  return in.Finish(nothing);
}

}  // namespace stator::wire
