// The logger: one line an event on stderr, as text or as JSON. The only global state of Stator.
//
//   Log(LogLevel::kInfo, "dynamodb listening", {{"address", "127.0.0.1:8000"}});
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stator::base {

enum class LogLevel : unsigned char { kDebug, kInfo, kWarning, kError, kOff };
enum class LogFormat : unsigned char { kText, kJson };

// The level named "debug", "info", "warning" (or "warn"), "error" or "off"; nullopt for another
// name.
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// Sets what is printed and how. Default: kInfo, kText.
void ConfigureLog(LogLevel level, LogFormat format);
// Whether an event of this level would be printed; for callers that would have to compute its
// fields.
bool LogEnabled(LogLevel level);

// A name with a value, printed as name=value or as a JSON member.
using LogField = std::pair<std::string_view, std::string>;

// Prints one event with its fields in one write; lines of threads never mix. Values are escaped; a
// line is at most kLogLineBytesMax long, longer ones are cut and say so.
inline constexpr std::size_t kLogLineBytesMax = 16 * 1024;
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace stator::base
