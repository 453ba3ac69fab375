#include "sql/plan_text.h"

#include <gtest/gtest.h>

namespace stator::sql {
namespace {

TEST(PlanText, AnOperatorIsALineAndWhatFeedsItIsIndented) {
  EXPECT_EQ(PlanText(R"([{"name": "HASH_JOIN", "extra_info": {"Join Type": "INNER", "Filters": "",
      "Conditions": ["a = b", "c = d"], "Estimated Cardinality": "20"}, "children": [
      {"name": "DYNAMODB_SCAN", "children": [], "extra_info": {"Key": "a = 'x' AND b > 'y'"}},
      {"name": "PROJECTION", "extra_info": {}, "children": [
        {"name": "DUMMY_SCAN", "children": [], "extra_info": {}}]}]}])"),
            "HASH_JOIN (~20 rows expected)\n"
            "  Join Type: INNER\n"
            "  Conditions: a = b, c = d\n"
            "  -> DYNAMODB_SCAN\n"
            "       Key: a = 'x' AND b > 'y'\n"
            "  -> PROJECTION\n"
            "       -> DUMMY_SCAN");
}

TEST(PlanText, ALongConditionIsOneLineAndALongListALineForEach) {
  const std::string condition(300, 'x');
  EXPECT_EQ(PlanText(R"([{"name": "A", "children": [], "extra_info": {"Filter": ")" + condition +
                     R"(", "Groups": [")" + condition + R"(", "g"]}}])"),
            "A\n  Filter: " + condition + "\n  Groups:\n    " + condition + ",\n    g");
}

TEST(PlanText, AnalyzeShowsRowsAndTimeOfTheOperatorsOnly) {
  EXPECT_EQ(PlanText(R"({"latency": 0.25, "extra_info": {}, "children": [
      {"operator_name": "EXPLAIN_ANALYZE", "operator_cardinality": 0, "operator_timing": 0.0,
       "extra_info": {}, "children": [
        {"operator_name": "DYNAMODB_SCAN", "operator_cardinality": 1, "operator_timing": 0.125,
         "extra_info": {"Requests": "1", "Estimated Cardinality": "20"}, "children": []}]}]})"),
            "Total time: 0.2500 s\n"
            "DYNAMODB_SCAN (~20 rows expected, 1 row in 0.1250 s)\n"
            "  Requests: 1");
}

TEST(PlanText, OtherTextIsNoPlan) {
  EXPECT_EQ(PlanText("digraph G {"), std::nullopt);
  EXPECT_EQ(PlanText("7"), std::nullopt);
}

}  // namespace
}  // namespace stator::sql
