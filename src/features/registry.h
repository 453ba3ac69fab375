// The registry as a server sees it: the newest snapshot, read again when the file changes or gets
// old.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/result.h"
#include "features/read_plan.h"
#include "features/registry_file.h"
#include "features/repo_config.h"

namespace stator::features {

// Hands out snapshots. Thread-safe. A reload happens in the call that finds the file changed, while
// others go on with the old snapshot; if it fails, the old one stays and a warning is logged.
class Registry {
 public:
  // How often the file is looked at, at most.
  static constexpr std::chrono::milliseconds kCheckEvery{100};

  // Nothing is read yet. `clock` must outlive this.
  Registry(RepoConfig config, const base::Clock& clock);

  // The current snapshot with its plans. Read again when the file's time, size or inode changed,
  // and when `registry.cache_ttl_seconds` (0: never) have passed. ERRORS: those of
  // RegistryFile::Load, when there is no snapshot yet.
  base::Result<std::shared_ptr<ReadPlanCache>> Current();

  // The configuration that it was made from.
  const RepoConfig& config() const { return config_; }
  // The file.
  const RegistryFile& file() const { return file_; }

 private:
  base::Result<std::shared_ptr<ReadPlanCache>> Reload(const std::optional<FileStamp>& stamp);
  bool NeedsLook(base::MonotonicTime now) const;

  const RepoConfig config_;
  const base::Clock& clock_;
  const RegistryFile file_;

  std::atomic<std::shared_ptr<ReadPlanCache>> current_;
  // Ticks of the monotonic clock.
  std::atomic<std::int64_t> next_look_{0};
  std::mutex reload_mutex_;
  // Under reload_mutex_.
  std::optional<FileStamp> stamp_;
  // Under reload_mutex_.
  base::MonotonicTime loaded_at_;
};

}  // namespace stator::features
