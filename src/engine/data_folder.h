// One data folder, one process: the lock of the folder, and what is in it besides RocksDB's files.
//
//   DIR/lock      held by flock while a process has the folder open; holds its process id as text
//   DIR/endpoint  the address of that process's DynamoDB door, written by `server`
//   DIR/db/       RocksDB
#pragma once

#include <string>

#include "base/result.h"

namespace stator::engine {

// A locked folder; the lock is let go when it is destroyed, and by the kernel when the process ends
// in any way.
class DataFolder {
 public:
  // Makes `path` when it does not exist and locks it. ERRORS: DataFolderLocked that names the
  // process, and its DynamoDB address where DIR/endpoint has one; InternalServerError when the
  // folder cannot be made or written.
  static base::Result<DataFolder> Lock(const std::string& path);
  // The lock moves along.
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&& other) = delete;
  // Unlocks.
  ~DataFolder();

  // Where RocksDB's files are.
  // The folder exists, that one perhaps not yet.
  std::string database_path() const { return path_ + "/db"; }

 private:
  DataFolder(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::string path_;
  // Of DIR/lock; -1 after a move.
  int lock_fd_;
};

}  // namespace stator::engine
