#include "features/registry_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "dynamo/errors.h"
#include "feast/core/Registry.pb.h"
#include "features/errors.h"
#include "features/proto_time.h"

namespace stator::features {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
namespace fs = std::filesystem;

// An open file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error IoError(const std::string& path, std::string_view doing) {
  return Error(ErrorKind::kUnavailable, kRegistryInvalid,
               "Registry " + path + ": " + std::string(doing) + ": " + std::strerror(errno));
}

std::string FolderOf(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Locks the folder, so that no lock file is left behind.
Status LockFolder(const base::CallContext& context, const Descriptor& folder,
                  const std::string& path) {
  while (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return IoError(path, "locking its folder");
    if (context.cancel.cancelled() || context.deadline.Passed(std::chrono::steady_clock::now())) {
      return dynamo::DeadlineError("Waiting for another process that changes registry " + path);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return base::OkStatus();
}

}  // namespace

std::string NewUuid() {
  static constexpr char kHex[] = "0123456789abcdef";
  std::random_device random;
  std::string uuid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : uuid) {
    if (c == 'x') c = kHex[random() & 15];
    if (c == 'y') c = kHex[8 + (random() & 3)];
  }
  return uuid;
}

std::optional<FileStamp> RegistryFile::Stamp() const {
  struct stat status{};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
                   static_cast<std::uint64_t>(status.st_size), status.st_ino};
}

Result<std::unique_ptr<feast::core::Registry>> RegistryFile::Load() const {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok() && errno == ENOENT) {
    return NotFoundError(
        kRegistryNotFound,
        "There is no registry at " + path_ +
            ". Make it with `feast apply` from Python definitions, or with `stator apply` from "
            "definitions in YAML (features/*.yaml)");
  }
  if (!file.ok()) return IoError(path_, "opening it");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return IoError(path_, "reading its size");
  if (static_cast<std::size_t>(status.st_size) > kRegistryBytesMax) {
    return InvalidError(kRegistryInvalid, "Registry " + path_ + " is larger than 512 MiB");
  }
  auto registry = std::make_unique<feast::core::Registry>();
  if (!registry->ParseFromFileDescriptor(file.get())) {
    return InvalidError(kRegistryInvalid,
                        "Registry " + path_ +
                            " is no Feast registry: it cannot be parsed. Restore it, or remove it "
                            "and run `feast apply` or `stator apply`");
  }
  return registry;
}

Status RegistryFile::Write(feast::core::Registry& registry) const {
  registry.set_registry_schema_version("1");
  registry.set_version_id(NewUuid());
  SetTime(clock_.WallNow(), *registry.mutable_last_updated());
  const std::string bytes = registry.SerializeAsString();
  const std::string beside = path_ + ".new-" + std::to_string(::getpid());
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.ok()) return IoError(path_, "writing " + beside);
    if (!WriteAll(file.get(), bytes) || ::fsync(file.get()) != 0) {
      const Error error = IoError(path_, "writing " + beside);
      ::unlink(beside.c_str());
      return error;
    }
  }
  if (::rename(beside.c_str(), path_.c_str()) != 0) return IoError(path_, "replacing it");
  return base::OkStatus();
}

Status RegistryFile::Update(
    const base::CallContext& context,
    const std::function<Result<bool>(feast::core::Registry&)>& change) const {
  const std::string folder_path = FolderOf(path_);
  std::error_code created;
  fs::create_directories(folder_path, created);
  const Descriptor folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok()) return IoError(path_, "opening its folder");
  STATOR_RETURN_IF_ERROR(LockFolder(context, folder, path_));
  auto registry = std::make_unique<feast::core::Registry>();
  if (Stamp()) {
    STATOR_ASSIGN_OR_RETURN(registry, Load());
  }
  STATOR_ASSIGN_OR_RETURN(const bool changed, change(*registry));
  if (!changed) return base::OkStatus();
  STATOR_RETURN_IF_ERROR(Write(*registry));
  if (::fsync(folder.get()) != 0) return IoError(path_, "syncing its folder");
  return base::OkStatus();
}

}  // namespace stator::features
