// MD5 (RFC 1321), for the order of partitions only: DynamoDB's own order is made with it
// (key_codec.h). Not for anything that has to withstand an adversary.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace stator::engine {

// The digest of `prefix` followed by `text`. A key of up to 47 bytes with the prefix of key_codec.h
// is one block, about 100 ns.
std::array<std::uint8_t, 16> Md5(std::string_view prefix, std::string_view text);

}  // namespace stator::engine
