// The value beside a row key: the size of the whole item, then the item without its key attributes.
// The bytes are docs/format-data-folder.md, "Row values".
//
// The size is DynamoDB's own (dynamo/item_size.h). It stands there so that pages, capacity and the
// table's size need no walk over the item.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/key.h"
#include "dynamo/table.h"

namespace stator::engine {

// A stored row taken apart: views into its bytes.
struct StoredRow {
  // ItemSizeBytes of the whole item, key attributes included.
  std::size_t item_size_bytes = 0;
  // Without key attributes.
  dynamo::ItemView rest;
};

// Takes a stored value apart. The item in it is trusted beyond its first byte: RocksDB checks the
// sum of every block that it reads. ERRORS: InternalServerError "row is damaged: ...".
base::Result<StoredRow> DecodeRow(std::string_view value);

// Splits items into key and rest and joins them again, for one key schema. Immutable; thread-safe.
class RowCodec {
 public:
  // For tables with this schema, which must outlive the codec.
  explicit RowCodec(const dynamo::KeySchema& schema);

  // Replaces `out` with the stored value of `item`. REQUIRES: `item` has the key attributes.
  void Encode(dynamo::ItemView item, std::size_t item_size_bytes, std::string& out) const;
  // Appends to `out` the whole item of a row.
  void AppendItem(const dynamo::ItemKey& key, dynamo::ItemView rest, std::string& out) const;

 private:
  const dynamo::KeySchema& schema_;
  // Names of the key attributes, ascending; the second is empty when there is no sort key.
  std::array<std::string_view, 2> names_;
  bool sort_first_ = false;
};

}  // namespace stator::engine
