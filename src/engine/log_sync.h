// LogSync: acknowledges writes when they would survive loss of power, many with one sync.
//
// Single writes are handed over as they are. One thread, the sync thread, commits all that came so
// far as one batch, syncs the log and completes them; those that arrive meanwhile share the next
// sync. Who commits many items at once does so on its own thread and hands over the completion
// alone.
//
// While the disk is quick and all writes come from one I/O thread that serves nobody else, the
// queue is lent to that thread: it does the same when it would otherwise sleep, and wakes nobody
// (docs/adr-0013-io-thread-syncs.md).
//
// While RocksDB takes no writes, since its table files are behind, the sync thread waits on behalf
// of all, so that no I/O thread does, and answers those whose deadline passes
// (docs/adr-0014-stalled-writes.md).
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/call_context.h"
#include "base/completion.h"
#include "base/completion_queue.h"
#include "base/metrics.h"
#include "base/result.h"
#include "engine/engine_options.h"
#include "engine/log_files.h"

namespace stator::engine {

// Begins the message of a write that is in RocksDB and perhaps not on disk.
inline constexpr std::string_view kNotSynced =
    "the write could not be synced, and whether it was kept is not known";

// What a commit does while RocksDB takes writes slowly or not at all, because flushes or
// compactions are behind.
enum class WhenStalled : unsigned char {
  kReturn,    // it comes back at once: another thread will try
  kSlowDown,  // it sleeps for moments, as RocksDB wishes, and comes back when nothing is taken
  kWait       // it also waits until writes are taken, base::Deadline::kDefault at most
};

// Whether a commit came back for that reason: nothing was written, and it may be tried again.
// REQUIRES: it was not to wait.
inline bool IsStalled(const base::Status& outcome) {
  return !outcome.ok() && outcome.error().kind() == base::ErrorKind::kThrottled;
}

// How LogSync acknowledges.
enum class SyncMode : unsigned char {
  kEveryWrite,  // after a sync that covers the write
  kRelaxed,     // at once; the log is synced every interval
  kNone         // at once, no log at all (in memory)
};

// What waits for a sync. Run() is called once: on the thread of the queue that it names, else on
// the sync thread; in the modes that acknowledge at once, on the caller's. It must not block.
class SyncWaiter {
 public:
  // `completions` may be null, and outlives the waiter.
  explicit SyncWaiter(base::CompletionQueue* completions) : completions_(completions) {}
  virtual ~SyncWaiter() = default;
  // Where it wants to run; null: anywhere.
  base::CompletionQueue* completions() const { return completions_; }
  // The outcome of the sync: an error means that the write may or may not survive.
  virtual void Run(const base::Status& outcome) = 0;

 private:
  base::CompletionQueue* const completions_;
};

struct ItemChange;
struct ItemOutcome;

// A single write from its preparation to its answer: owns what its change views. When it came to
// nothing, Run is called with the reason and without Committed before it; so it is when RocksDB has
// not taken it by its deadline.
class PendingWrite : public SyncWaiter {
 public:
  // `completions` as for a SyncWaiter.
  PendingWrite(base::CompletionQueue* completions, const base::Deadline& deadline)
      : SyncWaiter(completions), deadline_(deadline) {}
  // Until when it may wait for RocksDB.
  const base::Deadline& deadline() const { return deadline_; }
  // What it shall do.
  virtual const ItemChange& change() const = 0;
  // It is committed, and its place in the queue now belongs to whoever calls.
  virtual void Committed(ItemOutcome outcome) = 0;

 private:
  const base::Deadline deadline_;
};

// Commits writes and calls Committed() of those that came to something; an outcome for each. Behind
// the first one that RocksDB does not take (IsStalled) none is committed.
using CommitFunction = std::function<std::vector<base::Status>(
    std::span<const std::unique_ptr<PendingWrite>>, WhenStalled)>;

// Owns the sync thread of one database, and the resume thread, which gets it going again after the
// disk failed. Thread-safe.
class LogSync final : private base::IdleTask {
 public:
  // Writes that may wait at once; beyond it, writes are refused as throttled before anything is
  // written. 16 MB of log at 256 bytes a write.
  static constexpr std::size_t kWaitingMax = 65'536;

  // Starts the threads. `db`, `files` and `metrics` outlive this; `files` is null without a log.
  // Of `options` counts what says how writes are synced.
  LogSync(rocksdb::DB* db, LogFiles* files, const EngineOptions& options,
          base::MetricsRegistry* metrics);
  // Stops.
  ~LogSync() override;
  LogSync(const LogSync&) = delete;
  LogSync& operator=(const LogSync&) = delete;

