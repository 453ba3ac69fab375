#include "sql/sql_engine.h"

namespace stator::sql {

namespace {

// The index behind the quoted text, quoted name or comment that starts at `at`, npos when it does
// not end; `at` itself when nothing of that kind starts there.
std::size_t SkipQuoted(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  if (c == '\'' || c == '"') {
    const std::size_t end = sql.find(c, at + 1);
    return end == std::string_view::npos ? end : end + 1;
  }
  if (sql.substr(at, 2) == "--") {
    const std::size_t end = sql.find('\n', at);
    return end == std::string_view::npos ? sql.size() : end + 1;
  }
  if (sql.substr(at, 2) == "/*") {
    const std::size_t end = sql.find("*/", at + 2);
    return end == std::string_view::npos ? end : end + 2;
  }
  if (c == '$') {
    const std::size_t tag =
        sql.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", at + 1);
    if (tag == std::string_view::npos || sql[tag] != '$') return at;
    const std::string_view quote = sql.substr(at, tag + 1 - at);
    const std::size_t end = sql.find(quote, tag + 1);
    return end == std::string_view::npos ? end : end + quote.size();
  }
  return at;
}

}  // namespace

bool SqlSession::IsComplete(std::string_view sql) {
  bool complete = false;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t behind = SkipQuoted(sql, at);
    if (behind == std::string_view::npos) return false;
    if (behind != at) {
      // A comment behind the semicolon changes nothing; a text does.
      complete = complete && (sql[at] == '-' || sql[at] == '/');
      at = behind;
      continue;
    }
    const char c = sql[at++];
    if (c == ';') {
      complete = true;
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      complete = false;
    }
  }
  return complete;
}

}  // namespace stator::sql
