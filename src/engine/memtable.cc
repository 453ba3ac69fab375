#include "engine/memtable.h"

#include <new>

#include "base/check.h"
#include "engine/memtable_tree.h"

namespace stator::engine {
namespace {

using rocksdb::MemTableRep;
using rocksdb::Slice;

// Frees the memory of an object that it is a base of, as the last act of its destruction.
class FreesMemory {
 protected:
  explicit FreesMemory(void* memory) : memory_(memory) {}
  ~FreesMemory() { ::operator delete(memory_); }

 private:
  void* memory_;
};

class TreeIterator : public MemTableRep::Iterator {
 public:
  explicit TreeIterator(const MemtableTree& tree) : cursor_(tree) {}

  bool Valid() const override { return cursor_.Valid(); }
  const char* key() const override { return cursor_.entry(); }
  void Next() override { cursor_.Next(); }
  void Prev() override { cursor_.Prev(); }
  void Seek(const Slice& internal_key, const char*) override { cursor_.Seek(internal_key); }
  void SeekForPrev(const Slice& internal_key, const char*) override {
    cursor_.SeekForPrev(internal_key);
  }
  void SeekToFirst() override { cursor_.SeekToFirst(); }
  void SeekToLast() override { cursor_.SeekToLast(); }

 private:
  MemtableTree::Cursor cursor_;
};

// Of an iterator for an arena RocksDB calls the destructor alone. What an arena is its public
// headers do not say, so that this one has memory of its own, freed by its first base.
class ArenaIterator final : private FreesMemory, public TreeIterator {
 public:
  ArenaIterator(void* memory, const MemtableTree& tree) : FreesMemory(memory), TreeIterator(tree) {}
};

// One lookup. RocksDB's public headers do not say what a LookupKey is; but Get of the base class
// takes it apart, with an iterator that GetIterator makes and that RocksDB 7.8 never deletes. Here
// it is no allocation at all, and goes with the lookup.
class PointLookup final : public MemTableRep {
 public:
  explicit PointLookup(const MemtableTree& tree) : MemTableRep(nullptr), iterator_(tree) {}

  Iterator* GetIterator(rocksdb::Arena*) override { return &iterator_; }
  void Insert(rocksdb::KeyHandle) override { CHECK(false); }
  bool Contains(const char*) const override { return false; }
  size_t ApproximateMemoryUsage() override { return 0; }

 private:
  TreeIterator iterator_;
};

class TreeMemtable final : public MemTableRep {
 public:
  TreeMemtable(const KeyComparator& comparator, rocksdb::Allocator* allocator)
      : MemTableRep(allocator), tree_(comparator) {}

  void Insert(rocksdb::KeyHandle handle) override { tree_.Insert(static_cast<char*>(handle)); }

  bool Contains(const char* key) const override {
    const Slice internal_key = rocksdb::GetLengthPrefixedSlice(key);
    MemtableTree::Cursor cursor(tree_);
    cursor.Seek(internal_key);
    return cursor.Valid() && rocksdb::GetLengthPrefixedSlice(cursor.entry()) == internal_key;
  }

  void Get(const rocksdb::LookupKey& key, void* arguments,
           bool (*callback)(void* arguments, const char* entry)) override {
    PointLookup(tree_).MemTableRep::Get(key, arguments, callback);
  }

  size_t ApproximateMemoryUsage() override { return tree_.memory_bytes(); }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) return new TreeIterator(tree_);
    void* const memory = ::operator new(sizeof(ArenaIterator));
    return new (memory) ArenaIterator(memory, tree_);
  }

 private:
  MemtableTree tree_;
};

class TreeMemtableFactory final : public rocksdb::MemTableRepFactory {
 public:
  using MemTableRepFactory::CreateMemTableRep;
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator& comparator,
                                 rocksdb::Allocator* allocator, const rocksdb::SliceTransform*,
                                 rocksdb::Logger*) override {
    return new TreeMemtable(comparator, allocator);
  }
  const char* Name() const override { return "stator.memtable.1"; }
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> MakeMemtableFactory() {
  return std::make_shared<TreeMemtableFactory>();
}

}  // namespace stator::engine
