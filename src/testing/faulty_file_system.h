// A file system in memory that forgets every unsynced byte when the power fails, runs full, or does
// not keep up.
//
// Tests open the real engine on it, write, cut the power, reopen and look:
//
//   auto files = std::make_shared<FaultyFileSystem>();
//   auto env = rocksdb::NewCompositeEnv(files);
//   ... open, write ...
//   files->CutPower();            // from now on no write and no sync succeeds
//   ... close ...
//   files->RestorePower();        // what was not synced is gone
//   ... reopen ...
//
// What survives a power cut: of a file that is appended to, the bytes before its last successful
// Sync or Fsync; of one that is written at places (NewRandomRWFile), what its last sync left, and
// of what was written over it since, some pages of 4 KiB and others not, by a seeded draw, as a
// disk may. Nothing of a file becomes safe any more once a sync of it failed, whatever later ones
// say. A new file survives only when its folder was synced after its creation; of the renames since
// the folder's last sync the first few survive, by a seeded draw, and the others are undone.
// Deletions count as durable at once, which is kinder than a disk may be.
#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace stator::testing {

// The file system. Thread-safe.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  // An empty one, with power and without a limit.
  FaultyFileSystem();

  // Every write, sync and rename fails from now on; reads go on.
  void CutPower();
  // Forgets what a power cut takes, then lets writes succeed again. REQUIRES: no file is open for
  // writing any more.
  void RestorePower();
  // After `bytes` more written bytes, writes answer "no space left on device", the one that crosses
  // the limit when its first part is written; kNoLimit lifts that.
  void SetBytesLeft(std::uint64_t bytes);
  // No end of the disk.
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  // While `held`, who makes a table file (*.sst) waits for the end of that, as on a disk that does
  // not keep up; a minute at most.
  void HoldTables(bool held);
  // Makes the next `count` calls of Sync or Fsync fail, as a dying disk does.
  void FailSyncs(int count);
  // Successful syncs of files so far, to count how many writes shared one.
  std::uint64_t syncs() const;

  // RocksDB's name for the kind of file system.
  const char* Name() const override { return "FaultyFileSystem"; }
  // As rocksdb::FileSystem; the new file is forgotten by a power cut until its folder is synced.
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; what stands in the file already keeps its durability.
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; REQUIRES: nobody appends to the file meanwhile.
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; syncing the folder makes its new files durable.
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem; the durability of the file goes with it.
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  // As rocksdb::FileSystem.
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultyFile;
  friend class FaultyRandomFile;
  friend class FaultyDirectory;

  // A part of a file as it was; what lay behind the end is missing.
  struct Overwritten {
    std::uint64_t offset = 0;
    std::string content;
  };
  // What is known of one file that was written since the start.
  struct Durability {
    std::uint64_t written_bytes = 0;
    std::uint64_t synced_bytes = 0;
    bool entry_is_durable = false;  // its folder was synced after its creation
    bool a_sync_failed = false;
    // Written over since the last sync: what was there before, at most a page each.
    std::vector<Overwritten> overwritten;
  };
  // A file that was renamed, and what another one held that had the name until then.
  struct Rename {
    std::string from;
    std::string to;
    bool was_durable = false;
    std::optional<std::string> replaced;
  };

  // `bytes` becomes how many of them fit.
  rocksdb::IOStatus BeforeWrite(std::uint64_t& bytes);
  rocksdb::IOStatus BeforeChange();
  // Of a file or a folder.
  rocksdb::IOStatus BeforeSync(const std::string& path);
  void Written(const std::string& path, std::uint64_t bytes);
  std::uint64_t WrittenBytes(const std::string& path);
  void Synced(const std::string& path, std::uint64_t bytes);
  void FolderSynced(const std::string& folder);
  void UndoRenames();
  void WaitWhileHeld(const std::string& path);
  // Remembers what `bytes` at `offset` are about to write over.
  void Overwrites(const std::string& path, rocksdb::FSRandomRWFile& file, std::uint64_t offset,
                  std::uint64_t bytes);
  // How many overwritten parts a sync that begins now makes safe; then that it did.
  std::size_t OverwrittenParts(const std::string& path);
  void OverwrittenSynced(const std::string& path, std::size_t parts);
  void LosePages(const std::string& path, Durability& file);
  std::string Content(const std::string& path);
  void Rewrite(const std::string& path, const std::string& content);
  void CutBack(const std::string& path, std::uint64_t size_bytes);

  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool tables_held_ = false;
  std::map<std::string, Durability> files_;
  // Since the last sync of their folder, in their order.
  std::vector<Rename> renames_;
  bool power_ = true;
  int syncs_to_fail_ = 0;
  std::uint64_t bytes_left_ = kNoLimit;
  std::uint64_t syncs_ = 0;
  std::mt19937 random_{4096};
};

}  // namespace stator::testing
