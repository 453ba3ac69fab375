// Random identifiers.
#pragma once

#include <string>

namespace stator::engine {

// A random UUID (RFC 4122, version 4) in lower-case text, from the system's entropy.
// Two calls never give the same.
std::string RandomUuid();

}  // namespace stator::engine
