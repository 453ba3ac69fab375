#include "expression/lexer.h"

#include <algorithm>

namespace stator::expression {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWordCharacter(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }
bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

template <typename Predicate>
std::size_t EndOfRun(std::string_view text, std::size_t at, Predicate belongs) {
  while (at < text.size() && belongs(text[at])) ++at;
  return at;
}

std::size_t SymbolLength(std::string_view rest) {
  if (rest.starts_with("<>") || rest.starts_with("<=") || rest.starts_with(">=")) return 2;
  return std::string_view("=<>()[],.+-").find(rest[0]) == std::string_view::npos ? 0 : 1;
}

}  // namespace

bool Token::IsKeyword(std::string_view keyword) const {
  return kind == TokenKind::kWord && text.size() == keyword.size() &&
         std::equal(text.begin(), text.end(), keyword.begin(),
                    [](char c, char upper) { return (c & ~0x20) == upper; });
}

Lexer::Lexer(std::string_view text) : text_(text) {
  current_ = Read();
  next_ = Read();
}

void Lexer::Advance() {
  previous_ = current_;
  current_ = next_;
  next_ = Read();
}

Token Lexer::Read() {
  at_ = EndOfRun(text_, at_, IsSpace);
  const std::size_t start = at_;
  const auto token = [&](TokenKind kind, std::size_t end) {
    at_ = end;
    return Token{kind, text_.substr(start, end - start)};
  };
  if (start == text_.size()) return token(TokenKind::kEnd, start);
  const char first = text_[start];
  if (IsLetter(first)) return token(TokenKind::kWord, EndOfRun(text_, start, IsWordCharacter));
  if (IsDigit(first)) return token(TokenKind::kDigits, EndOfRun(text_, start, IsDigit));
  if (first == '#' || first == ':') {
    const std::size_t end = EndOfRun(text_, start + 1, IsWordCharacter);
    if (end == start + 1) return token(TokenKind::kUnknown, end);
    return token(first == '#' ? TokenKind::kName : TokenKind::kValue, end);
  }
  const std::size_t length = SymbolLength(text_.substr(start));
  if (length > 0) return token(TokenKind::kSymbol, start + length);
  return token(TokenKind::kUnknown, EndOfRun(text_, start + 1, IsContinuationByte));
}

std::string Lexer::SyntaxError() const {
  const char* from = previous_.text.empty() ? current_.text.data() : previous_.text.data();
  const Token& last = !next_.text.empty() ? next_ : !current_.text.empty() ? current_ : previous_;
  const std::string_view near(from,
                              static_cast<std::size_t>(last.text.data() + last.text.size() - from));
  std::string reason = "Syntax error; token: \"";
  reason.append(current_.kind == TokenKind::kEnd ? "<EOF>" : current_.text);
  return reason.append("\", near: \"").append(near).append("\"");
}

}  // namespace stator::expression
