// Tables and folders: what the table plane answers, and what is found again after reopening.
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "dynamo/errors.h"
#include "engine/catalog_keys.h"
#include "engine/key_codec.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() : path_(::testing::TempDir() + "stator_folder_test." + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
  }
  ~FolderTest() override { std::filesystem::remove_all(path_); }

  EngineOptions Options() const {
    EngineOptions options;
    options.path = path_;
    return options;
  }

  std::string path_;
};

TEST_F(FolderTest, AStartWritesNoFileOfOptions) {
  for (int starts = 0; starts < 2; ++starts) TestEngine engine(Options());
  for (const auto& file : std::filesystem::directory_iterator(path_ + "/db")) {
    EXPECT_FALSE(file.path().filename().string().starts_with("OPTIONS")) << file.path();
  }
}

TEST_F(FolderTest, EverythingIsFoundAgain) {
  dynamo::TableDescription before;
  {
    TestEngine engine(Options());
    auto table = TestEngine::Table("kept", "p B, s S");
    table.tags = {{"team", "a"}, {"env", "test"}};
    table.table_class = "STANDARD";
    ASSERT_TRUE(engine.CreateTable(table).ok());
    engine.Put("kept", "p: b'x', s: 'y', v: 1");
    engine.Put("kept", "p: b'x', s: 'z'");
    before = *engine.DescribeTable("kept");
    EXPECT_EQ(before.size_bytes, 4 + 3 + 4);  // "p" x "s" y, "v" 1 (two bytes), "p" x "s" z
  }
  TestEngine engine(Options());
  const auto after = engine.DescribeTable("kept");
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->id.size(), 36U);
  EXPECT_EQ(after->creation_time, before.creation_time);
  EXPECT_EQ(after->key_schema, before.key_schema);
  EXPECT_EQ(after->item_count, 2);
  EXPECT_EQ(after->size_bytes, before.size_bytes);
  EXPECT_EQ(after->status, dynamo::TableStatus::kActive);
  EXPECT_EQ(engine.Get("kept", "p: b'x', s: 'y'"), "p: b'x', s: 'y', v: 1");
  const auto tags =
      engine.Call<dynamo::ListTagsOfResourceResponse>(&LocalDynamo::ListTagsOfResource, after->arn);
  ASSERT_EQ(tags->tags.size(), 2U);
  EXPECT_EQ(tags->tags[0].key, "env");
}

TEST_F(FolderTest, OpeningItAgainAndAgainLeavesNoFilesBehind) {
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(path_ + "/db"),
                         std::filesystem::directory_iterator());
  };
  {
    TestEngine engine(Options());
  }
  {
    TestEngine engine(Options());
  }
  const auto after_two = files();
  for (int i = 0; i < 5; ++i) TestEngine engine(Options());
  EXPECT_LE(files(), after_two);
}

TEST_F(FolderTest, AFolderInUseNamesItsProcessAndAddress) {
  TestEngine engine(Options());
  std::ofstream(path_ + "/endpoint") << "http://127.0.0.1:8000\n";
  const auto second = LocalDynamo::Open(Options());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), dynamo::kDataFolderLocked);
  EXPECT_EQ(second.error().message(), "data folder " + path_ + " is open in process " +
                                          std::to_string(::getpid()) +
                                          ", which serves it at http://127.0.0.1:8000");
  engine.Close();
  EXPECT_TRUE(LocalDynamo::Open(Options()).ok());
}

TEST_F(FolderTest, ANewerFormatIsRefusedAndLeftAlone) {
  {
    TestEngine engine(Options());
  }
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path_ + "/db", &opened).ok());
  std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->Put({}, CatalogKey(CatalogRow::kFormat), "3").ok());
  db.reset();
  const auto refused = LocalDynamo::Open(Options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), dynamo::kDataFormatTooNew);
  EXPECT_NE(refused.error().message().find("format 3"), std::string::npos);
}

