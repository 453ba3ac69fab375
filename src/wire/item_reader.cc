#include "wire/item_reader.h"

#include "dynamo/limits.h"
#include "dynamo/number.h"
#include "wire/base64.h"

namespace stator::wire {
namespace {

using dynamo::AttributeType;

constexpr std::string_view kAttributeValueType = "com.amazonaws.dynamodb.v20120810.AttributeValue";
constexpr std::string_view kInvalidPrefix = "One or more parameter values were invalid: ";

// Reads the values of one item. Every value that turns out faulty is noted and stands as NULL in
// the builder, so that the walk can go on.
class ValueReader {
 public:
  explicit ValueReader(JsonReader::Impl& in) : in_(in) {}

  // {"name": value, ...} into the map that is open in the builder.
  bool Attributes(JsonValue from, int depth) {
    return in_.VisitMembers(from, [&](std::string_view name, JsonValue value) {
      return Attribute(name, value, depth);
    });
  }

  // One of these.
  bool Attribute(std::string_view name, JsonValue value, int depth) {
    if (name.empty() || name.size() > dynamo::kAttributeNameBytesMax) [[unlikely]] {
      in_.NoteValue(std::string(kInvalidPrefix) +
                    "Attribute names must have 1 to 65535 bytes in UTF-8");
    }
    in_.builder.Name(name);
    return Value(value, depth);
  }

  // {"S": "text"}; `depth` is the level of this value, the attribute itself being level 1. Texts
  // and numbers, plainly written, are read at once; everything else, and what is wrong, member by
  // member.
  bool Value(JsonValue from, int depth) {
    std::string_view text;
    if (depth > dynamo::kValueDepthMax) [[unlikely]]
      return AnyValue(from, depth);
    if (in_.LetterText('S', text)) {
      in_.builder.String(text);
      return true;
    }
    return in_.LetterText('N', text) ? NumberText(text) : AnyValue(from, depth);
  }

 private:
  bool AnyValue(JsonValue from, int depth) {
    if (!in_.IsStructure(from, "AttributeValue")) return false;
    if (depth > dynamo::kValueDepthMax) [[unlikely]] {
      in_.NoteValue("Nesting Levels have exceeded supported limits");
      in_.builder.Null();
      return in_.Skip(from);
    }
    int types = 0;
    const bool read = in_.VisitMembers(from, [&](std::string_view type, JsonValue value) {
      if (types == 0) return Typed(type, value, depth, types);
      types += IsType(type) ? 1 : 0;
      return in_.Skip(value);
    });
    if (read && types != 1) [[unlikely]]
      CountFault(types);
    return read;
  }

  static bool IsType(std::string_view name) {
    if (name.size() == 1) return std::string_view("SNBML").find(name[0]) != std::string_view::npos;
    return name == "BOOL" || name == "NULL" || name == "SS" || name == "NS" || name == "BS";
  }

  // The value behind its type, or behind a name that is none; then `types` stays 0.
  bool Typed(std::string_view type, JsonValue value, int depth, int& types) {
    types = 1;
    if (type.size() == 1) {
      if (type[0] == 'S') return String(value);
      if (type[0] == 'N') return Number(value);
      if (type[0] == 'B') return Binary(value);
      if (type[0] == 'M') return Map(value, depth);
      if (type[0] == 'L') return List(value, depth);
    }
    if (type == "BOOL") return Bool(value);
    if (type == "NULL") return Null(value);
    if (type == "SS") return Set(value, AttributeType::kStringSet);
    if (type == "NS") return Set(value, AttributeType::kNumberSet);
    if (type == "BS") return Set(value, AttributeType::kBinarySet);
    types = 0;
    return in_.Skip(value);
  }

