#include "testing/faulty_file_system.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace stator::testing {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

constexpr std::uint64_t kPageBytes = 4096;

std::string_view FolderOf(std::string_view path) { return path.substr(0, path.rfind('/')); }

IOStatus NoPower() { return IOStatus::IOError("the power is cut"); }

// RocksDB's own file system in memory, a fresh one for each call; the Env that owns it lives as
// long.
std::shared_ptr<rocksdb::FileSystem> MemoryFileSystem() {
  const std::shared_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const std::shared_ptr<rocksdb::FileSystem> files = env->GetFileSystem();
  return {files.get(), [env, files](rocksdb::FileSystem*) {}};
}

}  // namespace

// A file open for writing: passes everything on and keeps the books.
class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, FaultyFileSystem* owner,
             std::string path)
      : FSWritableFileOwnerWrapper(std::move(file)), owner_(owner), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    std::uint64_t fits = data.size();
    IOStatus fault = owner_->BeforeWrite(fits);
    if (!fault.ok() && fits == 0) return fault;
    // A disk that runs full takes what fits: the file then ends in half a record.
    const Slice taken(data.data(), fits);
    IOStatus status = FSWritableFileOwnerWrapper::Append(taken, options, debug);
    if (status.ok()) owner_->Written(path_, taken.size());
    return status.ok() ? fault : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  // The file in memory cannot write over its end: it is cut there first.
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const std::uint64_t size_bytes = owner_->WrittenBytes(path_);
    const std::uint64_t known = size_bytes - offset;
    CHECK(offset <= size_bytes && known <= data.size());
    std::uint64_t longer = data.size() - known;
    IOStatus fault = owner_->BeforeWrite(longer);
    if (!fault.ok() && longer == 0) return fault;
    IOStatus status = FSWritableFileOwnerWrapper::Truncate(offset, options, debug);
    const Slice taken(data.data(), known + longer);
    if (status.ok()) status = FSWritableFileOwnerWrapper::Append(taken, options, debug);
    if (status.ok()) owner_->Written(path_, longer);
    return status.ok() ? fault : status;
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return PositionedAppend(data, offset, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return SyncAll(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return SyncAll(); }
  // As files of Linux: RocksDB then syncs its log while it is being appended to.
  bool IsSyncThreadSafe() const override { return true; }

 private:
  // Only what was written when the sync began is safe; memory has nothing else to do.
  IOStatus SyncAll() {
    const std::uint64_t written = owner_->WrittenBytes(path_);
    if (IOStatus fault = owner_->BeforeSync(path_); !fault.ok()) return fault;
    owner_->Synced(path_, written);
    return IOStatus::OK();
  }

  FaultyFileSystem* owner_;
  std::string path_;
};

// A file open for writing at places.
class FaultyRandomFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  FaultyRandomFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, FaultyFileSystem* owner,
                   std::string path)
      : FSRandomRWFileOwnerWrapper(std::move(file)), owner_(owner), path_(std::move(path)) {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    // Only what makes the file longer takes room on the disk.
    const std::uint64_t end = offset + data.size();
    const std::uint64_t size_bytes = owner_->WrittenBytes(path_);
    std::uint64_t longer = end > size_bytes ? end - size_bytes : 0;
    const std::uint64_t wanted = longer;
    IOStatus fault = owner_->BeforeWrite(longer);
    const Slice taken(data.data(), fault.ok()    ? data.size()
                                   : longer == 0 ? 0
                                                 : data.size() - (wanted - longer));
    if (taken.empty()) return fault;
    owner_->Overwrites(path_, *target(), offset, taken.size());
    IOStatus status = FSRandomRWFileOwnerWrapper::Write(offset, taken, options, debug);
    if (status.ok()) owner_->Written(path_, longer);
    return status.ok() ? fault : status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return SyncAll(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return SyncAll(); }

 private:
  IOStatus SyncAll() {
    const std::uint64_t written = owner_->WrittenBytes(path_);
    const std::size_t parts = owner_->OverwrittenParts(path_);
    if (IOStatus fault = owner_->BeforeSync(path_); !fault.ok()) return fault;
    owner_->OverwrittenSynced(path_, parts);
    owner_->Synced(path_, written);
    return IOStatus::OK();
  }

  FaultyFileSystem* owner_;
  std::string path_;
};

// A folder: syncing it makes the entries of new files durable.
class FaultyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(std::unique_ptr<rocksdb::FSDirectory> directory, FaultyFileSystem* owner,
                  std::string path)
      : FSDirectoryWrapper(std::move(directory)), owner_(owner), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (IOStatus fault = owner_->BeforeSync(path_); !fault.ok()) return fault;
    IOStatus status = FSDirectoryWrapper::Fsync(options, debug);
    if (status.ok()) owner_->FolderSynced(path_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultyFileSystem* owner_;
  std::string path_;
};

