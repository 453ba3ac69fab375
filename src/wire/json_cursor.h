// The walk over a JSON body that all decoders of this module share, on simdjson's On-Demand parser.
//
// On-Demand checks a document only where it is read. So everything here reads all of it: members
// that nobody knows are skipped by Skip(), which walks them, and Run() ends with a look behind the
// last brace. simdjson's first stage has by then checked UTF-8, control characters and quotes of
// the whole body.
//
// Functions return false after noting why; whoever gets false returns false. What is wrong with a
// value without being wrong JSON is noted too, but the walk goes on, because AWS reports faults of
// a later stage only when there is none of an earlier one.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "dynamo/item_builder.h"
#include "wire/json_reader.h"

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

// A value with its JSON type. Small enough for registers: a copy of simdjson's own value through
// memory costs as much as reading it. Valid until the visit that got it returns.
struct JsonValue {
  simdjson::ondemand::value* value;
  simdjson::ondemand::json_type type;
};

using simdjson::ondemand::json_type;

// What one body is decoded with. See JsonReader.
class JsonReader::Impl {
 public:
  // Parses `body`, calls visit(name, JsonValue) for each member of its top-level object that is not
  // null, and checks that nothing follows. False when it is not such JSON or a visit said false.
  template <typename Visit>
  bool Run(std::string_view body, Visit&& visit) {
    simdjson::ondemand::document document;
    simdjson::ondemand::object root;
    if (!Open(body, document, root)) return false;
    return VisitFields(root, visit) && Close(document);
  }

  // Calls visit(name, JsonValue) for each member of an object that is not null. `name` stays valid
  // until the next Run. REQUIRES: each visit reads its value whole, or skips it.
  template <typename Visit>
  bool VisitMembers(JsonValue from, Visit&& visit) {
    simdjson::ondemand::object object;
    if (const auto code = from.value->get_object().get(object)) return NotJson(code);
    return VisitFields(object, visit);
  }

  // Calls visit(JsonValue) for each element of an array. A null element has type json_type::null.
  // REQUIRES: as VisitMembers; a null needs no reading.
  template <typename Visit>
  bool VisitElements(JsonValue from, Visit&& visit) {
    simdjson::ondemand::array array;
    if (const auto code = from.value->get_array().get(array)) return NotJson(code);
    for (auto each : array) {
      if (const auto code = each.error()) return NotJson(code);
      simdjson::ondemand::value& value = each.value_unsafe();
      JsonValue element{&value, json_type::null};
      if (!Classify(element) || !visit(element)) return false;
    }
    return true;
  }

  // The text of a string, valid until the next Run. Other types are SerializationException.
  bool Text(JsonValue from, std::string_view& out);
  // Text(), copied.
  bool Text(JsonValue from, std::string& out);
  // true or false.
  bool Flag(JsonValue from, bool& out);
  // A whole number. `java_type` is "Integer" or "Long", for the message and for the range.
  bool Whole(JsonValue from, std::string_view java_type, std::int64_t& out);
  // Any number.
  bool Real(JsonValue from, double& out);
  // Reads and forgets a value, checking its syntax.
  bool Skip(JsonValue from, int depth = 0);

  // Whether `from` is a {}; if not, notes AWS's words for a structure of type `name`.
  bool IsStructure(JsonValue from, std::string_view name);
  // Whether `from` is a {}; if not, notes AWS's words for a map.
  bool IsMap(JsonValue from, std::string_view java_type);
  // Whether `from` is a []; if not, notes AWS's words for a list.
  bool IsList(JsonValue from);

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
  // Parses the first stage and finds the top-level object.
  bool Open(std::string_view body, simdjson::ondemand::document& document,
            simdjson::ondemand::object& root);
  // Looks behind that object.
  bool Close(simdjson::ondemand::document& document);
  // Notes what simdjson says.
  bool NotJson(simdjson::error_code code);
  // Notes AWS's words for a value that is no `java_type`.
  bool WrongType(JsonValue from, std::string_view java_type);
  // The text between the quote before `at` and the next, its escapes resolved.
  bool Unquote(const char* at, std::string_view& out);
  bool Unescape(const char* at, std::string_view& out);
  bool UnescapeOne(const char*& at);

  // Sets the type. What a document may not hold is found when it is read, but for null, which is
  // never read.
  bool Classify(JsonValue& out) {
    if (const auto code = out.value->type().get(out.type)) [[unlikely]]
      return NotJson(code);
    return out.type != json_type::null || CheckNull(out);
  }
  bool CheckNull(JsonValue value);

  template <typename Visit>
  bool VisitFields(simdjson::ondemand::object& object, Visit&& visit) {
    for (auto each : object) {
      if (const auto code = each.error()) return NotJson(code);
      // In place: what an iterator just wrote in pieces is slow to copy as a whole.
      simdjson::ondemand::field& field = each.value_unsafe();
      std::string_view name;
      if (!Unquote(field.key().raw(), name)) return false;
      JsonValue member{&field.value(), json_type::null};
      if (!Classify(member)) return false;
      if (member.type != json_type::null && !visit(name, member)) return false;
    }
    return true;
  }

  simdjson::ondemand::parser parser_;
  std::size_t body_size_bytes_ = 0;
  // Texts that had escapes; never moves while a body is read.
  std::string unescaped_;
  bool any_fault_ = false;
  std::array<std::optional<base::Error>, kStageCount> faults_;
};

}  // namespace stator::wire
