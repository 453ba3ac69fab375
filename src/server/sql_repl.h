// The prompt of `stator sql`: statements over several lines until a semicolon, history, timing,
// Ctrl-C.
#pragma once

#include "base/result.h"
#include "server/command.h"
#include "sql/result_format.h"
#include "sql/sql_engine.h"

namespace stator::server {

// Lines kept in ~/.stator_history; older ones are forgotten.
inline constexpr int kHistoryLines = 1'000;

// Reads and runs statements until .exit or the end of the input; answers the exit code. On a
// terminal lines can be edited and are kept in ~/.stator_history (at most kHistoryLines); otherwise
// the input is a script, and its first error ends it with kExitFailure. Ctrl-C cancels the running
// statement and goes on.
base::Result<int> RunSqlRepl(sql::SqlEngine& engine, sql::ResultFormat format,
                             CommandEnvironment& environment);

}  // namespace stator::server
