#include "features/value_kind.h"

#include <algorithm>
#include <array>
#include <string>

namespace stator::features {
namespace {

struct Dtype {
  std::string_view name;
  ValueKind scalar;
  ValueKind list;  // kUnset: Feast has none
  ValueKind set;
};

constexpr ValueKind kNone = ValueKind::kUnset;
constexpr std::array<Dtype, 18> kDtypes = {{
    {"Bytes", ValueKind::kBytes, ValueKind::kBytesList, ValueKind::kBytesSet},
    {"String", ValueKind::kString, ValueKind::kStringList, ValueKind::kStringSet},
    {"Int32", ValueKind::kInt32, ValueKind::kInt32List, ValueKind::kInt32Set},
    {"Int64", ValueKind::kInt64, ValueKind::kInt64List, ValueKind::kInt64Set},
    {"Float64", ValueKind::kDouble, ValueKind::kDoubleList, ValueKind::kDoubleSet},
    {"Float32", ValueKind::kFloat, ValueKind::kFloatList, ValueKind::kFloatSet},
    {"Bool", ValueKind::kBool, ValueKind::kBoolList, ValueKind::kBoolSet},
    {"UnixTimestamp", ValueKind::kUnixTimestamp, ValueKind::kUnixTimestampList,
     ValueKind::kUnixTimestampSet},
    {"Json", ValueKind::kJson, ValueKind::kJsonList, kNone},
    {"Map", ValueKind::kMap, ValueKind::kMapList, kNone},
    {"Struct", ValueKind::kStruct, ValueKind::kStructList, kNone},
    {"Uuid", ValueKind::kUuid, ValueKind::kUuidList, ValueKind::kUuidSet},
    {"TimeUuid", ValueKind::kTimeUuid, ValueKind::kTimeUuidList, ValueKind::kTimeUuidSet},
    {"Decimal", ValueKind::kDecimal, ValueKind::kDecimalList, ValueKind::kDecimalSet},
    {"PdfBytes", ValueKind::kPdfBytes, kNone, kNone},
    {"ImageBytes", ValueKind::kImageBytes, kNone, kNone},
    {"ScalarMap", ValueKind::kScalarMap, kNone, kNone},
    {"ZonedTimestamp", ValueKind::kZonedTimestamp, kNone, kNone},
}};

constexpr std::array<std::string_view, kValueKindMax + 1> kNames = {"INVALID",
                                                                    "BYTES",
                                                                    "STRING",
                                                                    "INT32",
                                                                    "INT64",
                                                                    "DOUBLE",
                                                                    "FLOAT",
                                                                    "BOOL",
                                                                    "UNIX_TIMESTAMP",
                                                                    "",
                                                                    "",
                                                                    "BYTES_LIST",
                                                                    "STRING_LIST",
                                                                    "INT32_LIST",
                                                                    "INT64_LIST",
                                                                    "DOUBLE_LIST",
                                                                    "FLOAT_LIST",
                                                                    "BOOL_LIST",
                                                                    "UNIX_TIMESTAMP_LIST",
                                                                    "NULL",
                                                                    "MAP",
                                                                    "MAP_LIST",
                                                                    "BYTES_SET",
                                                                    "STRING_SET",
                                                                    "INT32_SET",
                                                                    "INT64_SET",
                                                                    "DOUBLE_SET",
                                                                    "FLOAT_SET",
                                                                    "BOOL_SET",
                                                                    "UNIX_TIMESTAMP_SET",
                                                                    "PDF_BYTES",
                                                                    "IMAGE_BYTES",
                                                                    "JSON",
                                                                    "JSON_LIST",
                                                                    "STRUCT",
                                                                    "STRUCT_LIST",
                                                                    "UUID",
                                                                    "TIME_UUID",
                                                                    "UUID_LIST",
                                                                    "TIME_UUID_LIST",
                                                                    "UUID_SET",
                                                                    "TIME_UUID_SET",
                                                                    "VALUE_LIST",
                                                                    "VALUE_SET",
                                                                    "DECIMAL",
                                                                    "DECIMAL_LIST",
                                                                    "DECIMAL_SET",
                                                                    "SCALAR_MAP",
                                                                    "ZONED_TIMESTAMP"};

// "Array(Int64)" with prefix "Array" gives "Int64".
std::optional<std::string_view> Inside(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || !text.ends_with(')')) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (!text.starts_with('(')) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::string_view ValueKindName(ValueKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<ValueKind> ParseDtype(std::string_view text) {
  for (const Dtype& dtype : kDtypes) {
    if (text == dtype.name) return dtype.scalar;
  }
  for (const bool set : {false, true}) {
    const auto inside = Inside(text, set ? "Set" : "Array");
    if (!inside) continue;
    for (const Dtype& dtype : kDtypes) {
      if (*inside != dtype.name) continue;
      const ValueKind kind = set ? dtype.set : dtype.list;
      return kind == kNone ? std::nullopt : std::optional(kind);
    }
    const auto element = ParseDtype(*inside);
    if (!element || ElementKind(*element) == kNone) return std::nullopt;
    return set ? ValueKind::kValueSet : ValueKind::kValueList;
  }
  return std::nullopt;
}

ValueKind ElementKind(ValueKind kind) {
  for (const Dtype& dtype : kDtypes) {
    if (kind != kNone && (kind == dtype.list || kind == dtype.set)) return dtype.scalar;
  }
  return kNone;
}

bool IsSet(ValueKind kind) {
  return kind == ValueKind::kValueSet ||
         std::any_of(kDtypes.begin(), kDtypes.end(),
                     [&](const Dtype& dtype) { return dtype.set != kNone && dtype.set == kind; });
}

}  // namespace stator::features
