// Tokens of the expression grammar, shared by every parser of this module. Not for other modules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stator::expression {

// What a token looks like; what it means depends on where it stands.
enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,    // a letter, then letters, digits and underscores: a keyword, a name or a function
  kName,    // "#" and letters, digits or underscores
  kValue,   // ":" and letters, digits or underscores
  kDigits,  // only of use as a list index
  kSymbol,  // = <> < <= > >= ( ) [ ] , . + -
  kUnknown  // one character that begins no token
};

// A token is a view of the expression's text; at the end it is empty.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;

  // Whether this is the punctuation or comparator `symbol`.
  bool IsSymbol(std::string_view symbol) const {
    return kind == TokenKind::kSymbol && text == symbol;
  }
  // Whether this is `keyword`, written in any case. REQUIRES: `keyword` in upper case.
  bool IsKeyword(std::string_view keyword) const;
};

// White space (space, tab, line ends) separates tokens and means nothing else. What is no token,
// such as a quote or a name that begins with "_", comes out as one character that no parser takes.
//
// Reads the text once, from left to right, one token ahead. Views of the text only: no allocation.
class Lexer {
 public:
  // Stands on the first token of `text`, which must outlive the lexer and its tokens.
  explicit Lexer(std::string_view text);

  // The token to parse now; it says kEnd behind the last one.
  const Token& current() const { return current_; }
  // The one behind it, which tells a function from a path.
  const Token& next() const { return next_; }
  // Moves on by one token.
  // At the end it stays there.
  void Advance();
  // The reason for a syntax error at current(): AWS names the token, and shows it with both
  // neighbours as they are written: `Syntax error; token: "0", near: ", 0)"`.
  std::string SyntaxError() const;

 private:
  // Takes the token at `at_` off the text.
  Token Read();

  std::string_view text_;
  std::size_t at_ = 0;
  Token previous_;
  Token current_;
  Token next_;
};

}  // namespace stator::expression
