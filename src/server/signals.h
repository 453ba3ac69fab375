// SIGTERM, SIGINT (Ctrl-C) and SIGHUP as events instead of interruptions.
#pragma once

#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

namespace stator::server {

// Blocks the three signals in the calling thread, and so in all threads that it starts later: make
// it first. Signals then wait until somebody asks for them here.
class SignalWatcher {
 public:
  // Blocks the signals; starts no thread.
  SignalWatcher();
  // Ends the thread of OnSignal, if there is one. The signals stay blocked.
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Blocks until one of the signals comes and answers its number. Not together with OnSignal.
  int Wait();
  // Calls `action` for each signal on a thread of its own, which the first call starts; a later
  // call replaces the action.
  void OnSignal(std::function<void(int)> action);

 private:
  // The thread of OnSignal.
  void Watch();

  int signals_fd_ = -1;
  // Written to in order to end the thread.
  int stop_fd_ = -1;
  std::thread thread_;
  // Guards action_.
  std::mutex mutex_;
  std::function<void(int)> action_;
};

}  // namespace stator::server
