#include "server/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <span>
#include <utility>

#include "base/check.h"

namespace stator::server {
namespace {

static_assert(kReadable == EPOLLIN && kWritable == EPOLLOUT && kBroken == EPOLLERR);

// Taken out of the kernel at once; more of them wait for the next round.
constexpr int kEventsMax = 128;
constexpr std::time_t kTickSeconds = 1;

// A connection that is closed in both directions is of no more use than one that failed.
Readiness ReadinessOf(std::uint32_t events) {
  return (events & EPOLLHUP) != 0 ? events | kBroken : events;
}

// epoll_wait with microseconds. Kernels before 5.11, and containers that forbid what they do not
// know, have milliseconds only: there it is one or more.
int EpollWait(int epoll, std::span<epoll_event> events,
              std::optional<std::chrono::microseconds> patience) {
  const int size = static_cast<int>(events.size());
  if (!patience || patience->count() == 0)
    return epoll_wait(epoll, events.data(), size, patience ? 0 : -1);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*patience);
  const timespec time{
      .tv_sec = seconds.count(),
      .tv_nsec = std::chrono::nanoseconds(*patience - seconds).count(),
  };
  const int count = epoll_pwait2(epoll, events.data(), size, &time, nullptr);
  if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*patience);
  return epoll_wait(epoll, events.data(), size, static_cast<int>(milliseconds.count()));
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    number_ = other.Release();
  }
  return *this;
}

void FileDescriptor::Close() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

int FileDescriptor::Release() { return std::exchange(number_, -1); }

void EventLoop::Ticker::OnReady(Readiness) {
  std::uint64_t expirations = 0;
  if (read(timer.number(), &expirations, sizeof expirations) < 0) return;
  std::exchange(tick, Task())();
}

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  ticker_.timer = FileDescriptor(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  CHECK(epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event) == 0);
  CHECK(Watch(ticker_.timer.number(), kReadable, ticker_));
}

bool EventLoop::Watch(int descriptor, Readiness readiness, IoWatcher& watcher) {
  epoll_event event{};
  event.events = readiness;
  event.data.ptr = &watcher;
  return epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventLoop::Change(int descriptor, Readiness readiness, IoWatcher& watcher) {
  epoll_event event{};
  event.events = readiness;
  event.data.ptr = &watcher;
  CHECK(epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void EventLoop::Forget(int descriptor) {
  CHECK(epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr) == 0);
}

// Wakes under the lock: who finds the task knows that its poster needs the loop no more.
template <typename Add>
void EventLoop::Enqueue(Add&& add) {
  const std::lock_guard lock(mutex_);
  add();
  // Fails only when it has been written 2^64 times.
  if (std::exchange(asleep_, false)) static_cast<void>(eventfd_write(wake_.number(), 1));
}

void EventLoop::Post(Task task) {
  Enqueue([&] { posted_.push_back(std::move(task)); });
}

void EventLoop::Post(std::vector<Task> tasks) {
  Enqueue([&] {
    if (posted_.empty()) {
      posted_ = std::move(tasks);
    } else {
      for (Task& task : tasks) posted_.push_back(std::move(task));
    }
  });
}

void EventLoop::TickLater(Task tick) {
  ticker_.tick = std::move(tick);
  itimerspec when{};
  when.it_value.tv_sec = kTickSeconds;
  CHECK(timerfd_settime(ticker_.timer.number(), 0, &when, nullptr) == 0);
}

bool EventLoop::TakePosted() {
  const std::lock_guard lock(mutex_);
  asleep_ = posted_.empty();
  std::swap(running_, posted_);
  return !asleep_;
}

void EventLoop::RunPosted() {
  while (TakePosted()) {
    for (Task& task : running_) task();
    running_.clear();
    EndRound();
  }
}

void EventLoop::EndRound() {
  for (std::size_t i = 0; i < after_round_.size(); ++i) std::exchange(after_round_[i], Task())();
  after_round_.clear();
}

void EventLoop::WaitForEvents(std::optional<std::chrono::microseconds> patience) {
  std::array<epoll_event, kEventsMax> events;
  const int count = EpollWait(epoll_.number(), events, patience);
  CHECK(count >= 0 || errno == EINTR);
  {
    const std::lock_guard lock(mutex_);
    asleep_ = false;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) continue;
    static_cast<IoWatcher*>(event.data.ptr)->OnReady(ReadinessOf(event.events));
  }
  EndRound();
}

void EventLoop::Run() {
  while (!stopping_) {
    RunPosted();
    std::optional<std::chrono::microseconds> patience;
    if (idle_hook_ != nullptr) {
      patience = idle_hook_->BeforeSleep();
      EndRound();
    }
    // A task may have stopped the loop, and nobody would wake it.
    if (!stopping_) WaitForEvents(patience);
  }
  RunPosted();
}

}  // namespace stator::server
