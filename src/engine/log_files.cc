#include "engine/log_files.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

namespace stator::engine {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::string_view kLogEnding = ".log";
constexpr std::string_view kSpareEnding = ".spare";
constexpr std::string_view kOptionsBeginning = "/OPTIONS-";

// The number of a log by its path; nullopt of any other file.
std::optional<std::uint64_t> LogNumber(std::string_view path) {
  if (!path.ends_with(kLogEnding)) return std::nullopt;
  path.remove_suffix(kLogEnding.size());
  path.remove_prefix(path.rfind('/') + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc() || end != path.data() + path.size()) return std::nullopt;
  return number;
}

std::string SparePath(std::string_view log_path) {
  log_path.remove_suffix(kLogEnding.size());
  return std::string(log_path).append(kSpareEnding);
}

// nullopt when the file begins with none. ERRORS: NotSupported when a newer program wrote it, whose
// records RocksDB would take for damage and drop.
IOStatus ReadHeader(rocksdb::FSSequentialFile& file, std::optional<LogHeader>& header) {
  char scratch[kLogHeaderBytes];
  Slice begin;
  IOStatus status = file.Read(sizeof scratch, IOOptions(), &begin, scratch, nullptr);
  if (!status.ok()) return status;
  const std::string_view bytes(begin.data(), begin.size());
  if (IsNewerLog(bytes)) return IOStatus::NotSupported("a log of a newer layout");
  header = DecodeLogHeader(bytes);
  return status;
}

std::uint64_t DrawSalt() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

// A log file that always succeeds. Once it failed it writes nothing more: what followed would stand
// behind a torn frame, where no recovery reads.
class LogFiles::LogFile final : public rocksdb::FSWritableFile {
 public:
  LogFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::uint64_t number, LogFiles* owner)
      : file_(std::move(file)), header_{number, DrawSalt()}, owner_(owner) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    std::string_view rest(data.data(), data.size());
    while (!rest.empty() && !torn_) {
      frames_.clear();
      if (end_ == 0) AppendLogHeader(header_, frames_);
      const std::string_view payload = rest.substr(0, kFramePayloadMax);
      AppendFrame(header_.salt, end_ + frames_.size(), payload, frames_);
      Keep(file_->Write(end_, frames_, options, debug));
      end_ += frames_.size();
      rest.remove_prefix(payload.size());
    }
    given_bytes_ += data.size();
    return IOStatus::OK();
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(file_->Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(file_->Fsync(options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Keep(file_->Close(options, debug));
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return given_bytes_; }

 private:
  IOStatus Keep(const IOStatus& status) {
    if (!status.ok()) {
      torn_ = true;
      owner_->Keep(header_.number, status);
    }
    return IOStatus::OK();
  }

  const std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  const LogHeader header_;
  LogFiles* const owner_;
  // Where the next frame goes, and what RocksDB has appended.
  std::uint64_t end_ = 0;
  std::uint64_t given_bytes_ = 0;
  std::string frames_;
  std::atomic<bool> torn_{false};
};

IOStatus LogFiles::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void LogFiles::Clear() {
  DeleteSpares();
  const std::lock_guard lock(mutex_);
  failure_ = IOStatus::OK();
  failed_.store(false, std::memory_order_release);
}

void LogFiles::Keep(std::uint64_t number, const IOStatus& status) {
  const std::lock_guard lock(mutex_);
  failed_logs_.insert(number);
  if (failure_.ok()) failure_ = status;
  failed_.store(true, std::memory_order_release);
}

// A loss of power may leave the bytes of a log in a spare whose renaming was undone. That log's
// number is then given out once more, and its bytes would pass for those of the new one.
IOStatus LogFiles::MakeFile(const std::string& path, std::uint64_t number,
                            const FileOptions& options, IODebugContext* debug) {
  std::string spare;
  {
    const std::lock_guard lock(mutex_);
    if (!spares_.empty()) {
      spare = std::move(spares_.back());
      spares_.pop_back();
    }
  }
  if (!spare.empty()) {
    const auto header = HeaderOf(spare);
    if (header && header->number != number &&
        target()->RenameFile(spare, path, options.io_options, debug).ok()) {
      return IOStatus::OK();
    }
    static_cast<void>(target()->DeleteFile(spare, options.io_options, debug));
  }
  std::unique_ptr<rocksdb::FSWritableFile> made;
  IOStatus status = target()->NewWritableFile(path, options, &made, debug);
  return status.ok() ? made->Close(options.io_options, debug) : status;
}

IOStatus LogFiles::MakeWaitingFile(const std::string& path, const FileOptions& options,
                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                   IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status =
      room_.Try([&] { return target()->NewWritableFile(path, options, &file, debug); });
  if (status.ok()) *result = room_.Wrap(std::move(file));
  return status;
}

IOStatus LogFiles::NewWritableFile(const std::string& path, const FileOptions& options,
                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                   IODebugContext* debug) {
  const auto number = LogNumber(path);
  const bool holds_options = path.find(kOptionsBeginning, path.rfind('/')) != std::string::npos;
  if (holds_options) return IOStatus::NotSupported(kOptionsNotKept);
  if (!number) return MakeWaitingFile(path, options, result, debug);
  if (IOStatus status = MakeFile(path, *number, options, debug); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  IOStatus status = target()->NewRandomRWFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<LogFile>(std::move(file), *number, this);
  return status;
}

IOStatus LogFiles::NewSequentialFile(const std::string& path, const FileOptions& options,
                                     std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                     IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  IOStatus status = target()->NewSequentialFile(path, options, &file, debug);
  const auto number = LogNumber(path);
  if (!status.ok() || !number) {
    *result = std::move(file);
    return status;
  }
  std::optional<LogHeader> header;
  status = ReadHeader(*file, header);
  if (!status.ok()) return status;
  if (!header) return target()->NewSequentialFile(path, options, result, debug);
  auto reader = std::make_unique<FramedLogReader>(std::move(file), *header);
  // Taken over and not written yet: all of it is another log's.
  if (header->number != *number) reader->End();
  *result = std::move(reader);
  return IOStatus::OK();
}

IOStatus LogFiles::DeleteFile(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) {
  const auto number = LogNumber(path);
  if (!number) return target()->DeleteFile(path, options, debug);
  const std::lock_guard lock(mutex_);
  // The disk may be damaged where a log failed.
  const bool failed = failed_logs_.erase(*number) > 0;
  std::string spare = SparePath(path);
  if (failed || spares_.size() >= kSparesMax || !CanBeSpare(path) ||
      !target()->RenameFile(path, spare, options, debug).ok()) {
    return target()->DeleteFile(path, options, debug);
  }
  spares_.push_back(std::move(spare));
  return IOStatus::OK();
}

std::optional<LogHeader> LogFiles::HeaderOf(const std::string& path) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  std::optional<LogHeader> header;
  if (!target()->NewSequentialFile(path, FileOptions(), &file, nullptr).ok()) return header;
  static_cast<void>(ReadHeader(*file, header));
  return header;
}

// Without a header it would read as a log without frames, and its old records come back.
bool LogFiles::CanBeSpare(const std::string& path) {
  std::uint64_t size_bytes = 0;
  return target()->GetFileSize(path, IOOptions(), &size_bytes, nullptr).ok() &&
         size_bytes <= kSpareBytesMax && HeaderOf(path).has_value();
}

void LogFiles::DeleteSpares() {
  const std::lock_guard lock(mutex_);
  for (const std::string& spare : std::exchange(spares_, {})) {
    static_cast<void>(target()->DeleteFile(spare, IOOptions(), nullptr));
  }
}

bool LogFiles::IsEmpty(const std::string& path) {
  std::unique_ptr<rocksdb::FSSequentialFile> log;
  char scratch[1];
  Slice first;
  return NewSequentialFile(path, FileOptions(), &log, nullptr).ok() &&
         log->Read(1, IOOptions(), &first, scratch, nullptr).ok() && first.empty();
}

void LogFiles::DeleteEmptyLogs(const std::string& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    if (LogNumber(path) && IsEmpty(path)) {
      static_cast<void>(DeleteFile(path, IOOptions(), nullptr));
    }
  }
}

void LogFiles::Open(const std::string& folder) {
  std::vector<std::string> names;
  if (!target()->GetChildren(folder, IOOptions(), &names, nullptr).ok()) return;
  for (const std::string& name : names) {
    if (!name.ends_with(kSpareEnding)) continue;
    const std::lock_guard lock(mutex_);
    std::string spare = folder + "/" + name;
    if (spares_.size() < kSparesMax && CanBeSpare(spare)) {
      spares_.push_back(std::move(spare));
    } else {
      static_cast<void>(target()->DeleteFile(spare, IOOptions(), nullptr));
    }
  }
  DeleteEmptyLogs(folder, names);
}

void LogFiles::Close(const std::string& folder) {
  std::vector<std::string> names;
  if (target()->GetChildren(folder, IOOptions(), &names, nullptr).ok()) {
    DeleteEmptyLogs(folder, names);
  }
  DeleteSpares();
}

}  // namespace stator::engine
