#include "sql/import_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/test_bed.h"

namespace stator::sql {
namespace {

using ::testing::HasSubstr;

// Imports into the table `made` with the partition key `id`.
base::Result<std::uint64_t> Import(
    TestBed& bed, const std::string& from, const std::string& sort = "",
    const std::function<void(const ImportProgress&)>& progress = [](const ImportProgress&) {}) {
  SqlEngineOptions options;
  options.store = &bed.store();
  options.trusted = true;
  const auto engine = SqlEngine::Open(options);
  EXPECT_TRUE(engine.ok());
  const ImportRequest request{
      .table_name = "made", .partition_key = "id", .sort_key = sort, .from = from};
  return ImportTable({}, **engine, bed.store(), request, progress);
}

TEST(ImportTable, MakesATableOfAQueryWithEveryType) {
  TestBed bed;
  const auto rows = Import(
      bed,
      "SELECT 'k' || i AS id, i AS n, i / 4 AS d, 1.50::DECIMAL(5,2) AS exact, i % 2 = 0 AS flag, "
      "DATE '2001-01-31' AS day, ['a', NULL] AS list, {'x': 1, 'y': 2.5} AS record, "
      "NULL::INT AS nothing, 'ab'::BLOB AS bin FROM range(3) t(i)",
      "n");
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(*rows, 3U);
  EXPECT_EQ(bed.Run("SELECT * FROM made WHERE id = 'k1'", ResultFormat::kJson),
            R"([{"id":"k1","n":1,"bin":"6162","d":0.25,"day":"2001-01-31","exact":1.5,)"
            R"("flag":false,"list":["a",null],"record":{"x":1,"y":2.5}}])"
            "\n");
}

TEST(ImportTable, WritesTimesAsIso8601) {
  TestBed bed;
  const auto rows = Import(
      bed,
      "SELECT TIMESTAMP '2001-01-01 07:05:00' AS id, TIMESTAMP '2001-01-01 07:05:00.250' AS part, "
      "TIMESTAMP_NS '2001-01-01 07:05:00.000000001' AS nano, DATE '2001-01-01' AS day, "
      "TIMESTAMPTZ '2001-01-01 07:05:00+02' AS zoned, [TIMESTAMPTZ '2001-01-01 07:05:00.5+00'] AS "
      "list, {'t': TIMESTAMP '2001-01-01 00:00:00'} AS record, TIME '07:05:00' AS time, "
      "TIMESTAMP '0044-03-15 (BC) 10:00:00' AS caesar, TIMESTAMP 'infinity' AS never");
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(bed.Run("SELECT * FROM made WHERE id = '2001-01-01T07:05:00'", ResultFormat::kJson),
            R"([{"id":"2001-01-01T07:05:00","caesar":"0044-03-15 (BC) 10:00:00",)"
            R"("day":"2001-01-01","list":["2001-01-01T07:05:00.5Z"],)"
            R"("nano":"2001-01-01T07:05:00.000000001","never":"infinity",)"
            R"("part":"2001-01-01T07:05:00.25","record":{"t":"2001-01-01T00:00:00"},)"
            R"("time":"07:05:00","zoned":"2001-01-01T05:05:00Z"}])"
            "\n");
}

TEST(ImportTable, ReportsProgressUpToTheTotal) {
  TestBed bed;
  ImportProgress last;
  const auto rows =
      Import(bed, "SELECT i AS id FROM range(10000) t(i)", "", [&](const ImportProgress& now) {
        EXPECT_GE(now.rows_done, last.rows_done);
        last = now;
      });
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(last.rows_done, 10'000U);
  EXPECT_EQ(last.rows_total, 10'000U);
  EXPECT_EQ(bed.Run("SELECT count(*) FROM made"), "count_star()\n10000\n");
}

TEST(ImportTable, AFaultNamesRowColumnAndWhatToDo) {
  TestBed bed;
  const auto fault = [&](const std::string& from) { return Import(bed, from).error().message(); };
  EXPECT_THAT(fault("SELECT 1 AS x"), HasSubstr("no column named id"));
  EXPECT_THAT(fault("SELECT true AS id"), HasSubstr("cannot be a key"));
  EXPECT_THAT(fault("SELECT 'a' AS id, 'NaN'::DOUBLE AS v"), HasSubstr("row 1, column v"));
  EXPECT_THAT(fault("SELECT NULL::VARCHAR AS id"), HasSubstr("a key cannot be NULL"));
  EXPECT_THAT(fault("SELECT 1 AS id"), HasSubstr("made exists with other keys"));
  EXPECT_THAT(fault("/no/such/file.parquet"), HasSubstr("/no/such/file.parquet"));
}

}  // namespace
}  // namespace stator::sql