FaultyFileSystem::FaultyFileSystem() : FileSystemWrapper(MemoryFileSystem()) {}

void FaultyFileSystem::CutPower() {
  std::lock_guard lock(mutex_);
  power_ = false;
}

void FaultyFileSystem::RestorePower() {
  std::lock_guard lock(mutex_);
  UndoRenames();
  for (auto at = files_.begin(); at != files_.end();) {
    auto& [path, file] = *at;
    if (!file.entry_is_durable) {
      CHECK(target()->DeleteFile(path, {}, nullptr).ok());
      at = files_.erase(at);
      continue;
    }
    if (file.synced_bytes < file.written_bytes) CutBack(path, file.synced_bytes);
    file.written_bytes = file.synced_bytes;
    if (!file.overwritten.empty()) LosePages(path, file);
    ++at;
  }
  power_ = true;
}

void FaultyFileSystem::SetBytesLeft(std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  bytes_left_ = bytes;
}

void FaultyFileSystem::HoldTables(bool held) {
  std::lock_guard lock(mutex_);
  tables_held_ = held;
  released_.notify_all();
}

void FaultyFileSystem::WaitWhileHeld(const std::string& path) {
  if (!path.ends_with(".sst")) return;
  std::unique_lock lock(mutex_);
  released_.wait_for(lock, std::chrono::minutes(1), [&] { return !tables_held_; });
}

void FaultyFileSystem::FailSyncs(int count) {
  std::lock_guard lock(mutex_);
  syncs_to_fail_ = count;
}

std::uint64_t FaultyFileSystem::syncs() const {
  std::lock_guard lock(mutex_);
  return syncs_;
}

IOStatus FaultyFileSystem::BeforeWrite(std::uint64_t& bytes) {
  std::lock_guard lock(mutex_);
  if (!power_) {
    bytes = 0;
    return NoPower();
  }
  if (bytes_left_ == kNoLimit) return IOStatus::OK();
  const bool fits = bytes <= bytes_left_;
  bytes = std::min(bytes, bytes_left_);
  bytes_left_ -= bytes;
  return fits ? IOStatus::OK() : IOStatus::NoSpace("no space left on device");
}

IOStatus FaultyFileSystem::BeforeChange() {
  std::uint64_t nothing = 0;
  return BeforeWrite(nothing);
}

std::uint64_t FaultyFileSystem::WrittenBytes(const std::string& path) {
  std::lock_guard lock(mutex_);
  return files_[path].written_bytes;
}

IOStatus FaultyFileSystem::BeforeSync(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!power_) return NoPower();
  if (syncs_to_fail_ > 0) {
    --syncs_to_fail_;
    if (const auto found = files_.find(path); found != files_.end()) {
      found->second.a_sync_failed = true;
    }
    return IOStatus::IOError("the disk did not sync");
  }
  return IOStatus::OK();
}

void FaultyFileSystem::Written(const std::string& path, std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  files_[path].written_bytes += bytes;
}

void FaultyFileSystem::Synced(const std::string& path, std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  Durability& file = files_[path];
  if (!file.a_sync_failed) file.synced_bytes = std::max(file.synced_bytes, bytes);
  ++syncs_;
}

void FaultyFileSystem::FolderSynced(const std::string& folder) {
  std::lock_guard lock(mutex_);
  for (auto& [path, file] : files_) {
    if (FolderOf(path) == folder) file.entry_is_durable = true;
  }
  std::erase_if(renames_, [&](const Rename& rename) { return FolderOf(rename.to) == folder; });
}

// A file system keeps its changes in their order: the first ones are kept, and the rest is not.
void FaultyFileSystem::UndoRenames() {
  const std::size_t kept = random_() % (renames_.size() + 1);
  for (auto rename = renames_.rbegin();
       rename != renames_.rend() - static_cast<std::ptrdiff_t>(kept); ++rename) {
    const auto moved = files_.find(rename->to);
    if (moved == files_.end() || files_.contains(rename->from)) continue;
    CHECK(target()->RenameFile(rename->to, rename->from, {}, nullptr).ok());
    Durability file = std::move(moved->second);
    file.entry_is_durable = rename->was_durable;
    files_.erase(moved);
    files_[rename->from] = std::move(file);
    if (rename->replaced) Rewrite(rename->to, *rename->replaced);
  }
  renames_.clear();
}

