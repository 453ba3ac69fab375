// Feast's value types as one enumeration: the field numbers of feast.types.Value, which are also
// the numbers of feast.types.ValueType in a registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stator::features {

// On disk and on the wire: never renumber. Source: Feast 0.67, protos/feast/types/Value.proto.
enum class ValueKind : std::uint8_t {
  // A null: zero bytes.
  kUnset = 0,
  // Scalars. Bytes stay raw, strings are UTF-8.
  kBytes = 1,
  kString = 2,
  // A varint each: signed, two's complement.
  kInt32 = 3,
  kInt64 = 4,
  // IEEE 754, fixed width.
  kDouble = 5,
  kFloat = 6,
  // A varint of 0 or 1.
  kBool = 7,
  // Seconds since 1970; a null of this type is -2^63.
  kUnixTimestamp = 8,
  // Lists: a message with field 1 repeated, numbers packed.
  kBytesList = 11,
  kStringList = 12,
  kInt32List = 13,
  kInt64List = 14,
  kDoubleList = 15,
  kFloatList = 16,
  kBoolList = 17,
  kUnixTimestampList = 18,
  // Written by others at most; read as a null.
  kNull = 19,
  // Text keys, values of any kind.
  kMap = 20,
  kMapList = 21,
  // Sets: laid out as lists.
  kBytesSet = 22,
  kStringSet = 23,
  kInt32Set = 24,
  kInt64Set = 25,
  kDoubleSet = 26,
  kFloatSet = 27,
  kBoolSet = 28,
  kUnixTimestampSet = 29,
  // In registries only: the values of such features are kBytes.
  kPdfBytes = 30,
  kImageBytes = 31,
  // JSON as the text that it came in.
  kJson = 32,
  kJsonList = 33,
  // A map with declared fields.
  kStruct = 34,
  kStructList = 35,
  // UUIDs as their 36 characters.
  kUuid = 36,
  kTimeUuid = 37,
  kUuidList = 38,
  kTimeUuidList = 39,
  kUuidSet = 40,
  kTimeUuidSet = 41,
  // Collections of collections: field 1 repeated, a Value each.
  kValueList = 42,
  kValueSet = 43,
  // Exact decimal text.
  kDecimal = 44,
  kDecimalList = 45,
  kDecimalSet = 46,
  // Keys that are no text. Feast's HTTP server prints it as null.
  kScalarMap = 47,
  // Seconds since 1970 and the name of a zone.
  kZonedTimestamp = 48,
};
// The largest number.
inline constexpr int kValueKindMax = 48;

// "INT64", "STRING_LIST", ... as in a registry; "INVALID" for kUnset.
std::string_view ValueKindName(ValueKind kind);

// The type that Feast's Python calls by this name, as definitions write it: "Int64", "String",
// "Float32", "Bool", "UnixTimestamp", "Array(Int64)", "Set(String)", "Array(Array(Int64))", ...
// nullopt for another text.
std::optional<ValueKind> ParseDtype(std::string_view text);

// For a list or a set: the kind of one element; kUnset for every other kind.
ValueKind ElementKind(ValueKind kind);
// Whether the kind is one of the sets (their elements are unique).
bool IsSet(ValueKind kind);

}  // namespace stator::features