  // How pending writes are committed. REQUIRES: called once, before the first Submit.
  void CommitWith(CommitFunction commit) { commit_ = std::move(commit); }
  // Commits, syncs and completes what waits, and joins. REQUIRES: nobody calls any more. From then
  // on no file waits for room. While writes are refused, RocksDB writes nothing out any more
  // either: the log has it all.
  void Stop();

  // Whether a write may begin: takes a place in the queue. Every success is followed by one Submit,
  // Acknowledge or Release. ERRORS: ThrottlingException when the queue is full; the error of the
  // disk while it lasts.
  base::Status Reserve();
  // Returns when RocksDB takes writes. ERRORS: ThrottlingException when it does not before the
  // deadline; the error of the disk.
  base::Status WaitUntilWritable(const base::Deadline& deadline);
  // The same for a thread that has others to serve: runs `done` on `queue`, from another thread.
  void WhenWritable(base::CompletionQueue& queue, const base::Deadline& deadline,
                    base::Completion<base::Unit> done);
  // Gives the place back: nothing was written.
  void Release() { waiting_.fetch_sub(1, std::memory_order_relaxed); }
  // Whether Submit leaves the commit for later, to the sync thread or to one that is idle.
  bool commits_later() const { return mode_ == SyncMode::kEveryWrite; }
  // Commits `write` with the next sync, in the other modes at once if RocksDB takes it, and runs
  // it. Writes of one thread are committed in their order, but in those modes around a stall. Uses
  // up a place.
  void Submit(std::unique_ptr<PendingWrite> write);
  // Runs `waiter` when all that was committed before this call is safe. Uses up a place.
  void Acknowledge(std::unique_ptr<SyncWaiter> waiter);

  // A commit or a background job failed: writes are refused until all that was committed is in
  // table files, which the resume thread tries every kResumeInterval. Called from any thread,
  // RocksDB's own included.
  void ReportFailure(const rocksdb::Status& status);
  // What the log's files say: an error when they failed, which is then reported too.
  // To be asked after a commit.
  rocksdb::Status CheckLog();
  // RocksDB stopped taking writes: too many files await compaction, or memtables their flush. That
  // it takes them again is found out by asking, since its two notices may arrive in the wrong
  // order.
  void ReportStopped();

  static constexpr std::chrono::milliseconds kResumeInterval{250};
  // Most time that the sync thread waits for writes that may share a sync, and an I/O thread for
  // the next one.
  static constexpr std::chrono::microseconds kGatherMax{500};
  // Waits for nothing, one after the other, that end the waiting; and syncs until the next try.
  static constexpr int kVainWaitsMax = 4;
  static constexpr int kSyncsWithoutWait = 32;
  // With more writes in flight the queue is not lent: by then each has a small share of the
  // wake-ups, and does better with one thread that syncs while the other reads requests.
  static constexpr std::size_t kLendInFlightMax = 32;
  // Most time that an I/O thread gathers in all, asleep or not.
  static constexpr std::chrono::microseconds kLentGatherMax{1000};
  // Syncs of the sync thread behind one that a thread refused or gave back.
  static constexpr int kSyncsWithoutLending = 32;

 private:
  // What one sync is for.
  struct Work {
    std::vector<std::unique_ptr<PendingWrite>> pending;
    std::vector<std::unique_ptr<SyncWaiter>> committed;
    std::size_t size() const { return pending.size() + committed.size(); }
  };
  // A call that waits for RocksDB.
  class StalledCall;
  // A waiter and what it will be told.
  struct Answer {
    std::unique_ptr<SyncWaiter> waiter;
    base::Status outcome;
  };

