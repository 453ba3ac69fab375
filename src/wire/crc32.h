// The checksum of the `x-amz-crc32` header: CRC-32 with zlib's polynomial over the body as it is
// sent. AWS's SDKs for Go and botocore compare it and repeat the request when it is wrong; they
// accept its absence.
#pragma once

#include <cstdint>
#include <string_view>

namespace stator::wire {

// CRC-32 of `bytes`. Check value: {"TableNames":[]} gives 1315925753.
std::uint32_t Crc32(std::string_view bytes);

}  // namespace stator::wire
