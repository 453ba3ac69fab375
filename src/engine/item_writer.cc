#include "engine/item_writer.h"

#include <mutex>
#include <utility>

#include "dynamo/errors.h"
#include "engine/request_checks.h"
#include "engine/row_reader.h"

namespace stator::engine {
namespace {

using base::Error;
using base::Result;
using dynamo::Item;
using dynamo::ItemKey;
using dynamo::ItemView;
using dynamo::ReturnValues;

// The item that a write finds: its size at once, its bytes joined only when somebody looks.
class OldItem {
 public:
  // ERRORS: of the disk, of a damaged row.
  base::Status Read(EngineParts& parts, const ItemChange& change) {
    STATOR_RETURN_IF_ERROR(
        ReadRow(parts, *change.table, change.hashed_key(), "reading an item", found_));
    if (found_.get() == nullptr) return base::OkStatus();
    row_ = *found_.get();
    exists_ = true;
    return base::OkStatus();
  }
  // In place of Read for a change that looks at its size alone.
  void Take(const RowSizes::Known& known) {
    exists_ = known.exists;
    row_.item_size_bytes = known.item_size_bytes;
  }

  bool exists() const { return exists_; }
  std::size_t size_bytes() const { return row_.item_size_bytes; }
  // The empty item when there is none. REQUIRES: the change looks at it.
  ItemView View(const ItemChange& change) {
    if (!exists_) return ItemView();
    if (whole_.empty()) change.table->rows().AppendItem(change.key, row_.rest, whole_);
    return ItemView(whole_);
  }

