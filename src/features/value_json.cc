#include "features/value_json.h"

#include <bit>
#include <cstring>

#include "features/event_time.h"
#include "features/json_text.h"
#include "features/time_zone.h"
#include "features/value_codec.h"

namespace stator::features {
namespace {

bool AppendParsed(std::string& out, const ValueView& value, int depth);

bool AppendNested(std::string& out, std::string_view bytes, int depth) {
  ValueView value;
  if (depth <= 0 || !ParseValue(bytes, value)) return false;
  return AppendParsed(out, value, depth);
}

// Calls `each(content)` for every occurrence of field 1 of a message whose field 1 has a length.
template <typename Each>
bool ForEachElement(std::string_view message, Each&& each) {
  FieldReader reader(message);
  FieldReader::Field field;
  while (reader.Next(field)) {
    if (field.number == 1 && field.wire_type == 2 && !each(field.content)) return false;
  }
  return !reader.damaged();
}

template <typename Each>
bool AppendArray(std::string& out, std::string_view message, Each&& each) {
  out += '[';
  bool first = true;
  const bool ok = ForEachElement(message, [&](std::string_view element) {
    if (!std::exchange(first, false)) out += ',';
    return each(element);
  });
  out += ']';
  return ok;
}

void AppendScalar(std::string& out, ValueKind kind, std::uint64_t bits) {
  const ValueView value{.kind = kind, .bits = bits, .content = {}};
  switch (kind) {
    case ValueKind::kBool: out += bits != 0 ? "true" : "false"; return;
    case ValueKind::kDouble:
    case ValueKind::kFloat: return AppendJsonReal(out, value.real());
    case ValueKind::kInt32: return AppendJsonInteger(out, static_cast<std::int32_t>(bits));
    default: return AppendJsonInteger(out, value.integer());
  }
}

// Reads the next number of a packed body.
bool NextPacked(std::string_view& packed, ValueKind element, std::uint64_t& bits) {
  const std::size_t size = element == ValueKind::kDouble ? 8 : element == ValueKind::kFloat ? 4 : 0;
  if (size == 0) return ReadVarint(packed, bits);
  if (packed.size() < size) return false;
  bits = 0;
  std::memcpy(&bits, packed.data(), size);
  packed.remove_prefix(size);
  return true;
}

// A numeric list; protobuf allows its numbers packed or one by one.
bool AppendNumbers(std::string& out, std::string_view message, ValueKind element) {
  out += '[';
  bool first = true;
  const auto add = [&](std::uint64_t bits) {
    if (!std::exchange(first, false)) out += ',';
    AppendScalar(out, element, bits);
  };
  FieldReader reader(message);
  FieldReader::Field field;
  bool ok = true;
  while (ok && reader.Next(field)) {
    if (field.number != 1) continue;
    if (field.wire_type != 2) {
      add(field.bits);
      continue;
    }
    std::uint64_t bits = 0;
    while (ok && !field.content.empty()) {
      ok = NextPacked(field.content, element, bits);
      if (ok) add(bits);
    }
  }
  out += ']';
  return ok && !reader.damaged();
}

void AppendBase64String(std::string& out, std::string_view bytes) {
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}

bool AppendMap(std::string& out, std::string_view message, int depth) {
  out += '{';
  bool first = true;
  const bool ok = ForEachElement(message, [&](std::string_view entry) {
    std::string_view key, value;
    FieldReader reader(entry);
    FieldReader::Field field;
    while (reader.Next(field)) {
      if (field.number == 1) key = field.content;
      if (field.number == 2) value = field.content;
    }
    if (!std::exchange(first, false)) out += ',';
    AppendJsonString(out, key);
    out += ':';
    return !reader.damaged() && AppendNested(out, value, depth - 1);
  });
  out += '}';
  return ok;
}

bool AppendZoned(std::string& out, std::string_view message) {
  std::int64_t seconds = 0;
  std::string_view zone;
  FieldReader reader(message);
  FieldReader::Field field;
  while (reader.Next(field)) {
    if (field.number == 1) seconds = static_cast<std::int64_t>(field.bits);
    if (field.number == 2) zone = field.content;
  }
  if (reader.damaged()) return false;
  out += '"';
  AppendZonedTime(out, seconds, zone);
  out += '"';
  return true;
}

bool AppendCollection(std::string& out, const ValueView& value, int depth) {
  switch (value.kind) {
    case ValueKind::kMap:
    case ValueKind::kStruct: return AppendMap(out, value.content, depth);
    case ValueKind::kMapList:
    case ValueKind::kStructList:
      return AppendArray(out, value.content,
                         [&](std::string_view map) { return AppendMap(out, map, depth - 1); });
    case ValueKind::kValueList:
    case ValueKind::kValueSet:
      return AppendArray(out, value.content, [&](std::string_view element) {
        return AppendNested(out, element, depth - 1);
      });
    case ValueKind::kScalarMap: out += "null"; return true;
    default: break;
  }
  const ValueKind element = ElementKind(value.kind);
  if (element == ValueKind::kBytes) {
    return AppendArray(out, value.content, [&](std::string_view bytes) {
      AppendBase64String(out, bytes);
      return true;
    });
  }
  if (element == ValueKind::kString || element >= ValueKind::kJson) {
    return AppendArray(out, value.content, [&](std::string_view text) {
      AppendJsonString(out, text);
      return true;
    });
  }
  return AppendNumbers(out, value.content, element);
}

bool AppendParsed(std::string& out, const ValueView& value, int depth) {
  switch (value.kind) {
    case ValueKind::kUnset:
    case ValueKind::kNull: out += "null"; return true;
    case ValueKind::kBytes: AppendBase64String(out, value.content); return true;
    case ValueKind::kString:
    case ValueKind::kJson:
    case ValueKind::kUuid:
    case ValueKind::kTimeUuid:
    case ValueKind::kDecimal: AppendJsonString(out, value.content); return true;
    case ValueKind::kInt32:
    case ValueKind::kInt64:
    case ValueKind::kBool:
    case ValueKind::kUnixTimestamp:
    case ValueKind::kDouble:
    case ValueKind::kFloat: AppendScalar(out, value.kind, value.bits); return true;
    case ValueKind::kZonedTimestamp: return AppendZoned(out, value.content);
    default: return AppendCollection(out, value, depth);
  }
}

}  // namespace

bool AppendValueJson(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  if (AppendNested(out, value, kValueJsonDepthMax)) return true;
  out.resize(start);
  out += "null";
  return false;
}

}  // namespace stator::features
