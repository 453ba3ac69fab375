#include "server/http_worker.h"

#include <pthread.h>

#include <ctime>
#include <utility>

#include "base/check.h"

namespace stator::server {

HttpWorker::HttpWorker(HttpShared& shared, std::size_t number) : shared_(shared), number_(number) {
  RefreshDate();
  loop_.AskBeforeSleep(*this);
}

void HttpWorker::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("http-" + std::to_string(number_)).c_str());
    Work();
  });
  CHECK(pthread_getcpuclockid(thread_.native_handle(), &cpu_clock_) == 0);
}

void HttpWorker::Work() {
  thread_id_ = std::this_thread::get_id();
  loop_.Run();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  // What was posted while the last connection closed.
  loop_.RunPosted();
  // Nobody asks it any more.
  AnsweredAtOnce();
}

void HttpWorker::Post(std::vector<base::CompletionTask> tasks) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      loop_.Post([this, tasks = std::move(tasks)]() mutable {
        answered_at_once_ = false;
        completing_ = true;
        for (base::CompletionTask& task : tasks) task();
        completing_ = false;
      });
      return;
    }
  }
  for (base::CompletionTask& task : tasks) task();
}

bool HttpWorker::WhenIdle(base::IdleTask& task) {
  if (!IsCurrent() || answered_at_once_) return false;
  if (idle_task_ != nullptr && idle_task_ != &task) return false;
  idle_task_ = &task;
  return true;
}

void HttpWorker::AnsweredAtOnce() {
  answered_at_once_ = true;
  if (base::IdleTask* const task = std::exchange(idle_task_, nullptr)) task->GiveUp(*this);
}

std::optional<std::chrono::microseconds> HttpWorker::BeforeSleep() {
  base::IdleTask* const task = std::exchange(idle_task_, nullptr);
  if (task == nullptr) return std::nullopt;
  completing_ = true;
  const auto patience = task->OnIdle(*this);
  completing_ = false;
  // The answers may have brought requests that came behind them, and those a task.
  if (!patience) return std::chrono::microseconds(0);
  idle_task_ = task;
  return patience;
}

// The socket of a connection that is not taken closes with the last reference.
void HttpWorker::Adopt(boost::intrusive_ptr<HttpConnection> connection) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  loop_.Post([this, connection = std::move(connection)] {
    if (drain_until_ != 0) return;
    connections_.push_back(*connection);
    intrusive_ptr_add_ref(connection.get());
    ArmSweep();
    connection->Start(*this);
  });
}

// The clock of the sweep stands still while there is no connection.
void HttpWorker::ArmSweep() {
  if (std::exchange(sweep_armed_, true)) return;
  RefreshDate();
  loop_.TickLater([this] {
    sweep_armed_ = false;
    Sweep();
  });
}

void HttpWorker::AtSweep(EventLoop::Task task) {
  at_sweep_.push_back(std::move(task));
  ArmSweep();
}

void HttpWorker::Sweep() {
  ++now_;
  for (EventLoop::Task& task : std::exchange(at_sweep_, {})) task();
  for (auto at = connections_.begin(); at != connections_.end();) (at++)->Sweep(now_);
  if (drain_until_ != 0 && now_ >= drain_until_) CloseAll();
  if (!connections_.empty()) ArmSweep();
}

void HttpWorker::SendLater(HttpConnection& connection) {
  if (unsent_.empty()) loop_.AfterRound([this] { SendAnswers(); });
  unsent_.push_back(&connection);
  if (unsent_.size() >= kUnsentMax && !sending_) SendAnswers();
}

// The next request of a connection may be here already; its answer then comes behind the others.
void HttpWorker::SendAnswers() {
  sending_ = true;
  for (std::size_t i = 0; i < unsent_.size(); ++i) unsent_[i]->SendAnswer();
  unsent_.clear();
  sending_ = false;
}

void HttpWorker::CloseAll() {
  for (auto at = connections_.begin(); at != connections_.end();) (at++)->Close();
}

void HttpWorker::Drain(std::chrono::milliseconds patience) {
  loop_.Post([this, patience] {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
    SendAnswers();
    drain_until_ = now_ + 1 + static_cast<std::uint32_t>(seconds);
    for (auto at = connections_.begin(); at != connections_.end();) (at++)->Drain();
    if (seconds == 0) CloseAll();
    EndIfDrained();
  });
}

boost::intrusive_ptr<HttpConnection> HttpWorker::Release(HttpConnection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  return {&connection, /*add_ref=*/false};
}

void HttpWorker::Closed(HttpConnection& connection) {
  // Events of this round may still name it.
  loop_.AfterRound([owned = Release(connection)] {});
  EndIfDrained();
}

// A task, so that no event of a round still names a connection that has moved.
void HttpWorker::Spread(std::span<const std::unique_ptr<HttpWorker>> among) {
  loop_.Post([this, among] {
    if (shared_.draining.load()) return;
    for (auto at = connections_.begin(); at != connections_.end();) {
      HttpConnection& connection = *at++;
      HttpWorker& home = *among[connection.serial() % among.size()];
      if (&home != this && connection.Leave()) home.Adopt(Release(connection));
    }
  });
}

void HttpWorker::EndIfDrained() {
  if (drain_until_ != 0 && connections_.empty()) loop_.Stop();
}

void HttpWorker::Join() {
  if (thread_.joinable()) thread_.join();
}

void HttpWorker::RefreshDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  const std::size_t length =
      std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
  date_header_.assign(text, length);
}

}  // namespace stator::server