  // Adds to the queue by `add`, for a caller that wants its answer on `from`. Lends the queue, or
  // wakes the sync thread if that is due.
  template <typename Add>
  void Enqueue(base::CompletionQueue* from, Add&& add);
  // Of the thread that the queue is lent to.
  std::optional<std::chrono::microseconds> OnIdle(base::CompletionQueue& queue) override;
  void GiveUp(base::CompletionQueue& queue) override;
  // Whether the queue may be lent when the sync thread is idle. REQUIRES: the mutex is held, as for
  // the next four.
  bool MayLend() const;
  // To the thread of `queue`, unless it is null or that thread does not want it.
  void LendTo(base::CompletionQueue* queue);
  // The queue belongs to the sync thread again, at the latest when the work on it is over.
  void TakeBack();
  // As Gather, for the thread that the queue is lent to: how long it may sleep until more come.
  std::chrono::microseconds GatherLent();
  // What is known of the work just done becomes what the next is judged by, and what RocksDB did
  // not take goes back to the front of the queue.
  void NoteTaken();
  // What the sync thread would do, unless the queue has been taken back.
  void WorkLent(base::CompletionQueue& queue);
  void Run();
  // Waits for RocksDB on behalf of all that is to be committed, syncs meanwhile what is, answers
  // those whose deadline passes, and lets the calls that wait go on.
  void AwaitWritable(std::unique_lock<std::mutex>& lock);
  // Of what waits for RocksDB: what has waited long enough.
  std::vector<Answer> TakeExpired();
  // Whether RocksDB takes writes, asked without the mutex; notes it when it does.
  bool TakesWrites(std::unique_lock<std::mutex>& lock);
  // After a sync: waits until the queue holds as many writes as were in flight when it ended, whose
  // clients are about to send the next ones. One wake-up then brings them all. A single writer
  // never waits, and nobody longer than two syncs or kGatherMax: time enough for an answer to go
  // out and the next request to come in (docs/performance.md has the measurement). When too few
  // came kVainWaitsMax times in a row, the clients are of another kind, and it is tried again only
  // now and then.
  void Gather(std::unique_lock<std::mutex>& lock);
  // Whether it is worth waiting this time, after kVainWaitsMax.
  bool WaitsForOthers();
  // How long one waits for others.
  std::chrono::microseconds Patience() const;
  // Until there is something to do: a write in the queue, the end, or in relaxed mode a sync.
  void WaitForWork(std::unique_lock<std::mutex>& lock);
  // `failure`: why nothing can be written; ok when it can. Takes all out of `work` but the writes
  // that RocksDB does not take.
  std::vector<Answer> CommitAndSync(Work& work, const rocksdb::Status& failure, WhenStalled when);
  // Commits the pending ones. Those that fail become answers, the others join the committed ones.
  void CommitPending(Work& work, const rocksdb::Status& failure, WhenStalled when,
                     std::vector<Answer>& answers);
  // Runs each where it wants to run; every queue is woken once, but for `here`, the one of the
  // calling thread (null on the sync thread).
  static void RunAll(std::vector<Answer> answers, const base::CompletionQueue* here);
  // Why writes are refused. To be asked after CheckLog, whose answer the resume thread may have
  // cleared: once this is ok again, all that was committed before is in table files.
  rocksdb::Status Failure();
  base::Status SyncLog(std::size_t writes);
  // In relaxed mode, if anything was committed since the last one.
  void SyncRelaxed();
  // Of the resume thread, which may wait for the disk as long as that takes.
  void RunResume();
  bool WriteMemtablesOut();

  rocksdb::DB* const db_;
  LogFiles* const files_;
  const SyncMode mode_;
  const std::chrono::milliseconds interval_;
  const std::chrono::microseconds idle_sync_max_;
  base::Counter* const syncs_;
  base::Counter* const synced_writes_;
  base::Histogram* const sync_seconds_;
  CommitFunction commit_;

  std::atomic<std::size_t> waiting_{0};
  // Fast answers to Reserve; the reason is under the mutex.
  std::atomic<bool> refusing_{false};
  std::atomic<bool> dirty_{false};

  // Guards all below.
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable writable_;
  std::condition_variable failing_;
  Work queue_;
  std::vector<std::unique_ptr<StalledCall>> stalled_calls_;
  bool idle_ = false;
  // Whose thread commits, syncs and completes in place of the sync thread; null: nobody's.
  base::CompletionQueue* lent_to_ = nullptr;
  // That thread is doing it.
  bool lent_busy_ = false;
  // Syncs until the queue may be lent again.
  int lending_pause_ = 0;
  // What a commit with its sync takes, averaged over some eight; unknown before the first.
  std::optional<std::chrono::microseconds> average_taken_;
  // How many were in flight when the last sync ended.
  std::size_t lately_in_flight_ = 0;
  std::size_t expected_ = 0;  // 0: nobody gathers
  bool stopping_ = false;
  bool stopped_ = false;
  // Why writes are refused; ok when they are not.
  rocksdb::Status failure_;
  // From here on of the sync thread, or of the one that the queue is lent to. What the last sync
  // took, with its commit until that is noted, and alone, and the writes in flight when it ended;
  // how often was waited in vain, and not waited for that.
  std::optional<std::chrono::microseconds> last_taken_;
  std::chrono::microseconds last_sync_{0};
  std::size_t in_flight_ = 0;
  int vain_waits_ = 0;
  int not_waited_ = 0;
  // What the lent queue had gathered when it was last asked, and until when it waits for one more
  // and for all.
  std::size_t gathered_ = 0;
  std::chrono::steady_clock::time_point gather_until_;
  std::chrono::steady_clock::time_point gather_all_until_;
  // What is being worked on. Changes places with the queue, so that the room of both is used again.
  Work taken_;
  std::thread thread_;
  std::thread resume_thread_;
};

}  // namespace stator::engine
