// RocksDB set up for this engine: options, its log, its errors as ours, and the merge of counts.
#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/engine_options.h"
#include "engine/table.h"

namespace stator::engine {

// The same bytes as RocksDB takes them.
// A view; `bytes` must outlive it.
inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
// The same bytes as we take them.
// A view, as above.
inline std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Options of a database for `options`, with the reasons and measurements beside each. `listener`
// may be null.
rocksdb::Options MakeRocksOptions(const EngineOptions& options,
                                  std::shared_ptr<rocksdb::EventListener> listener);

// What a failed operation means for the caller: StorageFull when the disk is full, else
// InternalServerError. `doing` begins the message. REQUIRES: !status.ok().
base::Error StorageError(const rocksdb::Status& status, std::string_view doing);

// A change of counts as a merge operand, and their value: two int64, little-endian.
std::string EncodeCounts(TableCounts counts);
// The reverse; zeros for bytes of another length.
TableCounts DecodeCounts(std::string_view bytes);
// Adds operands up. Registered with every database, since its operands are on disk.
std::shared_ptr<rocksdb::MergeOperator> MakeCountsMerge();

}  // namespace stator::engine
