// Request ids: what AWS sends as `x-amzn-RequestId`, and what its users quote when they ask for
// help. Unique, not secret.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stator::wire {

// Length of a request id. [captured on AWS]
inline constexpr std::size_t kRequestIdLength = 52;

// One id, without an end mark.
using RequestId = std::array<char, kRequestIdLength>;

// An id as text.
inline std::string_view View(const RequestId& id) { return {id.data(), id.size()}; }

// Makes ids of kRequestIdLength characters of [0-9A-V], unique as long as seeds differ: a counter
// mixed with the seed. Not thread-safe: have one a thread, each seeded from std::random_device.
class RequestIdSource {
 public:
  // `seed` tells this source from all others.
  explicit RequestIdSource(std::uint64_t seed) : seed_(seed) {}
  // The next id.
  RequestId Next();

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace stator::wire
