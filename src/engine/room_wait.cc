#include "engine/room_wait.h"

#include <cstdint>
#include <utility>

namespace stator::engine {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class WaitingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WaitingFile(std::unique_ptr<rocksdb::FSWritableFile> file, RoomWait* room)
      : FSWritableFileOwnerWrapper(std::move(file)), room_(room) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = room_->Try([&] { return PositionedAppend(data, end_, options, debug); });
    if (status.ok()) end_ += data.size();
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }

 private:
  RoomWait* const room_;
  std::uint64_t end_ = 0;
};

}  // namespace

void RoomWait::Begin(Report report) {
  const std::lock_guard lock(mutex_);
  report_ = std::move(report);
}

void RoomWait::End() {
  const std::lock_guard lock(mutex_);
  report_ = nullptr;
  ended_.notify_all();
}

bool RoomWait::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_ > 0;
}

IOStatus RoomWait::Try(const std::function<IOStatus()>& attempt) {
  IOStatus status = attempt();
  if (!status.IsNoSpace()) return status;
  std::unique_lock lock(mutex_);
  if (!report_) return status;
  report_(status);
  ++waiting_;
  while (status.IsNoSpace() && !ended_.wait_for(lock, kTryInterval, [&] { return !report_; })) {
    lock.unlock();
    status = attempt();
    lock.lock();
  }
  --waiting_;
  return status;
}

std::unique_ptr<rocksdb::FSWritableFile> RoomWait::Wrap(
    std::unique_ptr<rocksdb::FSWritableFile> file) {
  return std::make_unique<WaitingFile>(std::move(file), this);
}

}  // namespace stator::engine