// Its format row may stand in that very log; RocksDB would find no record in it and drop it.
TEST_F(FolderTest, ALogOfANewerFormatIsRefusedAndLeftAlone) {
  {
    TestEngine engine(Options());
  }
  const std::string path = path_ + "/db/999999.log";
  const std::string content = "StatorL2, and whatever a newer program may write behind it";
  std::ofstream(path) << content;
  const auto refused = LocalDynamo::Open(Options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), dynamo::kDataFormatTooNew);
  EXPECT_NE(refused.error().message().find("newer Stator"), std::string::npos)
      << refused.error().message();
  std::stringstream left;
  left << std::ifstream(path).rdbuf();
  EXPECT_EQ(left.str(), content);
}

TEST_F(FolderTest, AFolderOfFormat1IsReadWithItsLogAndBroughtUp) {
  {
    TestEngine engine(Options());
    engine.MakeTable("kept", "id S");
    engine.Put("kept", "id: 'a', v: 1");
    engine.Put("kept", "id: 'b', v: 2");
  }
  const std::string format_key = CatalogKey(CatalogRow::kFormat);
  std::string row_key;
  KeyCodec(KeySpace{1, 0}, false).EncodeRow({*TestItem("id: 'b'").Find("id"), {}}, row_key);
  rocksdb::DB* opened = nullptr;
  // Its log stays: as RocksDB writes it, without frames.
  ASSERT_TRUE(rocksdb::DB::Open({}, path_ + "/db", &opened).ok());
  std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->Put({}, format_key, "1").ok());
  ASSERT_TRUE(db->Delete({}, row_key).ok());
  db.reset();
  {
    TestEngine engine(Options());
    EXPECT_EQ(engine.Get("kept", "id: 'a'"), "id: 'a', v: 1");
    EXPECT_EQ(engine.Get("kept", "id: 'b'"), "nothing");
  }
  ASSERT_TRUE(rocksdb::DB::OpenForReadOnly({}, path_ + "/db", &opened).ok());
  db.reset(opened);
  std::string format;
  ASSERT_TRUE(db->Get({}, format_key, &format).ok());
  EXPECT_EQ(format, "2");
}

TEST_F(FolderTest, AFolderThatCannotBeMadeSaysWhy) {
  std::ofstream(path_) << "a file";
  const auto refused = LocalDynamo::Open(Options());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find(path_), std::string::npos);
}

