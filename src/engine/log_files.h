// LogFiles: a file system whose log files never fail towards RocksDB; their failures are kept here.
//
// Why: RocksDB 7.8 refuses with an assertion, which Debian's build has compiled in, to touch a log
// file again once a write or sync of it failed. A full disk would end the process. With this
// between, RocksDB goes on, LogSync learns of the failure before it acknowledges anything, and
// recovers by writing the memtables out and beginning a new log.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace stator::engine {

// Wraps any file system; all but the log files ("*.log") pass through. Thread-safe.
class LogFiles final : public rocksdb::FileSystemWrapper {
 public:
  // Over `files`.
  explicit LogFiles(const std::shared_ptr<rocksdb::FileSystem>& files) : FileSystemWrapper(files) {}

  // Whether a write or sync of a log file failed since the last Clear(). What was written to the
  // log since then may be lost or follow a torn record.
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // The first failure; ok when there is none.
  rocksdb::IOStatus failure() const;
  // Forgets the failure. To be called before the memtables are written out: a later failure then
  // shows.
  void Clear();

  // RocksDB's name for the kind of file system.
  const char* Name() const override { return "stator.LogFiles"; }
  // As rocksdb::FileSystem.
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;

 private:
  class LogFile;
  void Keep(const rocksdb::IOStatus& status);

  std::atomic<bool> failed_{false};
  // Guards failure_.
  mutable std::mutex mutex_;
  rocksdb::IOStatus failure_;
};

}  // namespace stator::engine
