#include <gtest/gtest.h>

#include <string>

#include "expression/condition.h"
#include "expression/key_condition.h"

namespace stator::expression {
namespace {

// What is wrong with a condition by itself: the message without "Invalid ConditionExpression: ".
std::string FaultOf(std::string_view text) {
  const auto parsed = ParseCondition(text);
  if (parsed.ok()) return "none";
  EXPECT_EQ(parsed.error().code(), "ValidationException");
  EXPECT_EQ(parsed.error().message().substr(0, 29), "Invalid ConditionExpression: ");
  return parsed.error().message().substr(29);
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ConditionParser, EveryFormOfTheGrammarIsAccepted) {
  for (const std::string_view text : {"a = :v",
                                      "a <> :v",
                                      "a < :v",
                                      "a <= :v",
                                      "a > :v",
                                      "a >= :v",
                                      ":v = a",
                                      "a = b",
                                      "a BETWEEN :l AND :h",
                                      "a IN (:x)",
                                      "a IN (:x, b, size(c))",
                                      "attribute_exists(a)",
                                      "attribute_not_exists(a)",
                                      "attribute_type(a, :t)",
                                      "begins_with(a, :p)",
                                      "contains(a, :p)",
                                      "size(a) > :n",
                                      "size(:v) = size(a)",
                                      "a = :v AND b = :v OR c = :v",
                                      "NOT a = :v",
                                      "NOT NOT a = :v",
                                      "NOT (a = :v OR b = :v)",
                                      "(a = :v)",
                                      "(a) = (:v)",
                                      "a IN ((:x), (b))",
                                      "a BETWEEN (:l) AND (:h)",
                                      "a.b[3].c = :v",
                                      "#a.#b[0] = :v",
                                      "a[0][1] = :v",
                                      "\ta\n=\r:v ",
                                      "a=:v",
                                      "attribute_exists (a)",
                                      "a [ 1 ] . b = :v"}) {
    EXPECT_EQ(FaultOf(text), "none") << text;
  }
}

TEST(ConditionParser, KeywordsHaveAnyCase) {
  EXPECT_EQ(FaultOf("nOt a = :v aNd b In (:v) oR c bEtWeEn :v and :w"), "none");
}

TEST(ConditionParser, FunctionNamesHaveOneCase) {
  EXPECT_EQ(FaultOf("Attribute_Exists(a)"), "Invalid function name; function: Attribute_Exists");
  EXPECT_EQ(FaultOf("SIZE(a) = :v"), "Invalid function name; function: SIZE");
}

TEST(ConditionParser, NothingIsNoExpression) {
  EXPECT_EQ(FaultOf(""), "The expression can not be empty;");
  EXPECT_EQ(FaultOf(" \n\t"), "The expression can not be empty;");
}

TEST(ConditionParser, ASyntaxErrorShowsTheTokenBetweenItsNeighbours) {
  EXPECT_EQ(FaultOf("a = 5"), "Syntax error; token: \"5\", near: \"= 5\"");
  EXPECT_EQ(FaultOf("a  =   5 AND b = :v"), "Syntax error; token: \"5\", near: \"=   5 AND\"");
  EXPECT_EQ(FaultOf("my-name = :v"), "Syntax error; token: \"-\", near: \"my-name\"");
  EXPECT_EQ(FaultOf("= :v"), "Syntax error; token: \"=\", near: \"= :v\"");
  EXPECT_EQ(FaultOf("a = 'x'"), "Syntax error; token: \"'\", near: \"= 'x\"");
  EXPECT_EQ(FaultOf("a = \xC3\xA9t"), "Syntax error; token: \"\xC3\xA9\", near: \"= \xC3\xA9t\"");
}

TEST(ConditionParser, ASyntaxErrorAtTheEndIsCalledEof) {
  EXPECT_EQ(FaultOf("a ="), "Syntax error; token: \"<EOF>\", near: \"=\"");
  EXPECT_EQ(FaultOf("a = :v AND "), "Syntax error; token: \"<EOF>\", near: \"AND\"");
  EXPECT_EQ(FaultOf("(a = :v"), "Syntax error; token: \"<EOF>\", near: \":v\"");
}

TEST(ConditionParser, WhatIsNoConditionIsASyntaxError) {
  EXPECT_EQ(FaultOf("a"), "Syntax error; token: \"<EOF>\", near: \"a\"");
  EXPECT_EQ(FaultOf("(a)"), "Syntax error; token: \"<EOF>\", near: \")\"");
  EXPECT_EQ(FaultOf(":v AND a = :v"), "Syntax error; token: \"AND\", near: \":v AND a\"");
  EXPECT_EQ(FaultOf("NOT a"), "Syntax error; token: \"<EOF>\", near: \"a\"");
  EXPECT_EQ(FaultOf("a = :v = :v"), "Syntax error; token: \"=\", near: \":v = :v\"");
  EXPECT_EQ(FaultOf("(a = :v) = :v"), "Syntax error; token: \"=\", near: \") = :v\"");
  EXPECT_EQ(FaultOf("a = (b = c)"), "Syntax error; token: \"=\", near: \"b = c\"");
  EXPECT_EQ(FaultOf("a = :v b"), "Syntax error; token: \"b\", near: \":v b\"");
  EXPECT_EQ(FaultOf("contains(a, b = c)"), "Syntax error; token: \"=\", near: \"b = c\"");
}

TEST(ConditionParser, ListsAreNotEmpty) {
  EXPECT_EQ(FaultOf("a IN ()"), "Syntax error; token: \")\", near: \"()\"");
  EXPECT_EQ(FaultOf("size() = :v"), "Syntax error; token: \")\", near: \"() =\"");
}

TEST(ConditionParser, KeywordsNameNoAttribute) {
  EXPECT_EQ(FaultOf("between = :v"), "Syntax error; token: \"between\", near: \"between =\"");
  EXPECT_EQ(FaultOf("a.and = :v"), "Syntax error; token: \"and\", near: \".and =\"");
  EXPECT_EQ(FaultOf("in(a)"), "Syntax error; token: \"in\", near: \"in(\"");
}

TEST(ConditionParser, ALiteralNameBeginsWithALetter) {
  EXPECT_EQ(FaultOf("_a = :v"), "Syntax error; token: \"_\", near: \"_a\"");
  EXPECT_EQ(FaultOf("1a = :v"), "Syntax error; token: \"1\", near: \"1a\"");
  EXPECT_EQ(FaultOf("#_a = :_1"), "none");
  EXPECT_EQ(FaultOf("#1a = :1"), "none");
}

TEST(ConditionParser, APlaceholderHasMoreThanItsSign) {
  EXPECT_EQ(FaultOf("# = :v"), "Syntax error; token: \"#\", near: \"# =\"");
  EXPECT_EQ(FaultOf("a = :"), "Syntax error; token: \":\", near: \"= :\"");
}

TEST(ConditionParser, APathHasNoGaps) {
  EXPECT_EQ(FaultOf("a..b = :v"), "Syntax error; token: \".\", near: \"..b\"");
  EXPECT_EQ(FaultOf("a.[1] = :v"), "Syntax error; token: \"[\", near: \".[1\"");
  EXPECT_EQ(FaultOf("a[b] = :v"), "Syntax error; token: \"b\", near: \"[b]\"");
  EXPECT_EQ(FaultOf("a[-1] = :v"), "Syntax error; token: \"-\", near: \"[-1\"");
  EXPECT_EQ(FaultOf("a[1 = :v"), "Syntax error; token: \"=\", near: \"1 = :v\"");
  EXPECT_EQ(FaultOf("a[:v] = :v"), "Syntax error; token: \":v\", near: \"[:v]\"");
}

TEST(ConditionParser, ReservedWordsAreRefusedAtAnyDepthInAnyCase) {
  EXPECT_EQ(FaultOf("name = :v"), "Attribute name is a reserved keyword; reserved keyword: name");
  EXPECT_EQ(FaultOf("a.b[1].Status = :v"),
            "Attribute name is a reserved keyword; reserved keyword: Status");
  EXPECT_EQ(FaultOf("#name = :name"), "none");
  EXPECT_EQ(FaultOf("size = :v"), "Attribute name is a reserved keyword; reserved keyword: size");
}

TEST(ConditionParser, ParenthesesAroundParenthesesAreRedundant) {
  for (const std::string_view text : {"((a = :v))", "a = :v AND ((b = :v OR c = :v))", "((a)) = :v",
                                      "a = ((:v))", "a IN (((:v)))", "NOT ((a = :v))"}) {
    EXPECT_EQ(FaultOf(text), "The expression has redundant parentheses;") << text;
  }
  EXPECT_EQ(FaultOf("(NOT (a = :v))"), "none");
  EXPECT_EQ(FaultOf("((a = :v) AND (b = :v))"), "none");
}

TEST(ConditionParser, UnknownFunctionsAreNamed) {
  EXPECT_EQ(FaultOf("foo(a)"), "Invalid function name; function: foo");
  EXPECT_EQ(FaultOf("a = foo(b, c, d)"), "Invalid function name; function: foo");
  EXPECT_EQ(FaultOf("if_not_exists(a, :v)"), "Invalid function name; function: if_not_exists");
}

TEST(ConditionParser, OnlySizeGivesAValue) {
  const std::string misused =
      "The function is not allowed to be used this way in an expression; function: ";
  EXPECT_EQ(FaultOf("attribute_exists(a) = :v"), misused + "attribute_exists");
  EXPECT_EQ(FaultOf("a = contains(b, :v)"), misused + "contains");
  EXPECT_EQ(FaultOf("a IN (begins_with(b, :v))"), misused + "begins_with");
  EXPECT_EQ(FaultOf("a BETWEEN :v AND attribute_type(b, :v)"), misused + "attribute_type");
  EXPECT_EQ(FaultOf("contains(attribute_not_exists(a), :v)"), misused + "attribute_not_exists");
  EXPECT_EQ(FaultOf("attribute_exists(attribute_exists(a))"), misused + "attribute_exists");
}

TEST(ConditionParser, SizeIsNoCondition) {
  const std::string misused =
      "The function is not allowed to be used this way in an expression; function: size";
  for (const std::string_view text :
       {"size(a)", "NOT size(a)", "size(a) AND b = :v", "b = :v OR size(a)", "(size(a))"}) {
    EXPECT_EQ(FaultOf(text), misused) << text;
  }
}

TEST(ConditionParser, OneFaultIsReportedInAWSsOrder) {
  EXPECT_EQ(FaultOf("((a = :v)) AND foo(name) AND size(a) AND"),
            "Syntax error; token: \"<EOF>\", near: \"AND\"");
  EXPECT_EQ(FaultOf("name = :v AND size(a) AND foo(a) AND ((a = :v))"),
            "The expression has redundant parentheses;");
  EXPECT_EQ(FaultOf("name = :v AND size(a) AND foo(a)"), "Invalid function name; function: foo");
  EXPECT_EQ(FaultOf("name = :v AND size(a)"),
            "The function is not allowed to be used this way in an expression; function: size");
  EXPECT_EQ(FaultOf("name = :v AND status = :v"),
            "Attribute name is a reserved keyword; reserved keyword: name");
}

TEST(ConditionParser, FourThousandAndNinetySixBytesArePossible) {
  const std::string text = "a = :v" + std::string(4090, ' ');
  EXPECT_EQ(FaultOf(text), "none");
  EXPECT_EQ(FaultOf(text + " "),
            "Expression size has exceeded the maximum allowed size; expression size: 4097");
}

TEST(ConditionParser, TheSizeIsCheckedBeforeAnythingElse) {
  EXPECT_EQ(FaultOf(std::string(5000, '(')),
            "Expression size has exceeded the maximum allowed size; expression size: 5000");
}

TEST(ConditionParser, ThreeHundredOperatorsArePossible) {
  const std::string hundred_fifty = "a=:v" + Repeat(" OR a=:v", 149);
  EXPECT_EQ(FaultOf("NOT " + hundred_fifty), "none");
  EXPECT_EQ(FaultOf("NOT NOT " + hundred_fifty),
            "The expression contains too many operators; operator count: 301");
}

TEST(ConditionParser, FunctionsCountAsOperators) {
  const std::string text = "size(a)=:v" + Repeat(" OR size(a)=:v", 99);
  EXPECT_EQ(FaultOf(text), "none");
  EXPECT_EQ(FaultOf(text + " OR contains(a,:v)"),
            "The expression contains too many operators; operator count: 301");
}

TEST(ConditionParser, ThirtyTwoStepsAreAPath) {
  EXPECT_EQ(FaultOf("a" + Repeat(".a", 31) + " = :v"), "none");
  EXPECT_EQ(FaultOf("a" + Repeat("[0]", 32) + " = :v"),
            "The document path has too many nesting levels; nesting levels: 33");
}

TEST(ConditionParser, AHundredOperandsArePossibleInIn) {
  const std::string text = "a IN (:v" + Repeat(",:v", 99);
  EXPECT_EQ(FaultOf(text + ")"), "none");
  EXPECT_EQ(FaultOf(text + ",:v)"),
            "The IN operator is provided with too many operands; number of operands: 101");
}

TEST(ConditionParser, ListIndexesEndAtTwoBillion) {
  EXPECT_EQ(FaultOf("a[2147483647] = :v"), "none");
  EXPECT_EQ(FaultOf("a[2147483648] = :v"),
            "List index is not within the allowable range; index: [2147483648]");
  EXPECT_EQ(FaultOf("a[99999999999999999999999] = :v"),
            "List index is not within the allowable range; index: [99999999999999999999999]");
}

TEST(ConditionParser, DeepNestingThatIsSoundIsAccepted) {
  // 299 operators, each around the last.
  EXPECT_EQ(FaultOf(Repeat("NOT(", 299) + "a=:v" + Repeat(")", 299)), "none");
  EXPECT_EQ(FaultOf(Repeat("a=:v OR(", 149) + "a=:v" + Repeat(")", 149)), "none");
}

TEST(ConditionParser, DeepNestingThatIsNotSoundEndsEarly) {
  EXPECT_EQ(FaultOf(std::string(4096, '(')), "The expression has redundant parentheses;");
  EXPECT_EQ(FaultOf(Repeat("NOT ", 1000)),
            "The expression contains too many operators; operator count: 603");
  EXPECT_EQ(FaultOf("a = " + std::string(4000, '(')), "The expression has redundant parentheses;");
  EXPECT_EQ(FaultOf(Repeat("size(", 800)),
            "The expression contains too many operators; operator count: 603");
}

TEST(ConditionParser, TheMessageNamesTheParameter) {
  EXPECT_EQ(ParseCondition("", ExpressionKind::kFilter).error().message(),
            "Invalid FilterExpression: The expression can not be empty;");
  EXPECT_EQ(ParseKeyCondition("").error().message(),
            "Invalid KeyConditionExpression: The expression can not be empty;");
}

TEST(ConditionParser, BytesOfAnyKindAreASyntaxErrorAtWorst) {
  EXPECT_EQ(FaultOf(std::string("a\0b", 3)), "Syntax error; token: \"" + std::string(1, '\0') +
                                                 "\", near: \"" + std::string("a\0b", 3) + "\"");
  EXPECT_EQ(FaultOf("\xFF"), "Syntax error; token: \"\xFF\", near: \"\xFF\"");
}

}  // namespace
}  // namespace stator::expression
