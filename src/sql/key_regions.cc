#include "sql/key_regions.h"

#include <algorithm>
#include <utility>

#include "dynamo/limits.h"

namespace stator::sql {

using dynamo::AttributeType;

bool SortInterval::IsEmpty() const {
  if (!low || !high) return false;
  return *low > *high || (*low == *high && !(low_inclusive && high_inclusive));
}

bool SortInterval::Contains(const Literal& key) const {
  if (low && (key < *low || (key == *low && !low_inclusive))) return false;
  return !(high && (key > *high || (key == *high && !high_inclusive)));
}

std::optional<Literal> SortInterval::Prefix() const {
  if (!low || !high || !low_inclusive || high_inclusive) return std::nullopt;
  if (low->type() == AttributeType::kNumber || PrefixEnd(*low) != high) return std::nullopt;
  return low;
}

namespace {

// The code point that starts at `at`. REQUIRES: valid UTF-8.
char32_t CodePointAt(const std::string& text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t code = lead & (0x3FU >> more);
  for (int i = 1; i <= more; ++i)
    code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return code;
}

void AppendUtf8(char32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code >= 0x10000 ? 3 : code >= 0x800 ? 2 : 1;
  static constexpr unsigned char kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLeads[more] | (code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
}

std::optional<Literal> TextPrefixEnd(std::string text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    const char32_t code = CodePointAt(text, last);
    text.resize(last);
    if (code >= 0x10FFFF) continue;
    AppendUtf8(code == 0xD7FF ? 0xE000 : code + 1, text);  // U+D800 to U+DFFF are no characters
    return Literal::Text(std::move(text));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Literal> PrefixEnd(const Literal& prefix) {
  if (prefix.type() == AttributeType::kString) return TextPrefixEnd(prefix.bytes());
  std::string bytes = prefix.bytes();
  while (!bytes.empty() && bytes.back() == '\xFF') bytes.pop_back();
  if (bytes.empty()) return std::nullopt;
  bytes.back() = static_cast<char>(bytes.back() + 1);
  return Literal::Binary(std::move(bytes));
}

namespace {

KeyRegions Everything(bool exact) { return {{KeyRegion{}}, exact}; }
KeyRegions Nothing() { return {{}, true}; }

bool LowBefore(const SortInterval& a, const SortInterval& b) {
  if (!a.low || !b.low) return !a.low && b.low;
  if (*a.low != *b.low) return *a.low < *b.low;
  return a.low_inclusive && !b.low_inclusive;
}

bool HighBefore(const SortInterval& a, const SortInterval& b) {
  if (!a.high || !b.high) return a.high && !b.high;
  if (*a.high != *b.high) return *a.high < *b.high;
  return !a.high_inclusive && b.high_inclusive;
}

SortInterval IntersectIntervals(const SortInterval& a, const SortInterval& b) {
  SortInterval both = LowBefore(a, b) ? b : a;
  const SortInterval& high = HighBefore(a, b) ? a : b;
  both.high = high.high;
  both.high_inclusive = high.high_inclusive;
  return both;
}

bool RegionBefore(const KeyRegion& a, const KeyRegion& b) {
  if (a.partition != b.partition) return a.partition < b.partition;
  return LowBefore(a.sort, b.sort);
}

// Whether some value may lie in both intervals, or none between them. REQUIRES: a.low is not above
// b.low.
bool Touch(const SortInterval& a, const SortInterval& b) {
  if (!a.high || !b.low || *a.high > *b.low) return true;
  return *a.high == *b.low && (a.high_inclusive || b.low_inclusive);
}

// Sorts, joins overlapping regions and keeps the number in bounds.
KeyRegions Normalized(KeyRegions all) {
  for (const KeyRegion& region : all.regions) {
    if (region.partition) continue;
    // A range of sort keys over all partitions is no help; the scan reads everything.
    return Everything(all.exact && region.sort.IsAll());
  }
  std::sort(all.regions.begin(), all.regions.end(), RegionBefore);
  std::vector<KeyRegion> joined;
  for (KeyRegion& region : all.regions) {
    if (!joined.empty() && joined.back().partition == region.partition &&
        Touch(joined.back().sort, region.sort)) {
      SortInterval& last = joined.back().sort;
      if (HighBefore(last, region.sort)) {
        last.high = std::move(region.sort.high);
        last.high_inclusive = region.sort.high_inclusive;
      }
      continue;
    }
    joined.push_back(std::move(region));
  }
  if (joined.size() > kKeyRegionsMax) return Everything(false);
  return {std::move(joined), all.exact};
}

// The regions of a comparison with the sort key.
KeyRegions SortComparison(CompareOp op, const Literal& operand) {
  SortInterval sort;
  switch (op) {
    case CompareOp::kNotEqual: return Everything(false);
    case CompareOp::kEqual: sort.low = sort.high = operand; break;
    case CompareOp::kLess: sort.high_inclusive = false; [[fallthrough]];
    case CompareOp::kLessOrEqual: sort.high = operand; break;
    case CompareOp::kGreater: sort.low_inclusive = false; [[fallthrough]];
    case CompareOp::kGreaterOrEqual: sort.low = operand; break;
  }
  return {{KeyRegion{std::nullopt, std::move(sort)}}, true};
}

// The values that `predicate` demands, when it is an equality or an IN list.
const std::vector<Literal>* Points(const Predicate& predicate) {
  const bool equality =
      predicate.kind == Predicate::Kind::kCompare && predicate.op == CompareOp::kEqual;
  return equality || predicate.kind == Predicate::Kind::kIn ? &predicate.operands : nullptr;
}

bool FitsKey(const Literal& operand, std::size_t bytes_max) {
  return operand.type() == AttributeType::kNumber || operand.bytes().size() <= bytes_max;
}

KeyRegions PartitionLeaf(const Predicate& leaf) {
  const std::vector<Literal>* points = Points(leaf);
  if (points == nullptr) return Everything(false);
  KeyRegions found;
  for (const Literal& value : *points) {
    // No item has an empty or an over-long key.
    if (value.bytes().empty() || !FitsKey(value, dynamo::kPartitionKeyBytesMax)) continue;
    found.regions.push_back({value, {}});
  }
  return found;
}

KeyRegions SortLeaf(const Predicate& leaf) {
  if (const std::vector<Literal>* points = Points(leaf)) {
    KeyRegions found;
    for (const Literal& value : *points) {
      if (value.bytes().empty() || !FitsKey(value, dynamo::kSortKeyBytesMax)) continue;
      SortInterval point;
      point.low = point.high = value;
      found.regions.push_back({std::nullopt, std::move(point)});
    }
    return found;
  }
  const Literal& operand = leaf.operands[0];
  if (operand.bytes().empty() || !FitsKey(operand, dynamo::kSortKeyBytesMax))
    return Everything(false);
  if (leaf.kind == Predicate::Kind::kCompare) return SortComparison(leaf.op, operand);
  if (leaf.kind != Predicate::Kind::kPrefix) return Everything(false);
  SortInterval starts;
  starts.low = operand;
  starts.high = PrefixEnd(operand);
  starts.high_inclusive = false;
  return {{KeyRegion{std::nullopt, std::move(starts)}}, true};
}

KeyRegions LeafRegions(const dynamo::KeySchema& key, const Predicate& leaf) {
  const bool partition = leaf.path.IsTop(key.partition.name);
  const bool sort = key.sort && leaf.path.IsTop(key.sort->name);
  if (!partition && !sort) return Everything(false);
  if (leaf.kind == Predicate::Kind::kIsNull) return Nothing();
  if (leaf.kind == Predicate::Kind::kIsNotNull) return Everything(true);
  const AttributeType type = partition ? key.partition.type : key.sort->type;
  for (const Literal& operand : leaf.operands) {
    if (operand.type() != type) return Everything(false);
  }
  return partition ? PartitionLeaf(leaf) : SortLeaf(leaf);
}

KeyRegions RegionsOf(const dynamo::KeySchema& key, const Predicate& predicate) {
  switch (predicate.kind) {
    case Predicate::Kind::kOpaque:
    case Predicate::Kind::kNot: return Everything(false);
    case Predicate::Kind::kAnd: {
      KeyRegions all = Everything(true);
      for (const Predicate& child : predicate.children) all = Intersect(all, RegionsOf(key, child));
      return all;
    }
    case Predicate::Kind::kOr: {
      KeyRegions any = Nothing();
      for (const Predicate& child : predicate.children) {
        KeyRegions more = RegionsOf(key, child);
        any.exact = any.exact && more.exact;
        std::move(more.regions.begin(), more.regions.end(), std::back_inserter(any.regions));
      }
      return any;
    }
    default: return LeafRegions(key, predicate);
  }
}

}  // namespace

KeyRegions Intersect(const KeyRegions& a, const KeyRegions& b) {
  if (a.regions.size() > kKeyRegionsMax / std::max<std::size_t>(b.regions.size(), 1)) {
    const KeyRegions& fewer = a.regions.size() < b.regions.size() ? a : b;
    if (a.regions.size() > 1 && b.regions.size() > 1) return {fewer.regions, false};
  }
  KeyRegions both{{}, a.exact && b.exact};
  for (const KeyRegion& x : a.regions) {
    for (const KeyRegion& y : b.regions) {
      if (x.partition && y.partition && *x.partition != *y.partition) continue;
      KeyRegion region{x.partition ? x.partition : y.partition, IntersectIntervals(x.sort, y.sort)};
      if (!region.sort.IsEmpty()) both.regions.push_back(std::move(region));
    }
  }
  return both;
}

KeyRegions FindKeyRegions(const dynamo::KeySchema& key, const Predicate& predicate) {
  return Normalized(RegionsOf(key, predicate));
}

bool DecidedByKey(const dynamo::KeySchema& key, const Predicate& predicate) {
  return RegionsOf(key, predicate).exact;
}

}  // namespace stator::sql
