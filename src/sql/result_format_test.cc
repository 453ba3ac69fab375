#include "sql/result_format.h"

#include <gtest/gtest.h>

#include "dynamo/item_builder.h"
#include "sql/value_json.h"

namespace stator::sql {
namespace {

// Rows of text; an empty optional is NULL. Numbers are bare in JSON.
using Row = std::vector<std::optional<std::string>>;

class TextChunk final : public ResultChunk {
 public:
  TextChunk(std::initializer_list<Row> rows) : rows_(rows) {}
  std::size_t rows() const override { return rows_.size(); }
  bool IsNull(std::size_t row, std::size_t column) const override { return !rows_[row][column]; }
  std::string_view Text(std::size_t row, std::size_t column) const override {
    return rows_[row][column] ? std::string_view(*rows_[row][column]) : "NULL";
  }
  void AppendJson(std::size_t row, std::size_t column, std::string& out) const override {
    if (column == 1) {
      out += *rows_[row][column];
    } else {
      AppendJsonString(*rows_[row][column], out);
    }
  }

 private:
  std::vector<Row> rows_;
};

const std::vector<ResultColumn> kColumns = {{"name", "VARCHAR", false}, {"n", "BIGINT", true}};

std::string Format(ResultFormat format, const TextChunk& chunk, const FormatOptions& options = {}) {
  std::string text;
  const auto sink = MakeFormatter(
      format, [&](std::string_view part) { return text += part, base::OkStatus(); }, options);
  EXPECT_TRUE(sink->Begin(kColumns).ok());
  if (chunk.rows() > 0) {
    EXPECT_TRUE(sink->Rows(chunk).ok());
  }
  EXPECT_TRUE(sink->End().ok());
  return text;
}

TEST(ResultFormat, TableAlignsNumbersRightAndShowsNull) {
  EXPECT_EQ(Format(ResultFormat::kTable, TextChunk({Row{"Zoë", "7"}, Row{std::nullopt, "1234"}})),
            "+------+------+\n| name | n    |\n+------+------+\n| Zoë  |    7 |\n| NULL | 1234 "
            "|\n+------+------+\n");
}

TEST(ResultFormat, TableKeepsTheGridWhateverTheValues) {
  FormatOptions options;
  options.value_width_max = 5;
  EXPECT_EQ(Format(ResultFormat::kTable, TextChunk({Row{"a\nb\tc-long", "1"}}), options),
            "+--------+---+\n| name   | n |\n+--------+---+\n| a b c… | 1 |\n+--------+---+\n");
}

TEST(ResultFormat, CsvQuotesWhatNeedsItAndLeavesNullEmpty) {
  EXPECT_EQ(Format(ResultFormat::kCsv, TextChunk({Row{"a,\"b\"", "1"}, Row{std::nullopt, "2"}})),
            "name,n\n\"a,\"\"b\"\"\",1\n,2\n");
}

TEST(ResultFormat, JsonLeavesNullOut) {
  EXPECT_EQ(Format(ResultFormat::kJson, TextChunk({Row{"a\"\n", "1"}, Row{std::nullopt, "2"}})),
            "[{\"name\":\"a\\\"\\n\",\"n\":1},\n{\"n\":2}]\n");
  EXPECT_EQ(Format(ResultFormat::kJson, TextChunk({})), "[]\n");
}

TEST(ResultFormat, SpiceJsonHasCountSchemaAndData) {
  EXPECT_EQ(Format(ResultFormat::kSpiceJson, TextChunk({Row{"a", "1"}})),
            "{\"row_count\":1,\"schema\":{\"fields\":[{\"name\":\"name\",\"data_type\":\"VARCHAR\","
            "\"nullable\":true},"
            "{\"name\":\"n\",\"data_type\":\"BIGINT\",\"nullable\":true}]},\"data\":[{\"name\":"
            "\"a\",\"n\":1}]}");
}

TEST(ResultFormat, AnAnswerThatHasNotLeftCanStartOver) {
  std::string text;
  FormatOptions options;
  const auto sink = MakeFormatter(
      ResultFormat::kCsv, [&](std::string_view part) { return text += part, base::OkStatus(); },
      options);
  ASSERT_TRUE(sink->Begin(kColumns).ok());
  ASSERT_TRUE(sink->Rows(TextChunk({Row{"a", "1"}})).ok());
  EXPECT_TRUE(sink->Restart());
  ASSERT_TRUE(sink->Begin(kColumns).ok());
  ASSERT_TRUE(sink->Rows(TextChunk({Row{"b", "2"}})).ok());
  ASSERT_TRUE(sink->End().ok());
  EXPECT_EQ(text, "name,n\nb,2\n");
}

TEST(ResultFormat, AnAnswerThatHasLeftCannotStartOver) {
  FormatOptions options;
  options.held_bytes_max = 1;
  const auto sink =
      MakeFormatter(ResultFormat::kCsv, [](std::string_view) { return base::OkStatus(); }, options);
  ASSERT_TRUE(sink->Begin(kColumns).ok());
  ASSERT_TRUE(sink->Rows(TextChunk({Row{"a", "1"}})).ok());
  EXPECT_FALSE(sink->Restart());
}

TEST(SqlSession, KnowsWhenAStatementIsComplete) {
  for (const char* text : {"select 1;", "select ';' ; ", "select 1; -- done", "select 1; /* ; */",
                           "select $$ ; $$;"}) {
    EXPECT_TRUE(SqlSession::IsComplete(text)) << text;
  }
  for (const char* text : {"", "select 1", "select ';", "select \";", "-- ;", "select 1; select",
                           "select $$ ;", "/* ; "}) {
    EXPECT_FALSE(SqlSession::IsComplete(text)) << text;
  }
}

TEST(ValueJson, ShowsEveryTypeWithAllDigits) {
  dynamo::ItemBuilder builder;
  builder.Name("v").BeginMap();
  builder.Name("b").Binary("ab");
  builder.Name("l").BeginList().Null().Bool(true).String("q\"\x01").EndList();
  builder.Name("n").Add(*dynamo::Number::Parse("12345678901234567890.5"));
  builder.Name("s")
      .BeginSet(dynamo::AttributeType::kNumberSet)
      .Add(*dynamo::Number::Parse("2"))
      .Add(*dynamo::Number::Parse("1"));
  ASSERT_TRUE(builder.EndSet().ok());
  builder.EndMap();
  const dynamo::Item item = builder.Build();
  std::string json;
  AppendJson(*item.Find("v"), json);
  EXPECT_EQ(json,
            R"({"b":"YWI=","l":[null,true,"q\"\u0001"],"n":12345678901234567890.5,"s":[1,2]})");
}

}  // namespace
}  // namespace stator::sql
