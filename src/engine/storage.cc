#include "engine/storage.h"

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <charconv>
#include <string>
#include <vector>

#include "base/log.h"
#include "dynamo/errors.h"
#include "engine/catalog_keys.h"
#include "engine/rocks.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;

Error FormatTooNew(const std::string& found) {
  return Error(ErrorKind::kConflict, dynamo::kDataFormatTooNew,
               "the data folder has format " + found + ", this program knows formats up to " +
                   std::to_string(kDataFormat) + "; open it with the newer Stator that wrote it");
}

}  // namespace

// Tells LogSync what RocksDB finds out in the background. RocksDB may call before LogSync exists.
class Storage::Listener final : public rocksdb::EventListener {
 public:
  void Attach(LogSync* log) { log_.store(log, std::memory_order_release); }

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (LogSync* log = log_.load(std::memory_order_acquire)) log->ReportFailure(*status);
  }
  // LogSync resumes; two who try would meet.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
    if (info.condition.cur != rocksdb::WriteStallCondition::kStopped) return;
    if (LogSync* log = log_.load(std::memory_order_acquire)) log->ReportStopped();
  }

 private:
  std::atomic<LogSync*> log_{nullptr};
};

Storage::Storage(const EngineOptions& options) : listener_(std::make_shared<Listener>()) {
  if (options.in_memory) {
    memory_.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    // Nothing outlives the process, so a log would be work for nobody.
    write_options_.disableWAL = true;
    return;
  }
  rocksdb::Env* const env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  log_files_ = std::make_shared<LogFiles>(env->GetFileSystem());
  log_env_ = rocksdb::NewCompositeEnv(log_files_);
}

Result<std::unique_ptr<Storage>> Storage::Open(const EngineOptions& options,
                                               base::MetricsRegistry* metrics) {
  std::unique_ptr<Storage> storage(new Storage(options));
  STATOR_RETURN_IF_ERROR(storage->OpenDatabase(options));
  STATOR_RETURN_IF_ERROR(storage->CheckFormat());
  storage->log_ =
      std::make_unique<LogSync>(storage->db_.get(), storage->log_files_.get(), options, metrics);
  storage->listener_->Attach(storage->log_.get());
  return storage;
}

Status Storage::OpenDatabase(const EngineOptions& options) {
  EngineOptions where = options;
  where.env = log_env_.get();
  std::string path = options.path + "/db";
  if (options.in_memory) {
    where.env = memory_.get();
    path = "/memory";
  } else if (options.env == nullptr) {
    STATOR_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::Lock(options.path));
    folder_.emplace(std::move(folder));
  }
  // RocksDB would make it too, after an error in its log that it was not there.
  static_cast<void>(where.env->CreateDirIfMissing(path));
  if (log_files_ != nullptr) log_files_->Open(path);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(MakeRocksOptions(where, listener_), path, &db);
  db_.reset(db);
  if (status.ok()) return base::OkStatus();
  // A layout with more column families can only be newer: this one has one.
  if (status.IsInvalidArgument() && status.ToString().find("olumn famil") != std::string::npos) {
    return FormatTooNew("of several column families");
  }
  if (status.IsNotSupported()) return FormatTooNew("of newer log files");
  return StorageError(status, "data folder " + options.path + " cannot be opened");
}

Status Storage::CheckFormat() {
  const std::string key = CatalogKey(CatalogRow::kFormat);
  std::string text;
  rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &text);
  if (status.IsNotFound()) return WriteFormat("the data folder cannot be made");
  if (!status.ok()) return StorageError(status, "the format of the data folder cannot be read");
  std::uint32_t found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error != std::errc() || end != text.data() + text.size() || found == 0) {
    return Error(ErrorKind::kInternal, dynamo::kInternalServerError,
                 "the data folder is damaged: its format reads \"" + text + "\"");
  }
  if (found > kDataFormat) return FormatTooNew(text);
  return found == kDataFormat ? base::OkStatus()
                              : WriteFormat("the data folder cannot be brought to this format");
}

Status Storage::WriteFormat(std::string_view doing) {
  rocksdb::WriteOptions synced = write_options_;
  synced.sync = !synced.disableWAL;
  const rocksdb::Status status =
      db_->Put(synced, CatalogKey(CatalogRow::kFormat), std::to_string(kDataFormat));
  return status.ok() ? base::OkStatus() : StorageError(status, doing);
}

Storage::~Storage() {
  listener_->Attach(nullptr);
  log_.reset();
  if (!db_) return;
  if (memory_ == nullptr) {
    // The next start then has no log to replay.
    const rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
    if (!status.ok()) {
      base::Log(base::LogLevel::kWarning, "engine closed without writing its memtable out",
                {{"reason", status.ToString()}});
    }
  }
  static_cast<void>(db_->Close());
  if (log_files_ != nullptr) log_files_->Close(db_->GetName());
}

Result<WriteTicket> Storage::Reserve() {
  STATOR_RETURN_IF_ERROR(log_->Reserve());
  return WriteTicket(log_.get());
}

Status Storage::Write(rocksdb::WriteBatch* batch, WhenStalled when) {
  const base::Deadline deadline;
  rocksdb::WriteOptions options = write_options_;
  options.no_slowdown = true;
  for (;;) {
    const rocksdb::Status status = db_->Write(options, batch);
    if (status.ok()) return base::OkStatus();
    if (!status.IsIncomplete()) {
      log_->ReportFailure(status);
      return StorageError(status, "the write failed");
    }
    log_->ReportStopped();
    std::uint64_t bytes_per_second = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kActualDelayedWriteRate, &bytes_per_second);
    // RocksDB slows writes down for moments only; that is left to itself.
    options.no_slowdown = bytes_per_second == 0;
    if (!options.no_slowdown && when != WhenStalled::kReturn) continue;
    if (when != WhenStalled::kWait) {
      return Error(ErrorKind::kThrottled, dynamo::kThrottlingException,
                   "RocksDB takes no writes until its table files have caught up");
    }
    STATOR_RETURN_IF_ERROR(log_->WaitUntilWritable(deadline));
  }
}

Status Storage::Commit(WriteSet& set, WhenStalled when) {
  if (set.empty()) return base::OkStatus();
  for (const auto& [table, change] : set.counts()) {
    if (change.items == 0 && change.bytes == 0) continue;
    const rocksdb::Status status = set.batch().Merge(
        CatalogKey(CatalogRow::kCounts, table->record().number), EncodeCounts(change));
    CHECK(status.ok());
  }
  STATOR_RETURN_IF_ERROR(Write(&set.batch(), when));
  for (const auto& [table, change] : set.counts()) table->AddCounts(change);
  const rocksdb::Status status = log_->CheckLog();
  return status.ok() ? base::OkStatus() : StorageError(status, kNotSynced);
}

}  // namespace stator::engine
