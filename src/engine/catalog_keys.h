// Keys of the catalog: rows of table number 0, which no table has. docs/format-data-folder.md,
// "Catalog rows".
#pragma once

#include <cstdint>
#include <string>

#include "engine/big_endian.h"

namespace stator::engine {

// What a catalog row holds. On disk: never renumber.
enum class CatalogRow : char {
  kFormat = 'F',      // the version of the folder's format
  kNextNumber = 'N',  // the number of the next table
  kTable = 'T',       // a table (TableRecord), by number
  kCounts = 'C'       // the counts of a table (TableCounts, merged), by number
};

// The version of the layout that this program reads and writes, in the kFormat row as text.
inline constexpr std::uint32_t kDataFormat = 1;

// The beginning of all keys of a kind; the whole key of kFormat and kNextNumber.
inline std::string CatalogKey(CatalogRow kind) {
  std::string key(4, '\0');
  key.push_back(static_cast<char>(kind));
  return key;
}

// The key of a table's row of a kind.
// Ascending by number.
inline std::string CatalogKey(CatalogRow kind, std::uint32_t table) {
  std::string key = CatalogKey(kind);
  AppendBigEndian(table, 4, key);
  return key;
}

}  // namespace stator::engine
