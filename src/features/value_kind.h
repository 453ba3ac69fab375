// Feast's value types as one enumeration: the field numbers of feast.types.Value, which are also
// the numbers of feast.types.ValueType in a registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stator::features {

// On disk and on the wire: never renumber. Source: Feast 0.67, protos/feast/types/Value.proto.
enum class ValueKind : std::uint8_t {
  kUnset = 0,  // a null: zero bytes
  kBytes = 1,
  kString = 2,
  kInt32 = 3,
  kInt64 = 4,
  kDouble = 5,
  kFloat = 6,
  kBool = 7,
  kUnixTimestamp = 8,
  kBytesList = 11,
  kStringList = 12,
  kInt32List = 13,
  kInt64List = 14,
  kDoubleList = 15,
  kFloatList = 16,
  kBoolList = 17,
  kUnixTimestampList = 18,
  kNull = 19,
  kMap = 20,
  kMapList = 21,
  kBytesSet = 22,
  kStringSet = 23,
  kInt32Set = 24,
  kInt64Set = 25,
  kDoubleSet = 26,
  kFloatSet = 27,
  kBoolSet = 28,
  kUnixTimestampSet = 29,
  kPdfBytes = 30,
  kImageBytes = 31,  // in registries only; their values are kBytes
  kJson = 32,
  kJsonList = 33,
  kStruct = 34,
  kStructList = 35,
  kUuid = 36,
  kTimeUuid = 37,
  kUuidList = 38,
  kTimeUuidList = 39,
  kUuidSet = 40,
  kTimeUuidSet = 41,
  kValueList = 42,
  kValueSet = 43,
  kDecimal = 44,
  kDecimalList = 45,
  kDecimalSet = 46,
  kScalarMap = 47,
  kZonedTimestamp = 48,
};
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
