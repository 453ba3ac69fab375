#include "sql/analytical_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace stator::sql {
namespace {

using features::ColumnBatch;
using features::ColumnKind;
using features::DataFile;
using features::DataFormat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kMidnight = 978'307'200'000'000;  // 2001-01-01T00:00:00Z

// Files in a folder of their own that goes with the test.
class AnalyticalEngineTest : public ::testing::Test {
 protected:
  AnalyticalEngineTest() {
    char name[] = "/tmp/stator-analytical-XXXXXX";
    folder_ = mkdtemp(name);
    auto made = MakeAnalyticalEngine();
    EXPECT_TRUE(made.ok());
    engine_ = *made;
  }
  ~AnalyticalEngineTest() override { std::filesystem::remove_all(folder_); }

  DataFile Csv(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return {folder_ + "/" + name, DataFormat::kCsv};
  }
  DataFile File(const std::string& name) const {
    const std::string path = folder_ + "/" + name;
    return {path, name.ends_with(".csv") ? DataFormat::kCsv : DataFormat::kParquet};
  }

  // All rows as "a|b|c" lines, in their order; NULL is "-".
  static std::vector<std::string> Lines(base::Result<std::unique_ptr<features::RowStream>> stream) {
    if (!stream.ok()) return {"error: " + stream.error().ToString()};
    std::vector<std::string> lines;
    ColumnBatch batch;
    while (true) {
      const auto more = (*stream)->Next(batch);
      if (!more.ok()) return {"error: " + more.error().ToString()};
      if (!*more) return lines;
      for (std::size_t row = 0; row < batch.rows; ++row) lines.push_back(Line(batch, row));
    }
  }

  static std::string Line(const ColumnBatch& batch, std::size_t row) {
    std::string line;
    for (const features::Column& column : batch.columns) {
      if (!line.empty()) line += '|';
      if (!column.IsValid(row)) {
        line += '-';
      } else if (!column.integers.empty()) {
        line += std::to_string(column.integers[row]);
      } else if (!column.doubles.empty()) {
        line += std::to_string(column.doubles[row]);
      } else {
        line += column.BytesAt(row);
      }
    }
    return line;
  }

  // Drivers with trips: id, trips, event time in hours after midnight, created.
  DataFile Trips() {
    return Csv("trips.csv",
               "id,trips,at,created\n"
               "1,10,2001-01-01T01:00:00Z,2001-01-01T01:00:00Z\n"
               "1,12,2001-01-01T03:00:00Z,2001-01-01T03:00:00Z\n"
               "1,13,2001-01-01T03:00:00Z,2001-01-01T04:00:00Z\n"
               "1,11,2001-01-01T03:00:00Z,2001-01-01T02:00:00Z\n"
               "2,20,2001-01-01T02:00:00+01:00,2001-01-01T02:00:00Z\n"
               "2,21,2001-01-01T01:00:00Z,2001-01-01T02:00:00Z\n"
               "3,30,2001-01-01 09:00:00,2001-01-01T02:00:00Z\n");
  }

  std::string folder_;
  std::shared_ptr<features::AnalyticalEngine> engine_;
};

TEST_F(AnalyticalEngineTest, WritesAndReadsEveryScalarKind) {
  ColumnBatch batch;
  batch.rows = 2;
  batch.columns = {
      {.name = "b", .kind = ColumnKind::kBool, .integers = {1, 0}},
      {.name = "i", .kind = ColumnKind::kInteger, .valid = {1, 0}, .integers = {-7, 0}},
      {.name = "d", .kind = ColumnKind::kDouble, .doubles = {0.5, -1}},
      {.name = "t", .kind = ColumnKind::kTimestamp, .integers = {kMidnight, -1}},
      {.name = "s", .kind = ColumnKind::kText, .bytes = "añ", .offsets = {0, 3, 3}},
      {.name = "x",
       .kind = ColumnKind::kBytes,
       .bytes = std::string("\0\xFF", 2),
       .offsets = {0, 0, 2}}};
  const DataFile file = File("scalars.parquet");
  ASSERT_TRUE(engine_->WriteRows({}, batch, file).ok());
  EXPECT_THAT(Lines(engine_->ReadRows({}, file)),
              ElementsAre("1|-7|0.500000|978307200000000|añ|",
                          std::string("0|-|-1.000000|-1||\0\xFF", 20)));
  const auto described = engine_->Describe({}, file);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->columns[3].kind, ColumnKind::kTimestamp);
  EXPECT_EQ(described->columns[5].kind, ColumnKind::kBytes);
}

