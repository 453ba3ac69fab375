// One write of one item: read what is there, check the condition, plan. PutItem, UpdateItem,
// DeleteItem and every element of a batch take this one way.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dynamo/item.h"
#include "dynamo/key.h"
#include "dynamo/operations.h"
#include "engine/engine_parts.h"
#include "engine/key_codec.h"
#include "engine/write_set.h"
#include "expression/binder.h"

namespace stator::engine {

// What a write shall do, all checked that can be checked without the old item. When it looks at
// that (LooksAtOldItem), it views the request, which must then outlive it.
struct ItemChange {
  std::shared_ptr<Table> table;
  // A view of the request.
  dynamo::ItemKey key{dynamo::AttributeValue(nullptr), std::nullopt};
  std::string row_key;
  // HashedKey::hash of it.
  std::size_t row_hash = 0;
  // Put: the row that it leaves. Else empty.
  std::optional<NewRow> put;
  // Update; without `update` too it makes the bare item of `key_item`.
  bool is_update = false;
  std::optional<expression::BoundUpdate> update;
  dynamo::ItemView key_item;
  // Neither put nor update: delete.
  std::optional<expression::BoundCondition> condition;
  bool return_old_on_condition_failure = false;
  dynamo::ReturnValues return_values = dynamo::ReturnValues::kNone;

  // What locks and caches know the row by.
  HashedKey hashed_key() const { return {row_key, row_hash}; }
};

// What a write did, for its response.
struct ItemOutcome {
  // 0 when there was or is no item.
  std::size_t old_size_bytes = 0;
  std::size_t new_size_bytes = 0;
  // What return_values asked for.
  std::optional<dynamo::Item> attributes;
};

// Checks a put against its table: keys, size, depth; and makes it `change`, which is new. ERRORS:
// ValidationException; ResourceNotFoundException.
base::Status PreparePut(const EngineParts& parts, const std::string& table_name,
                        dynamo::ItemView item, ItemChange& change);
// The same of a delete or an update, checked against its table. ERRORS: as PreparePut.
base::Status PrepareByKey(const EngineParts& parts, const std::string& table_name,
                          dynamo::ItemView key, ItemChange& change);

// Whether CommitChanges looks at more of the old item than its size.
bool LooksAtOldItem(const ItemChange& change);

// Brings into memory what CommitChanges will look at of the old item, so that the thread that
// commits need not wait for a disk. ERRORS: of the disk, of a damaged row.
base::Status FetchOldItem(EngineParts& parts, const ItemChange& change);

// The most changes that CommitChanges takes: few enough that others wait for its locks a
// millisecond at most, and that ThreadSanitizer, which follows 64 locks of a thread, can watch.
inline constexpr std::size_t kChangesMax = 50;

// Locks the items of `changes`, reads each old item as far as it is needed (its size alone is often
// known, see RowSizes), checks its condition, and commits all changes as one batch. The outcomes
// come in the order of the changes: what fails by itself fails alone, and when the commit fails all
// do. ERRORS: ConditionalCheckFailedException; ValidationException of an update that does not fit
// the item; ResourceNotFoundException of a table that has vanished; of the disk;
// ThrottlingException when RocksDB does not take them (IsStalled). REQUIRES: at most kChangesMax,
// of different items; `when` is not kWait, since others would wait for the locks.
std::vector<base::Result<ItemOutcome>> CommitChanges(EngineParts& parts,
                                                     std::span<const ItemChange* const> changes,
                                                     WhenStalled when);

}  // namespace stator::engine
