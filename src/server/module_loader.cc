#include "server/module_loader.h"

#include <dlfcn.h>

#include <filesystem>

#include "base/log.h"

namespace stator::server {
namespace {

base::Error NotLoaded(const std::string& name, const std::string& reason) {
  return {base::ErrorKind::kNotFound, kModuleNotLoaded,
          "The part '" + name + "' of Stator cannot be loaded: " + reason};
}

}  // namespace

ModuleLoader::ModuleLoader() {
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::filesystem::path folder = program.parent_path();
  folders_ = {folder.string(), (folder / "../lib/stator").lexically_normal().string()};
}

base::Result<LoadableModule*> ModuleLoader::Load(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto known = modules_.find(name);
  if (known != modules_.end()) return known->second.get();
  STATOR_ASSIGN_OR_RETURN(std::unique_ptr<LoadableModule> module, Open(name));
  return modules_.emplace(name, std::move(module)).first->second.get();
}

base::Result<std::unique_ptr<LoadableModule>> ModuleLoader::Open(const std::string& name) const {
  const std::string file = "stator-" + name + ".so";
  for (const std::string& folder : folders_) {
    const std::string path = folder + "/" + file;
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) continue;
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return NotLoaded(name, dlerror());
    const auto factory = reinterpret_cast<ModuleFactory>(dlsym(handle, kModuleFactory));
    if (factory == nullptr) return NotLoaded(name, path + " is no module of Stator.");
    std::unique_ptr<LoadableModule> module(factory(STATOR_VERSION));
    if (module == nullptr)
      return NotLoaded(name, path + " is of another version than " STATOR_VERSION ".");
    base::Log(base::LogLevel::kDebug, "module loaded", {{"path", path}});
    return module;
  }
  std::string looked = "no " + file + " in " + folders_.front();
  for (std::size_t i = 1; i < folders_.size(); ++i) looked += " or " + folders_[i];
  return NotLoaded(name, looked + ".");
}

}  // namespace stator::server
