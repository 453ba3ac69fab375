#include "sql/sql_instance.h"

#include <gtest/gtest.h>

#include "sql/sql_session.h"
#include "sql/test_bed.h"

namespace stator::sql {
namespace {

TEST(SqlInstance, SessionsGoOnWithANewInstanceAfterTheirOwnWasSpoilt) {
  TestBed bed;
  bed.CreateTable("things", {"id", dynamo::AttributeType::kString});
  const auto holder = std::make_shared<InstanceHolder>(bed.sql_options);
  DuckSession session(holder);
  std::string text;
  const auto sink = MakeFormatter(
      ResultFormat::kCsv, [&](std::string_view part) { return text += part, base::OkStatus(); });
  ASSERT_TRUE(session.Run({}, "SELECT count(*) AS n FROM things", {}, *sink).ok());
  const auto first = *holder->Get();
  holder->Replace(first);
  const auto second = *holder->Get();
  EXPECT_NE(first, second);
  holder->Replace(first);
  EXPECT_EQ(*holder->Get(), second) << "only the current instance is given up";
  ASSERT_TRUE(session.Run({}, "SELECT count(*) AS n FROM things", {}, *sink).ok());
  EXPECT_EQ(text, "n\n0\nn\n0\n");
}

TEST(SqlInstance, OneStatementAtATimeWhereTheSessionIsNotTrusted) {
  TestBed bed;
  EXPECT_EQ(bed.Run("SELECT 1; SELECT 2"),
            "error: SqlNotAllowed: these are 2 statements: this door answers one at a time.");
  EXPECT_EQ(bed.Run(" -- nothing"), "error: SqlSyntaxError: there is no statement");
}

}  // namespace
}  // namespace stator::sql