TEST_F(FolderTest, DeletedTablesAreGoneWithTheirRowsAndCountsForEver) {
  for (const int rows : {10, 3'000}) {
    TestEngine engine(Options());
    engine.MakeTable("brief", "id N");
    dynamo::WriteManyRequest many;
    for (int i = 0; i < rows; ++i) {
      many.writes.push_back({"brief", {false, TestItem("id: " + std::to_string(i))}, "", {}});
    }
    ASSERT_TRUE(engine.PutMany(many).ok());
    EXPECT_EQ(engine.DeleteTable("brief")->status, dynamo::TableStatus::kDeleting);
    EXPECT_EQ(engine.Get("brief", "id: 1"),
              "ResourceNotFoundException: Requested resource not found");
    engine.MakeTable("brief", "id N");
    EXPECT_EQ(engine.Get("brief", "id: 1"), "nothing");
    EXPECT_EQ(engine.DescribeTable("brief")->item_count, 0);
    engine.Close();
    TestEngine again(Options());
    EXPECT_EQ(again.Get("brief", "id: 1"), "nothing");
    EXPECT_EQ(again.DescribeTable("brief")->item_count, 0);
    EXPECT_TRUE(again.DeleteTable("brief").ok());
  }
}

TEST_F(FolderTest, TablesAreListedInOrderAndByPages) {
  TestEngine engine;
  for (const char* name : {"ccc", "aaa", "bbb"}) engine.MakeTable(name, "id S");
  dynamo::ListTablesRequest request;
  request.limit = 2;
  const auto list = [&] {
    return *engine.Call<dynamo::ListTablesResponse>(&LocalDynamo::ListTables, request);
  };
  EXPECT_EQ(list().table_names, (std::vector<std::string>{"aaa", "bbb"}));
  request.exclusive_start_table_name = list().last_evaluated_table_name;
  EXPECT_EQ(list().table_names, (std::vector<std::string>{"ccc"}));
  EXPECT_EQ(list().last_evaluated_table_name, "");
}

TEST_F(FolderTest, CreateTableRefusesWhatItCannotDo) {
  TestEngine engine;
  engine.MakeTable("there", "id S");
  EXPECT_EQ(ErrorText(engine.CreateTable(TestEngine::Table("there", "id S"))),
            "ResourceInUseException: Table already exists: there");
  auto indexed = TestEngine::Table("indexed", "id S");
  indexed.indexes.push_back({.name = "by-time"});
  const std::string refusal = ErrorText(engine.CreateTable(indexed));
  EXPECT_NE(refusal.find("global secondary index by-time is not supported yet"), std::string::npos)
      << refusal;
  auto streamed = TestEngine::Table("streamed", "id S");
  streamed.stream_enabled = true;
  EXPECT_NE(ErrorText(engine.CreateTable(streamed)).find("StreamSpecification"), std::string::npos);
  EXPECT_NE(ErrorText(engine.CreateTable(TestEngine::Table("no", "id S"))), "");
  EXPECT_NE(ErrorText(engine.CreateTable(TestEngine::Table("same", "id S, id N"))), "");
  auto unpaid = TestEngine::Table("unpaid", "id S");
  unpaid.billing_mode = dynamo::BillingMode::kProvisioned;
  EXPECT_NE(ErrorText(engine.CreateTable(unpaid)).find("ReadCapacityUnits"), std::string::npos);
  EXPECT_EQ(ErrorText(engine.DescribeTable("indexed")).substr(0, 25), "ResourceNotFoundException");
}

TEST_F(FolderTest, AProtectedTableCannotBeDeleted) {
  TestEngine engine;
  auto table = TestEngine::Table("safe", "id S");
  table.deletion_protection = true;
  ASSERT_TRUE(engine.CreateTable(table).ok());
  EXPECT_NE(ErrorText(engine.DeleteTable("safe")).find("protected against deletion"),
            std::string::npos);
  EXPECT_TRUE(engine.DescribeTable("safe").ok());
}

TEST_F(FolderTest, TagsAreAddedReplacedAndRemoved) {
  TestEngine engine(Options());
  engine.MakeTable("tagged", "id S");
  const std::string arn = engine.DescribeTable("tagged")->arn;
  const auto tag = [&](std::vector<dynamo::Tag> tags) {
    return ErrorText(engine.Call<base::Unit>(&LocalDynamo::TagResource,
                                             dynamo::TagResourceRequest{arn, std::move(tags)}));
  };
  EXPECT_EQ(tag({{"b", "1"}, {"a", "1"}}), "");
  EXPECT_EQ(tag({{"b", "2"}}), "");
  EXPECT_NE(tag({{"", "x"}}), "");
  const dynamo::UntagResourceRequest untag{arn, {"a", "unknown"}};
  EXPECT_TRUE(engine.Call<base::Unit>(&LocalDynamo::UntagResource, untag).ok());
  engine.Close();
  TestEngine again(Options());
  const auto list = [&](const std::string& resource) {
    return again.Call<dynamo::ListTagsOfResourceResponse>(&LocalDynamo::ListTagsOfResource,
                                                          resource);
  };
  ASSERT_EQ(list(arn)->tags.size(), 1U);
  EXPECT_EQ(list(arn)->tags[0].value, "2");
  EXPECT_EQ(list(arn + "x").error().code(), dynamo::kResourceNotFoundException);
  EXPECT_EQ(list("tagged").error().code(), dynamo::kValidationException);
}

TEST_F(FolderTest, SettingsThatAreNotThereYetReadAsDisabled) {
  TestEngine engine;
  engine.MakeTable("plain", "id S");
  const std::string name = "plain";
  EXPECT_EQ(
      engine.Call<dynamo::TimeToLiveDescription>(&LocalDynamo::DescribeTimeToLive, name)->status,
      "DISABLED");
  EXPECT_EQ(
      engine
          .Call<dynamo::ContinuousBackupsDescription>(&LocalDynamo::DescribeContinuousBackups, name)
          ->point_in_time_recovery_status,
      "DISABLED");
}

}  // namespace
}  // namespace stator::engine
