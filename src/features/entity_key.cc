#include "features/entity_key.h"

#include <bit>
#include <cstring>
#include <limits>

#include "features/errors.h"

namespace stator::features {
namespace {

void AppendU32(std::string& out, std::uint32_t value) {
  char bytes[4];
  std::memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}

void AppendInteger(std::string& out, ValueKind kind, std::int64_t value, std::size_t size_bytes) {
  AppendU32(out, static_cast<std::uint32_t>(kind));
  AppendU32(out, static_cast<std::uint32_t>(size_bytes));
  char bytes[8];
  std::memcpy(bytes, &value, 8);
  out.append(bytes, size_bytes);
}

base::Status AppendValue(const EntityKeyPart& part, int version, std::string& out) {
  const EntityValue& value = *part.value;
  switch (value.kind) {
    case ValueKind::kBytes:
    case ValueKind::kString:
      AppendU32(out, static_cast<std::uint32_t>(value.kind));
      AppendU32(out, static_cast<std::uint32_t>(value.text.size()));
      out.append(value.text);
      return base::OkStatus();
    case ValueKind::kInt32:
      AppendInteger(out, value.kind, value.integer, 4);
      return base::OkStatus();
    case ValueKind::kUnixTimestamp:
      AppendInteger(out, value.kind, value.integer, 8);
      return base::OkStatus();
    case ValueKind::kInt64:
      if (version <= 1 && value.integer != static_cast<std::int32_t>(value.integer)) {
        return ValueError("Join key '" + std::string(part.join_key) +
                          "': " + std::to_string(value.integer) +
                          " does not fit the 4 bytes that entity_key_serialization_version " +
                          std::to_string(version) + " stores; use version 3");
      }
      AppendInteger(out, value.kind, value.integer, version <= 1 ? 4 : 8);
      return base::OkStatus();
    default:
      return ValueError("Value type not supported for feast feature store: join key '" +
                        std::string(part.join_key) + "' is " +
                        std::string(ValueKindName(value.kind)) +
                        "; a join key is BYTES, STRING, INT32, INT64 or UNIX_TIMESTAMP");
  }
}

constexpr std::uint64_t kC1 = 0x87c37b91114253d5;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937f;

std::uint64_t MixK1(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t MixK2(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t Finish(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccd;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53;
  return k ^ (k >> 33);
}

}  // namespace

base::Status SerializeEntityKey(std::span<const EntityKeyPart> parts, int version,
                                std::string& out) {
  if (version >= 3) AppendU32(out, static_cast<std::uint32_t>(parts.size()));
  for (const EntityKeyPart& part : parts) {
    AppendU32(out, static_cast<std::uint32_t>(ValueKind::kString));
    if (version >= 3) AppendU32(out, static_cast<std::uint32_t>(part.join_key.size()));
    out.append(part.join_key);
  }
  for (const EntityKeyPart& part : parts) {
    STATOR_RETURN_IF_ERROR(AppendValue(part, version, out));
  }
  return base::OkStatus();
}

std::array<std::uint8_t, 16> Murmur3(std::string_view bytes) {
  std::uint64_t h1 = 0, h2 = 0;
  std::size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    std::uint64_t k[2];
    std::memcpy(k, bytes.data() + at, 16);
    h1 = (std::rotl(h1 ^ MixK1(k[0]), 27) + h2) * 5 + 0x52dce729;
    h2 = (std::rotl(h2 ^ MixK2(k[1]), 31) + h1) * 5 + 0x38495ab5;
  }
  std::uint64_t tail[2] = {0, 0};
  if (at < bytes.size()) std::memcpy(tail, bytes.data() + at, bytes.size() - at);
  h1 ^= MixK1(tail[0]);
  h2 ^= MixK2(tail[1]);
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = Finish(h1);
  h2 = Finish(h2);
  h1 += h2;
  h2 += h1;
  std::array<std::uint8_t, 16> hash;
  std::memcpy(hash.data(), &h1, 8);
  std::memcpy(hash.data() + 8, &h2, 8);
  return hash;
}

std::string ComputeEntityId(std::string_view serialized_key) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string id(32, '0');
  const auto hash = Murmur3(serialized_key);
  for (std::size_t i = 0; i < hash.size(); ++i) {
    id[2 * i] = kHex[hash[i] >> 4];
    id[2 * i + 1] = kHex[hash[i] & 15];
  }
  return id;
}

}  // namespace stator::features
