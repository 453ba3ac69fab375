// RoomWait: on a full disk, files wait for room in place of failing.
//
// RocksDB 7.8 takes a failed flush or compaction for an error of the whole database. Resume() gets
// it out of that, but not always: a flush that was scheduled and had not begun when the error came
// is forgotten, and every later one waits behind it for ever (in storms of writes with small
// memtables, behind 2 of 660 full disks; with this, none of 1,000). With this between, a full disk
// is a slow one: the background job stays in its write until there is room, and LogSync, which is
// told, refuses writes meanwhile. Logs do not wait but fail (engine/log_files.h), since clients
// wait for them.
#pragma once

#include <rocksdb/file_system.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace stator::engine {

// Who waits, and until when. Thread-safe.
class RoomWait {
 public:
  // Told of each wait that begins, with the error of the disk. Must not call back, nor block.
  using Report = std::function<void(const rocksdb::IOStatus&)>;

  // Between two tries of one that waits.
  static constexpr std::chrono::milliseconds kTryInterval{250};

  // From now on files wait; before it, and after End, they fail as they always did: while a
  // database opens or closes there is nobody to wait for.
  void Begin(Report report);
  // Nobody waits any more: who did gets the error. `report` is not called after this has returned.
  void End();
  // Whether somebody waits.
  bool waiting() const;

  // Repeats `attempt` while it answers NoSpace and waiting is on; its last answer.
  rocksdb::IOStatus Try(const std::function<rocksdb::IOStatus()>& attempt);
  // `file`, whose Append waits. Writes at places of its own reckoning, so that bytes of which a
  // full disk took a part are written whole by the next try. REQUIRES: `file` is new and empty and
  // can write at places (PositionedAppend); this outlives the result.
  std::unique_ptr<rocksdb::FSWritableFile> Wrap(std::unique_ptr<rocksdb::FSWritableFile> file);

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  // Empty while waiting is off.
  Report report_;
  int waiting_ = 0;
};

}  // namespace stator::engine
