#include "engine/log_sync.h"

#include <rocksdb/convenience.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "dynamo/errors.h"
#include "engine/catalog_keys.h"
#include "engine/rocks.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Status;

// Between two looks at whether RocksDB takes writes again.
constexpr std::chrono::milliseconds kStoppedPoll{5};
constexpr std::string_view kStalled =
    "nothing was written, since the engine takes no writes until its table files have caught up";

Error Throttled(std::string_view reason) {
  return Error(ErrorKind::kThrottled, dynamo::kThrottlingException,
               std::string(reason) + "; repeat the write after a pause");
}

// A full disk has advice of its own.
Error WriteRefused(const rocksdb::Status& failure) {
  constexpr std::string_view kRefused = "nothing was written, since the engine cannot write now";
  if (failure.IsNoSpace()) return StorageError(failure, kRefused);
  return StorageError(failure, std::string(kRefused) +
                                   " (every acknowledged write is safe; writes go on by themselves "
                                   "when the disk does, else repair it and start Stator again)");
}

SyncMode ModeOf(const EngineOptions& options) {
  if (options.in_memory) return SyncMode::kNone;
  return options.sync ? SyncMode::kEveryWrite : SyncMode::kRelaxed;
}

std::chrono::microseconds Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace

class LogSync::StalledCall final : public SyncWaiter {
 public:
  StalledCall(base::CompletionQueue& queue, const base::Deadline& deadline,
              base::Completion<base::Unit> done)
      : SyncWaiter(&queue), deadline_(deadline), done_(std::move(done)) {}
  const base::Deadline& deadline() const { return deadline_; }
  void Run(const Status& outcome) override { done_(outcome); }

 private:
  const base::Deadline deadline_;
  base::Completion<base::Unit> done_;
};

LogSync::LogSync(rocksdb::DB* db, LogFiles* files, const EngineOptions& options,
                 base::MetricsRegistry* metrics)
    : db_(db),
      files_(files),
      mode_(ModeOf(options)),
      interval_(options.relaxed_sync_interval),
      idle_sync_max_(options.idle_sync_max),
      syncs_(metrics->GetCounter("stator_engine_syncs_total", "Syncs of the engine's log.")),
      synced_writes_(metrics->GetCounter("stator_engine_synced_writes_total",
                                         "Writes acknowledged by a sync of the log; divided by "
                                         "stator_engine_syncs_total: writes for each sync.")),
      sync_seconds_(metrics->GetHistogram("stator_engine_sync_seconds",
                                          "How long a sync of the engine's log takes.")),
      thread_([this] { Run(); }),
      resume_thread_(files == nullptr ? std::thread() : std::thread([this] { RunResume(); })) {
  if (files_ == nullptr) return;
  files_->room().Begin([this](const rocksdb::IOStatus& failure) { ReportFailure(failure); });
}

LogSync::~LogSync() { Stop(); }

void LogSync::Stop() {
  if (files_ != nullptr) files_->room().End();
  bool failing = false;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    failing = !failure_.ok();
    TakeBack();
    work_.notify_one();
    writable_.notify_all();
    failing_.notify_one();
  }
  // The resume thread may wait for a flush that RocksDB has lost (engine/room_wait.h).
  if (failing) rocksdb::CancelAllBackgroundWork(db_, /*wait=*/false);
  if (resume_thread_.joinable()) resume_thread_.join();
  if (thread_.joinable()) thread_.join();
}

Status LogSync::Reserve() {
  if (refusing_.load(std::memory_order_acquire)) {
    const rocksdb::Status failure = Failure();
    if (!failure.ok()) return WriteRefused(failure);
  }
  if (waiting_.fetch_add(1, std::memory_order_relaxed) >= kWaitingMax) {
    Release();
    return Throttled("too many writes wait for the disk");
  }
  return base::OkStatus();
}

Status LogSync::WaitUntilWritable(const base::Deadline& deadline) {
  std::unique_lock lock(mutex_);
  while (failure_.ok() && !TakesWrites(lock)) {
    if (deadline.Passed(std::chrono::steady_clock::now())) return Throttled(kStalled);
    writable_.wait_for(lock, kStoppedPoll);
  }
  if (failure_.ok()) return base::OkStatus();
  return WriteRefused(failure_);
}

bool LogSync::TakesWrites(std::unique_lock<std::mutex>& lock) {
  if (!stopped_) return true;
  lock.unlock();
  std::uint64_t stopped = 0;
  db_->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
  lock.lock();
  if (stopped == 0) stopped_ = false;
  return !stopped_;
}

