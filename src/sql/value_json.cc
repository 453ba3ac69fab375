#include "sql/value_json.h"

#include <algorithm>
#include <cstdint>

namespace stator::sql {

using dynamo::AttributeType;
using dynamo::AttributeValue;

void AppendJsonString(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += {kHex[c >> 4], kHex[c & 15]};
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void AppendBase64(std::string_view bytes, std::string& out) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < have ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= have ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
}

namespace {

void AppendSet(dynamo::SetView set, std::string& out) {
  char separator = '[';
  for (const std::string_view member : set) {
    out += separator;
    separator = ',';
    switch (set.member_type()) {
      case AttributeType::kNumber: dynamo::Number::FromSortable(member).AppendText(out); break;
      case AttributeType::kBinary:
        out += '"';
        AppendBase64(member, out);
        out += '"';
        break;
      default: AppendJsonString(member, out);
    }
  }
  if (separator == '[') out += '[';
  out += ']';
}

void AppendList(dynamo::ListView list, std::string& out) {
  char separator = '[';
  for (const AttributeValue element : list) {
    out += separator;
    separator = ',';
    AppendJson(element, out);
  }
  if (separator == '[') out += '[';
  out += ']';
}

void AppendMap(dynamo::MapView map, std::string& out) {
  char separator = '{';
  for (const auto [name, value] : map) {
    out += separator;
    separator = ',';
    AppendJsonString(name, out);
    out += ':';
    AppendJson(value, out);
  }
  if (separator == '{') out += '{';
  out += '}';
}

}  // namespace

void AppendJson(AttributeValue value, std::string& out) {
  switch (value.type()) {
    case AttributeType::kNull: out += "null"; return;
    case AttributeType::kBool: out += value.bool_value() ? "true" : "false"; return;
    case AttributeType::kNumber: value.number().AppendText(out); return;
    case AttributeType::kString: AppendJsonString(value.bytes(), out); return;
    case AttributeType::kBinary:
      out += '"';
      AppendBase64(value.bytes(), out);
      out += '"';
      return;
    case AttributeType::kMap: return AppendMap(value.map(), out);
    case AttributeType::kList: return AppendList(value.list(), out);
    default: return AppendSet(value.set(), out);
  }
}

void AppendPlainText(AttributeValue value, std::string& out) {
  switch (value.type()) {
    case AttributeType::kString: out += value.bytes(); return;
    case AttributeType::kBinary: return AppendBase64(value.bytes(), out);
    default: AppendJson(value, out);
  }
}

}  // namespace stator::sql
