#include "wire/json_cursor.h"

#include <charconv>
#include <limits>

#include "dynamo/errors.h"

namespace stator::wire {
namespace {

bool IsWhole(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

JsonReader::JsonReader() : impl_(std::make_unique<Impl>()) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&& other) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&& other) noexcept = default;

bool JsonReader::Impl::Open(std::string_view body) {
  if (body_size_bytes_ > kKeptBodyBytesMax && body.size() <= kKeptBodyBytesMax) {
    scanner_.ReleaseMemory();
    builder.Release();
    binary = std::string();
  }
  if (any_fault_) faults_ = {};
  any_fault_ = false;
  body_size_bytes_ = body.size();
  builder.Clear();
  scanner_.Open(body);
  const JsonType type = scanner_.Value();
  if (type == kNoJsonType) return NotJson();
  return type == JsonType::kObject || NoteJson("the request body must be one JSON object");
}

bool JsonReader::Impl::NotJson() {
  return NoteJson("the request body is not JSON: " + scanner_.fault());
}

bool JsonReader::Impl::Note(Stage stage, base::Error error) {
  auto& fault = faults_[static_cast<std::size_t>(stage)];
  if (!fault) fault = std::move(error);
  any_fault_ = true;
  return false;
}

bool JsonReader::Impl::NoteJson(std::string message) {
  return Note(Stage::kJson, base::Error(base::ErrorKind::kInvalid, dynamo::kSerializationException,
                                        std::move(message)));
}

void JsonReader::Impl::NoteConstraint(std::string_view member, std::string_view constraint) {
  std::string message = "1 validation error detected: Value at '";
  message.append(member).append("' failed to satisfy constraint: ").append(constraint);
  Note(Stage::kConstraint, dynamo::ValidationError(std::move(message)));
}

void JsonReader::Impl::NoteValue(std::string message) {
  Note(Stage::kValue, dynamo::ValidationError(std::move(message)));
}

std::optional<base::Error> JsonReader::Impl::FirstFault() const {
  if (any_fault_) {
    for (const auto& fault : faults_) {
      if (fault) return fault;
    }
  }
  return std::nullopt;
}

bool JsonReader::Impl::WrongType(JsonValue from, std::string_view java_type) {
  std::string found;
  switch (from.type) {
    case JsonType::kObject: return NoteJson("Start of structure or map found where not expected");
    case JsonType::kArray:
      return NoteJson("Unrecognized collection type class java.lang." + std::string(java_type));
    case JsonType::kString: found = "STRING_VALUE"; break;
    case JsonType::kBoolean: {
      bool flag = false;
      if (!scanner_.Flag(flag)) return NotJson();
      found = flag ? "TRUE_VALUE" : "FALSE_VALUE";
      break;
    }
    case JsonType::kNumber: {
      std::string_view number;
      if (!Number(number)) return false;
      found = IsWhole(number) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
      break;
    }
    case JsonType::kNull: found = "NULL_VALUE"; break;
  }
  return NoteJson(found + " cannot be converted to " + std::string(java_type));
}

bool JsonReader::Impl::Text(JsonValue from, std::string& out) {
  std::string_view text;
  if (!Text(from, text)) return false;
  out.assign(text);
  return true;
}

bool JsonReader::Impl::Flag(JsonValue from, bool& out) {
  if (from.type == JsonType::kString) return NoteJson("Unexpected token received from parser");
  if (from.type != JsonType::kBoolean) return WrongType(from, "Boolean");
  return scanner_.Flag(out) || NotJson();
}

bool JsonReader::Impl::Whole(JsonValue from, std::string_view java_type, std::int64_t& out) {
  if (from.type != JsonType::kNumber) return WrongType(from, java_type);
  std::string_view number;
  if (!Number(number)) return false;
  const bool whole = IsWhole(number);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), out);
  const bool fits = java_type == "Long" || (out >= std::numeric_limits<std::int32_t>::min() &&
                                            out <= std::numeric_limits<std::int32_t>::max());
  if (whole && read.ec == std::errc() && fits) return true;
  return NoteJson(std::string(whole ? "NUMBER_VALUE" : "DECIMAL_VALUE") +
                  " cannot be converted to " + std::string(java_type));
}

bool JsonReader::Impl::Real(JsonValue from, double& out) {
  if (from.type != JsonType::kNumber) return WrongType(from, "Double");
  std::string_view number;
  if (!Number(number)) return false;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), out);
  return read.ec == std::errc() || NoteJson("a number in the request body is out of range");
}

bool JsonReader::Impl::Skip(JsonValue from, int depth) {
  if (depth > kJsonDepthMax) return NoteJson("the JSON of the request body is nested too deeply");
  const auto next = [&](JsonValue each) { return Skip(each, depth + 1); };
  switch (from.type) {
    case JsonType::kObject:
      return VisitMembers(from, [&](std::string_view, JsonValue each) { return next(each); });
    case JsonType::kArray: return VisitElements(from, next);
    case JsonType::kString: {
      std::string_view ignored;
      return Text(from, ignored);
    }
    case JsonType::kBoolean: {
      bool ignored = false;
      return Flag(from, ignored);
    }
    case JsonType::kNumber: {
      std::string_view ignored;
      return Number(ignored);
    }
    case JsonType::kNull: return true;
  }
  return true;
}

bool JsonReader::Impl::NoStructure(JsonValue from, std::string_view name) {
  if (from.type != JsonType::kArray) return NoteJson("Unexpected value type in payload");
  return NoteJson("Unrecognized collection type class com.amazonaws.dynamodb.v20120810." +
                  std::string(name));
}

bool JsonReader::Impl::NoMap(JsonValue from, std::string_view java_type) {
  if (from.type != JsonType::kArray) return NoteJson("Unexpected field type");
  return NoteJson("Unrecognized collection type java.util.Map<java.lang.String, " +
                  std::string(java_type) + ">");
}

bool JsonReader::Impl::NoList(JsonValue from) {
  if (from.type != JsonType::kObject) return NoteJson("Unexpected field type");
  return NoteJson("Start of structure or map found where not expected");
}

}  // namespace stator::wire
