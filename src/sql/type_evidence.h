// TypeEvidence: what has been seen in one attribute over many items, and the column type that
// follows from it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "dynamo/attribute_value.h"
#include "sql/column_type.h"

namespace stator::sql {

// Collects values of one attribute (or map field, or list element). More evidence only ever widens
// the type: BIGINT, DECIMAL, DOUBLE, VARCHAR; STRUCT gains fields, then becomes MAP or JSON. Not
// thread-safe. Memory is bounded: at most kFieldsMax names are kept a map, at most kDepthMax
// levels.
class TypeEvidence {
 public:
  // Distinct names of a map that are kept apart; beyond it the map is free-form.
  static constexpr std::size_t kFieldsMax = 256;
  // A map of this many names or fewer is a STRUCT whatever share of them each item has.
  static constexpr std::size_t kFieldsAlwaysStruct = 16;
  // Levels below which values are JSON text.
  static constexpr int kDepthMax = 8;

  TypeEvidence() = default;
  TypeEvidence(TypeEvidence&&) = default;
  // Takes over what `other` has seen.
  TypeEvidence& operator=(TypeEvidence&&) = default;

  // Counts one value in, deeply.
  void Add(dynamo::AttributeValue value) { Add(value, 0); }
  // Counts in what `other` has seen.
  void Merge(const TypeEvidence& other);
  // The narrowest type that holds everything seen without loss.
  ColumnType ToType() const { return ToType(0); }
  // Whether more than one type other than NULL was seen, so that the column shows text.
  bool mixed() const;
  // The types seen, for the comment of a mixed column: "S and N".
  std::string TypesSeen() const;

 private:
  static std::uint16_t Bit(dynamo::AttributeType type) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
  }
  // Add at a level of nesting.
  void Add(dynamo::AttributeValue value, int depth);
  void AddNumber(const dynamo::Number& number);
  void AddMap(dynamo::MapView map, int depth);
  // What is known of list elements, made at the first call.
  TypeEvidence& Element();
  // What is known of a field, made at the first call; kFieldsMax of them, then one for all others.
  TypeEvidence& FieldFor(const std::string& name);
  ColumnType ToType(int depth) const;
  ColumnType NumberType() const;
  ColumnType MapType(int depth) const;
  // Whether the maps are a STRUCT.
  bool IsRecord() const;

  std::uint16_t types_ =
      0;  // a Bit for each type seen, NULL excepted; sets count as their own types
  // Numbers.
  bool all_int64_ = true;
  bool all_survive_double_ = true;
  int integer_digits_ = 0;  // most digits before the point
  int scale_ = 0;           // most digits behind it
  // Maps.
  std::uint64_t maps_ = 0;
  std::uint64_t map_entries_ = 0;
  std::map<std::string, TypeEvidence> fields_;
  std::unique_ptr<TypeEvidence> other_fields_;  // of names beyond kFieldsMax
  // Lists and sets.
  std::unique_ptr<TypeEvidence> element_;
};

}  // namespace stator::sql
