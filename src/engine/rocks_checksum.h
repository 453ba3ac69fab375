// CRC-32C by the processor's own instructions, in place of RocksDB's tables.
//
// Debian builds RocksDB for every x86-64, so its log checksums each record by table look-ups: 3 %
// of a PutItem. The linker gives RocksDB's calls these functions instead (CMakeLists.txt, --wrap);
// were a name to change in a later RocksDB, the link would fail.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stator::engine {

// The CRC-32C (Castagnoli) of the bytes that `crc` is of, followed by `size` more. RocksDB's own
// function where the processor lacks SSE 4.2 or PCLMULQDQ. Pure; thread-safe.
std::uint32_t ExtendCrc32c(std::uint32_t crc, const char* data, std::size_t size);

// The CRC-32C of the bytes that `crc` is of, followed by the `size_behind` bytes that `crc_behind`
// is of. RocksDB's log asks for it at each record. As above where the processor lacks them.
std::uint32_t CombineCrc32c(std::uint32_t crc, std::uint32_t crc_behind, std::size_t size_behind);

}  // namespace stator::engine
