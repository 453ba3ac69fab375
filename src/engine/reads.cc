#include "engine/reads.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dynamo/errors.h"
#include "dynamo/key.h"
#include "dynamo/limits.h"
#include "engine/capacity.h"
#include "engine/request_checks.h"
#include "engine/rocks.h"
#include "engine/row_reader.h"
#include "expression/binder.h"

namespace stator::engine {
namespace {

using base::Result;
using base::Status;
using dynamo::Item;
using dynamo::ItemBatch;
using dynamo::ItemKey;
using expression::BoundProjection;

// Rows asked of RocksDB at once: it sorts out the files for each batch. Also how often a long read
// looks at its deadline.
constexpr std::size_t kReadsAtOnce = 32;

// Binds `text`, or nothing for an empty one, and checks that every placeholder is used.
Result<std::optional<BoundProjection>> BindProjection(
    EngineParts& parts, const std::string& text, const dynamo::ExpressionAttributes& attributes) {
  STATOR_RETURN_IF_ERROR(CheckPlaceholdersNeeded(attributes, {{"ProjectionExpression", text}}));
  if (text.empty()) return std::optional<BoundProjection>();
  STATOR_ASSIGN_OR_RETURN(auto parsed, parts.expressions.GetProjection(text));
  expression::Binder binder(attributes);
  STATOR_ASSIGN_OR_RETURN(BoundProjection bound, binder.Bind(std::move(parsed)));
  STATOR_RETURN_IF_ERROR(binder.CheckAllUsed());
  return std::optional(std::move(bound));
}

const BoundProjection* Pointer(const std::optional<BoundProjection>& projection) {
  return projection ? &*projection : nullptr;
}

// Appends the item of a stored row, projected or whole.
void AppendRow(const Table& table, const ItemKey& key, const StoredRow& row,
               const BoundProjection* projection, std::string& out) {
  if (projection == nullptr) {
    table.rows().AppendItem(key, row.rest, out);
    return;
  }
  std::string whole;
  table.rows().AppendItem(key, row.rest, whole);
  expression::Project(*projection, dynamo::ItemView(whole), out);
}

// One row to read.
struct RowRead {
  const Table* table;
  ItemKey key;
  // Unhashed until RocksDB has to be asked.
  std::string row_key;
};

// Up to kReadsAtOnce rows, as they are found.
class RowsAtOnce {
 public:
  // Looks up all of `reads`: in the row cache, and what that does not know in RocksDB at once.
  void Find(EngineParts& parts, std::span<RowRead> reads) {
    cached_.clear();
    keys_.clear();
    for (RowRead& read : reads) {
      cached_.push_back(parts.row_cache->Find(read.row_key));
      if (cached_.back().row != nullptr) continue;
      KeyCodec::FillHash(read.key.partition, read.row_key);
      keys_.push_back(read.row_key);
    }
    values_.clear();
    values_.resize(keys_.size());
    statuses_.resize(keys_.size());
    if (keys_.empty()) return;
    rocksdb::DB& db = parts.storage->db();
    db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), keys_.size(), keys_.data(),
                values_.data(), statuses_.data(), /*sorted_input=*/false);
  }

  // Calls visit(index, row or nullptr) for each, in order. ERRORS: of the disk, of damaged rows.
  template <typename Visit>
  Status ForEach(EngineParts& parts, std::string_view what, std::span<const RowRead> reads,
                 Visit&& visit) {
    std::size_t asked = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
      std::string_view value;
      if (cached_[i].row != nullptr) {
        value = RowCache::ValueOf(*cached_[i].row);
      } else {
        const rocksdb::Status& status = statuses_[asked];
        value = ToView(values_[asked++]);
        if (status.IsNotFound()) {
          STATOR_RETURN_IF_ERROR(visit(i, nullptr));
          continue;
        }
        if (!status.ok()) return ReadError(status, what, *reads[i].table);
        parts.row_cache->Fill(reads[i].row_key, value, cached_[i].ticket);
      }
      STATOR_ASSIGN_OR_RETURN(const StoredRow row, DecodeRow(value));
      STATOR_RETURN_IF_ERROR(visit(i, &row));
    }
    return base::OkStatus();
  }

 private:
  // One for each read; those without a row were asked of RocksDB, in their order.
  std::vector<RowCache::Found> cached_;
  std::vector<rocksdb::Slice> keys_;
  std::vector<rocksdb::PinnableSlice> values_;
  std::vector<rocksdb::Status> statuses_;
};

