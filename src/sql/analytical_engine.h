// The engine behind features::AnalyticalEngine: DuckDB over data files. Free of DuckDB itself.
//
// The engine has a DuckDB instance of its own, apart from those that answer SQL, so that reading
// files here never opens files to a SQL door.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "features/analytical_engine.h"

namespace stator::sql {

// What the engine may use.
struct AnalyticalOptions {
  // Memory; what needs more spills to the machine's temporary folder.
  std::uint64_t memory_limit_bytes = std::uint64_t{2} << 30;
  // Threads; 0: one a core.
  int threads = 0;
};

// Makes one. Takes about 30 ms and 40 MB. ERRORS: SqlInternalError.
base::Result<std::shared_ptr<features::AnalyticalEngine>> MakeAnalyticalEngine(
    const AnalyticalOptions& options = {});

}  // namespace stator::sql
