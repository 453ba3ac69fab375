// ExpressionCache: parsed expressions by their text. Programs send the same few texts over and
// over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/projection.h"
#include "expression/update.h"

namespace stator::expression {

// A hit costs a hash of the text, a lock and a comparison; parsing costs some microseconds. Two
// threads that miss the same text at once both parse it, and one result stays.
//
// Parses a text the first time and remembers the result; texts that do not parse are not kept.
// Bounded by memory: what has not been asked for lately goes first. Thread-safe.
class ExpressionCache {
 public:
  // Keeps at most about `capacity_bytes` of parsed expressions.
  explicit ExpressionCache(std::size_t capacity_bytes = kDefaultCapacityBytes);

  // As ParseCondition. ERRORS: those of parsing, here and below.
  base::Result<std::shared_ptr<const ConditionExpression>> GetCondition(
      std::string_view text, ExpressionKind kind = ExpressionKind::kCondition);
  // As ParseKeyCondition.
  base::Result<std::shared_ptr<const KeyConditionExpression>> GetKeyCondition(
      std::string_view text);
  // As ParseProjection.
  base::Result<std::shared_ptr<const ProjectionExpression>> GetProjection(std::string_view text);
  // As ParseUpdate.
  base::Result<std::shared_ptr<const UpdateExpression>> GetUpdate(std::string_view text);

  // Expressions held now, of all kinds.
  std::size_t size() const;

  // Some tens of thousands of usual expressions.
  static constexpr std::size_t kDefaultCapacityBytes = 16 << 20;

 private:
  // Any of the four kinds; the shard knows which.
  using Tree = std::shared_ptr<const ExpressionTree>;
  // Keys are the texts inside the trees.
  using Generation = std::unordered_map<std::string_view, Tree>;
  // Two generations: a full young one becomes the old one, whose trees come back when asked for.
  struct Shard {
    mutable std::mutex mutex;
    Generation young;
    Generation old;
    std::size_t young_bytes = 0;
  };
  // A shard for each kind of expression and some bits of the hash of its text.
  static constexpr std::size_t kKinds = 5;
  static constexpr std::size_t kShardsOfKind = 8;

  // Of the shard of `kind` and `text`, or parsed and put there.
  template <typename T, typename Parse>
  base::Result<std::shared_ptr<const T>> Get(ExpressionKind kind, std::string_view text,
                                             Parse parse);
  // Null when there is none. A tree of the old generation moves to the young one.
  Tree Find(Shard& shard, std::string_view text);
  // REQUIRES: the lock of `shard` is held.
  void InsertLocked(Shard& shard, Tree tree);

  // What one generation of one shard may hold.
  const std::size_t generation_bytes_;
  std::array<Shard, kKinds * kShardsOfKind> shards_;
};

}  // namespace stator::expression
