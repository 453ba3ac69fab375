// The registry as a file: one bare feast.core.Registry message, the same that Feast reads and
// writes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"

namespace feast::core {
class Registry;
}

namespace stator::features {

// Feast rewrites the whole file at every change; larger ones are refused rather than read into
// memory.
inline constexpr std::size_t kRegistryBytesMax = 512U << 20;

// Tells two states of a file apart.
struct FileStamp {
  std::int64_t modified_ns = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t inode = 0;
  // The same state.
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Reads and replaces a registry file. Thread-safe; holds nothing open between calls.
class RegistryFile {
 public:
  // `path` need not exist yet. `clock` must outlive this.
  RegistryFile(std::string path, const base::Clock& clock)
      : path_(std::move(path)), clock_(clock) {}

  // Where it is.
  const std::string& path() const { return path_; }
  // Its present state, or nullopt when there is no file.
  std::optional<FileStamp> Stamp() const;

  // Reads it. Unknown fields are kept.
  // ERRORS: RegistryNotFound (says how to make one), RegistryInvalid (no registry, or too large).
  base::Result<std::unique_ptr<feast::core::Registry>> Load() const;

  // Changes the registry under a lock that other Stator processes respect (Feast has none): reads
  // it, or starts an empty one, calls `change`, and, when that answers true, replaces the file: a
  // new version_id and time, written beside it, synced, renamed over it, folder synced. So a
  // reader, or a crash, finds the old file or the new one, never a part. ERRORS: those of Load and
  // of `change`; DeadlineExceeded when the lock stays taken; RegistryInvalid for I/O errors.
  base::Status Update(
      const base::CallContext& context,
      const std::function<base::Result<bool>(feast::core::Registry&)>& change) const;

 private:
  base::Status Write(feast::core::Registry& registry) const;

  std::string path_;
  const base::Clock& clock_;
};

// A random UUID (version 4) as text.
std::string NewUuid();

}  // namespace stator::features
