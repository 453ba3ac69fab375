// How the embedded engine is opened. Plain values with defaults that suit a laptop.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace stator::engine {

// What LocalDynamo::Open takes. Pointers may be null and otherwise outlive the engine.
struct EngineOptions {
  // The data folder, made when it does not exist. Ignored when `in_memory`.
  std::string path;
  // Keeps everything in memory: no folder, no log, nothing to sync; gone when closed.
  bool in_memory = false;
  // What ARNs name. DynamoDB Local's account number.
  std::string region = "us-east-1";
  std::string account = "000000000000";
  // true: a write is acknowledged when it would survive loss of power. false: at once, and the log
  // is synced every `relaxed_sync_interval`; a crash of the process loses nothing, loss of power
  // what that interval held.
  bool sync = true;
  std::chrono::milliseconds relaxed_sync_interval{1'000};
  // An I/O thread of a server commits and syncs the writes that it brought, in place of sleeping,
  // as long as that takes no longer on average: what a read that comes just then waits for. Zero:
  // never. The sync of an SSD without a cache that survives loss of power takes several times as
  // long.
  std::chrono::microseconds idle_sync_max{500};
  // Rows kept in memory whole, as point reads fill them (row_cache.h); 0: none.
  std::size_t row_cache_bytes = std::size_t{128} << 20;
  // Uncompressed blocks kept in memory; filled as they are read.
  std::size_t block_cache_bytes = std::size_t{256} << 20;
  // Writes gathered in memory before they become a table file. Two of them may exist at once.
  std::size_t memtable_bytes = std::size_t{64} << 20;
  // Where RocksDB keeps its files; null: the machine's file system. For tests.
  rocksdb::Env* env = nullptr;
  // Where counters go; null: to a registry of the engine's own.
  base::MetricsRegistry* metrics = nullptr;
  // Null: the machine's clock.
  const base::Clock* clock = nullptr;
};

}  // namespace stator::engine
