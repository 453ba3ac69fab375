// What the parsers of conditions, projections and updates share. Not for other modules.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expression/expression_tree.h"
#include "expression/lexer.h"

namespace stator::expression {

// Faults that do not stop the parsing. AWS reports one a request: the first in this order, and
// among equals the first in the text. A syntax error comes before all of them.
enum class Fault : std::uint8_t {
  kTooManyOperators,
  kParentheses,
  kReservedWordInUpdate,
  kUnknownFunction,
  kMisusedFunction,
  kReservedWord,
  kRepeatedSection,
  kPath,
  kTooManyOperands,
  kCount
};

// Recursive descent over one pass of the lexer: every token is looked at a fixed number of times,
// so that time is linear in the text, and Enter() bounds the recursion.
//
// Builds the nodes of one tree from its text: paths, values, functions, nesting, limits.
class Parser {
 public:
  // Parses `tree.text` into `tree`, which must outlive the parser.
  explicit Parser(ExpressionTree& tree) : lexer_(tree.text), tree_(tree) {}

 protected:
  // What a parse function gives: the place of a node, and whether parentheses stood around it.
  struct Parsed {
    std::uint32_t node = 0;
    bool parenthesized = false;
  };
  // Places of nodes.
  using Operands = std::vector<std::uint32_t>;

  // Checks the size of the text. ERRORS: too long, or nothing but white space.
  base::Status CheckText();
  // To be called behind the last token: the fault that counts, if there was any.
  base::Status Finish();

  // A document path: names, placeholders and indexes.
  base::Result<std::uint32_t> ParsePath();
  // A path, a value or a function, in any number of parentheses.
  base::Result<Parsed> ParseOperand();
  // Operands with commas between them and a parenthesis at the end, which is taken too.
  base::Result<Operands> ParseOperands();

  // Appends a node over `children`, which exist already.
  std::uint32_t AddNode(NodeKind kind, const Operands& children);
  // Counts an operator or function.
  void CountOperator() { ++operators_; }
  // Remembers a fault, unless there is one of its sort.
  void Note(Fault fault, std::string reason);
  // Notes AWS's fault about parentheses directly around parentheses.
  void NoteParentheses(const Parsed& inner);
  // Notes a function of conditions where a value is wanted, unless it is size.
  void CheckGivesValue(std::uint32_t node);
  // Notes a function that stands where it may not.
  void NoteMisused(NodeKind kind);
  // One level of parentheses or NOT deeper. ERRORS: at a depth that no sound expression reaches.
  base::Status Enter();
  // And out again.
  void Leave() { --depth_; }
  // Takes the symbol. ERRORS: a syntax error when another token stands there.
  base::Status Take(std::string_view symbol);
  // The error for the current token.
  base::Error SyntaxError() const;

  // The node at a place.
  const Node& node(std::uint32_t place) const { return tree_.nodes[place]; }

  // Stands on the token to parse.
  Lexer lexer_;
  // What the parser fills.
  ExpressionTree& tree_;

 private:
  base::Result<std::uint32_t> ParseFunction();
  base::Status ParseElement();
  base::Status ParseIndex();

  static constexpr auto kFaults = static_cast<std::size_t>(Fault::kCount);

  int operators_ = 0;
  int depth_ = 0;
  std::array<std::optional<std::string>, kFaults> faults_;
};

}  // namespace stator::expression
