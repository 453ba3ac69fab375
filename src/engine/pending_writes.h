// CommitPending: the single writes that wait for a sync, committed together by who makes it.
//
// A commit of RocksDB costs the same for one row as for many: its queue of writers, its log record,
// its sequence number. Since no write is acknowledged before the next sync, those that are to share
// a sync lose nothing by sharing a commit, and the I/O threads do not meet in RocksDB.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/item_writer.h"

namespace stator::engine {

// Bytes of items that one batch takes; a larger item makes a batch of its own.
inline constexpr std::size_t kPendingBytesMax = std::size_t{1} << 20;

// Commits `writes` in their order, as few batches as kChangesMax, kPendingBytesMax and writes of
// the same item allow, and calls Committed() of each that came to something. The outcomes come in
// the order of the writes; the errors are those of CommitChanges. A batch that RocksDB does not
// take ends it: its writes, and all behind them, are stalled then (IsStalled).
std::vector<base::Status> CommitPending(EngineParts& parts,
                                        std::span<const std::unique_ptr<PendingWrite>> writes,
                                        WhenStalled when);

}  // namespace stator::engine
