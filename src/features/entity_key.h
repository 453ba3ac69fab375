// Entity keys: the bytes that Feast hashes into `entity_id`, exactly as its key_encoding_utils.py
// writes them. docs/format-entity-key.md has the layout of every version and the vectors.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "features/value_kind.h"

namespace stator::features {

// Versions that Feast 0.67 accepts: 0 and 1 alike, 2, 3 (its default), and 4, whose bytes are those
// of 3.
inline constexpr int kEntityKeyVersionDefault = 3;
inline constexpr int kEntityKeyVersionMax = 4;

// The join key of views that have no entity, and its value: the empty string.
inline constexpr std::string_view kDummyEntity = "__dummy";
inline constexpr std::string_view kDummyJoinKey = "__dummy_id";

// The value of one join key, in the type that the registry declares for it. `text` of kString and
// kBytes, `integer` of kInt32, kInt64 and kUnixTimestamp (seconds). The type is part of the key:
// 1001 as INT64 and as STRING are two keys.
struct EntityValue {
  ValueKind kind = ValueKind::kUnset;
  std::int64_t integer = 0;
  std::string text;
  // Same kind and value.
  friend bool operator==(const EntityValue&, const EntityValue&) = default;
};

// One join key with its value. Views; the name and the value must outlive it.
struct EntityKeyPart {
  std::string_view join_key;
  const EntityValue* value = nullptr;
};

// Appends the bytes of the key made of `parts`, which REQUIRES them sorted by join key (byte
// order). ERRORS: ValueError for a value kind that keys cannot hold (Feast allows bytes, string,
// int32, int64, unix timestamp), and in versions 0 and 1 for an int64 beyond 32 bits.
base::Status SerializeEntityKey(std::span<const EntityKeyPart> parts, int version,
                                std::string& out);

// MurmurHash3 x64 128 with seed 0: h1 then h2, each little-endian.
std::array<std::uint8_t, 16> Murmur3(std::string_view bytes);

// The `entity_id` of a serialized key: 32 lower-case hex characters.
std::string ComputeEntityId(std::string_view serialized_key);

}  // namespace stator::features
