#include "engine/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "dynamo/errors.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

Error CannotUse(const std::string& path, const std::string& reason) {
  return Error(ErrorKind::kUnavailable, dynamo::kInternalServerError,
               "data folder " + path + " cannot be used: " + reason +
                   "; choose another with --path, or make it writable");
}

std::string SystemReason(int error) { return std::generic_category().message(error); }

// The first line of a small file, or nothing.
std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Error Locked(const std::string& path) {
  const std::string process = FirstLine(path + "/lock");
  const std::string endpoint = FirstLine(path + "/endpoint");
  std::string message =
      "data folder " + path + " is open in process " + (process.empty() ? "(unknown)" : process);
  message += endpoint.empty() ? "; stop it, or choose another folder with --path"
                              : ", which serves it at " + endpoint;
  return Error(ErrorKind::kConflict, dynamo::kDataFolderLocked, std::move(message));
}

}  // namespace

Result<DataFolder> DataFolder::Lock(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) return CannotUse(path, failure.message());
  const std::string file = path + "/lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return CannotUse(path, SystemReason(errno));
  DataFolder folder(path, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Locked(path) : CannotUse(path, SystemReason(errno));
  }
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, process.data(), process.size(), 0) != static_cast<ssize_t>(process.size())) {
    return CannotUse(path, SystemReason(errno));
  }
  return folder;
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

}  // namespace stator::engine