 private:
  FoundRow found_;
  StoredRow row_;
  bool exists_ = false;
  std::string whole_;
};

Error ConditionFailed(const ItemChange& change, OldItem& old) {
  if (!change.return_old_on_condition_failure || !old.exists()) {
    return dynamo::ConditionalCheckFailed(nullptr);
  }
  return dynamo::ConditionalCheckFailed(
      std::make_shared<dynamo::ConditionCheckFailedDetail>(Item(old.View(change))));
}

// The item that an update leaves.
Result<Item> Updated(const ItemChange& change, OldItem& old) {
  const ItemView before = old.exists() ? old.View(change) : change.key_item;
  if (!change.update) return Item(before);
  return expression::ApplyUpdate(*change.update, before);
}

// nullopt for an empty item: responses leave such attributes out.
std::optional<Item> NonEmpty(Item item) {
  return item.empty() ? std::nullopt : std::optional(std::move(item));
}

std::optional<Item> ReturnedAttributes(const ItemChange& change, OldItem& old,
                                       const Item* updated) {
  switch (change.return_values) {
    case ReturnValues::kNone: return std::nullopt;
    case ReturnValues::kAllOld:
      return old.exists() ? std::optional(Item(old.View(change))) : std::nullopt;
    case ReturnValues::kAllNew: return updated ? std::optional(*updated) : std::nullopt;
    case ReturnValues::kUpdatedOld:
      if (!change.update || !old.exists()) return std::nullopt;
      return NonEmpty(expression::TouchedOld(*change.update, old.View(change)));
    case ReturnValues::kUpdatedNew:
      if (!change.update) return std::nullopt;
      return NonEmpty(expression::TouchedNew(*change.update,
                                             old.exists() ? old.View(change) : change.key_item));
  }
  return std::nullopt;
}

// nullopt when the change puts no item.
std::optional<std::size_t> SizeOfPut(const ItemChange& change) {
  return change.put ? std::optional(change.put->item_size_bytes) : std::nullopt;
}

void SetKey(const EngineParts& parts, const ItemKey& key, ItemChange& change) {
  change.key = key;
  change.table->keys().EncodeRow(key, change.row_key);
  change.row_hash = HashedKey(change.row_key).hash;
  parts.row_sizes.Prefetch(change.hashed_key());
}

// Finds the old item, and notes in RowSizes what a change leaves that does not look at it: nothing
// can keep such a change from its commit. REQUIRES: the item is locked until the commit is over.
base::Status FindOldItem(EngineParts& parts, const ItemChange& change, OldItem& old) {
  if (!LooksAtOldItem(change)) {
    const auto known = parts.row_sizes.Note(change.hashed_key(), SizeOfPut(change));
    if (known) {
      old.Take(*known);
      return base::OkStatus();
    }
  }
  base::Status read = old.Read(parts, change);
  if (!read.ok()) parts.row_sizes.Forget(change.hashed_key());
  return read;
}

// Adds the change to `set`. REQUIRES: the item is locked until the set is committed.
Result<ItemOutcome> PlanChange(EngineParts& parts, const ItemChange& change, WriteSet& set) {
  if (change.table->dropped()) return dynamo::TableNotFoundForItems();
  OldItem old;
  STATOR_RETURN_IF_ERROR(FindOldItem(parts, change, old));
  if (change.condition && !expression::Evaluate(*change.condition, old.View(change))) {
    return ConditionFailed(change, old);
  }
  const NewRow* next = change.put ? &*change.put : nullptr;
  Item updated;
  std::optional<NewRow> updated_row;
  if (change.is_update) {
    STATOR_ASSIGN_OR_RETURN(updated, Updated(change, old));
    STATOR_ASSIGN_OR_RETURN(const std::size_t size_bytes, CheckItem(updated, kUpdateTooLarge));
    next = &updated_row.emplace(*change.table, updated, size_bytes);
  }
  ItemOutcome outcome;
  outcome.attributes = ReturnedAttributes(change, old, change.is_update ? &updated : nullptr);
  outcome.old_size_bytes = old.size_bytes();
  outcome.new_size_bytes = next != nullptr ? next->item_size_bytes : 0;
  PlanWrite(*change.table, change.row_key,
            old.exists() ? std::optional(old.size_bytes()) : std::nullopt, next, set);
  return outcome;
}

// Notes in RowSizes what a change left, so that the next write of the row need not read it; unless
// FindOldItem has noted it. REQUIRES: the item is still locked.
void NoteOutcome(EngineParts& parts, const ItemChange& change, const ItemOutcome& outcome,
                 const base::Status& committed) {
  if (!committed.ok()) {
    parts.row_sizes.Forget(change.hashed_key());
  } else if (LooksAtOldItem(change)) {
    parts.row_sizes.Note(change.hashed_key(), outcome.new_size_bytes == 0
                                                  ? std::nullopt
                                                  : std::optional(outcome.new_size_bytes));
  }
}

// The locks of one item or of many.
struct ChangeLocks {
  ChangeLocks(ItemLocks& locks, std::span<const ItemChange* const> changes) {
    if (changes.size() == 1) {
      one = locks.Lock(changes[0]->hashed_key());
      return;
    }
    std::vector<HashedKey> keys;
    keys.reserve(changes.size());
    for (const ItemChange* change : changes) keys.push_back(change->hashed_key());
    all = locks.LockAll(keys);
  }
  std::unique_lock<std::mutex> one;
  ItemLocks::Guard all;
};

}  // namespace

base::Status PreparePut(const EngineParts& parts, const std::string& table_name, ItemView item,
                        ItemChange& change) {
  STATOR_ASSIGN_OR_RETURN(change.table, FindTable(parts, table_name));
  const Table& table = *change.table;
  STATOR_ASSIGN_OR_RETURN(const ItemKey key, dynamo::KeyOfItem(table.key_schema(), item));
  SetKey(parts, key, change);
  STATOR_ASSIGN_OR_RETURN(const std::size_t size_bytes, CheckItem(item, kItemTooLarge));
  change.put.emplace(table, item, size_bytes);
  return base::OkStatus();
}

base::Status PrepareByKey(const EngineParts& parts, const std::string& table_name, ItemView key,
                          ItemChange& change) {
  STATOR_ASSIGN_OR_RETURN(change.table, FindTable(parts, table_name));
  STATOR_ASSIGN_OR_RETURN(const ItemKey checked,
                          dynamo::ValidateKey(change.table->key_schema(), key));
  SetKey(parts, checked, change);
  return base::OkStatus();
}

bool LooksAtOldItem(const ItemChange& change) {
  return change.condition || change.is_update || change.return_values != ReturnValues::kNone;
}

base::Status FetchOldItem(EngineParts& parts, const ItemChange& change) {
  if (!LooksAtOldItem(change) && parts.row_sizes.Find(change.hashed_key())) return base::OkStatus();
  return OldItem().Read(parts, change);
}

std::vector<Result<ItemOutcome>> CommitChanges(EngineParts& parts,
                                               std::span<const ItemChange* const> changes,
                                               WhenStalled when) {
  std::size_t put_bytes = 0;
  for (const ItemChange* change : changes) {
    put_bytes += change->put ? change->put->value.size() : 0;
  }
  WriteSet set(put_bytes, changes.size());
  std::vector<Result<ItemOutcome>> outcomes;
  outcomes.reserve(changes.size());
  const auto use = parts.catalog->SharedUse();
  const ChangeLocks locks(parts.locks, changes);
  RowCache::Writing writing;
  // The lines of all are fetched at once, not each waited for.
  for (const ItemChange* change : changes) {
    parts.row_sizes.Prefetch(change->hashed_key());
    parts.row_cache->Prefetch(change->hashed_key());
  }
  std::size_t planned = 0;
  for (const ItemChange* change : changes) {
    outcomes.push_back(PlanChange(parts, *change, set));
    if (!outcomes.back().ok()) continue;
    parts.row_cache->BeginWrite(change->hashed_key(), writing);
    ++planned;
  }
  const base::Status committed = parts.storage->Commit(set, when);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!outcomes[i].ok()) continue;
    NoteOutcome(parts, *changes[i], *outcomes[i], committed);
    if (!committed.ok()) outcomes[i] = committed.error();
  }
  if (committed.ok()) parts.metrics->CountItemsWritten(planned);
  return outcomes;
}

}  // namespace stator::engine