// Looks up `reads` in order and calls visit(index, row or nullptr) for each. ERRORS: of the disk,
// of damaged rows, DeadlineExceeded.
template <typename Visit>
Status ReadRows(EngineParts& parts, const base::CallContext& context, std::string_view what,
                std::span<RowRead> reads, Visit&& visit) {
  RowsAtOnce rows;
  for (std::size_t begin = 0; begin < reads.size(); begin += kReadsAtOnce) {
    STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, what));
    const auto some = reads.subspan(begin, std::min(kReadsAtOnce, reads.size() - begin));
    rows.Find(parts, some);
    STATOR_RETURN_IF_ERROR(
        rows.ForEach(parts, what, some,
                     [&](std::size_t i, const StoredRow* row) { return visit(begin + i, row); }));
  }
  return base::OkStatus();
}

// ---- BatchGetItem

// One table of a BatchGetItem, checked and bound.
struct BatchTable {
  std::shared_ptr<Table> table;
  std::optional<BoundProjection> projection;
  std::vector<RowRead> reads;
};

Status CheckNoDuplicates(const std::vector<RowRead>& reads) {
  std::vector<std::string_view> keys;
  for (const RowRead& read : reads) keys.push_back(read.row_key);
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
    return dynamo::ValidationError("Provided list of item keys contains duplicates");
  }
  return base::OkStatus();
}

Result<std::vector<BatchTable>> PrepareBatch(EngineParts& parts,
                                             const dynamo::BatchGetItemRequest& request) {
  std::size_t keys = 0;
  for (const auto& asked : request.tables) keys += asked.keys.size();
  if (keys > dynamo::kBatchGetKeysMax) {
    return dynamo::ValidationError("Too many items requested for the BatchGetItem call");
  }
  std::vector<BatchTable> tables(request.tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const dynamo::KeysAndAttributes& asked = request.tables[i];
    STATOR_ASSIGN_OR_RETURN(tables[i].projection, BindProjection(parts, asked.projection_expression,
                                                                 asked.expression_attributes));
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    STATOR_ASSIGN_OR_RETURN(tables[i].table, FindTable(parts, request.tables[i].table_name));
    const Table& table = *tables[i].table;
    for (const Item& key : request.tables[i].keys) {
      STATOR_ASSIGN_OR_RETURN(const ItemKey checked,
                              dynamo::ValidateKey(table.key_schema(), key.view()));
      RowRead read{&table, checked, {}};
      table.keys().EncodeUnhashedRow(checked, read.row_key);
      tables[i].reads.push_back(std::move(read));
    }
    STATOR_RETURN_IF_ERROR(CheckNoDuplicates(tables[i].reads));
  }
  return tables;
}

// Reads one table of a batch into `response`; `reply_bytes` counts over all tables.
Status ReadBatchTable(EngineParts& parts, const base::CallContext& context,
                      const dynamo::BatchGetItemRequest& request,
                      const dynamo::KeysAndAttributes& asked, BatchTable& prepared,
                      std::size_t& reply_bytes, dynamo::BatchGetItemResponse& response) {
  ItemBatch found;
  dynamo::KeysAndAttributes unprocessed;
  double units = 0;
  std::uint64_t items = 0;
  const BoundProjection* projection = Pointer(prepared.projection);
  STATOR_RETURN_IF_ERROR(ReadRows(
      parts, context, "BatchGetItem", prepared.reads,
      [&](std::size_t index, const StoredRow* row) -> Status {
        const std::size_t size_bytes = row == nullptr ? 0 : row->item_size_bytes;
        if (reply_bytes + size_bytes > dynamo::kBatchGetReplyBytesMax) {
          unprocessed.keys.push_back(asked.keys[index]);
          return base::OkStatus();
        }
        reply_bytes += size_bytes;
        units += ReadUnits(size_bytes, asked.consistent_read);
        if (row == nullptr) return base::OkStatus();
        ++items;
        const std::size_t start = found.arena().size();
        AppendRow(*prepared.table, prepared.reads[index].key, *row, projection, found.arena());
        found.CloseAt(start);
        return base::OkStatus();
      }));
  prepared.table->CountItemsRead(ReadOperation::kBatchGetItem, items);
  response.responses.emplace_back(asked.table_name, std::move(found));
  if (!unprocessed.keys.empty()) {
    unprocessed.table_name = asked.table_name;
    unprocessed.consistent_read = asked.consistent_read;
    unprocessed.projection_expression = asked.projection_expression;
    unprocessed.expression_attributes = asked.expression_attributes;
    response.unprocessed_keys.push_back(std::move(unprocessed));
  }
  if (auto consumed =
          MakeConsumedCapacity(request.return_consumed_capacity, prepared.table->name(), units)) {
    response.consumed_capacity.push_back(std::move(*consumed));
  }
  return base::OkStatus();
}

