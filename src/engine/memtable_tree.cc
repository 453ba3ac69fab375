#include "engine/memtable_tree.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace stator::engine {
namespace {

// Behind the user key in an internal key: sequence number and type.
constexpr std::size_t kTrailerBytes = 8;

// Up to eight bytes as a number that orders as they do.
std::uint64_t LoadHead(const char* bytes, std::size_t size) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, std::min(size, sizeof number));
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap64(number);
}

constexpr int kCacheLineBytes = 64;

// Asks for all lines at once: the order says which slots to read, so that a search would wait for
// it first and for the others after that.
template <typename Node>
void Prefetch(const Node* node) {
  const char* const bytes = reinterpret_cast<const char*>(node);
  for (std::size_t line = 0; line < sizeof(Node); line += kCacheLineBytes) {
    __builtin_prefetch(bytes + line);
  }
}

}  // namespace

MemtableTree::Order MemtableTree::Order::OfFirst(int size) {
  constexpr std::uint64_t kRising = 0x0EDC'BA98'7654'3210;
  return Order(static_cast<std::uint64_t>(size) << 60 | kRising);
}

MemtableTree::Order MemtableTree::Order::Inserted(int position, int slot) const {
  const int shift = 4 * position;
  const std::uint64_t slots = word_ << 4 >> 4;
  const std::uint64_t before = slots & ((std::uint64_t{1} << shift) - 1);
  // Shifted out and in again, since what stands on top is the size.
  const std::uint64_t behind = (slots ^ before) << 8 >> 4;
  return Order(static_cast<std::uint64_t>(size() + 1) << 60 | behind |
               static_cast<std::uint64_t>(slot) << shift | before);
}

MemtableTree::Order MemtableTree::Order::Replaced(int position, int slot) const {
  const int shift = 4 * position;
  return Order((word_ & ~(std::uint64_t{15} << shift)) | static_cast<std::uint64_t>(slot) << shift);
}

MemtableTree::MemtableTree(const Comparator& comparator) : comparator_(comparator) {
  root_.store(reinterpret_cast<std::uintptr_t>(NewNode<Node>()), std::memory_order_release);
}

MemtableTree::Key MemtableTree::KeyOf(const rocksdb::Slice& internal_key, const char* entry) {
  const std::size_t size = internal_key.size() - kTrailerBytes;
  const char* bytes = internal_key.data();
  const std::size_t first = std::min(size, sizeof(std::uint64_t));
  return {LoadHead(bytes, size), LoadHead(bytes + first, size - first), internal_key, entry};
}

int MemtableTree::CompareRest(const Node::Rest& rest, const Key& key) const {
  if (rest.second != key.second) return rest.second < key.second ? -1 : 1;
  if (rest.entry == key.entry) return 0;
  return comparator_(rest.entry, key.internal_key);
}

int MemtableTree::Rank(Pass pass, const Node& node, Order order, int begin, const Key& key) const {
  // Without branches that depend on the keys: those would be guessed wrong half of the time.
  int passed = begin;
  int end = begin;
  for (int i = begin; i < order.size(); ++i) {
    const std::uint64_t first = node.first[order.slot(i)];
    passed += first < key.first;
    end += first <= key.first;
  }
  while (passed < end) {
    const int middle = (passed + end) / 2;
    const int compared = CompareRest(node.rest[order.slot(middle)], key);
    if (compared < 0 || (compared == 0 && pass == Pass::kLessOrEqual)) {
      passed = middle + 1;
    } else {
      end = middle;
    }
  }
  return passed;
}

template <typename Kind>
Kind* MemtableTree::NewNode() {
  if (free_bytes_ < sizeof(Kind)) {
    blocks_.emplace_back(
        static_cast<std::byte*>(::operator new[](block_bytes_, std::align_val_t{kNodeAlignment})));
    free_ = blocks_.back().get();
    free_bytes_ = block_bytes_;
    memory_bytes_.fetch_add(block_bytes_, std::memory_order_relaxed);
    block_bytes_ = std::min(2 * block_bytes_, kBlockBytesMax);
  }
  Kind* const node = new (free_) Kind;
  free_ += sizeof(Kind);
  free_bytes_ -= sizeof(Kind);
  return node;
}

