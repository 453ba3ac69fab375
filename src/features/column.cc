#include "features/column.h"

#include "features/analytical_engine.h"

namespace stator::features {

std::string_view ColumnKindName(ColumnKind kind) {
  static constexpr std::string_view kNames[] = {"NULL",   "BOOL",      "INTEGER", "FLOAT",
                                                "DOUBLE", "TIMESTAMP", "TEXT",    "DECIMAL",
                                                "BYTES",  "LIST",      "STRUCT",  "MAP"};
  return kNames[static_cast<std::size_t>(kind)];
}

DataFormat DataFormatOf(std::string_view path) {
  return path.ends_with(".csv") || path.ends_with(".csv.gz") ? DataFormat::kCsv
                                                             : DataFormat::kParquet;
}

}  // namespace stator::features