TEST_F(AnalyticalEngineTest, LatestRowsPickEventTimeThenCreatedThenPlaceInTheFile) {
  features::LatestRowsRequest request;
  request.file = Trips();
  request.keys = {{"id", "driver"}};
  request.features = {{"trips", "n"}};
  request.timestamp_column = "at";
  request.start_us = kMidnight;
  request.end_us = kMidnight + 5 * kHour;
  auto lines = Lines(engine_->LatestRows({}, request));
  std::sort(lines.begin(), lines.end());
  EXPECT_THAT(lines, ElementsAre("1|11|" + std::to_string(kMidnight + 3 * kHour),
                                 "2|21|" + std::to_string(kMidnight + kHour)))
      << "without a created column the last row of the file wins";
  request.created_column = "created";
  lines = Lines(engine_->LatestRows({}, request));
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines[0], "1|13|" + std::to_string(kMidnight + 3 * kHour));
  request.end_us = kMidnight + 2 * kHour;
  request.start_us = kMidnight + kHour;
  EXPECT_EQ(Lines(engine_->LatestRows({}, request)).size(), 2U) << "both ends belong to the window";
}

TEST_F(AnalyticalEngineTest, HistoryKeepsEveryEntityRowInOrder) {
  features::HistoryRequest request;
  request.entity_rows = Csv("entities.csv",
                            "driver,when,label\n"
                            "2,2001-01-01T01:00:00Z,a\n"
                            "1,2001-01-01T02:59:59Z,b\n"
                            "1,2001-01-01T03:00:00Z,c\n"
                            "9,2001-01-01T03:00:00Z,d\n"
                            "1,2001-01-01T03:00:00Z,c\n"
                            "1,2001-01-01T00:59:59Z,e\n"
                            ",2001-01-01T03:00:00Z,f\n"
                            "1,2001-01-01T09:00:00Z,g\n");
  request.timestamp_column = "when";
  features::HistoryView view;
  view.file = Trips();
  view.keys = {{"driver", "id", features::JoinType::kInteger}};
  view.features = {{"trips", "trips"}};
  view.timestamp_column = "at";
  view.created_column = "created";
  view.ttl_us = 2 * kHour;
  request.views = {view, view};
  request.views[1].features = {{"trips", "any_age"}};
  request.views[1].ttl_us.reset();
  std::vector<std::string> lines;
  for (const std::string& line : Lines(engine_->History({}, request))) {
    const std::size_t label = line.find('|', line.find('|') + 1) + 1;
    lines.push_back(line.substr(label));
  }
  EXPECT_THAT(lines, ElementsAre("a|21|21", "b|10|10", "c|13|13", "d|-|-", "c|13|13", "e|-|-",
                                 "f|-|-", "g|-|13"));
}

TEST_F(AnalyticalEngineTest, HistoryTakesEntityRowsFromMemoryAndWritesAFile) {
  ColumnBatch entities;
  entities.rows = 2;
  entities.columns = {
      {.name = "driver", .kind = ColumnKind::kText, .bytes = "12", .offsets = {0, 1, 2}},
      {.name = "event_timestamp",
       .kind = ColumnKind::kTimestamp,
       .integers = {kMidnight + 4 * kHour, kMidnight}}};
  features::HistoryRequest request;
  request.entity_rows = entities;
  request.timestamp_column = "event_timestamp";
  features::HistoryView view;
  view.file = Trips();
  view.keys = {{"driver", "id", features::JoinType::kText}};
  view.features = {{"trips", "trips"}};
  view.timestamp_column = "at";
  request.views = {view};
  const DataFile out = File("training.parquet");
  const auto rows = engine_->WriteHistory({}, request, out);
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(*rows, 2U);
  EXPECT_THAT(Lines(engine_->ReadRows({}, out)),
              ElementsAre("1|" + std::to_string(kMidnight + 4 * kHour) + "|11",
                          "2|" + std::to_string(kMidnight) + "|-"));
}

TEST_F(AnalyticalEngineTest, ErrorsNameFileAndColumn) {
  features::LatestRowsRequest request;
  request.file = Trips();
  request.timestamp_column = "event_timestamp";
  EXPECT_THAT(Lines(engine_->LatestRows({}, request)),
              ElementsAre(AllOf(HasSubstr("DataColumnNotFound"),
                                HasSubstr("trips.csv has no column \"event_timestamp\""),
                                HasSubstr("id, trips, at, created"))));
  EXPECT_THAT(Lines(engine_->ReadRows({}, File("none.parquet"))),
              ElementsAre(HasSubstr("DataFileNotFound")));
  std::ofstream(folder_ + "/broken.parquet") << "no parquet";
  EXPECT_THAT(Lines(engine_->ReadRows({}, File("broken.parquet"))),
              ElementsAre(HasSubstr("DataFileInvalid")));
}

TEST_F(AnalyticalEngineTest, AFolderIsAllItsFiles) {
  ColumnBatch batch;
  batch.rows = 1;
  batch.columns = {{.name = "i", .kind = ColumnKind::kInteger, .integers = {1}}};
  std::filesystem::create_directories(folder_ + "/many/deep");
  ASSERT_TRUE(engine_->WriteRows({}, batch, File("many/a.parquet")).ok());
  ASSERT_TRUE(engine_->WriteRows({}, batch, File("many/deep/b.parquet")).ok());
  EXPECT_EQ(Lines(engine_->ReadRows({}, File("many"))).size(), 2U);
}

}  // namespace
}  // namespace stator::sql