  void CountFault(int types) {
    if (types == 0) {
      in_.builder.Null();
      in_.NoteValue(
          "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
    } else {
      in_.NoteValue(
          "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
          "the supported datatypes");
    }
  }

  bool String(JsonValue from) {
    std::string_view text;
    if (!in_.Text(from, text)) return false;
    in_.builder.String(text);
    return true;
  }

  bool Number(JsonValue from) {
    std::string_view text;
    return in_.Text(from, text) && NumberText(text);
  }

  bool NumberText(std::string_view text) {
    const auto number = dynamo::Number::Parse(text);
    if (number.ok()) [[likely]] {
      in_.builder.Add(*number);
      return true;
    }
    in_.Note(Stage::kValue, number.error());
    // A set drops what is no number; anywhere else something has to stand here.
    if (!in_set_) in_.builder.Null();
    return true;
  }

  bool Binary(JsonValue from) {
    if (from.type != JsonType::kString) {
      if (from.type == JsonType::kObject || from.type == JsonType::kArray) {
        std::string ignored;
        return in_.Text(from, ignored);
      }
      return in_.NoteJson("only base64-encoded strings are convertible to bytes");
    }
    std::string_view text;
    if (!in_.Text(from, text)) return false;
    in_.binary.clear();
    if (!DecodeBase64(text, in_.binary)) {
      if (text.size() % 4 != 0) {
        return in_.NoteJson("Base64 encoded length is expected a multiple of 4 bytes but found: " +
                            std::to_string(text.size()));
      }
      return in_.NoteJson(
          "Invalid Base64: a character outside of the alphabet, or padding that "
          "does not end it");
    }
    in_.builder.Binary(in_.binary);
    return true;
  }

  bool Bool(JsonValue from) {
    bool flag = false;
    if (!in_.Flag(from, flag)) return false;
    in_.builder.Bool(flag);
    return true;
  }

  bool Null(JsonValue from) {
    bool flag = false;
    if (!in_.Flag(from, flag)) return false;
    if (!flag) {
      in_.NoteValue(std::string(kInvalidPrefix) +
                    "Null attribute value types must have the value of true");
    }
    in_.builder.Null();
    return true;
  }

  bool Map(JsonValue from, int depth) {
    if (!in_.IsMap(from, kAttributeValueType)) return false;
    in_.builder.BeginMap();
    if (!Attributes(from, depth + 1)) return false;
    in_.builder.EndMap();
    return true;
  }

  bool List(JsonValue from, int depth) {
    if (!in_.IsList(from)) return false;
    in_.builder.BeginList();
    const bool read = in_.VisitElements(from, [&](JsonValue element) {
      if (element.type != JsonType::kNull) return Value(element, depth + 1);
      CountFault(0);
      return true;
    });
    if (read) in_.builder.EndList();
    return read;
  }

  bool Set(JsonValue from, AttributeType type) {
    if (!in_.IsList(from)) return false;
    in_.builder.BeginSet(type);
    in_set_ = true;
    const bool read = in_.VisitElements(from, [&](JsonValue member) {
      if (member.type == JsonType::kNull) {
        in_.NoteValue(std::string(kInvalidPrefix) + "A set must not hold null");
        return true;
      }
      if (type == AttributeType::kStringSet) return String(member);
      return type == AttributeType::kNumberSet ? Number(member) : Binary(member);
    });
    in_set_ = false;
    if (!read) return false;
    const base::Status closed = in_.builder.EndSet();
    if (!closed.ok()) in_.Note(Stage::kValue, closed.error());
    return true;
  }

  JsonReader::Impl& in_;
  bool in_set_ = false;
};

bool ReadAttributes(JsonReader::Impl& in, JsonValue from, ValuePlace* place) {
  if (!in.IsMap(from, kAttributeValueType)) return false;
  in.builder.Clear();
  ValueReader values(in);
  if (place == nullptr) return values.Attributes(from, 1);
  bool faulty = in.Has(Stage::kValue);
  return in.VisitMembers(from, [&](std::string_view name, JsonValue value) {
    if (!values.Attribute(name, value, 1)) return false;
    if (!faulty && in.Has(Stage::kValue)) {
      faulty = true;
      place->attribute = name;
    }
    return true;
  });
}

}  // namespace

bool ReadItem(JsonReader::Impl& in, JsonValue from, dynamo::Item& out, ValuePlace* place) {
  if (!ReadAttributes(in, from, place)) return false;
  out = in.builder.Build();
  return true;
}

bool ReadItemInto(JsonReader::Impl& in, JsonValue from, std::string& out) {
  if (!ReadAttributes(in, from, nullptr)) return false;
  in.builder.BuildInto(out);
  return true;
}

bool ReadItemDocument(JsonReader::Impl& in, std::string_view body, dynamo::Item& out) {
  ValueReader values(in);
  const bool read = in.Run(body, [&](std::string_view name, JsonValue value) {
    return values.Attribute(name, value, 1);
  });
  if (read) out = in.builder.Build();
  return read;
}

}  // namespace stator::wire
