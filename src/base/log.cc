#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace stator::base {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kText};

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error",
                                                         "off"};

std::string Timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(millis));
  return text;
}

void AppendQuoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

bool NeedsQuotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \"\\=\n\r\t") != std::string_view::npos;
}

std::string FormatText(LogLevel level, std::string_view message,
                       std::initializer_list<LogField> fields) {
  std::string line =
      Timestamp() + ' ' + std::string(kLevelNames[static_cast<std::size_t>(level)]) + ' ';
  for (const char c : message) line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  for (const auto& [name, value] : fields) {
    line += ' ' + std::string(name) + '=';
    if (NeedsQuotes(value))
      AppendQuoted(line, value);
    else
      line += value;
  }
  return line;
}

std::string FormatJson(LogLevel level, std::string_view message,
                       std::initializer_list<LogField> fields) {
  std::string line = R"({"time":")" + Timestamp() + R"(","level":")" +
                     std::string(kLevelNames[static_cast<std::size_t>(level)]) + R"(","message":)";
  AppendQuoted(line, message);
  for (const auto& [name, value] : fields) {
    line.push_back(',');
    AppendQuoted(line, name);
    line.push_back(':');
    AppendQuoted(line, value);
  }
  return line + '}';
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  if (name == "warn") return LogLevel::kWarning;
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (name == kLevelNames[i]) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void ConfigureLog(LogLevel level, LogFormat format) {
  g_level.store(level, std::memory_order_relaxed);
  g_format.store(format, std::memory_order_relaxed);
}

bool LogEnabled(LogLevel level) {
  return level != LogLevel::kOff && level >= g_level.load(std::memory_order_relaxed);
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!LogEnabled(level)) return;
  const bool json = g_format.load(std::memory_order_relaxed) == LogFormat::kJson;
  const std::string_view shown = message.substr(0, kLogLineBytesMax / 2);
  std::string line = json ? FormatJson(level, shown, fields) : FormatText(level, shown, fields);
  if (line.size() > kLogLineBytesMax) {
    line = json ? FormatJson(level, shown, {{"cut", "true"}})
                : line.substr(0, kLogLineBytesMax) + " (cut)";
  }
  line.push_back('\n');
  // A log line that stderr does not take has nowhere else to go.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace stator::base
