// Opens loadable modules by need: each brings libraries of its own, which a start without it does
// not pay for (docs/adr-0006-modules-loaded-by-need.md).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/module.h"

namespace stator::server {

// Finds modules beside the program, or in ../lib/stator as `make install` lays them out. Once
// opened, the code of a module stays: it may be on any stack; its object is the loader's, which
// outlives all that was made of it. Thread-safe.
class ModuleLoader {
 public:
  // Looks beside the running program.
  ModuleLoader();
  // Looks in `folder` alone; for tests.
  explicit ModuleLoader(std::string folder) : folders_{std::move(folder)} {}
  // The module `name` ("features", "sql", "remote"), opened at the first call. ERRORS:
  // ModuleNotLoaded that says what was looked for and why it did not do.
  base::Result<LoadableModule*> Load(const std::string& name);

 private:
  base::Result<std::unique_ptr<LoadableModule>> Open(const std::string& name) const;

  std::vector<std::string> folders_;
  // Guards modules_.
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<LoadableModule>> modules_;
};

}  // namespace stator::server