MemtableTree::Slot MemtableTree::ReadSlot(const Node& node, int slot, bool inner) {
  const Node::Rest& rest = node.rest[slot];
  Node* const child = inner ? static_cast<const Inner&>(node).child[slot] : nullptr;
  return {node.first[slot], rest.second, rest.entry, child};
}

int MemtableTree::AddSlot(Node& node, const Slot& slot) {
  const int number = node.used++;
  node.first[number] = slot.first;
  node.rest[number] = {slot.second, slot.entry};
  if (slot.child != nullptr) static_cast<Inner&>(node).child[number] = slot.child;
  return number;
}

MemtableTree::Node* MemtableTree::NewNodeOf(std::span<const Slot> slots) {
  Node* const node = slots.front().child != nullptr ? NewNode<Inner>() : NewNode<Node>();
  for (const Slot& slot : slots) AddSlot(*node, slot);
  node->order.store(Order::OfFirst(node->used).word(), std::memory_order_relaxed);
  return node;
}

MemtableTree::Halves MemtableTree::Split(const Slots& slots, int left_size) {
  const std::span<const Slot> all(slots.at, slots.size);
  return {NewNodeOf(all.first(left_size)), NewRight(all.subspan(left_size))};
}

MemtableTree::Slot MemtableTree::NewRight(std::span<const Slot> slots) {
  Slot right = slots.front();
  right.child = NewNodeOf(slots);
  return right;
}

MemtableTree::Halves MemtableTree::SplitLeaf(Node& leaf, Order order, int position,
                                             const Slot& added) {
  const bool runs = leaf.run >= kRunMin;
  const bool rises = position > 0 && order.slot(position - 1) == leaf.newest;
  leaf.run = 0;
  if (runs && position == order.size()) return {&leaf, NewRight({&added, 1})};
  Slots slots;
  for (int i = 0; i <= order.size(); ++i) {
    if (i == position) slots.at[slots.size++] = added;
    if (i < order.size()) slots.at[slots.size++] = ReadSlot(leaf, order.slot(i), false);
  }
  const int left_size = !runs ? slots.size / 2 : rises ? position : position + 1;
  const Halves halves = Split(slots, left_size);
  const bool in_left = position < left_size;
  (in_left ? halves.left : halves.right.child)->newest = position - (in_left ? 0 : left_size);
  return halves;
}

MemtableTree::Halves MemtableTree::SplitInner(const Step& step, const Halves& children) {
  const bool last = step.position + 1 == step.order.size();
  const bool same = children.left == step.node->child[step.order.slot(step.position)];
  if (last && same) return {step.node, NewRight({&children.right, 1})};
  Slots slots;
  for (int i = 0; i < step.order.size(); ++i) {
    slots.at[slots.size++] = ReadSlot(*step.node, step.order.slot(i), true);
    if (i != step.position) continue;
    slots.at[slots.size - 1].child = children.left;
    slots.at[slots.size++] = children.right;
  }
  return Split(slots, slots.size / 2);
}

void MemtableTree::ReplaceChild(const Step* steps, int height, Halves halves) {
  for (int level = height - 1; level >= 0; --level) {
    const Step& step = steps[level];
    Inner& inner = *step.node;
    const int old_slot = step.order.slot(step.position);
    const bool same = halves.left == inner.child[old_slot];
    if (inner.used + (same ? 1 : 2) > kSlots) {
      halves = SplitInner(step, halves);
      continue;
    }
    Order order = step.order.Inserted(step.position + 1, AddSlot(inner, halves.right));
    if (!same) {
      Slot left = ReadSlot(inner, old_slot, true);
      left.child = halves.left;
      order = order.Replaced(step.position, AddSlot(inner, left));
    }
    inner.order.store(order.word(), std::memory_order_release);
    return;
  }
  CHECK(height + 1 < kHeightMax);
  const Slot slots[] = {{0, 0, nullptr, halves.left}, halves.right};
  root_.store(reinterpret_cast<std::uintptr_t>(NewNodeOf(slots)) + height + 1,
              std::memory_order_release);
}

