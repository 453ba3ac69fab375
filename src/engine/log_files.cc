#include "engine/log_files.h"

#include <string_view>
#include <utility>

namespace stator::engine {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// A log file that always succeeds. Once it failed it writes nothing more: what followed would stand
// behind a torn record, where no recovery reads.
class LogFiles::LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, LogFiles* owner)
      : FSWritableFileOwnerWrapper(std::move(file)), owner_(owner) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return torn_ ? IOStatus::OK() : Keep(FSWritableFileOwnerWrapper::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Keep(FSWritableFileOwnerWrapper::Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Keep(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Keep(FSWritableFileOwnerWrapper::Close(options, debug));
  }

 private:
  IOStatus Keep(const IOStatus& status) {
    if (!status.ok()) {
      torn_ = true;
      owner_->Keep(status);
    }
    return IOStatus::OK();
  }

  LogFiles* const owner_;
  std::atomic<bool> torn_{false};
};

IOStatus LogFiles::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void LogFiles::Clear() {
  const std::lock_guard lock(mutex_);
  failure_ = IOStatus::OK();
  failed_.store(false, std::memory_order_release);
}

void LogFiles::Keep(const IOStatus& status) {
  const std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = status;
  failed_.store(true, std::memory_order_release);
}

IOStatus LogFiles::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                   IODebugContext* debug) {
  IOStatus status = target()->NewWritableFile(path, options, result, debug);
  if (status.ok() && std::string_view(path).ends_with(".log")) {
    *result = std::make_unique<LogFile>(std::move(*result), this);
  }
  return status;
}

}  // namespace stator::engine