// ---- GetMany

// Tables by name, so that many reads of one table look it up once.
class TablesByName {
 public:
  // Keeps what it finds in `tables`.
  TablesByName(const EngineParts& parts,
               std::unordered_map<std::string, std::shared_ptr<Table>>& tables)
      : parts_(parts), tables_(tables) {}

  // Null when there is none.
  Table* Find(const std::string& name) {
    if (last_ != nullptr && name == *last_name_) return last_;
    const auto [at, inserted] = tables_.try_emplace(name);
    if (inserted) at->second = parts_.catalog->Find(name);
    last_name_ = &at->first;
    last_ = at->second.get();
    return last_;
  }

 private:
  const EngineParts& parts_;
  std::unordered_map<std::string, std::shared_ptr<Table>>& tables_;
  const std::string* last_name_ = nullptr;
  Table* last_ = nullptr;
};

Result<RowRead> PrepareRead(TablesByName& tables, const dynamo::ReadManyRequest& request,
                            const dynamo::ItemRead& asked) {
  if (asked.projection < -1 ||
      asked.projection >= static_cast<std::int64_t>(request.projections.size())) {
    return dynamo::ValidationError("GetMany: projection " + std::to_string(asked.projection) +
                                   " does not exist");
  }
  const Table* table = tables.Find(asked.table_name);
  if (table == nullptr) return dynamo::TableNotFound(asked.table_name);
  STATOR_ASSIGN_OR_RETURN(const ItemKey key,
                          dynamo::ValidateKey(table->key_schema(), asked.key.view()));
  RowRead read{table, key, {}};
  table->keys().EncodeUnhashedRow(key, read.row_key);
  return read;
}

// The reads of a GetMany that can be looked up, in the order of the request.
struct ManyReads {
  std::unordered_map<std::string, std::shared_ptr<Table>> tables;
  std::vector<RowRead> rows;
  std::vector<std::size_t> places;  // of each of `rows` in the request
  // A read that repeats an earlier one, projection included, and the place of that one.
  std::unordered_map<std::size_t, std::size_t> repeats;
};

ManyReads PrepareMany(const EngineParts& parts, const dynamo::ReadManyRequest& request,
                      std::vector<dynamo::ItemFailure>& failures) {
  ManyReads reads;
  TablesByName tables(parts, reads.tables);
  // Views of row keys in `rows`, which does not grow beyond what is reserved.
  std::unordered_map<std::string_view, std::size_t> seen;
  reads.rows.reserve(request.reads.size());
  reads.places.reserve(request.reads.size());
  for (std::size_t i = 0; i < request.reads.size(); ++i) {
    auto read = PrepareRead(tables, request, request.reads[i]);
    if (!read.ok()) {
      failures.push_back({i, read.error()});
      continue;
    }
    if (const auto first = seen.find(read->row_key);
        first != seen.end() &&
        request.reads[first->second].projection == request.reads[i].projection) {
      reads.repeats.emplace(i, first->second);
      continue;
    }
    reads.rows.push_back(std::move(*read));
    reads.places.push_back(i);
    if (request.reads.size() > 1) seen.emplace(reads.rows.back().row_key, i);
  }
  return reads;
}

// Appends the answers up to `end` that no row gives: of what is missing or failed, and of repeats.
void FillUpTo(std::size_t end, const ManyReads& reads, ItemBatch& items) {
  while (items.size() < end) {
    const auto repeat = reads.repeats.find(items.size());
    const auto same = repeat == reads.repeats.end() ? std::nullopt : items.Find(repeat->second);
    if (same) {
      items.Append(*same);
    } else {
      items.AppendAbsent();
    }
  }
}

}  // namespace