void LogSync::WhenWritable(base::CompletionQueue& queue, const base::Deadline& deadline,
                           base::Completion<base::Unit> done) {
  {
    const std::lock_guard lock(mutex_);
    stalled_calls_.push_back(std::make_unique<StalledCall>(queue, deadline, std::move(done)));
    if (lent_to_ != nullptr) TakeBack();
  }
  work_.notify_one();
}

std::vector<LogSync::Answer> LogSync::TakeExpired() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<Answer> expired;
  const auto take = [&](auto& waiting) {
    std::erase_if(waiting, [&](auto& waiter) {
      if (!waiter->deadline().Passed(now)) return false;
      expired.push_back({std::move(waiter), Throttled(kStalled)});
      return true;
    });
  };
  take(queue_.pending);
  take(stalled_calls_);
  return expired;
}

void LogSync::AwaitWritable(std::unique_lock<std::mutex>& lock) {
  auto last_sync = std::chrono::steady_clock::now();
  while (failure_.ok() && !TakesWrites(lock)) {
    std::swap(taken_.committed, queue_.committed);
    std::vector<Answer> answers = TakeExpired();
    const bool relaxed_sync = mode_ == SyncMode::kRelaxed && Since(last_sync) >= interval_;
    if (answers.empty() && taken_.size() == 0 && !relaxed_sync) {
      writable_.wait_for(lock, kStoppedPoll);
      continue;
    }
    lock.unlock();
    RunAll(std::move(answers), nullptr);
    if (taken_.size() > 0) {
      RunAll(CommitAndSync(taken_, rocksdb::Status::OK(), WhenStalled::kSlowDown), nullptr);
    }
    if (relaxed_sync) {
      last_sync = std::chrono::steady_clock::now();
      SyncRelaxed();
    }
    lock.lock();
  }
  if (stalled_calls_.empty()) return;
  std::vector<Answer> again;
  for (auto& call : stalled_calls_) again.push_back({std::move(call), base::OkStatus()});
  stalled_calls_.clear();
  lock.unlock();
  RunAll(std::move(again), nullptr);
  lock.lock();
}

template <typename Add>
void LogSync::Enqueue(base::CompletionQueue* from, Add&& add) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    const bool short_of = queue_.size() < expected_;
    const bool first = queue_.size() == 0;
    add();
    if (lent_to_ != nullptr && lent_to_ != from) TakeBack();
    if (lent_to_ == nullptr && first && idle_ && MayLend()) LendTo(from);
    wake = lent_to_ == nullptr && (idle_ || (short_of && queue_.size() >= expected_));
  }
  // Behind the lock, which the woken thread needs.
  if (wake) work_.notify_one();
}

bool LogSync::MayLend() const {
  return mode_ == SyncMode::kEveryWrite && lending_pause_ == 0 && !stopping_ && !stopped_ &&
         failure_.ok() && lately_in_flight_ <= kLendInFlightMax && average_taken_ &&
         *average_taken_ <= idle_sync_max_;
}

void LogSync::LendTo(base::CompletionQueue* queue) {
  if (queue == nullptr || !queue->WhenIdle(*this)) {
    lending_pause_ = kSyncsWithoutLending;
    return;
  }
  lent_to_ = queue;
  gathered_ = 0;
}

void LogSync::TakeBack() {
  lending_pause_ = kSyncsWithoutLending;
  if (!lent_busy_) lent_to_ = nullptr;
}

void LogSync::NoteTaken() {
  constexpr int kWeight = 8;
  // A commit that came to nothing says nothing about the disk.
  if (const auto taken = std::exchange(last_taken_, std::nullopt)) {
    average_taken_ = average_taken_ ? (*average_taken_ * (kWeight - 1) + *taken) / kWeight : *taken;
  }
  lately_in_flight_ = in_flight_;
  if (lending_pause_ > 0) --lending_pause_;
  auto& refused = taken_.pending;
  queue_.pending.insert(queue_.pending.begin(), std::make_move_iterator(refused.begin()),
                        std::make_move_iterator(refused.end()));
  refused.clear();
}

std::optional<std::chrono::microseconds> LogSync::OnIdle(base::CompletionQueue& queue) {
  {
    const std::lock_guard lock(mutex_);
    // It was taken back.
    if (lent_to_ != &queue) return std::nullopt;
    const auto patience = GatherLent();
    if (patience.count() > 0) return patience;
  }
  WorkLent(queue);
  return std::nullopt;
}

void LogSync::WorkLent(base::CompletionQueue& queue) {
  std::unique_lock lock(mutex_);
  if (lent_to_ != &queue) return;
  std::swap(taken_, queue_);
  lent_busy_ = true;
  lock.unlock();
  std::vector<Answer> answers = CommitAndSync(taken_, rocksdb::Status::OK(), WhenStalled::kReturn);
  lock.lock();
  NoteTaken();
  lent_busy_ = false;
  // Before the answers, which may bring more requests: what others wrote meanwhile does not wait.
  lent_to_ = nullptr;
  const bool wake = stopping_ || queue_.size() > 0 || !stalled_calls_.empty();
  lock.unlock();
  if (wake) work_.notify_one();
  RunAll(std::move(answers), &queue);
}

