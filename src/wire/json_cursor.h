// The walk over a JSON body that all decoders of this module share: the scanner's syntax, and what
// AWS says about the rest.
//
// It goes forward only, and checks what it passes. So everything here reads all of the body:
// members that nobody knows are passed by Skip(), and Run() ends with a look behind the last brace.
//
// Functions return false after noting why; whoever gets false returns false. What is wrong with a
// value without being wrong JSON is noted too, but the walk goes on, because AWS reports faults of
// a later stage only when there is none of an earlier one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "dynamo/item_builder.h"
#include "wire/json_reader.h"
#include "wire/json_scanner.h"

namespace stator::wire {

// The stages in which AWS looks at a request; the fault of the earliest stage is reported.
enum class Stage : std::uint8_t {
  kJson,         // syntax and JSON types
  kRequired,     // members that must be there
  kConstraint,   // lengths, ranges, enums, patterns
  kUnsupported,  // what Stator does not honour yet
  kParameters,   // members that do not go together
  kValue,        // attribute values
};
inline constexpr std::size_t kStageCount = 6;

// JSON nested deeper than this is refused: twice the 32 levels of a value, each a type and a
// container, and room for what stands around them.
inline constexpr int kJsonDepthMax = 100;

// A value that the walk has come to and not read yet.
struct JsonValue {
  JsonType type;
};

// What one body is decoded with. See JsonReader.
class JsonReader::Impl {
 public:
  // Calls visit(name, JsonValue) for each member of the top-level object of `body` that is not
  // null, and checks that nothing follows. False when it is not such JSON or a visit said false.
  template <typename Visit>
  bool Run(std::string_view body, Visit&& visit) {
    return Open(body) && VisitMembers({JsonType::kObject}, visit) && Close();
  }

  // Calls visit(name, JsonValue) for each member of an object that is not null. `name` stays valid
  // until the next Run. REQUIRES: `from` is an object; each visit reads its value whole, or skips
  // it.
  template <typename Visit>
  bool VisitMembers(JsonValue, Visit&& visit) {
    bool more = false;
    if (!scanner_.Enter('}', more)) return NotJson();
    while (more) {
      std::string_view name;
      if (!scanner_.Name(name)) return NotJson();
      const JsonValue member{scanner_.Value()};
      if (member.type == kNoJsonType) return NotJson();
      if (member.type != JsonType::kNull && !visit(name, member)) return false;
      if (!scanner_.Next('}', more)) return NotJson();
    }
    return true;
  }

  // Calls visit(JsonValue) for each element of an array. A null element has type JsonType::kNull.
  // REQUIRES: `from` is an array; visits as in VisitMembers; a null needs no reading.
  template <typename Visit>
  bool VisitElements(JsonValue, Visit&& visit) {
    bool more = false;
    if (!scanner_.Enter(']', more)) return NotJson();
    while (more) {
      const JsonValue element{scanner_.Value()};
      if (element.type == kNoJsonType) return NotJson();
      if (!visit(element)) return false;
      if (!scanner_.Next(']', more)) return NotJson();
    }
    return true;
  }

  // The text of a string, valid until the next Run. Other types are SerializationException.
  bool Text(JsonValue from, std::string_view& out) {
    if (from.type != JsonType::kString) [[unlikely]]
      return WrongType(from, "String");
    return scanner_.Text(out) || NotJson();
  }
  // Reads {"S":"text"} for the letter S, where it is plainly written; false, and nothing is read,
  // for others.
  bool LetterText(char letter, std::string_view& out) { return scanner_.LetterText(letter, out); }
  // Text(), copied.
  bool Text(JsonValue from, std::string& out);
  // true or false.
  bool Flag(JsonValue from, bool& out);
  // A whole number. `java_type` is "Integer" or "Long", for the message and for the range.
  bool Whole(JsonValue from, std::string_view java_type, std::int64_t& out);
  // Any number that a double can come near.
  bool Real(JsonValue from, double& out);
  // A number as it is written.
  bool Number(std::string_view& out) { return scanner_.Number(out) || NotJson(); }
  // Reads and forgets a value, checking its syntax.
  bool Skip(JsonValue from, int depth = 0);

  // Whether `from` is a {}; if not, notes AWS's words for a structure of type `name`.
  bool IsStructure(JsonValue from, std::string_view name) {
    return from.type == JsonType::kObject || NoStructure(from, name);
  }
  // Whether `from` is a {}; if not, notes AWS's words for a map.
  bool IsMap(JsonValue from, std::string_view java_type) {
    return from.type == JsonType::kObject || NoMap(from, java_type);
  }
  // Whether `from` is a []; if not, notes AWS's words for a list.
  bool IsList(JsonValue from) { return from.type == JsonType::kArray || NoList(from); }

  // Keeps `error` unless its stage has one already. Always false, so that it can be returned.
  bool Note(Stage stage, base::Error error);
  // Notes a SerializationException.
  bool NoteJson(std::string message);
  // Notes "1 validation error detected: Value at 'member' failed to satisfy constraint: ...".
  void NoteConstraint(std::string_view member, std::string_view constraint);
  // Notes a ValidationException about an attribute value.
  void NoteValue(std::string message);
  // The fault of the earliest stage, or nullopt.
  std::optional<base::Error> FirstFault() const;
  // Whether a stage has a fault.
  bool Has(Stage stage) const { return faults_[static_cast<std::size_t>(stage)].has_value(); }
  // The fault of a stage. REQUIRES: Has(stage).
  const base::Error& Fault(Stage stage) const { return *faults_[static_cast<std::size_t>(stage)]; }
  // Replaces the fault of a stage. REQUIRES: Has(stage).
  void Reword(Stage stage, base::Error error) {
    faults_[static_cast<std::size_t>(stage)] = std::move(error);
  }

  // Collects the attributes of the item being read.
  dynamo::ItemBuilder builder;
  // Bytes of the B being read.
  std::string binary;

 private:
  // Starts at the top-level object.
  bool Open(std::string_view body);
  // Looks behind that object.
  bool Close() { return scanner_.Close() || NotJson(); }
  // Notes what the scanner says.
  bool NotJson();
  // Notes AWS's words for a value that is no `java_type`.
  bool WrongType(JsonValue from, std::string_view java_type);
  bool NoStructure(JsonValue from, std::string_view name);
  bool NoMap(JsonValue from, std::string_view java_type);
  bool NoList(JsonValue from);

  JsonScanner scanner_;
  std::size_t body_size_bytes_ = 0;
  bool any_fault_ = false;
  std::array<std::optional<base::Error>, kStageCount> faults_;
};

}  // namespace stator::wire
