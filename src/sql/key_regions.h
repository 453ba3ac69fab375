// Key regions: which parts of a table a predicate can be true in, as far as the primary key tells.
//
// A region is one partition (or all of them) and an interval of sort keys. ANDs intersect regions,
// ORs collect them. The regions of a predicate always cover all its rows; `exact` says that they
// hold no other rows either, so that the predicate need not be checked again.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/table.h"
#include "sql/literal.h"
#include "sql/predicate.h"

namespace stator::sql {

// An interval of sort keys; without bounds, all of them.
struct SortInterval {
  std::optional<Literal> low;
  std::optional<Literal> high;
  bool low_inclusive = true;
  bool high_inclusive = true;

  // Whether it holds exactly one value.
  bool IsPoint() const { return low && high && low_inclusive && high_inclusive && *low == *high; }
  // Whether it has no bound.
  bool IsAll() const { return !low && !high; }
  // Whether it holds no value.
  bool IsEmpty() const;
  // Whether `key` lies in it.
  bool Contains(const Literal& key) const;
  // The text or bytes that its members start with, when it is exactly the interval of a prefix.
  std::optional<Literal> Prefix() const;
  // Same bounds.
  friend bool operator==(const SortInterval&, const SortInterval&) = default;
};

// One partition, or all when `partition` is not set, and an interval of its sort keys.
struct KeyRegion {
  std::optional<Literal> partition;
  SortInterval sort;
  // Same partition and interval.
  friend bool operator==(const KeyRegion&, const KeyRegion&) = default;
};

// A union of regions.
struct KeyRegions {
  std::vector<KeyRegion> regions;  // none: no row can match
  bool exact = true;
};

// Most regions that are kept; what would need more is answered by fewer, larger ones.
inline constexpr std::size_t kKeyRegionsMax = 10'000;

// The regions of `predicate` in a table with key `key`. They neither overlap nor repeat and ascend
// by partition and bounds, except that a region of all partitions stands alone.
KeyRegions FindKeyRegions(const dynamo::KeySchema& key, const Predicate& predicate);

// Whether the key alone decides `predicate`: reading its regions, or a part of them, makes checking
// it again needless.
bool DecidedByKey(const dynamo::KeySchema& key, const Predicate& predicate);

// The regions of both.
KeyRegions Intersect(const KeyRegions& a, const KeyRegions& b);

// The least value above all values that start with `prefix`; nullopt when there is none. REQUIRES:
// S or B.
std::optional<Literal> PrefixEnd(const Literal& prefix);

}  // namespace stator::sql
