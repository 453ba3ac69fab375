// What every file that sees DuckDB shares: its headers, types and values in both directions, and
// the one place where an Error becomes DuckDB's exception. Included by .cc files and headers of
// this module that no other module includes.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/call_context.h"
#include "base/error.h"
#include "base/result.h"
#include "duckdb.hpp"
#include "duckdb/main/client_context_state.hpp"
#include "sql/column_type.h"
#include "sql/literal.h"

namespace stator::sql {

// What one statement of a session carries through DuckDB to our callbacks, and back. Thread-safe.
class QueryControl final : public duckdb::ClientContextState {
 public:
  // The name it is registered under in a ClientContext.
  static constexpr const char* kName = "stator";

  // Starts a statement: forgets the last one's error.
  void Begin(const base::CallContext& call);
  // The context that calls through the seam get.
  base::CallContext call() const;
  // Whether the caller has cancelled or its deadline has passed.
  bool Expired() const;
  // Remembers the first error of the statement, so that its code survives DuckDB.
  void Fail(const base::Error& error);
  // That error.
  std::optional<base::Error> error() const;
  // Marks that a table showed a value that its column does not hold; it has been widened, the
  // statement may run again. `misfit` says for messages which value.
  void MarkWidened(std::string misfit);
  // That, when it happened.
  std::optional<std::string> misfit() const;

  // Whether the plan that is about to run lists tables without asking what is in them, so that none
  // need be read for it.
  void SetNamesOnly(bool names_only) { names_only_ = names_only; }
  // What was set last; false before.
  bool names_only() const { return names_only_; }

  // The control of a context. REQUIRES: a connection made by Session.
  static duckdb::shared_ptr<QueryControl> Of(duckdb::ClientContext& context);

 private:
  mutable std::mutex mutex_;
  base::CallContext call_;
  std::optional<base::Error> error_;
  std::optional<std::string> misfit_;
  std::atomic<bool> names_only_{false};
};

// Ends the statement with `error`: the module's only throw. Never an InternalException, which would
// end the database.
[[noreturn]] void ThrowError(duckdb::ClientContext& context, const base::Error& error);

// The value, or ThrowError.
template <typename T>
T ValueOrThrow(duckdb::ClientContext& context, base::Result<T> result) {
  if (!result.ok()) ThrowError(context, result.error());
  return std::move(result).value();
}

// An error that DuckDB raised: SyntaxError, CatalogError, ... all kInvalid, except Interrupt
// (kDeadline), OutOfMemory (kUnavailable) and Internal and Fatal (kInternal).
base::Error ErrorOf(const duckdb::ErrorData& error);

// DuckDB's type for a column.
duckdb::LogicalType ToLogicalType(const ColumnType& type);

// The constant in DynamoDB's terms; nullopt for NULL, for numbers out of DynamoDB's range, and for
// types that DynamoDB has no scalar for (dates among them: a text column is not compared with them
// without a cast).
std::optional<Literal> ToLiteral(const duckdb::Value& value);

}  // namespace stator::sql
