// MemtableTree: the order of the entries of one memtable, for one writer and any number of readers.
//
// It stands in for RocksDB's skip list (docs/adr-0008-own-memtable.md). There every comparison of a
// search reads another entry, which lies anywhere in 64 MB; here a node holds the first 16 bytes of
// its keys side by side, and a search reads an entry only where those are equal.
//
// A B+-tree of nodes with 15 slots. A slot is written once, before it is published, and never again
// nor moved. What a node holds is said by its `order` alone, one word that lists the slots in use
// by rising key, so that one store publishes a change whole. An insertion into a leaf fills a free
// slot and stores the new order. Where a child splits, its parent takes two free slots, for the two
// new nodes, and its new order has them in place of the child's. A node without free slots is not
// changed any more: two new ones take its place in the same way. The old one stays as it is, and
// readable, until the whole tree is freed.
//
// Why readers need no lock. A slot of an inner node is the pair of a separator and a child, and all
// entries at or behind the separator, up to the next one in the same order, are inserted below that
// child: such a range shrinks when the child splits, and never grows. A reader that holds an order
// which is outdated goes to a child that has been replaced since, and finds there all that was
// inserted into its range before the replacement. So it misses at the most what was inserted after
// it began. RocksDB reads at a sequence number, and hands out numbers only after everything up to
// them is inserted: what such a reader can miss it would have to skip.
//
// Separators are entries, the first ones of their child, and remain separators for ever. Thus a
// cursor at the end of its leaf goes on at the separator that followed it on its way down, without
// pointers between leaves; and since the entries of a leaf are all before that separator, a cursor
// never goes back.
#pragma once

#include <rocksdb/memtablerep.h>
#include <rocksdb/slice.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace stator::engine {

// Entries in the order of RocksDB's internal keys: by user key, bytewise, and of one user key the
// highest sequence number first. An entry is RocksDB's: the internal key (user key and 8 bytes),
// its length before it, the value behind. The tree keeps pointers to entries; they outlive it.
class MemtableTree {
 public:
  // How RocksDB compares entries. Asked only where the first 16 bytes of two user keys are equal.
  using Comparator = rocksdb::MemTableRep::KeyComparator;

  // A place in the tree, below.
  class Cursor;

  // An empty tree. `comparator` outlives it. REQUIRES: it orders user keys bytewise.
  explicit MemtableTree(const Comparator& comparator);
  MemtableTree(const MemtableTree&) = delete;
  MemtableTree& operator=(const MemtableTree&) = delete;

  // Adds an entry, at once visible to readers. REQUIRES: one caller at a time, each of which sees
  // what the one before did; no entry equals it.
  void Insert(const char* entry);

