#include "engine/page_reader.h"

#include <utility>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "dynamo/limits.h"
#include "engine/rocks.h"

namespace stator::engine {
namespace {

using base::Result;
using base::Status;
using dynamo::AttributeValue;
using dynamo::ItemView;

// Rows between two looks at the clock.
constexpr std::int64_t kRowsBetweenChecks = 64;

// The key of the current row as values. Memory is reused from row to row, and the encoding of the
// partition while it stays the same.
class RowKey {
 public:
  explicit RowKey(const Table& table) : table_(table) {}

  Status Decode(std::string_view row_key) {
    STATOR_RETURN_IF_ERROR(table_.keys().Decode(row_key, parts_));
    const dynamo::KeySchema& schema = table_.key_schema();
    if (parts_.partition != known_partition_) {
      partition_.clear();
      AppendKeyValue(schema.partition.type, parts_.partition, partition_);
      known_partition_ = parts_.partition;
    }
    if (schema.sort) {
      sort_.clear();
      AppendKeyValue(schema.sort->type, parts_.sort, sort_);
    }
    return base::OkStatus();
  }

  dynamo::ItemKey key() const {
    dynamo::ItemKey key{AttributeValue(partition_.data()), std::nullopt};
    if (table_.key_schema().sort) key.sort = AttributeValue(sort_.data());
    return key;
  }

  // As a LastEvaluatedKey.
  dynamo::Item Item() const {
    const dynamo::KeySchema& schema = table_.key_schema();
    dynamo::ItemBuilder builder;
    builder.Name(schema.partition.name).Value(key().partition);
    if (schema.sort) builder.Name(schema.sort->name).Value(*key().sort);
    return builder.Build();
  }

 private:
  const Table& table_;
  RowKeyParts parts_;
  std::string known_partition_;
  std::string partition_;
  std::string sort_;
};

class PageReader {
 public:
  PageReader(EngineParts& parts, const base::CallContext& context, const PageSpec& spec)
      : parts_(parts), context_(context), spec_(spec), key_(*spec.table) {}

  Result<PageOutcome> Read() {
    if (spec_.range.low >= spec_.range.high) return std::move(outcome_);
    rocksdb::ReadOptions read;
    const rocksdb::Slice low(spec_.range.low);
    const rocksdb::Slice high(spec_.range.high);
    read.iterate_lower_bound = &low;
    read.iterate_upper_bound = &high;
    read.fill_cache = spec_.fill_cache;
    const std::unique_ptr<rocksdb::Iterator> rows(parts_.storage->db().NewIterator(read));
    if (spec_.forward) {
      rows->SeekToFirst();
    } else {
      rows->SeekToLast();
    }
    while (rows->Valid()) {
      if (response().scanned_count % kRowsBetweenChecks == 0) {
        STATOR_RETURN_IF_ERROR(CheckWanted(parts_, context_, "a page of " + spec_.table->name()));
      }
      STATOR_RETURN_IF_ERROR(Evaluate(ToView(rows->key()), ToView(rows->value())));
      if (AtLimit()) {
        SetLastKey();
        break;
      }
      Step(*rows);
      if (rows->Valid() && outcome_.size_bytes >= dynamo::kPageBytesMax) {
        SetLastKey();
        break;
      }
    }
    if (!rows->status().ok()) {
      return StorageError(rows->status(), "a page of table " + spec_.table->name());
    }
    spec_.table->CountItemsRead(spec_.operation,
                                static_cast<std::uint64_t>(response().scanned_count));
    return std::move(outcome_);
  }

 private:
  dynamo::ReadPageResponse& response() { return outcome_.response; }

  void Step(rocksdb::Iterator& rows) const {
    if (spec_.forward) {
      rows.Next();
    } else {
      rows.Prev();
    }
  }

  bool AtLimit() const { return spec_.limit && outcome_.response.scanned_count >= *spec_.limit; }

  void SetLastKey() { response().last_evaluated_key = key_.Item(); }

  // Counts one row, and adds its item to the page if it passes the filter.
  Status Evaluate(std::string_view row_key, std::string_view value) {
    STATOR_RETURN_IF_ERROR(key_.Decode(row_key));
    STATOR_ASSIGN_OR_RETURN(const StoredRow row, DecodeRow(value));
    outcome_.size_bytes += row.item_size_bytes;
    ++response().scanned_count;
    const bool early = spec_.filter && !spec_.filter_needs_keys;
    if (early && !expression::Evaluate(*spec_.filter, row.rest)) return base::OkStatus();

    std::string& arena = response().items.arena();
    const std::size_t start = arena.size();
    if (spec_.filter_needs_keys || !spec_.count_only) {
      std::string& whole = spec_.projection ? scratch_ : arena;
      scratch_.clear();
      const std::size_t at = whole.size();
      spec_.table->rows().AppendItem(key_.key(), row.rest, whole);
      const ItemView item(std::string_view(whole).substr(at));
      if (spec_.filter_needs_keys && !expression::Evaluate(*spec_.filter, item)) {
        arena.resize(start);
        return base::OkStatus();
      }
      if (spec_.projection) expression::Project(*spec_.projection, item, arena);
    }
    ++response().count;
    if (spec_.count_only) {
      arena.resize(start);
    } else {
      response().items.CloseAt(start);
    }
    return base::OkStatus();
  }

  EngineParts& parts_;
  const base::CallContext& context_;
  const PageSpec& spec_;
  RowKey key_;
  PageOutcome outcome_;
  std::string scratch_;
};

}  // namespace

Result<PageOutcome> ReadPage(EngineParts& parts, const base::CallContext& context,
                             const PageSpec& spec) {
  return PageReader(parts, context, spec).Read();
}

}  // namespace stator::engine