void MemtableTree::Insert(const char* entry) {
  const Key key = KeyOf(rocksdb::GetLengthPrefixedSlice(entry), entry);
  Step steps[kHeightMax];
  const std::uintptr_t root = root_.load(std::memory_order_acquire);
  Node* node = NodeOf(root);
  for (int level = 0; level < HeightOf(root); ++level) {
    Inner* const inner = static_cast<Inner*>(node);
    const Order order = LoadOrder(*inner);
    const int position = ChildPosition(Pass::kLessOrEqual, *inner, order, key);
    steps[level] = {inner, order, position};
    node = inner->child[order.slot(position)];
    Prefetch(node);
  }
  Node& leaf = *node;
  const Order order = LoadOrder(leaf);
  const int position = Rank(Pass::kLess, leaf, order, 0, key);
  const bool beside_newest = (position > 0 && order.slot(position - 1) == leaf.newest) ||
                             (position < order.size() && order.slot(position) == leaf.newest);
  leaf.run = beside_newest ? leaf.run + 1 : 0;
  const Slot added{key.first, key.second, entry, nullptr};
  if (leaf.used == kSlots) {
    ReplaceChild(steps, HeightOf(root), SplitLeaf(leaf, order, position, added));
    return;
  }
  leaf.newest = AddSlot(leaf, added);
  leaf.order.store(order.Inserted(position, leaf.newest).word(), std::memory_order_release);
}

template <typename Choose>
void MemtableTree::Cursor::Descend(Choose choose) {
  const std::uintptr_t root = tree_->root_.load(std::memory_order_acquire);
  const Node* node = NodeOf(root);
  behind_ = nullptr;
  for (int level = 0; level < HeightOf(root); ++level) {
    const Inner* const inner = static_cast<const Inner*>(node);
    const Order order = LoadOrder(*inner);
    const int position = choose(*inner, order);
    if (position + 1 < order.size()) {
      behind_ = inner;
      behind_slot_ = order.slot(position + 1);
    }
    node = inner->child[order.slot(position)];
    Prefetch(node);
  }
  leaf_ = node;
  order_ = LoadOrder(*node);
}

void MemtableTree::Cursor::DescendTo(Pass pass, const Key& key) {
  Descend([&](const Inner& inner, Order order) {
    return tree_->ChildPosition(pass, inner, order, key);
  });
}

void MemtableTree::Cursor::PrefetchEntries() const {
  for (int i = 0; i < order_.size(); ++i) {
    __builtin_prefetch(leaf_->rest[order_.slot(i)].entry);
  }
  if (behind_ != nullptr) __builtin_prefetch(behind_->rest[behind_slot_].entry);
}

void MemtableTree::Cursor::NextLeaf() {
  position_ = -1;
  if (behind_ == nullptr) return;
  const Node::Rest& rest = behind_->rest[behind_slot_];
  const Key first{behind_->first[behind_slot_], rest.second,
                  rocksdb::GetLengthPrefixedSlice(rest.entry), rest.entry};
  DescendTo(Pass::kLessOrEqual, first);
  position_ = 0;
  PrefetchEntries();
}

void MemtableTree::Cursor::SeekLast(Pass pass, const Key& key) {
  DescendTo(pass, key);
  position_ = tree_->Rank(pass, *leaf_, order_, 0, key) - 1;
}

void MemtableTree::Cursor::PrevLeaf() {
  const char* const first = leaf_->rest[order_.slot(0)].entry;
  SeekLast(Pass::kLess, KeyOf(rocksdb::GetLengthPrefixedSlice(first), first));
  PrefetchEntries();
}

void MemtableTree::Cursor::Seek(const rocksdb::Slice& internal_key) {
  const Key key = KeyOf(internal_key, nullptr);
  DescendTo(Pass::kLessOrEqual, key);
  position_ = tree_->Rank(Pass::kLess, *leaf_, order_, 0, key);
  if (position_ == order_.size()) NextLeaf();
}

void MemtableTree::Cursor::SeekForPrev(const rocksdb::Slice& internal_key) {
  SeekLast(Pass::kLessOrEqual, KeyOf(internal_key, nullptr));
}

void MemtableTree::Cursor::SeekToFirst() {
  Descend([](const Inner&, Order) { return 0; });
  position_ = order_.size() == 0 ? -1 : 0;
}

void MemtableTree::Cursor::SeekToLast() {
  Descend([](const Inner&, Order order) { return order.size() - 1; });
  position_ = order_.size() - 1;
}

}  // namespace stator::engine
