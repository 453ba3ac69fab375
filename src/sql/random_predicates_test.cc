// The same questions to a DynamoDB table and to a copy of it in DuckDB: key conditions, filters and
// projections must never change an answer.
#include <gtest/gtest.h>

#include <random>

#include "sql/test_bed.h"

namespace stator::sql {
namespace {

using dynamo::AttributeType;
using dynamo::ItemBuilder;

// Makes WHERE clauses over the columns of the table below.
class Predicates {
 public:
  explicit Predicates(unsigned seed) : random_(seed) {}

  std::string Make(int depth = 3) {
    if (depth == 0 || Pick(3) == 0) return Leaf();
    switch (Pick(5)) {
      case 0: return "NOT (" + Make(depth - 1) + ")";
      case 1:
      case 2: return "(" + Make(depth - 1) + ") OR (" + Make(depth - 1) + ")";
      default: return "(" + Make(depth - 1) + ") AND (" + Make(depth - 1) + ")";
    }
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string Compare() {
    static constexpr const char* kOps[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
    return kOps[Pick(6)];
  }
  std::string Partition() { return "'p" + std::to_string(Pick(6)) + "'"; }
  std::string Sort() { return std::to_string(Pick(50)); }
  std::string Text() {
    static constexpr const char* kTexts[] = {"'a'", "'b1'", "'7'", "'true'", "''", "'zz'"};
    return kTexts[Pick(6)];
  }

  std::string Leaf() {
    switch (Pick(14)) {
      case 0: return "pk = " + Partition();
      case 1: return "pk IN (" + Partition() + ", " + Partition() + ")";
      case 2: return "sk" + Compare() + Sort();
      case 3: return "sk BETWEEN " + Sort() + " AND " + Sort();
      case 4: return "sk IN (" + Sort() + ", " + Sort() + ", NULL)";
      case 5: return "number" + Compare() + std::to_string(Pick(20)) + ".5";
      case 6: return "number::BIGINT = " + std::to_string(Pick(20));
      case 7: return "flag";
      case 8: return "mixed" + Compare() + Text();
      case 9: return "mixed LIKE 'b%'";
      case 10: return "contains(mixed, '1')";
      case 11:
        return std::string(Pick(2) ? "mixed" : "record.x") +
               (Pick(2) ? " IS NULL" : " IS NOT NULL");
      case 12: return "record.x" + Compare() + std::to_string(Pick(10));
      default:
        return "pk LIKE 'p" + std::to_string(Pick(6)) +
               "%' AND sk % 3 = " + std::to_string(Pick(3));
    }
  }

  std::mt19937 random_;
};

// Items with every oddity: attributes that are missing, NULL, or of several types.
void FillOdd(TestBed& bed) {
  bed.CreateTable("odd", {"pk", AttributeType::kString},
                  dynamo::KeyAttribute{"sk", AttributeType::kNumber});
  for (int i = 0; i < 250; ++i) {
    bed.Put("odd", [&](ItemBuilder& item) {
      item.Name("pk").String("p" + std::to_string(i % 5));
      item.Name("sk").Add(dynamo::Number::FromInt64(i / 5));
      if (i % 7 != 0)
        item.Name("number").Add(NumberOf(std::to_string(i % 20) + (i % 2 ? ".5" : "")));
      item.Name("flag").Bool(i % 3 == 0);
      item.Name("mixed");
      switch (i % 6) {
        case 0: item.Null(); break;
        case 1: item.Add(dynamo::Number::FromInt64(i % 10)); break;
        case 2: item.Bool(true); break;
        case 3: item.BeginMap().Name("k").String("1").EndMap(); break;
        default: item.String(i % 2 ? "a" : "b1");
      }
      if (i % 4 != 0) {
        item.Name("record").BeginMap().Name("x").Add(dynamo::Number::FromInt64(i % 10)).EndMap();
      }
    });
  }
}

TEST(RandomPredicates, AnswersAreThoseOfACopyInsideDuckDb) {
  TestBed bed;
  FillOdd(bed);
  bed.sql_options.trusted = true;
  const auto engine = std::move(*SqlEngine::Open(bed.sql_options));
  const auto session = engine->NewSession();
  const auto ask = [&](const std::string& sql) {
    std::string text;
    const auto sink = MakeFormatter(
        ResultFormat::kCsv, [&](std::string_view part) { return text += part, base::OkStatus(); });
    const auto ran = session->Run({}, sql, {}, *sink);
    return ran.ok() ? text : "error: " + ran.error().ToString();
  };
  ASSERT_EQ(ask("CREATE TEMP TABLE copy AS SELECT * FROM odd"), "Count\n250\n");
  Predicates predicates(20011);
  for (int i = 0; i < 400; ++i) {
    const std::string where = predicates.Make();
    const std::string question = "SELECT count(*), sum(sk), count(number), min(mixed) FROM ";
    EXPECT_EQ(ask(question + "odd WHERE " + where), ask(question + "temp.copy WHERE " + where))
        << where << "\n"
        << ask("EXPLAIN SELECT * FROM odd WHERE " + where);
    EXPECT_EQ(ask("SELECT count(*) FROM odd WHERE " + where),
              ask("SELECT count(*) FROM temp.copy WHERE " + where))
        << where;
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace stator::sql