void LogSync::GiveUp(base::CompletionQueue& queue) {
  {
    const std::lock_guard lock(mutex_);
    if (lent_to_ != &queue) return;
    TakeBack();
  }
  work_.notify_one();
}

std::chrono::microseconds LogSync::GatherLent() {
  constexpr std::chrono::microseconds kNoLonger{0};
  if (queue_.size() >= in_flight_) {
    vain_waits_ = 0;
    return kNoLonger;
  }
  const auto now = std::chrono::steady_clock::now();
  if (gathered_ == 0) {
    if (!WaitsForOthers()) return kNoLonger;
    gather_all_until_ = now + kLentGatherMax;
  }
  if (queue_.size() != gathered_) gather_until_ = std::min(now + Patience(), gather_all_until_);
  gathered_ = queue_.size();
  if (now < gather_until_) {
    return std::chrono::ceil<std::chrono::microseconds>(gather_until_ - now);
  }
  ++vain_waits_;
  return kNoLonger;
}

void LogSync::Submit(std::unique_ptr<PendingWrite> write) {
  if (!commits_later()) {
    const Status outcome = commit_({&write, 1}, WhenStalled::kReturn).front();
    if (outcome.ok()) return Acknowledge(std::move(write));
    if (!IsStalled(outcome)) return write->Run(outcome);
  }
  base::CompletionQueue* const from = write->completions();
  Enqueue(from, [&] { queue_.pending.push_back(std::move(write)); });
}

void LogSync::Acknowledge(std::unique_ptr<SyncWaiter> waiter) {
  if (mode_ == SyncMode::kEveryWrite) {
    base::CompletionQueue* const from = waiter->completions();
    return Enqueue(from, [&] { queue_.committed.push_back(std::move(waiter)); });
  }
  dirty_.store(true, std::memory_order_relaxed);
  Release();
  waiter->Run(base::OkStatus());
}

void LogSync::ReportFailure(const rocksdb::Status& status) {
  std::lock_guard lock(mutex_);
  if (failure_.ok()) {
    failure_ = status;
    base::Log(base::LogLevel::kError, "engine refuses writes", {{"reason", status.ToString()}});
  }
  refusing_.store(true, std::memory_order_release);
  TakeBack();
  work_.notify_one();
  writable_.notify_all();
  failing_.notify_one();
}

void LogSync::ReportStopped() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  TakeBack();
  work_.notify_one();
}

void LogSync::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    AwaitWritable(lock);
    // A queue that can be lent waits on the thread that it is lent to.
    const bool may_lend = queue_.size() == 0 && MayLend();
    if (mode_ == SyncMode::kEveryWrite && failure_.ok() && !may_lend) Gather(lock);
    expected_ = 0;
    WaitForWork(lock);
    std::swap(taken_, queue_);
    const bool last = stopping_;
    const rocksdb::Status failure = failure_;
    lock.unlock();
    const bool any = taken_.size() > 0;
    if (any) RunAll(CommitAndSync(taken_, failure, WhenStalled::kSlowDown), nullptr);
    SyncRelaxed();
    lock.lock();
    if (any) NoteTaken();
    if (last && queue_.size() == 0 && stalled_calls_.empty()) return;
  }
}

void LogSync::WaitForWork(std::unique_lock<std::mutex>& lock) {
  const auto wanted = [&] {
    return lent_to_ == nullptr && (stopping_ || queue_.size() > 0 || !stalled_calls_.empty());
  };
  idle_ = true;
  if (mode_ == SyncMode::kRelaxed) {
    work_.wait_for(lock, interval_, wanted);
  } else {
    work_.wait(lock, wanted);
  }
  idle_ = false;
}

bool LogSync::WaitsForOthers() {
  if (vain_waits_ >= kVainWaitsMax && ++not_waited_ < kSyncsWithoutWait) return false;
  not_waited_ = 0;
  return true;
}

std::chrono::microseconds LogSync::Patience() const { return std::min(kGatherMax, 2 * last_sync_); }

void LogSync::Gather(std::unique_lock<std::mutex>& lock) {
  expected_ = std::exchange(in_flight_, 0);
  if (queue_.size() >= expected_ || !WaitsForOthers()) return;
  const bool came = work_.wait_for(
      lock, Patience(), [&] { return stopping_ || !failure_.ok() || queue_.size() >= expected_; });
  // Nobody has waited for those who did not come when there is nobody at all.
  if (came || queue_.size() > 0) vain_waits_ = came ? 0 : vain_waits_ + 1;
}

