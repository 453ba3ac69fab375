// What can be chosen about a client's calls: how many at a time, how long each may take, how often
// it is tried. Plain data, so that whoever reads a configuration can fill it in.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace stator::remote {

// How a failed call is tried again. The names are AWS's, which every SDK has in its settings.
enum class RetryMode : std::uint8_t {
  // As botocore's old mode for DynamoDB: waits of 50 ms, doubled each time, and no budget.
  kLegacy,
  // Random waits, and a budget that all calls of the client share (retry.h).
  kStandard,
  // As kStandard; once the store has throttled, calls are sent no faster than it takes them
  // (send_rate.h).
  kAdaptive,
};

// The choices, each with what a store gets that nobody configured.
struct CallOptions {
  // Keys in one BatchGetItem of GetMany: 1 to dynamo::kBatchGetKeysMax.
  std::size_t keys_per_call = 100;
  // BatchGetItem calls that one GetMany has under way at a time, at least 1.
  int parallel_reads = 16;
  // Connections of the client, at least 1, over all its I/O threads.
  std::size_t connections_max = 64;
  // A connection that was idle for longer is closed instead of used again. AWS closes them too,
  // after a while.
  std::chrono::milliseconds idle_max{20'000};
  // For one try: the name looked up, connected, TLS agreed.
  std::chrono::milliseconds connect_timeout{3'000};
  // For one try: from the first byte of the request to the last one of the answer.
  std::chrono::milliseconds answer_timeout{20'000};
  // Tries of one call, the first included, at least 1. Empty: AttemptsMax() of the mode.
  std::optional<int> attempts_max;
  RetryMode retry_mode = RetryMode::kStandard;

  // Of two stores with different ones, each needs a client of its own.
  auto operator<=>(const CallOptions&) const = default;
};

}  // namespace stator::remote
