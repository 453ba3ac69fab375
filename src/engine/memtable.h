// The memtable of our RocksDB: entries lie in RocksDB's arena, their order in a MemtableTree.
#pragma once

#include <rocksdb/memtablerep.h>

#include <memory>

namespace stator::engine {

// Makes the memtables of a database, in place of RocksDB's skip lists. The database compares keys
// bytewise and has `allow_concurrent_memtable_write` off, for there is one writer at a time;
// RocksDB refuses to open it otherwise. They do not sample entries, for which RocksDB asks only
// with `experimental_mempurge_threshold`, and estimate the number of entries in a range as 0, which
// only approximate sizes with memtables included would show. The engine uses neither.
std::shared_ptr<rocksdb::MemTableRepFactory> MakeMemtableFactory();

}  // namespace stator::engine