std::vector<LogSync::Answer> LogSync::CommitAndSync(Work& work, const rocksdb::Status& failure,
                                                    WhenStalled when) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Answer> answers;
  answers.reserve(work.size());
  CommitPending(work, failure, when, answers);
  const std::size_t waiting = work.committed.size();
  // After a failed sync a second one may succeed without the lost pages: it would prove nothing.
  const Status outcome = waiting == 0   ? base::OkStatus()
                         : failure.ok() ? SyncLog(waiting)
                                        : Status(StorageError(failure, kNotSynced));
  in_flight_ = waiting_.fetch_sub(waiting, std::memory_order_relaxed);
  for (auto& waiter : work.committed) answers.push_back({std::move(waiter), outcome});
  work.committed.clear();
  if (waiting > 0) last_taken_ = Since(start);
  return answers;
}

void LogSync::CommitPending(Work& work, const rocksdb::Status& failure, WhenStalled when,
                            std::vector<Answer>& answers) {
  if (work.pending.empty()) return;
  const std::vector<Status> outcomes =
      failure.ok() ? commit_(work.pending, when)
                   : std::vector<Status>(work.pending.size(), WriteRefused(failure));
  std::size_t left = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].ok()) {
      work.committed.push_back(std::move(work.pending[i]));
    } else if (IsStalled(outcomes[i])) {
      std::swap(work.pending[left++], work.pending[i]);
    } else {
      answers.push_back({std::move(work.pending[i]), outcomes[i]});
    }
  }
  work.pending.resize(left);
}

void LogSync::RunAll(std::vector<Answer> answers, const base::CompletionQueue* here) {
  std::vector<std::pair<base::CompletionQueue*, std::vector<base::CompletionTask>>> groups;
  for (Answer& answer : answers) {
    base::CompletionQueue* const queue = answer.waiter->completions();
    if (queue == nullptr || queue == here) {
      answer.waiter->Run(answer.outcome);
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == queue; });
    if (group == groups.end()) {
      groups.emplace_back(queue, std::vector<base::CompletionTask>());
      group = groups.end() - 1;
      group->second.reserve(answers.size());
    }
    group->second.emplace_back(
        [answer = std::move(answer)] { answer.waiter->Run(answer.outcome); });
  }
  for (auto& [queue, tasks] : groups) queue->Post(std::move(tasks));
}

rocksdb::Status LogSync::CheckLog() {
  if (files_ == nullptr || !files_->failed()) return rocksdb::Status::OK();
  const rocksdb::Status failure = files_->failure();
  if (!failure.ok()) ReportFailure(failure);
  return failure;
}

rocksdb::Status LogSync::Failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void LogSync::SyncRelaxed() {
  if (mode_ == SyncMode::kRelaxed && dirty_.exchange(false)) static_cast<void>(SyncLog(0));
}

Status LogSync::SyncLog(std::size_t writes) {
  if (mode_ == SyncMode::kNone) return base::OkStatus();
  const auto start = std::chrono::steady_clock::now();
  rocksdb::Status status = db_->FlushWAL(/*sync=*/true);
  if (status.ok()) status = CheckLog();
  if (status.ok()) status = Failure();
  last_sync_ = Since(start);
  sync_seconds_->Record(static_cast<std::uint64_t>(last_sync_.count()));
  syncs_->Add();
  if (!status.ok()) {
    ReportFailure(status);
    return StorageError(status, kNotSynced);
  }
  synced_writes_->Add(writes);
  return base::OkStatus();
}

// Everything committed goes into table files, and a new log begins behind the torn one.
bool LogSync::WriteMemtablesOut() {
  files_->Clear();
  if (files_->room().waiting() || !db_->Resume().ok()) return false;
  // A memtable with nothing in it would keep its log; writing a row again gives it something.
  const std::string key = CatalogKey(CatalogRow::kFormat);
  if (!db_->Put(rocksdb::WriteOptions(), key, std::to_string(kDataFormat)).ok()) return false;
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  return db_->Flush(flush).ok() && !files_->failed();
}

void LogSync::RunResume() {
  std::unique_lock lock(mutex_);
  for (;;) {
    failing_.wait(lock, [&] { return stopping_ || !failure_.ok(); });
    if (stopping_) return;
    lock.unlock();
    const bool written_out = WriteMemtablesOut();
    lock.lock();
    if (!written_out) {
      failing_.wait_for(lock, kResumeInterval, [&] { return stopping_; });
      continue;
    }
    failure_ = rocksdb::Status::OK();
    refusing_.store(false, std::memory_order_release);
    writable_.notify_all();
    base::Log(base::LogLevel::kInfo, "engine takes writes again");
  }
}

}  // namespace stator::engine
