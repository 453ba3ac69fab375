// SqlEngine and SqlSession: SQL over DynamoDB tables, free of DuckDB, so that `server` needs to
// know nothing of it.
//
//   STATOR_ASSIGN_OR_RETURN(std::unique_ptr<SqlEngine> engine, SqlEngine::Open(options));
//   std::unique_ptr<SqlSession> session = engine->NewSession();
//   session->Run(context, "SELECT * FROM flights LIMIT 5", {}, sink);
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "dynamo/dynamo.h"
#include "sql/sample_table.h"
#include "sql/table_registry.h"

namespace stator::sql {

// What an engine is made of.
struct SqlEngineOptions {
  // All its tables are in reach under their own names. May be null when there are datasets.
  // Outlives the engine.
  dynamo::Store* store = nullptr;
  // Tables under names of their own; they hide those of `store`.
  std::vector<SqlDataset> datasets;
  SampleOptions sample;
  // The catalog's name in `catalog.schema.table`; the schema is always "public".
  std::string catalog = "stator";
  // Whether statements may read and write files, change settings and make temporary tables: for the
  // command line only. Without it, only queries run: SELECT, SHOW, DESCRIBE, EXPLAIN, VALUES.
  bool trusted = false;
  // Memory of all queries together; more spills to disk when trusted and is an error otherwise.
  std::uint64_t memory_limit_bytes = std::uint64_t{2} << 30;
  // Threads of all queries together; 0: one a core.
  int threads = 0;
};

// A column of an answer.
struct ResultColumn {
  std::string name;
  std::string type;      // as SQL writes it
  bool numeric = false;  // shown right-aligned
};

// Some rows of an answer. Valid during the call that hands it over.
class ResultChunk {
 public:
  virtual ~ResultChunk() = default;
  // Rows, at least 1.
  virtual std::size_t rows() const = 0;
  // Whether the value is NULL.
  virtual bool IsNull(std::size_t row, std::size_t column) const = 0;
  // The value as SQL prints it; "NULL" where it is NULL. Valid as long as the chunk.
  virtual std::string_view Text(std::size_t row, std::size_t column) const = 0;
  // Appends the value as JSON: numbers and booleans bare, with all digits; timestamps as ISO 8601
  // text, those with a time zone in UTC ("2001-01-01T07:05:00.5Z"); binary as hex; lists and
  // structs as arrays and objects without their NULL fields; NaN and infinities as null.
  virtual void AppendJson(std::size_t row, std::size_t column, std::string& out) const = 0;
};

// Takes an answer.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // The columns of a statement's answer, before its rows.
  virtual base::Status Begin(const std::vector<ResultColumn>& columns) = 0;
  // The next rows; an error ends the statement with it.
  virtual base::Status Rows(const ResultChunk& chunk) = 0;
  // The answer is complete.
  virtual base::Status End() = 0;
  // Forgets the answer begun, which is about to be given again with other columns; false when it
  // has left already.
  virtual bool Restart() = 0;
};

// A value of a parameter: NULL, true or false, an integer, a fraction, text.
using SqlParameter = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// What Run did.
struct RunSummary {
  std::size_t statements = 0;
  std::uint64_t rows = 0;  // of the last statement
  bool has_rows = false;   // whether the last statement had an answer with columns
};

class SqlInstance;

// One connection: temporary tables and settings are its own. One thread at a time.
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  // Runs the statements of `sql` (just one where the engine is not trusted) one after the other and
  // hands their answers to `sink`. `parameters` fill $1, $2, ... of a single statement. When items
  // turn out not to fit the columns, the columns are widened and the statement is run again by
  // itself, unless part of the answer has left the sink. ERRORS: those of sql_errors.h and of the
  // store; the first ends the run.
  virtual base::Result<RunSummary> Run(const base::CallContext& context, std::string_view sql,
                                       const std::vector<SqlParameter>& parameters,
                                       ResultSink& sink) = 0;
  // Writes the answer of one query to a Parquet file, whole or not at all. Answers the number of
  // rows. Trusted engines only.
  virtual base::Result<std::uint64_t> WriteParquet(const base::CallContext& context,
                                                   std::string_view sql,
                                                   const std::string& path) = 0;
  // Whether `sql` is complete: it ends in a semicolon that is in no text, name or comment.
  static bool IsComplete(std::string_view sql);
};

// The engine. Thread-safe. Its sessions may outlive it.
class SqlEngine {
 public:
  virtual ~SqlEngine() = default;
  // Opens one. Takes about 30 ms and 40 MB; no table is read yet.
  static base::Result<std::unique_ptr<SqlEngine>> Open(SqlEngineOptions options);
  // A new session; cheap enough for one a request. After an internal error of DuckDB, which spoils
  // its instance, sessions made later, and runs of older ones, use a new instance.
  virtual std::unique_ptr<SqlSession> NewSession() = 0;
};

}  // namespace stator::sql
