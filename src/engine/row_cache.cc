#include "engine/row_cache.h"

#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/unordered_set.hpp>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include "base/check.h"
#include "engine/key_codec.h"

namespace stator::engine {
namespace {

namespace intrusive = boost::intrusive;

// A row that takes more of its shard would push too many others out.
constexpr std::size_t kLargestShare = 16;
constexpr std::size_t kFirstBuckets = 16;

// Lines of a found row that are asked of memory before somebody reads them: a row lies where no
// cache of the processor has it, and each line waited for singly would cost as much again.
constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kPrefetchedBytesMax = 1280;

// A row key without the partition's hash, which follows from the rest.
struct KeyParts {
  explicit KeyParts(std::string_view row_key)
      : space(row_key.substr(0, kRowHashOffset)),
        rest(row_key.substr(std::min(row_key.size(), kRowHashOffset + kRowHashBytes))) {}
  bool operator==(const KeyParts&) const = default;
  std::string_view space;
  std::string_view rest;
};

}  // namespace

// Key and value stand behind it in the same allocation. All but the references is guarded by the
// shard's mutex; the bytes never change.
struct RowCache::Row
    : intrusive::unordered_set_base_hook<intrusive::store_hash<true>,
                                         intrusive::link_mode<intrusive::normal_link>>,
      intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>> {
  static Row* Make(std::string_view row_key, std::string_view value) {
    void* const memory = std::malloc(sizeof(Row) + row_key.size() + value.size());
    CHECK(memory != nullptr);
    Row* const row = new (memory) Row;
    row->key_bytes = static_cast<std::uint32_t>(row_key.size());
    row->value_bytes = static_cast<std::uint32_t>(value.size());
    char* const bytes = reinterpret_cast<char*>(row + 1);
    std::memcpy(bytes, row_key.data(), row_key.size());
    std::memcpy(bytes + row_key.size(), value.data(), value.size());
    return row;
  }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view key() const { return {bytes(), key_bytes}; }
  std::string_view value() const { return {bytes() + key_bytes, value_bytes}; }
  // What a row takes, with what malloc adds.
  static std::size_t Charge(std::size_t key_bytes, std::size_t value_bytes) {
    return sizeof(Row) + key_bytes + value_bytes + 16;
  }
  // Its first bytes are being looked at; the rest will be.
  void Prefetch() const {
    const std::size_t end = std::min<std::size_t>(key_bytes + value_bytes, kPrefetchedBytesMax);
    for (std::size_t at = 0; at < end; at += kLineBytes) __builtin_prefetch(bytes() + at);
  }
  std::size_t charge() const { return Charge(key_bytes, value_bytes); }

  mutable std::atomic<std::uint32_t> references{1};
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
  // Found since the hand passed it.
  bool visited = false;
};

namespace {

struct HashRow {
  std::size_t operator()(const RowCache::Row& row) const;
};
struct SameKey {
  bool operator()(const RowCache::Row& a, const RowCache::Row& b) const;
  bool operator()(std::string_view key, const RowCache::Row& row) const;
};

using Index = intrusive::unordered_set<RowCache::Row, intrusive::hash<HashRow>,
                                       intrusive::equal<SameKey>, intrusive::power_2_buckets<true>>;
using Queue = intrusive::list<RowCache::Row>;

std::size_t HashRow::operator()(const RowCache::Row& row) const {
  return HashedKey(row.key()).hash;
}
bool SameKey::operator()(const RowCache::Row& a, const RowCache::Row& b) const {
  return KeyParts(a.key()) == KeyParts(b.key());
}
bool SameKey::operator()(std::string_view key, const RowCache::Row& row) const {
  return KeyParts(key) == KeyParts(row.key());
}

}  // namespace

// A part of the rows. Which row goes is SIEVE's choice (Zhang and others, NSDI 2024): a hand walks
// from the oldest row to the youngest and takes the first that nobody has found since its last
// visit; so finding a row moves nothing.
struct alignas(64) RowCache::Shard {
  Shard() : buckets(kFirstBuckets), index(Index::bucket_traits(buckets.data(), buckets.size())) {}
  ~Shard() {
    while (!queue.empty()) Remove(queue.front());
  }

  Row* Find(const HashedKey& key) {
    const auto at = index.find(key.row_key, [&](std::string_view) { return key.hash; }, SameKey());
    return at == index.end() ? nullptr : &*at;
  }

