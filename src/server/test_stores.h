// For tests of what opens stores: a folder of the test's own, and a RemoteOpener for tests that
// stay in this process.
//
// All inline, since two programs use it: server_test, which is without `remote` as the program is,
// and server_remote_test, which has the module linked in.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "server/flags.h"
#include "server/store_directory.h"

namespace stator::server {

// A new folder among the system's temporary ones, removed with all that is in it when the object
// ends. Its name has the process and the running test in it, so that tests may run side by side.
class TestFolder {
 public:
  // REQUIRES: a test is running. Throws when the file system refuses, which fails the test.
  TestFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("stator-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(path_);
  }
  // Leaves nothing behind, also when the test has failed: what it held open is closed before, since
  // it is declared behind the folder.
  ~TestFolder() { std::filesystem::remove_all(path_); }
  // One owner: two would remove the folder twice.
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // The path of `name` inside; nothing is made there.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  const std::filesystem::path path_;
};

// A RemoteOpener for tests whose stores lie in folders or in memory. ERRORS: UsageError, always: a
// test that comes here has opened what it did not mean to.
inline base::Result<std::shared_ptr<dynamo::Store>> NoneRemote(const StoreLocation& location) {
  return UsageError("unexpected: " + location.endpoint_url);
}

// The location of which a configuration says only the endpoint: "embedded:PATH", or a URL.
inline StoreLocation At(const std::string& endpoint_url) {
  StoreLocation location;
  location.endpoint_url = endpoint_url;
  return location;
}

}  // namespace stator::server
