// Error codes of the SQL door. DynamoDB's own errors keep their AWS names; docs/errors.md lists
// all.
#pragma once

#include <string_view>

namespace stator::sql {

// The text is no SQL.
inline constexpr std::string_view kSqlSyntaxError = "SqlSyntaxError";
// A table, function or schema does not exist; the message offers the nearest name.
inline constexpr std::string_view kSqlCatalogError = "SqlCatalogError";
// A column does not exist, types do not fit.
inline constexpr std::string_view kSqlBinderError = "SqlBinderError";
// A value cannot be converted.
inline constexpr std::string_view kSqlConversionError = "SqlConversionError";
// The statement is not allowed at this door.
inline constexpr std::string_view kSqlNotAllowed = "SqlNotAllowed";
// The deadline passed, or the caller cancelled.
inline constexpr std::string_view kSqlInterrupted = "SqlInterrupted";
// The query needs more memory than the session has.
inline constexpr std::string_view kSqlOutOfMemory = "SqlOutOfMemory";
// A fault inside the SQL engine; its instance is made anew.
inline constexpr std::string_view kSqlInternalError = "SqlInternalError";
// Any other error of a statement.
inline constexpr std::string_view kSqlError = "SqlError";
// An item holds a value that its column cannot show; the column has been widened, running the
// statement again helps.
inline constexpr std::string_view kSqlSchemaChanged = "SqlSchemaChanged";
// The answer is larger than the door hands out.
inline constexpr std::string_view kSqlResultTooLarge = "SqlResultTooLarge";
// A spicepod.yaml, an option or a parameter is wrong.
inline constexpr std::string_view kSqlInvalidConfiguration = "SqlInvalidConfiguration";

}  // namespace stator::sql