void FaultyFileSystem::Overwrites(const std::string& path, rocksdb::FSRandomRWFile& file,
                                  std::uint64_t offset, std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  for (const std::uint64_t end = offset + bytes; offset < end;) {
    const std::uint64_t page_end = std::min(end, (offset / kPageBytes + 1) * kPageBytes);
    char scratch[kPageBytes];
    Slice before;
    CHECK(file.Read(offset, page_end - offset, {}, &before, scratch, nullptr).ok());
    files_[path].overwritten.push_back({offset, before.ToString()});
    offset = page_end;
  }
}

std::size_t FaultyFileSystem::OverwrittenParts(const std::string& path) {
  std::lock_guard lock(mutex_);
  return files_[path].overwritten.size();
}

void FaultyFileSystem::OverwrittenSynced(const std::string& path, std::size_t parts) {
  std::lock_guard lock(mutex_);
  if (files_[path].a_sync_failed) return;
  auto& overwritten = files_[path].overwritten;
  overwritten.erase(overwritten.begin(), overwritten.begin() + static_cast<std::ptrdiff_t>(parts));
}

// From the newest part to the oldest: a page that is lost as of one write may be kept as of one
// before it.
void FaultyFileSystem::LosePages(const std::string& path, Durability& file) {
  std::string content = Content(path);
  for (auto part = file.overwritten.rbegin(); part != file.overwritten.rend(); ++part) {
    if (random_() % 2 == 0 || part->offset >= content.size()) continue;
    const std::size_t room = content.size() - part->offset;
    const std::size_t size = std::min(part->content.size(), room);
    content.replace(part->offset, size, part->content, 0, size);
  }
  file.overwritten.clear();
  Rewrite(path, content);
}

std::string FaultyFileSystem::Content(const std::string& path) {
  std::uint64_t size_bytes = 0;
  CHECK(target()->GetFileSize(path, {}, &size_bytes, nullptr).ok());
  std::string content(size_bytes, '\0');
  std::unique_ptr<rocksdb::FSSequentialFile> reader;
  CHECK(target()->NewSequentialFile(path, {}, &reader, nullptr).ok());
  Slice read;
  CHECK(reader->Read(size_bytes, {}, &read, content.data(), nullptr).ok());
  return read.ToString();
}

void FaultyFileSystem::CutBack(const std::string& path, std::uint64_t size_bytes) {
  Rewrite(path, Content(path).substr(0, size_bytes));
}

void FaultyFileSystem::Rewrite(const std::string& path, const std::string& content) {
  std::unique_ptr<rocksdb::FSWritableFile> writer;
  CHECK(target()->NewWritableFile(path, {}, &writer, nullptr).ok());
  CHECK(writer->Append(content, {}, nullptr).ok());
  CHECK(writer->Close({}, nullptr).ok());
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& path,
                                           const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                                           IODebugContext* debug) {
  WaitWhileHeld(path);
  if (IOStatus fault = BeforeChange(); !fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->NewWritableFile(path, options, &file, debug);
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  files_[path] = {};
  *result = std::make_unique<FaultyFile>(std::move(file), this, path);
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& path,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                                              IODebugContext* debug) {
  if (IOStatus fault = BeforeChange(); !fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<FaultyFile>(std::move(file), this, path);
  return status;
}

IOStatus FaultyFileSystem::NewRandomRWFile(const std::string& path,
                                           const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                           IODebugContext* debug) {
  if (IOStatus fault = BeforeChange(); !fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  IOStatus status = target()->NewRandomRWFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<FaultyRandomFile>(std::move(file), this, path);
  return status;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                        std::unique_ptr<rocksdb::FSDirectory>* result,
                                        IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(path, options, &directory, debug);
  if (status.ok()) *result = std::make_unique<FaultyDirectory>(std::move(directory), this, path);
  return status;
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* debug) {
  if (IOStatus fault = BeforeChange(); !fault.ok()) return fault;
  std::lock_guard lock(mutex_);
  Rename rename{.from = from, .to = to};
  if (target()->FileExists(to, options, debug).ok()) rename.replaced = Content(to);
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  if (const auto found = files_.find(from); found != files_.end()) {
    Durability moved = std::move(found->second);
    rename.was_durable = std::exchange(moved.entry_is_durable, true);
    files_.erase(found);
    files_[to] = std::move(moved);
    renames_.push_back(std::move(rename));
  }
  return status;
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                      IODebugContext* debug) {
  if (IOStatus fault = BeforeChange(); !fault.ok()) return fault;
  IOStatus status = target()->DeleteFile(path, options, debug);
  std::lock_guard lock(mutex_);
  files_.erase(path);
  return status;
}

}  // namespace stator::testing
