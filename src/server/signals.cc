#include "server/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

#include "base/check.h"

namespace stator::server {

SignalWatcher::SignalWatcher() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_fd_ = signalfd(-1, &set, SFD_CLOEXEC);
  stop_fd_ = eventfd(0, EFD_CLOEXEC);
  CHECK(signals_fd_ >= 0 && stop_fd_ >= 0);
}

SignalWatcher::~SignalWatcher() {
  const std::uint64_t one = 1;
  CHECK(write(stop_fd_, &one, sizeof one) == sizeof one);
  if (thread_.joinable()) thread_.join();
  close(signals_fd_);
  close(stop_fd_);
}

int SignalWatcher::Wait() {
  signalfd_siginfo info{};
  while (read(signals_fd_, &info, sizeof info) != sizeof info) {
  }
  return static_cast<int>(info.ssi_signo);
}

void SignalWatcher::OnSignal(std::function<void(int)> action) {
  std::lock_guard lock(mutex_);
  action_ = std::move(action);
  if (!thread_.joinable()) thread_ = std::thread([this] { Watch(); });
}

void SignalWatcher::Watch() {
  for (;;) {
    std::array<pollfd, 2> wanted = {{{signals_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
    if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if (wanted[1].revents != 0) return;
    const int signal = Wait();
    std::function<void(int)> action;
    {
      std::lock_guard lock(mutex_);
      action = action_;
    }
    action(signal);
  }
}

}  // namespace stator::server
