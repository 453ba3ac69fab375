// Log files from anywhere never crash the reader, and it gives out nothing that no frame holds.
#include <rocksdb/file_system.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/log_frames.h"

namespace {

// A file in memory.
class TextFile final : public rocksdb::FSSequentialFile {
 public:
  explicit TextFile(std::string_view rest) : rest_(rest) {}
  rocksdb::IOStatus Read(std::size_t size, const rocksdb::IOOptions&, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext*) override {
    const std::size_t part = std::min(size, rest_.size());
    if (part > 0) std::memcpy(scratch, rest_.data(), part);
    rest_.remove_prefix(part);
    *result = rocksdb::Slice(scratch, part);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Skip(std::uint64_t size) override {
    rest_.remove_prefix(std::min<std::uint64_t>(size, rest_.size()));
    return rocksdb::IOStatus::OK();
  }

 private:
  std::string_view rest_;
};

std::string ReadAll(std::string_view frames, const stator::engine::LogHeader& header) {
  stator::engine::FramedLogReader reader(std::make_unique<TextFile>(frames), header);
  std::string all;
  for (;;) {
    char scratch[777];
    rocksdb::Slice part;
    CHECK(reader.Read(sizeof scratch, {}, &part, scratch, nullptr).ok());
    all.append(part.data(), part.size());
    if (part.size() < sizeof scratch) return all;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stator::engine;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto header = DecodeLogHeader(bytes)) {
    CHECK(ReadAll(bytes.substr(kLogHeaderBytes), *header).size() <= size + kDamageBytes);
  }
  // The bytes as payload of a log that has taken over a file of the same bytes.
  const LogHeader header{size, 0x0123456789ABCDEF};
  std::string file;
  AppendLogHeader(header, file);
  CHECK(DecodeLogHeader(file)->salt == header.salt);
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view payload = rest.substr(0, 1 + rest.size() / 3);
    AppendFrame(header.salt, file.size(), payload, file);
    rest.remove_prefix(payload.size());
  }
  file.append(bytes);
  CHECK(ReadAll(std::string_view(file).substr(kLogHeaderBytes), header) == bytes);
  // Wherever it is damaged, what is read begins as the payload does.
  const std::size_t frames_end = file.size() - size;
  if (frames_end == kLogHeaderBytes) return 0;
  const std::size_t at = kLogHeaderBytes + (data[0] * 257U + size) % (frames_end - kLogHeaderBytes);
  file[at] = static_cast<char>(file[at] ^ 0x10);
  std::string read = ReadAll(std::string_view(file).substr(kLogHeaderBytes), header);
  if (read.ends_with(std::string(kDamageBytes, '\xFF'))) read.resize(read.size() - kDamageBytes);
  CHECK(read.size() < size && bytes.starts_with(read));
  return 0;
}
