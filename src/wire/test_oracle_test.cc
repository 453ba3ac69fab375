// What test_oracle.h promises; the fuzzer of this module links it too.
#include "wire/test_oracle.h"

#include <simdjson.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "wire/item_json.h"
#include "wire/json_cursor.h"
#include "wire/test_json.h"

namespace stator::wire {
namespace {

// What was found: JSON again, white space, escapes and notations of numbers made equal, nulls left
// out of objects.
struct Found {
  // Appends a string.
  void Text(std::string_view each) { AppendJsonString(each, text); }
  // Appends a number that has this value; simdjson takes -0 for a whole number, which has no sign.
  void Real(double value) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", value + 0.0);
    text += digits;
  }

  // All of it so far.
  std::string text;
  // Whether there was a number that is no int64, no uint64 and near no double.
  bool beyond_numbers = false;
};

// Walks over bodies as decoders do.
class Walker {
 public:
  // On `reader`, which must outlive it.
  explicit Walker(JsonReader& reader) : in_(reader.impl()) {}

  // Whether `body` is one JSON object. If not, fault() says why.
  bool Run(std::string_view body) {
    found = Found();
    found.text = "{";
    if (!in_.Run(body,
                 [&](std::string_view name, JsonValue value) { return Member(name, value, 1); })) {
      return false;
    }
    found.text += '}';
    return true;
  }
  // Why the last body was refused.
  std::string fault() const { return in_.FirstFault()->message(); }

  // In the last body.
  Found found;

 private:
  bool Member(std::string_view name, JsonValue value, int depth) {
    if (found.text.back() != '{') found.text += ',';
    found.Text(name);
    found.text += ':';
    return Value(value, depth);
  }

  bool Value(JsonValue from, int depth) {
    if (depth > kJsonDepthMax) return in_.NoteJson("nested too deeply for this test");
    switch (from.type) {
      case JsonType::kObject:
        found.text += '{';
        if (!in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
              return Member(name, value, depth + 1);
            })) {
          return false;
        }
        found.text += '}';
        return true;
      case JsonType::kArray:
        found.text += '[';
        if (!in_.VisitElements(from, [&](JsonValue element) {
              if (found.text.back() != '[') found.text += ',';
              return Value(element, depth + 1);
            })) {
          return false;
        }
        found.text += ']';
        return true;
      default: return Scalar(from);
    }
  }

  bool Scalar(JsonValue from) {
    if (from.type == JsonType::kNull) {
      found.text += "null";
      return true;
    }
    if (from.type == JsonType::kString) {
      std::string_view text;
      if (!in_.Text(from, text)) return false;
      found.Text(text);
      return true;
    }
    if (from.type == JsonType::kBoolean) {
      bool flag = false;
      if (!in_.Flag(from, flag)) return false;
      found.text += flag ? "true" : "false";
      return true;
    }
    std::string_view number;
    if (!in_.Number(number)) return false;
    const std::string digits(number);
    const double value = std::strtod(digits.c_str(), nullptr);
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    found.beyond_numbers |= whole ? std::abs(value) > 9e18 : std::isinf(value);
    found.Real(value);
    return true;
  }

  JsonReader::Impl& in_;
};

// Appends what simdjson found in a value.
void AppendOracle(simdjson::dom::element value, Found& found) {
  using simdjson::dom::element_type;
  const char* between = "";
  switch (value.type()) {
    case element_type::OBJECT:
      found.text += '{';
      for (const auto& [name, each] : simdjson::dom::object(value)) {
        if (each.is_null()) continue;
        found.text += between;
        between = ",";
        found.Text(name);
        found.text += ':';
        AppendOracle(each, found);
      }
      found.text += '}';
      return;
    case element_type::ARRAY:
      found.text += '[';
      for (const simdjson::dom::element each : simdjson::dom::array(value)) {
        found.text += between;
        between = ",";
        AppendOracle(each, found);
      }
      found.text += ']';
      return;
    case element_type::STRING: return found.Text(value);
    case element_type::BOOL: found.text += value.get_bool().value() ? "true" : "false"; return;
    case element_type::NULL_VALUE: found.text += "null"; return;
    default: return found.Real(value);
  }
}

}  // namespace

std::string WalkFault(JsonReader& reader, std::string_view body) {
  Walker walk(reader);
  return walk.Run(body) ? "" : walk.fault();
}

std::string Disagreement(std::string_view body, char padding) {
  static JsonReader reader;
  static simdjson::dom::parser parser;
  const PaddedBody padded(body, padding);
  Walker walk(reader);
  const bool taken = walk.Run(padded.view());

  simdjson::dom::element document;
  const auto code = parser.parse(simdjson::padded_string(body)).get(document);
  if (code != simdjson::SUCCESS || !document.is_object()) {
    return taken && !walk.found.beyond_numbers ? "only the walk takes it" : "";
  }
  if (!taken) {
    const bool deep = walk.fault().find("nested too deeply") != std::string::npos;
    return deep ? "" : "only simdjson takes it: " + walk.fault();
  }
  Found oracle;
  AppendOracle(document, oracle);
  return oracle.text == walk.found.text ? "" : walk.found.text + " but simdjson " + oracle.text;
}

}  // namespace stator::wire