Result<dynamo::GetItemResponse> GetItem(EngineParts& parts, const base::CallContext& context,
                                        const dynamo::GetItemRequest& request) {
  const OperationTimer timer(*parts.metrics, TimedOperation::kGetItem);
  STATOR_RETURN_IF_ERROR(CheckWanted(context, timer.start(), "GetItem"));
  STATOR_ASSIGN_OR_RETURN(
      const std::optional<BoundProjection> projection,
      BindProjection(parts, request.projection_expression, request.expression_attributes));
  STATOR_ASSIGN_OR_RETURN(const std::shared_ptr<Table> table, FindTable(parts, request.table_name));
  STATOR_ASSIGN_OR_RETURN(const ItemKey key,
                          dynamo::ValidateKey(table->key_schema(), request.key.view()));
  FoundRow found;
  STATOR_RETURN_IF_ERROR(ReadRow(parts, *table, key, "GetItem", found));
  dynamo::GetItemResponse response;
  std::size_t size_bytes = 0;
  if (const StoredRow* row = found.get()) {
    size_bytes = row->item_size_bytes;
    std::string bytes;
    AppendRow(*table, key, *row, Pointer(projection), bytes);
    response.item.emplace(std::move(bytes));
    table->CountItemsRead(ReadOperation::kGetItem, 1);
  }
  response.consumed_capacity = MakeConsumedCapacity(request.return_consumed_capacity, table->name(),
                                                    ReadUnits(size_bytes, request.consistent_read));
  return response;
}

Result<dynamo::BatchGetItemResponse> BatchGetItem(EngineParts& parts,
                                                  const base::CallContext& context,
                                                  const dynamo::BatchGetItemRequest& request) {
  const OperationTimer timer(*parts.metrics, TimedOperation::kBatchGetItem);
  STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "BatchGetItem"));
  STATOR_ASSIGN_OR_RETURN(std::vector<BatchTable> tables, PrepareBatch(parts, request));
  dynamo::BatchGetItemResponse response;
  std::size_t reply_bytes = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    STATOR_RETURN_IF_ERROR(ReadBatchTable(parts, context, request, request.tables[i], tables[i],
                                          reply_bytes, response));
  }
  return response;
}

Result<dynamo::ReadManyResponse> GetMany(EngineParts& parts, const base::CallContext& context,
                                         const dynamo::ReadManyRequest& request) {
  const OperationTimer timer(*parts.metrics, TimedOperation::kGetMany);
  STATOR_RETURN_IF_ERROR(CheckWanted(parts, context, "GetMany"));
  std::vector<std::optional<BoundProjection>> projections;
  for (const dynamo::SharedProjection& shared : request.projections) {
    STATOR_ASSIGN_OR_RETURN(auto bound,
                            BindProjection(parts, shared.expression, shared.attributes));
    projections.push_back(std::move(bound));
  }

  dynamo::ReadManyResponse response;
  ManyReads reads = PrepareMany(parts, request, response.failures);
  if (reads.rows.empty() && !response.failures.empty()) return response.failures.front().error;

  ItemBatch& items = response.items;
  STATOR_RETURN_IF_ERROR(
      ReadRows(parts, context, "GetMany", reads.rows,
               [&](std::size_t index, const StoredRow* row) -> Status {
                 const RowRead& read = reads.rows[index];
                 response.consumed_read_units +=
                     ReadUnits(row == nullptr ? 0 : row->item_size_bytes, request.consistent_read);
                 FillUpTo(reads.places[index], reads, items);
                 if (row == nullptr) return base::OkStatus();
                 read.table->CountItemsRead(ReadOperation::kGetMany, 1);
                 const std::int32_t chosen = request.reads[reads.places[index]].projection;
                 const std::size_t start = items.arena().size();
                 AppendRow(*read.table, read.key, *row,
                           chosen < 0 ? nullptr : Pointer(projections[chosen]), items.arena());
                 items.CloseAt(start);
                 return base::OkStatus();
               }));
  FillUpTo(request.reads.size(), reads, items);
  return response;
}

}  // namespace stator::engine
