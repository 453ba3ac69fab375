// Storage: the one RocksDB of an engine: opening, committing, acknowledging, closing.
//
// A single write takes a ticket and is submitted (LogSync). Who writes many items takes a ticket,
// commits its WriteSet unsynced while the items are locked, and hands its answer over with the
// ticket; LogSync gives the answer when it is safe to.
//
//   STATOR_ASSIGN_OR_RETURN(WriteTicket ticket, storage.Reserve(deadline));
//   ... lock, read, plan ...
//   STATOR_RETURN_IF_ERROR(storage.Commit(set));
//   storage.Acknowledge(context, std::move(ticket), std::move(timer), std::move(response),
//                       std::move(done));
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/completion.h"
#include "engine/data_folder.h"
#include "engine/engine_metrics.h"
#include "engine/engine_options.h"
#include "engine/log_files.h"
#include "engine/log_sync.h"
#include "engine/write_set.h"

namespace stator::engine {

// A place in the queue of writes, given back when the write comes to nothing. Move-only.
class WriteTicket {
 public:
  // Takes over a place that LogSync::Reserve gave. `log` outlives the ticket.
  explicit WriteTicket(LogSync* log) : log_(log) {}
  // The place moves along.
  WriteTicket(WriteTicket&& other) noexcept : log_(std::exchange(other.log_, nullptr)) {}
  WriteTicket& operator=(WriteTicket&&) = delete;
  // Gives the place back unless it was spent.
  ~WriteTicket() {
    if (log_ != nullptr) log_->Release();
  }
  // The place now belongs to whoever calls.
  // REQUIRES: not called before.
  void Spend() { log_ = nullptr; }

 private:
  LogSync* log_;
};

// Completes a write whose sync is over: with its response, or with the error of the sync, after
// which nobody knows whether the write survives. All answers to writes end here.
template <typename T>
void CompleteSynced(const base::Status& outcome, T response, base::Completion<T>& done) {
  if (outcome.ok()) {
    done(std::move(response));
  } else {
    done(outcome.error());
  }
}

// An open database. Thread-safe.
class Storage {
 public:
  // Opens or makes the database. ERRORS: those of DataFolder::Lock; DataFormatTooNew when a newer
  // Stator wrote the folder; StorageFull, InternalServerError.
  static base::Result<std::unique_ptr<Storage>> Open(const EngineOptions& options,
                                                     base::MetricsRegistry* metrics);
  // Stops, writes the memtable out and closes.
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  // How submitted writes are committed. REQUIRES: called once, before the first Submit.
  void CommitWith(CommitFunction commit) { log_->CommitWith(std::move(commit)); }
  // Commits, syncs and completes what waits; to be called while all that the commit function uses
  // is still there. REQUIRES: no call is running.
  void Stop() { log_->Stop(); }

  // For reading: gets and iterators.
  // Writes go through Submit and Commit alone.
  rocksdb::DB& db() { return *db_; }

  // A place for one write (LogSync::Reserve). ERRORS: as there.
  base::Result<WriteTicket> Reserve();
  // Returns when RocksDB takes writes (LogSync::WaitUntilWritable). ERRORS: as there.
  base::Status WaitUntilWritable(const base::Deadline& deadline) {
    return log_->WaitUntilWritable(deadline);
  }
  // The same without waiting (LogSync::WhenWritable).
  void WhenWritable(base::CompletionQueue& queue, const base::Deadline& deadline,
                    base::Completion<base::Unit> done) {
    log_->WhenWritable(queue, deadline, std::move(done));
  }
  // Whether Submit leaves the commit to the sync thread, or to one that is idle, which should then
  // not wait for a disk.
  bool commits_later() const { return log_->commits_later(); }
  // Commits `write` and completes it when it is safe (LogSync::Submit). REQUIRES: it has a ticket.
  void Submit(std::unique_ptr<PendingWrite> write) { log_->Submit(std::move(write)); }
  // Writes `set` as one batch, whole or not at all, unsynced, and adds to the counts of its tables.
  // ERRORS: StorageFull, InternalServerError, and whether the write is kept is then not known;
  // ThrottlingException, and the disk's while it refuses, and nothing was written.
  base::Status Commit(WriteSet& set, WhenStalled when = WhenStalled::kWait);
  // Completes `done` with `response`, or with the error of the sync, when all that was committed
  // before this call would survive loss of power. Also for writes that changed nothing: what they
  // saw may not be safe yet. `timer` runs until then. Runs where `context` wants it.
  template <typename T>
  void Acknowledge(const base::CallContext& context, WriteTicket ticket, OperationTimer timer,
                   T response, base::Completion<T> done) {
    ticket.Spend();
    log_->Acknowledge(std::make_unique<Waiter<T>>(context.completions, std::move(timer),
                                                  std::move(response), std::move(done)));
  }

 private:
  class Listener;
  // Keeps an answer until its write is safe, then completes with it or with the sync's error. One
  // allocation for each write.
  template <typename T>
  class Waiter final : public SyncWaiter {
   public:
    Waiter(base::CompletionQueue* completions, OperationTimer timer, T response,
           base::Completion<T> done)
        : SyncWaiter(completions),
          timer_(std::move(timer)),
          response_(std::move(response)),
          done_(std::move(done)) {}
    void Run(const base::Status& outcome) override {
      CompleteSynced(outcome, std::move(response_), done_);
    }

   private:
    // Ends with the waiter, just behind the completion.
    OperationTimer timer_;
    T response_;
    base::Completion<T> done_;
  };

  explicit Storage(const EngineOptions& options);
  // Waits, if it may, while RocksDB takes no writes, as RocksDB itself would, but not when the disk
  // has failed: a flush that waits for room may take for ever. ERRORS: as Commit.
  base::Status Write(rocksdb::WriteBatch* batch, WhenStalled when);
  base::Status OpenDatabase(const EngineOptions& options);
  // Writes the format into a new folder and into one of an older format.
  base::Status CheckFormat();
  base::Status WriteFormat(std::string_view doing);

  // The lock of the folder; none in memory, nor on another Env, where RocksDB's own lock has to do.
  std::optional<DataFolder> folder_;
  // In memory only.
  std::unique_ptr<rocksdb::Env> memory_;
  // With a log only: between RocksDB and the file system, and the Env made of it.
  std::shared_ptr<LogFiles> log_files_;
  std::unique_ptr<rocksdb::Env> log_env_;
  // RocksDB's notices; they reach LogSync while it exists.
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_options_;
  std::unique_ptr<LogSync> log_;
};

}  // namespace stator::engine
