// For tests of what opens stores: a folder of the test's own, and a RemoteOpener for tests that
// stay in this process.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "server/flags.h"
#include "server/store_directory.h"

namespace stator::server {

// A new folder, removed with the object.
class TestFolder {
 public:
  // Named after the process and the running test.
  TestFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("stator-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // The path of `name` inside.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  const std::filesystem::path path_;
};

// A RemoteOpener that fails: what the test opens lies in folders or in memory.
inline base::Result<std::shared_ptr<dynamo::Store>> NoneRemote(const StoreLocation& location) {
  return UsageError("unexpected: " + location.endpoint_url);
}

// A location of which only the endpoint is said.
inline StoreLocation At(const std::string& endpoint_url) {
  StoreLocation location;
  location.endpoint_url = endpoint_url;
  return location;
}

}  // namespace stator::server
