// Keys of the catalog: rows of table number 0, which no table has. docs/format-data-folder.md,
// "Catalog rows".
#pragma once

#include <cstdint>
#include <string>

#include "engine/big_endian.h"

namespace stator::engine {

// What a catalog row holds, by the letter in its key. On disk: a letter never changes its meaning,
// and a kind that is given up leaves its letter unused.
enum class CatalogRow : char {
  kFormat = 'F',      // the version of the folder's format
  kNextNumber = 'N',  // the number of the next table
  kTable = 'T',       // a table (TableRecord), by number
  kCounts = 'C'       // the counts of a table (TableCounts, merged), by number
};

// The version of the layout that this program reads and writes, in the kFormat row as text. A
// change that an older program would misread needs a new one.
inline constexpr std::uint32_t kDataFormat = 2;

// The beginning of all keys of a kind, five bytes: table number 0 and the letter. For kFormat and
// kNextNumber, of which there is one row each, it is the whole key.
inline std::string CatalogKey(CatalogRow kind) {
  std::string key(4, '\0');
  key.push_back(static_cast<char>(kind));
  return key;
}

// The key of the row of one table, for kTable and kCounts. Keys of a kind order by the number of
// the table, so that one range holds them all.
inline std::string CatalogKey(CatalogRow kind, std::uint32_t table) {
  std::string key = CatalogKey(kind);
  AppendBigEndian(table, 4, key);
  return key;
}

}  // namespace stator::engine