  void Add(Row& row) {
    if (index.size() == buckets.size()) {
      std::vector<Index::bucket_type> more(buckets.size() * 2);
      index.rehash(Index::bucket_traits(more.data(), more.size()));
      buckets.swap(more);
    }
    index.insert(row);
    queue.push_back(row);
    used_bytes += row.charge();
    while (used_bytes > bytes_max) Remove(Victim());
  }

  void Remove(Row& row) {
    if (hand == &row) hand = Behind(row);
    index.erase(index.iterator_to(row));
    queue.erase(queue.iterator_to(row));
    used_bytes -= row.charge();
    intrusive_ptr_release(&row);
  }

  // Guards all below. `writers` is also counted down without it.
  mutable std::mutex mutex;
  std::atomic<std::uint32_t> writers{0};
  // Writes begun so far, from 1.
  std::uint64_t writes = 1;
  std::size_t bytes_max = 0;
  std::size_t used_bytes = 0;
  std::vector<Index::bucket_type> buckets;
  Index index;
  // From the oldest.
  Queue queue;
  // Where the hand stands; null: at the oldest.
  Row* hand = nullptr;

 private:
  // The next younger row; null behind the youngest.
  Row* Behind(Row& row) {
    const auto next = std::next(queue.iterator_to(row));
    return next == queue.end() ? nullptr : &*next;
  }
  Row& Victim() {
    for (;;) {
      Row& row = hand != nullptr ? *hand : queue.front();
      if (!row.visited) return row;
      row.visited = false;
      hand = Behind(row);
    }
  }
};

void intrusive_ptr_add_ref(const RowCache::Row* row) {
  row->references.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const RowCache::Row* row) {
  if (row->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  row->~Row();
  std::free(const_cast<RowCache::Row*>(row));
}

RowCache::Writing::~Writing() {
  for (std::atomic<std::uint32_t>* writers : writers_) {
    writers->fetch_sub(1, std::memory_order_release);
  }
}

RowCache::RowCache(std::size_t bytes_max, base::MetricsRegistry* metrics)
    : shards_(std::make_unique<Shard[]>(kShards)),
      hits_(metrics->GetCounter("stator_engine_row_cache_hits_total",
                                "Point reads answered by the engine's row cache.")),
      misses_(metrics->GetCounter("stator_engine_row_cache_misses_total",
                                  "Point reads that the engine's row cache did not know.")) {
  for (std::size_t i = 0; i < kShards; ++i) shards_[i].bytes_max = bytes_max / kShards;
}

RowCache::~RowCache() = default;

// The index of a shard uses the low bits.
RowCache::Shard& RowCache::ShardOf(std::size_t hash) const { return shards_[hash >> 58]; }

RowCache::Found RowCache::Find(const HashedKey& key) {
  Shard& shard = ShardOf(key.hash);
  Found found;
  {
    const std::lock_guard lock(shard.mutex);
    if (Row* const row = shard.Find(key)) {
      row->Prefetch();
      row->visited = true;
      found.row = row;
    } else if (shard.writers.load(std::memory_order_acquire) == 0) {
      found.ticket = shard.writes;
    }
  }
  (found.row ? hits_ : misses_)->Add();
  return found;
}

void RowCache::Fill(const HashedKey& key, std::string_view value, std::uint64_t ticket) {
  if (ticket == 0) return;
  Shard& shard = ShardOf(key.hash);
  if (Row::Charge(key.row_key.size(), value.size()) > shard.bytes_max / kLargestShare) return;
  Row* const row = Row::Make(key.row_key, value);
  {
    const std::lock_guard lock(shard.mutex);
    if (shard.writes == ticket && shard.Find(key) == nullptr) return shard.Add(*row);
  }
  intrusive_ptr_release(row);
}

void RowCache::Prefetch(const HashedKey& key) const {
  const Shard& shard = ShardOf(key.hash);
  const std::lock_guard lock(shard.mutex);
  __builtin_prefetch(&shard.buckets[key.hash & (shard.buckets.size() - 1)]);
}

void RowCache::BeginWrite(const HashedKey& key, Writing& writing) {
  Shard& shard = ShardOf(key.hash);
  writing.writers_.push_back(&shard.writers);
  const std::lock_guard lock(shard.mutex);
  shard.writers.fetch_add(1, std::memory_order_relaxed);
  ++shard.writes;
  if (Row* const row = shard.Find(key)) shard.Remove(*row);
}

std::string_view RowCache::ValueOf(const Row& row) { return row.value(); }

std::size_t RowCache::size_bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    sum += shards_[i].used_bytes;
  }
  return sum;
}

}  // namespace stator::engine
