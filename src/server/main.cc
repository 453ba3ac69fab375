#include <sys/resource.h>
#include <unistd.h>

#include <iostream>

#include "server/cli.h"

// A connection is a file, and so is each table file of a large data folder, which stays open. The
// usual soft limit of 1,024 would end both long before the machine does.
static void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char** argv) {
  RaiseFileLimit();
  stator::server::SignalWatcher signals;
  stator::server::ModuleLoader modules;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const stator::server::Console console{.out = std::cout,
                                        .err = std::cerr,
                                        .in_is_terminal = isatty(STDIN_FILENO) != 0,
                                        .out_is_terminal = isatty(STDOUT_FILENO) != 0,
                                        .err_is_terminal = isatty(STDERR_FILENO) != 0};
  return RunCommandLine(arguments, console, modules, signals);
}
