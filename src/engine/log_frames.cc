#include "engine/log_frames.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "engine/rocks_checksum.h"

namespace stator::engine {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

static_assert(std::endian::native == std::endian::little);

// In a log of RocksDB the seventh byte is the kind of a record, and 'L' is none.
constexpr std::string_view kMagic = "StatorL1";
// Of all versions.
constexpr std::string_view kMagicName = "StatorL";
constexpr std::size_t kHeaderChecked = 24;
// No record of RocksDB begins so.
constexpr char kDamage = '\xFF';

template <typename Number>
void AppendNumber(Number number, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
Number NumberAt(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

std::uint32_t Crc(std::uint32_t crc, std::string_view bytes) {
  return ExtendCrc32c(crc, bytes.data(), bytes.size());
}

std::uint32_t FrameCrc(std::uint64_t salt, std::uint64_t offset, std::string_view payload) {
  std::string place;
  AppendNumber(salt, place);
  AppendNumber(offset, place);
  AppendNumber(static_cast<std::uint32_t>(payload.size()), place);
  return Crc(Crc(0, place), payload);
}

}  // namespace

void AppendLogHeader(const LogHeader& header, std::string& bytes) {
  const std::size_t begin = bytes.size();
  bytes.append(kMagic);
  AppendNumber(header.number, bytes);
  AppendNumber(header.salt, bytes);
  AppendNumber(Crc(0, std::string_view(bytes).substr(begin)), bytes);
  AppendNumber(std::uint32_t{0}, bytes);
}

std::optional<LogHeader> DecodeLogHeader(std::string_view bytes) {
  if (bytes.size() < kLogHeaderBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  const std::uint32_t crc = Crc(0, bytes.substr(0, kHeaderChecked));
  if (NumberAt<std::uint32_t>(bytes, kHeaderChecked) != crc) return std::nullopt;
  return LogHeader{.number = NumberAt<std::uint64_t>(bytes, 8),
                   .salt = NumberAt<std::uint64_t>(bytes, 16)};
}

bool IsNewerLog(std::string_view bytes) {
  return bytes.starts_with(kMagicName) && !bytes.starts_with(kMagic);
}

void AppendFrame(std::uint64_t salt, std::uint64_t offset, std::string_view payload,
                 std::string& bytes) {
  CHECK(!payload.empty() && payload.size() <= kFramePayloadMax);
  AppendNumber(static_cast<std::uint32_t>(payload.size()), bytes);
  AppendNumber(FrameCrc(salt, offset, payload), bytes);
  bytes.append(payload);
}

IOStatus FramedLogReader::Read(std::size_t size, const IOOptions&, Slice* result, char* scratch,
                               IODebugContext*) {
  std::size_t copied = 0;
  while (copied < size) {
    if (given_ == payload_.size()) {
      if (IOStatus status = NextFrame(); !status.ok()) return status;
      if (payload_.empty()) break;
    }
    const std::size_t part = std::min(size - copied, payload_.size() - given_);
    std::memcpy(scratch + copied, payload_.data() + given_, part);
    copied += part;
    given_ += part;
  }
  *result = Slice(scratch, copied);
  return IOStatus::OK();
}

IOStatus FramedLogReader::Skip(std::uint64_t size) {
  while (size > 0) {
    if (given_ == payload_.size()) {
      if (IOStatus status = NextFrame(); !status.ok()) return status;
      if (payload_.empty()) break;
    }
    const std::uint64_t part = std::min<std::uint64_t>(size, payload_.size() - given_);
    given_ += static_cast<std::size_t>(part);
    size -= part;
  }
  return IOStatus::OK();
}

IOStatus FramedLogReader::NextFrame() {
  payload_.clear();
  given_ = 0;
  if (ended_) return IOStatus::OK();
  Frame frame;
  if (IOStatus status = ReadFrame(frame); !status.ok()) return status;
  ended_ = !frame.is_whole;
  if (frame.is_whole) payload_ = std::move(frame.payload);
  if (frame.is_whole || frame.payload.empty()) return IOStatus::OK();
  // The log went on here when the frame behind this one is whole.
  Frame next;
  if (IOStatus status = ReadFrame(next); !status.ok()) return status;
  if (next.is_whole) payload_.assign(kDamageBytes, kDamage);
  return IOStatus::OK();
}

IOStatus FramedLogReader::ReadFrame(Frame& frame) {
  std::string head;
  if (IOStatus status = ReadFile(kFrameHeadBytes, head); !status.ok()) return status;
  if (head.size() < kFrameHeadBytes) return IOStatus::OK();
  const auto length = NumberAt<std::uint32_t>(head, 0);
  if (length == 0 || length > kFramePayloadMax) return IOStatus::OK();
  if (IOStatus status = ReadFile(length, frame.payload); !status.ok()) return status;
  frame.is_whole = frame.payload.size() == length &&
                   FrameCrc(salt_, offset_, frame.payload) == NumberAt<std::uint32_t>(head, 4);
  offset_ += kFrameHeadBytes + length;
  return IOStatus::OK();
}

IOStatus FramedLogReader::ReadFile(std::size_t size, std::string& bytes) {
  bytes.resize(size);
  Slice read;
  IOStatus status = file_->Read(size, IOOptions(), &read, bytes.data(), nullptr);
  if (!status.ok()) {
    bytes.clear();
  } else if (read.data() == bytes.data()) {
    bytes.resize(read.size());
  } else {
    bytes.assign(read.data(), read.size());
  }
  return status;
}

}  // namespace stator::engine
