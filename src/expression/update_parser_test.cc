#include <gtest/gtest.h>

#include <string>

#include "expression/binder.h"
#include "expression/test_item.h"
#include "expression/update.h"

namespace stator::expression {
namespace {

// What is wrong with an update by itself or with its values: the message without "Invalid
// UpdateExpression: ", or "none".
std::string FaultOf(std::string_view text) {
  const dynamo::ExpressionAttributes attributes = TestAttributes(
      ":s: 'x', :n: 1, :b: b'x', :bool: true, :null: null, :l: [], :map: {}, :ss: <'a'>, :ns: "
      "<1>, :bs: <b'a'>",
      {{"#a", "a"}, {"#b", "b"}});
  auto parsed = ParseUpdate(text);
  if (!parsed.ok()) return parsed.error().message().substr(26);
  const auto bound = Binder(attributes).Bind(std::move(*parsed));
  return bound.ok() ? "none" : bound.error().message().substr(26);
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(UpdateParser, EveryFormOfTheGrammarIsAccepted) {
  for (const std::string_view text :
       {"SET a = :s",
        "SET a = b",
        "SET a = b + :n",
        "SET a = :n - b",
        "SET a = (b + :n)",
        "SET a = (b) - (:n)",
        "SET a = ((:s))",
        "SET a = if_not_exists(b, :s)",
        "SET a = if_not_exists(a, a)",
        "SET a = list_append(b, :l)",
        "SET a = list_append(if_not_exists(a, :l), list_append(b, c))",
        "SET a = if_not_exists(b, :n) + if_not_exists(c, :n)",
        "SET a = :s, b.c[1] = :s",
        "REMOVE a",
        "REMOVE a, b[0], c.d",
        "ADD a :n",
        "ADD a :n, b :ss, c.d :ns",
        "DELETE a :ss",
        "DELETE a :bs, b :ns",
        "SET a = :s REMOVE b ADD c :n DELETE d :ss",
        "DELETE d :ss ADD c :n REMOVE b SET a = :s",
        "set a=:s remove b add c :n delete d :ss",
        "SET #a.#b[2] = :s",
        "SET a[1] = :s, a[2] = :s"}) {
    EXPECT_EQ(FaultOf(text), "none") << text;
  }
}

TEST(UpdateParser, SyntaxErrors) {
  EXPECT_EQ(FaultOf(""), "The expression can not be empty;");
  EXPECT_EQ(FaultOf("a = :s"), "Syntax error; token: \"a\", near: \"a =\"");
  EXPECT_EQ(FaultOf("SET"), "Syntax error; token: \"<EOF>\", near: \"SET\"");
  EXPECT_EQ(FaultOf("SET a"), "Syntax error; token: \"<EOF>\", near: \"a\"");
  EXPECT_EQ(FaultOf("SET a ="), "Syntax error; token: \"<EOF>\", near: \"=\"");
  EXPECT_EQ(FaultOf("SET a = :s,"), "Syntax error; token: \"<EOF>\", near: \",\"");
  EXPECT_EQ(FaultOf("SET a = :s, REMOVE b"),
            "Syntax error; token: \"REMOVE\", near: \", REMOVE b\"");
  EXPECT_EQ(FaultOf("SET a = 5"), "Syntax error; token: \"5\", near: \"= 5\"");
  EXPECT_EQ(FaultOf("SET a = list_append(b, 0)"), "Syntax error; token: \"0\", near: \", 0)\"");
  EXPECT_EQ(FaultOf("SET attrName = _idid"), "Syntax error; token: \"_\", near: \"= _idid\"");
  EXPECT_EQ(FaultOf("SET a = :s b = :s"), "Syntax error; token: \"b\", near: \":s b =\"");
  EXPECT_EQ(FaultOf("SET a := :s"), "Syntax error; token: \":\", near: \"a :=\"");
  EXPECT_EQ(FaultOf("|"), "Syntax error; token: \"|\", near: \"|\"");
}

TEST(UpdateParser, ASumHasTwoOperands) {
  EXPECT_EQ(FaultOf("SET a = :n + :n + :n"), "Syntax error; token: \"+\", near: \":n + :n\"");
  EXPECT_EQ(FaultOf("SET a = (:n + :n) - :n"), "Syntax error; token: \"-\", near: \") - :n\"");
  EXPECT_EQ(FaultOf("SET a = -:n"), "Syntax error; token: \"-\", near: \"= -:n\"");
}

TEST(UpdateParser, FunctionsTakeNoSums) {
  EXPECT_EQ(FaultOf("SET a = if_not_exists(a, :n + :n)"),
            "Syntax error; token: \"+\", near: \":n + :n\"");
}

TEST(UpdateParser, AddAndDeleteTakeValuesOnly) {
  EXPECT_EQ(FaultOf("ADD a b"), "Syntax error; token: \"b\", near: \"a b\"");
  EXPECT_EQ(FaultOf("ADD a = :n"), "Syntax error; token: \"=\", near: \"a = :n\"");
  EXPECT_EQ(FaultOf("ADD a (:n)"), "Syntax error; token: \"(\", near: \"a (:n\"");
  EXPECT_EQ(FaultOf("DELETE a"), "Syntax error; token: \"<EOF>\", near: \"a\"");
  EXPECT_EQ(FaultOf("REMOVE a :s"), "Syntax error; token: \":s\", near: \"a :s\"");
}

TEST(UpdateParser, SectionNamesNameNoAttribute) {
  EXPECT_EQ(FaultOf("REMOVE remove"), "Syntax error; token: \"remove\", near: \"REMOVE remove\"");
  EXPECT_EQ(FaultOf("SET a.delete = :s"), "Syntax error; token: \"delete\", near: \".delete =\"");
}

TEST(UpdateParser, ASectionIsUsedOnce) {
  EXPECT_EQ(FaultOf("SET a = :s SET b = :s"),
            "The \"SET\" section can only be used once in an update expression;");
  EXPECT_EQ(FaultOf("remove a add b :n remove c"),
            "The \"REMOVE\" section can only be used once in an update expression;");
}

TEST(UpdateParser, FunctionsOfConditionsAreUnknown) {
  EXPECT_EQ(FaultOf("SET a = size(b)"), "Invalid function name; function: size");
  EXPECT_EQ(FaultOf("SET a = List_append(b, c)"), "Invalid function name; function: List_append");
}

TEST(UpdateParser, ReservedWordsAreRefused) {
  EXPECT_EQ(FaultOf("SET name = :s"),
            "Attribute name is a reserved keyword; reserved keyword: name");
  EXPECT_EQ(FaultOf("SET a = status"),
            "Attribute name is a reserved keyword; reserved keyword: status");
}

TEST(UpdateParser, UndefinedPlaceholdersAreNamed) {
  EXPECT_EQ(FaultOf("SET #u = :u"),
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #u");
  EXPECT_EQ(FaultOf("SET a = :u"),
            "An expression attribute value used in expression is not defined; attribute value: :u");
}

TEST(UpdateParser, PathsMustNotOverlap) {
  const std::string fault =
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path "
      "one: ";
  EXPECT_EQ(FaultOf("SET a = :s, a = :n"), fault + "[a], path two: [a]");
  EXPECT_EQ(FaultOf("SET a = :s REMOVE #a"), fault + "[a], path two: [a]");
  EXPECT_EQ(FaultOf("SET a.b = :s, a = :n"), fault + "[a, b], path two: [a]");
  EXPECT_EQ(FaultOf("ADD a[1] :n DELETE a[1][0] :ss"), fault + "[a, [1]], path two: [a, [1], [0]]");
}

TEST(UpdateParser, PathsMustNotConflict) {
  EXPECT_EQ(FaultOf("SET a[1] = :s, a.b = :s"),
            "Two document paths conflict with each other; must remove or rewrite one of these "
            "paths; path one: [a, [1]], path two: [a, b]");
}

TEST(UpdateParser, AnOverlapIsReportedBeforeAConflict) {
  EXPECT_EQ(FaultOf("SET a[1] = :s, a.b = :s, c = :s, c.d = :s"),
            "Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [c], path two: [c, d]");
}

TEST(UpdateParser, OfSeveralOverlapsTheOneWithTheFirstPathIsReported) {
  EXPECT_EQ(FaultOf("REMOVE a[9], a[1], a"),
            "Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [a, [9]], path two: [a]");
}

TEST(UpdateParser, OperandsAreNoTargets) {
  EXPECT_EQ(FaultOf("SET a = b, b = a, c = a.d"), "none");
}

TEST(UpdateParser, TheNumberOfOperandsIsChecked) {
  const std::string fault =
      "Incorrect number of operands for operator or function; operator or function: ";
  EXPECT_EQ(FaultOf("SET a = if_not_exists(a)"), fault + "if_not_exists, number of operands: 1");
  EXPECT_EQ(FaultOf("SET a = list_append(a, b, c)"), fault + "list_append, number of operands: 3");
}

TEST(UpdateParser, IfNotExistsAsksForAPath) {
  const std::string fault =
      "Operator or function requires a document path; operator or function: if_not_exists";
  EXPECT_EQ(FaultOf("SET a = if_not_exists(:s, b)"), fault);
  EXPECT_EQ(FaultOf("SET a = if_not_exists(if_not_exists(a, b), c)"), fault);
}

TEST(UpdateParser, TypesOfValuesAreChecked) {
  const std::string fault =
      "Incorrect operand type for operator or function; operator or function: ";
  EXPECT_EQ(FaultOf("SET a = b + :s"), fault + "+, operand type: S");
  EXPECT_EQ(FaultOf("SET a = :l - b"), fault + "-, operand type: L");
  EXPECT_EQ(FaultOf("SET a = list_append(b, :ss)"), fault + "list_append, operand type: SS");
}

TEST(UpdateParser, AddTakesNumbersAndSets) {
  const std::pair<std::string, std::string> types[] = {{":s", "STRING"},     {":b", "BINARY"},
                                                       {":bool", "BOOLEAN"}, {":null", "NULL"},
                                                       {":l", "LIST"},       {":map", "MAP"}};
  for (const auto& [value, type] : types) {
    EXPECT_EQ(FaultOf("ADD a " + value),
              "Incorrect operand type for operator or function; operator: ADD, operand type: " +
                  type + ", typeSet: ALLOWED_FOR_ADD_OPERAND");
  }
  EXPECT_EQ(FaultOf("ADD a :n, b :ss, c :ns, d :bs"), "none");
}

TEST(UpdateParser, DeleteTakesSets) {
  EXPECT_EQ(FaultOf("DELETE a :n"),
            "Incorrect operand type for operator or function; operator: DELETE, operand type: "
            "NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND");
  EXPECT_EQ(FaultOf("DELETE a :ss, b :ns, c :bs"), "none");
}

TEST(UpdateParser, OneFaultIsReportedInAWSsOrder) {
  EXPECT_EQ(FaultOf("SET name = foo(:u), SET b = c"),
            "Syntax error; token: \"SET\", near: \", SET b\"");
  EXPECT_EQ(FaultOf("SET name = foo(:u) SET b = c"),
            "Attribute name is a reserved keyword; reserved keyword: name");
  EXPECT_EQ(FaultOf("SET a = foo(:u) SET b = c"), "Invalid function name; function: foo");
  EXPECT_EQ(FaultOf("SET a = :u SET b = c"),
            "The \"SET\" section can only be used once in an update expression;");
  EXPECT_EQ(FaultOf("SET a = list_append(:s), a = :u"),
            "An expression attribute value used in expression is not defined; attribute value: :u");
  EXPECT_EQ(FaultOf("SET a = list_append(:s), a = b + :s"),
            "Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [a], path two: [a]");
  EXPECT_EQ(FaultOf("SET a = list_append(:s) ADD b :s"),
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, "
            "typeSet: ALLOWED_FOR_ADD_OPERAND");
  EXPECT_EQ(FaultOf("SET a = list_append(:s), b = b + :s"),
            "Incorrect number of operands for operator or function; operator or function: "
            "list_append, number of operands: 1");
}

TEST(UpdateParser, ThreeHundredOperatorsArePossible) {
  std::string text = "SET a0=b+:n";
  for (int i = 1; i < 300; ++i) text += ",a" + std::to_string(i) + "=b+:n";
  EXPECT_EQ(FaultOf(text), "none");
  EXPECT_EQ(FaultOf(text + ",z=b-:n"),
            "The expression contains too many operators; operator count: 301");
}

TEST(UpdateParser, DeepNestingEndsEarly) {
  EXPECT_EQ(FaultOf("SET a = " + std::string(4000, '(')),
            "The expression has redundant parentheses;");
  EXPECT_EQ(FaultOf("SET a = " + Repeat("list_append(", 330)),
            "Syntax error; token: \"<EOF>\", near: \"(\"");
}

TEST(UpdateParser, KeysMayNotBeTouched) {
  const dynamo::KeySchema schema{{"pk"}, dynamo::KeyAttribute{"sk"}};
  const dynamo::ExpressionAttributes attributes = TestAttributes(":s: 1", {{"#key", "sk"}});
  const auto fault = [&](std::string_view text) {
    const auto bound = Binder(attributes).Bind(*ParseUpdate(text));
    EXPECT_TRUE(bound.ok()) << bound.error().ToString();
    const base::Status status = CheckUpdatesNoKey(*bound, schema);
    return status.ok() ? "none" : status.error().message();
  };
  EXPECT_EQ(fault("SET a = pk, b = #key"), "none");
  EXPECT_EQ(fault("SET a = :s, pk = :s"),
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute "
            "is part of the key");
  EXPECT_EQ(fault("REMOVE #key.x"),
            "One or more parameter values were invalid: Cannot update attribute sk. This attribute "
            "is part of the key");
}

TEST(UpdateParser, TouchedNamesAreSortedAndEachOnce) {
  const dynamo::ExpressionAttributes attributes = TestAttributes(":s: 1");
  const auto bound =
      Binder(attributes).Bind(*ParseUpdate("SET z = q, a.b = :s, a.c = :s REMOVE m[1]"));
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->TouchedNames(), (std::vector<std::string_view>{"a", "m", "z"}));
}

}  // namespace
}  // namespace stator::expression
