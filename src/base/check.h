// CHECK: for programmer errors only, on in every build. Never used on anything that came from
// outside the process: input that is wrong becomes an Error (base/error.h) and costs its sender an
// answer, not everybody the process.
//
//   CHECK(!frames_.empty());
#pragma once

#include <string_view>

namespace stator::base {

// Prints the failed condition with its place on stderr and aborts.
[[noreturn]] void CheckFailed(std::string_view condition, std::string_view file, int line);

}  // namespace stator::base

// Aborts when `condition` is false: an invariant of the code itself is broken and going on could
// damage data.
#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) [[unlikely]]                                 \
      ::stator::base::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)