  // Bytes of all nodes and of the room for more; the entries are not in it. From any thread.
  std::size_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }

 private:
  // A node's slots in use, by rising key: four bits each from the lowest on, their number on top.
  class Order {
   public:
    Order() = default;
    explicit Order(std::uint64_t word) : word_(word) {}
    // Slots 0 to size - 1, in this order.
    static Order OfFirst(int size);
    std::uint64_t word() const { return word_; }
    int size() const { return static_cast<int>(word_ >> 60); }
    // REQUIRES: 0 <= position < size().
    int slot(int position) const { return static_cast<int>(word_ >> (4 * position) & 15); }
    // With `slot` at `position`, and all from there on one further.
    Order Inserted(int position, int slot) const;
    // With `slot` in place of the one at `position`.
    Order Replaced(int position, int slot) const;

   private:
    std::uint64_t word_ = 0;
  };

  // What is looked for, and how it compares without reading an entry.
  struct Key {
    // The first 16 bytes of the user key as two numbers, most significant byte first; what it is
    // shorter by counts as zeros.
    std::uint64_t first;
    std::uint64_t second;
    rocksdb::Slice internal_key;
    // The entry that it is the key of, when there is one.
    const char* entry;
  };
  // Which entries a search passes over.
  enum class Pass { kLess, kLessOrEqual };

  static constexpr int kSlots = 15;
  // Nodes begin where a pair of cache lines does, which processors load together.
  static constexpr std::size_t kNodeAlignment = 128;
  // A node takes in five splits of children before it has split twice, so that a tree of 40 levels
  // would have 2.5 to the 40 entries at the least.
  static constexpr int kHeightMax = 40;
  // So many insertions into a leaf in a row, each beside the one before, are a run. Random keys
  // hardly ever make one.
  static constexpr int kRunMin = 3;
  static constexpr std::size_t kFirstBlockBytes = 2 << 10;
  static constexpr std::size_t kBlockBytesMax = 256 << 10;

  // A leaf, or what an inner node has in common with it. The first two cache lines are all that a
  // search needs where the first eight bytes of the keys differ.
  struct alignas(kNodeAlignment) Node {
    // What comes behind the first eight bytes of a user key.
    struct Rest {
      std::uint64_t second;
      const char* entry;
    };
    // An Order. Written by the writer with release, after the slots that it names.
    std::atomic<std::uint64_t> order{0};
    std::uint64_t first[kSlots];
    Rest rest[kSlots];
    // For the writer: the slots filled so far; of a leaf also the slot filled last, and how many
    // insertions in a row were beside the one before.
    int used = 0;
    int newest = kSlots;
    int run = 0;
  };
  // A node above the leaves. Each slot's key is the first one below its child. In the leftmost
  // nodes the first key is of no entry, and stands for whatever comes before the second.
  struct Inner : Node {
    Node* child[kSlots];
  };
  static_assert(sizeof(Node) == 384 && sizeof(Inner) == 512);

  // A slot's content. `child` is null in a leaf.
  struct Slot {
    std::uint64_t first;
    std::uint64_t second;
    const char* entry;
    Node* child;
  };
  // The slots of a node that overflows, in order.
  struct Slots {
    int size = 0;
    Slot at[kSlots + 1];
  };
  // What takes the place of a node that had no room: `left`, which may be the node itself, and a
  // slot that leads to the right one.
  struct Halves {
    Node* left;
    Slot right;
  };
  // An inner node on the way down, and the position of the child that was taken.
  struct Step {
    Inner* node;
    Order order;
    int position;
  };
  struct FreeAligned {
    void operator()(std::byte* block) const {
      ::operator delete[](block, std::align_val_t{kNodeAlignment});
    }
  };

  static Node* NodeOf(std::uintptr_t root) {
    return reinterpret_cast<Node*>(root & ~(kNodeAlignment - 1));
  }
  static int HeightOf(std::uintptr_t root) { return static_cast<int>(root % kNodeAlignment); }
  static Key KeyOf(const rocksdb::Slice& internal_key, const char* entry);
  static Order LoadOrder(const Node& node) {
    return Order(node.order.load(std::memory_order_acquire));
  }
  // The number of entries at the front of a node that `pass` passes over on the way to `key`,
  // counted from `begin` on.
  int Rank(Pass pass, const Node& node, Order order, int begin, const Key& key) const;
  // The position of the child whose range has the last entry that `pass` passes over.
  int ChildPosition(Pass pass, const Inner& inner, Order order, const Key& key) const {
    return Rank(pass, inner, order, 1, key) - 1;
  }
  // Below 0, 0, above 0: the slot's key is before `key`, equal, behind. REQUIRES: their first eight
  // bytes are equal.
  int CompareRest(const Node::Rest& rest, const Key& key) const;

  // An empty node.
  template <typename Kind>
  Kind* NewNode();
  // A node of these slots, inner when they have children. REQUIRES: there are 1 to kSlots.
  Node* NewNodeOf(std::span<const Slot> slots);
  // The slot that leads to a new node of these.
  Slot NewRight(std::span<const Slot> slots);
  static Slot ReadSlot(const Node& node, int slot, bool inner);
  // Fills the next free slot and returns its number. Not visible before an order has it.
  static int AddSlot(Node& node, const Slot& slot);
  // Two nodes of `slots`, of which the left one takes the first `left_size`.
  Halves Split(const Slots& slots, int left_size);
  // A full leaf with `added` at `position`. Runs split where they go on, so that what they leave
  // behind is full: keys in rising order, and the versions of one key, which come in falling order.
  Halves SplitLeaf(Node& leaf, Order order, int position, const Slot& added);
  // A full inner node, with `children` in place of the child that the step took.
  Halves SplitInner(const Step& step, const Halves& children);
  // Puts `halves` in the place of the child that the steps lead to.
  void ReplaceChild(const Step* steps, int height, Halves halves);

  const Comparator& comparator_;
  // For the writer: room for nodes, in blocks that double. The last is filled.
  std::vector<std::unique_ptr<std::byte[], FreeAligned>> blocks_;
  std::byte* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t block_bytes_ = kFirstBlockBytes;
  std::atomic<std::size_t> memory_bytes_{0};
  // The address of the root, and in its low bits, free by alignment, the number of levels above the
  // leaves. Written by the writer with release.
  std::atomic<std::uintptr_t> root_;
};

// A place in the tree. Entries that are inserted after a cursor came to a leaf may or may not be
// seen before it leaves that leaf; all others are, in order. A value; used by one thread at a
// time, and not after the tree is gone.
class MemtableTree::Cursor {
 public:
  // At no entry yet.
  explicit Cursor(const MemtableTree& tree) : tree_(&tree) {}

  // Whether it is at an entry. Past the last one and before the first one it is not.
  bool Valid() const { return position_ >= 0; }
  // The entry. REQUIRES: Valid().
  const char* entry() const { return leaf_->rest[order_.slot(position_)].entry; }
  // To the following entry. REQUIRES: Valid().
  void Next() {
    if (++position_ == order_.size()) NextLeaf();
  }
  // To the entry before. REQUIRES: Valid().
  void Prev() {
    if (--position_ < 0) PrevLeaf();
  }
  // To the first entry that is not before this internal key.
  void Seek(const rocksdb::Slice& internal_key);
  // To the last entry that is not behind this internal key.
  void SeekForPrev(const rocksdb::Slice& internal_key);
  // To the first entry of all.
  void SeekToFirst();
  // To the last entry of all.
  void SeekToLast();

 private:
  // To the leaf below the children that `choose` picks: a position for a node and its order.
  template <typename Choose>
  void Descend(Choose choose);
  // To the leaf whose range has the last entry that `pass` passes over on the way to `key`.
  void DescendTo(Pass pass, const Key& key);
  // To the last entry that `pass` passes over on the way to `key`.
  void SeekLast(Pass pass, const Key& key);
  // REQUIRES: the position is behind the last one of the leaf.
  void NextLeaf();
  // REQUIRES: the position is before the first one of the leaf.
  void PrevLeaf();
  // Asks for the entries of the leaf, which lie anywhere in memory and which a scan reads all.
  void PrefetchEntries() const;

  const MemtableTree* tree_;
  const Node* leaf_ = nullptr;
  // The leaf's, as it was when the cursor came.
  Order order_;
  // In `order_`; -1 at no entry.
  int position_ = -1;
  // The slot of the separator behind the leaf; no node: the leaf is the last.
  int behind_slot_ = 0;
  const Inner* behind_ = nullptr;
};

}  // namespace stator::engine
