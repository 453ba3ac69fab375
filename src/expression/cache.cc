#include "expression/cache.h"

#include <functional>
#include <utility>

namespace stator::expression {
namespace {

using base::Result;

// Of an entry in a map, beside the tree.
constexpr std::size_t kEntryBytes = 64;

}  // namespace

ExpressionCache::ExpressionCache(std::size_t capacity_bytes)
    : generation_bytes_(capacity_bytes / (2 * kKinds * kShardsOfKind)) {}

ExpressionCache::Tree ExpressionCache::Find(Shard& shard, std::string_view text) {
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.young.find(text); found != shard.young.end()) return found->second;
  const auto found = shard.old.find(text);
  if (found == shard.old.end()) return nullptr;
  Tree tree = found->second;
  shard.old.erase(found);
  InsertLocked(shard, tree);
  return tree;
}

void ExpressionCache::InsertLocked(Shard& shard, Tree tree) {
  const std::size_t bytes = tree->MemoryBytes() + kEntryBytes;
  if (bytes > generation_bytes_) return;
  if (shard.young_bytes + bytes > generation_bytes_) {
    shard.old = std::move(shard.young);
    shard.young.clear();
    shard.young_bytes = 0;
  }
  const std::string_view text = tree->text;
  if (shard.young.try_emplace(text, std::move(tree)).second) shard.young_bytes += bytes;
}

template <typename T, typename Parse>
Result<std::shared_ptr<const T>> ExpressionCache::Get(ExpressionKind kind, std::string_view text,
                                                      Parse parse) {
  const std::size_t hash = std::hash<std::string_view>()(text);
  Shard& shard =
      shards_[static_cast<std::size_t>(kind) * kShardsOfKind + (hash >> 32) % kShardsOfKind];
  if (const Tree tree = Find(shard, text)) return std::static_pointer_cast<const T>(tree);
  Result<std::shared_ptr<const T>> parsed = parse();
  if (parsed.ok()) {
    const std::lock_guard lock(shard.mutex);
    InsertLocked(shard, *parsed);
  }
  return parsed;
}

Result<std::shared_ptr<const ConditionExpression>> ExpressionCache::GetCondition(
    std::string_view text, ExpressionKind kind) {
  return Get<ConditionExpression>(kind, text, [&] { return ParseCondition(text, kind); });
}

Result<std::shared_ptr<const KeyConditionExpression>> ExpressionCache::GetKeyCondition(
    std::string_view text) {
  return Get<KeyConditionExpression>(ExpressionKind::kKeyCondition, text,
                                     [&] { return ParseKeyCondition(text); });
}

Result<std::shared_ptr<const ProjectionExpression>> ExpressionCache::GetProjection(
    std::string_view text) {
  return Get<ProjectionExpression>(ExpressionKind::kProjection, text,
                                   [&] { return ParseProjection(text); });
}

Result<std::shared_ptr<const UpdateExpression>> ExpressionCache::GetUpdate(std::string_view text) {
  return Get<UpdateExpression>(ExpressionKind::kUpdate, text, [&] { return ParseUpdate(text); });
}

std::size_t ExpressionCache::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.young.size() + shard.old.size();
  }
  return total;
}

}  // namespace stator::expression
