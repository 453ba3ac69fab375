// The frames of a log file: how a log tells its own bytes from those of an older log whose file it
// took over. The layout is docs/format-data-folder.md, "Log files".
//
// Why: to write over a file that is there costs half of what making a file longer does, since a
// sync then has no inode to write (17 and 40 us of CPU here, 55 and 110 us of time). RocksDB 7.8
// takes old files over only in a recovery mode that skips damage, so this stands below RocksDB.
#pragma once

#include <rocksdb/file_system.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stator::engine {

// What a log file begins with.
struct LogHeader {
  // Of the log, as in its name: a file that begins with another number holds none of its bytes.
  std::uint64_t number = 0;
  // Drawn anew for every log: no bytes of an older one, whatever they are, pass for a frame.
  std::uint64_t salt = 0;
};

inline constexpr std::size_t kLogHeaderBytes = 32;
// In front of each payload: its length and its checksum.
inline constexpr std::size_t kFrameHeadBytes = 8;
// A payload is 1 byte to this many.
inline constexpr std::size_t kFramePayloadMax = std::size_t{1} << 20;

// Appends the header, kLogHeaderBytes.
void AppendLogHeader(const LogHeader& header, std::string& bytes);
// The header that `bytes` begin with; nullopt when they do not, as no log of RocksDB does.
std::optional<LogHeader> DecodeLogHeader(std::string_view bytes);

// Whether `bytes` begin as the logs of a later version of this layout will.
bool IsNewerLog(std::string_view bytes);

// Appends the frame of `payload` that stands at `offset` of its file.
// REQUIRES: 1 to kFramePayloadMax bytes.
void AppendFrame(std::uint64_t salt, std::uint64_t offset, std::string_view payload,
                 std::string& bytes);

// What stands for a damaged frame: enough that RocksDB meets a record's head in it.
inline constexpr std::size_t kDamageBytes = 64;

// Reads a log's payloads, one behind the other, as RocksDB wrote them. Ends before the first frame
// that is not whole or not of this log. When the frame behind that one is whole, the log went on
// and is damaged there: then it ends with kDamageBytes that are no records, so that RocksDB reports
// the damage and replays no later log either. Not thread-safe, as all files of its kind.
class FramedLogReader final : public rocksdb::FSSequentialFile {
 public:
  // `file` stands behind the header.
  FramedLogReader(std::unique_ptr<rocksdb::FSSequentialFile> file, const LogHeader& header)
      : file_(std::move(file)), salt_(header.salt) {}

  // As rocksdb::FSSequentialFile: fewer than `size` bytes only at the end.
  rocksdb::IOStatus Read(std::size_t size, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) override;
  // As rocksdb::FSSequentialFile.
  rocksdb::IOStatus Skip(std::uint64_t size) override;
  // There is nothing more to read.
  void End() { ended_ = true; }

 private:
  // What stands at a place; the payload is empty when nothing can be a frame there.
  struct Frame {
    std::string payload;
    bool is_whole = false;
  };
  // Makes payload_ the next one; empty at the end.
  rocksdb::IOStatus NextFrame();
  // Reads what stands at offset_, and moves it on.
  rocksdb::IOStatus ReadFrame(Frame& frame);
  // Fewer bytes than asked for at the end of the file.
  rocksdb::IOStatus ReadFile(std::size_t size, std::string& bytes);

  const std::unique_ptr<rocksdb::FSSequentialFile> file_;
  const std::uint64_t salt_;
  std::uint64_t offset_ = kLogHeaderBytes;
  std::string payload_;
  // How much of payload_ was given out.
  std::size_t given_ = 0;
  bool ended_ = false;
};

}  // namespace stator::engine
