// LogFiles: a file system whose log files ("<number>.log") never fail towards RocksDB, and take
// over the files of logs that are no longer needed.
//
// RocksDB 7.8 refuses with an assertion, which Debian's build has compiled in, to touch a log file
// again once a write or sync of it failed. A full disk would end the process. With this between,
// RocksDB goes on, LogSync learns of the failure before it acknowledges anything, and recovers by
// writing the memtables out and beginning a new log.
//
// All other files wait for room on a full disk (engine/room_wait.h). But the file in which RocksDB
// notes its options is refused: at each start it would write one, with two syncs, read it again and
// compare, which takes a fifth of the start, and nobody reads them.
//
// A log that RocksDB deletes becomes a spare file, and the next log writes over it
// (engine/log_frames.h has the reason and the layout).
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/log_frames.h"
#include "engine/room_wait.h"

namespace stator::engine {

// What RocksDB is told, and warns of, where it would note its options.
inline constexpr const char* kOptionsNotKept = "Stator keeps no file of RocksDB's options";

// Wraps any file system; what is no log file passes through, but waits for room. Thread-safe.
class LogFiles final : public rocksdb::FileSystemWrapper {
 public:
  // Spares that are kept at most, and how large: a log is as large as the memtable it belongs to.
  static constexpr std::size_t kSparesMax = 2;
  static constexpr std::uint64_t kSpareBytesMax = std::uint64_t{128} << 20;

  // Over `files`.
  explicit LogFiles(const std::shared_ptr<rocksdb::FileSystem>& files) : FileSystemWrapper(files) {}

  // Finds the spares in `folder` and deletes the logs that hold nothing: RocksDB deletes a log only
  // behind a later one that holds something, so each start that writes nothing would leave one.
  // REQUIRES: the database is not open.
  void Open(const std::string& folder);
  // Deletes the spares and the empty logs. REQUIRES: as Open.
  void Close(const std::string& folder);

  // Whether a write or sync of a log file failed since the last Clear(). What was written to the
  // log since then may be lost or follow a torn record.
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // The first failure; ok when there is none.
  rocksdb::IOStatus failure() const;
  // Forgets the failure, and deletes the spares, since the disk may be full. To be called before
  // the memtables are written out: a later failure then shows.
  void Clear();
  // Whether the other files wait for room on a full disk.
  RoomWait& room() { return room_; }

  // RocksDB's name for the kind of file system.
  const char* Name() const override { return "stator.LogFiles"; }
  // As rocksdb::FileSystem; a log takes a spare when there is one, another file waits for room.
  // ERRORS: NotSupported with kOptionsNotKept, for a file of options.
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; of a log, what was written to it. Reads logs without frames too, as
  // data format 1 has them.
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; a log that never failed may become a spare.
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class LogFile;
  // A write or sync of log `number` failed.
  void Keep(std::uint64_t number, const rocksdb::IOStatus& status);
  // Gives log `number` its file: a spare, else an empty one.
  rocksdb::IOStatus MakeFile(const std::string& path, std::uint64_t number,
                             const rocksdb::FileOptions& options, rocksdb::IODebugContext* debug);
  rocksdb::IOStatus MakeWaitingFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug);
  void DeleteEmptyLogs(const std::string& folder, const std::vector<std::string>& names);
  bool IsEmpty(const std::string& path);
  // What the file begins with; nullopt also when it cannot be read.
  std::optional<LogHeader> HeaderOf(const std::string& path);
  bool CanBeSpare(const std::string& path);
  void DeleteSpares();

  RoomWait room_;
  std::atomic<bool> failed_{false};
  // Guards all below.
  mutable std::mutex mutex_;
  rocksdb::IOStatus failure_;
  // Paths.
  std::vector<std::string> spares_;
  // Numbers of logs that are still there.
  std::set<std::uint64_t> failed_logs_;
};

}  // namespace stator::engine
