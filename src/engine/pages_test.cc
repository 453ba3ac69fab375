#include "engine/pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "dynamo/item_builder.h"
#include "engine/test_engine.h"

namespace stator::engine {
namespace {

using dynamo::Item;
using dynamo::QueryRequest;
using dynamo::ScanRequest;
using dynamo::Select;

class PagesTest : public ::testing::Test {
 protected:
  PagesTest() { engine_.MakeTable("rows", "p S, s N"); }

  void Fill(int partitions, int rows) {
    for (int p = 0; p < partitions; ++p) {
      for (int s = 0; s < rows; ++s) {
        engine_.Put("rows", "p: 'p" + std::to_string(p) + "', s: " + std::to_string(s) +
                                ", even: " + (s % 2 == 0 ? "true" : "false"));
      }
    }
  }

  static QueryRequest AskQuery(std::string_view condition, std::string_view values) {
    QueryRequest request;
    request.table_name = "rows";
    request.key_condition_expression = condition;
    request.expression_attributes = TestAttributes(values);
    return request;
  }

  static ScanRequest AskScan() {
    ScanRequest request;
    request.table_name = "rows";
    return request;
  }

  // The sort keys of a page, in order.
  static std::vector<int> SortKeys(const dynamo::ReadPageResponse& page) {
    std::vector<int> keys;
    for (std::size_t i = 0; i < page.items.size(); ++i) {
      keys.push_back(static_cast<int>(*page.items[i].Find("s")->number().ToInt64()));
    }
    return keys;
  }

  // All pages one behind the other.
  template <typename Request, typename Ask>
  std::vector<int> AllPages(Request request, Ask&& ask) {
    std::vector<int> all;
    do {
      auto page = ask(request);
      EXPECT_TRUE(page.ok()) << page.error().ToString();
      if (!page.ok()) break;
      const std::vector<int> keys = SortKeys(*page);
      all.insert(all.end(), keys.begin(), keys.end());
      request.exclusive_start_key = std::move(page->last_evaluated_key);
    } while (request.exclusive_start_key);
    return all;
  }

  TestEngine engine_;
};

TEST_F(PagesTest, AQueryReadsItsPartitionInTheOrderOfItsSortKey) {
  Fill(3, 12);
  const auto page = engine_.Query(AskQuery("p = :p", ":p: 'p1'"));
  EXPECT_EQ(SortKeys(*page), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_FALSE(page->last_evaluated_key.has_value());
  auto backwards = AskQuery("p = :p AND s BETWEEN :a AND :b", ":p: 'p1', :a: 3, :b: 6");
  backwards.scan_index_forward = false;
  EXPECT_EQ(SortKeys(*engine_.Query(backwards)), (std::vector<int>{6, 5, 4, 3}));
  EXPECT_EQ(SortKeys(*engine_.Query(AskQuery("p = :p AND s > :a", ":p: 'p2', :a: 9.5"))),
            (std::vector<int>{10, 11}));
  EXPECT_TRUE(engine_.Query(AskQuery("p = :p", ":p: 'p'"))->items.empty());
}

TEST_F(PagesTest, PagesOfAnyLimitAndDirectionJoinToTheWhole) {
  Fill(2, 20);
  const auto ask = [&](const QueryRequest& request) { return engine_.Query(request); };
  for (const bool forward : {true, false}) {
    std::vector<int> expected;
    for (int s = 5; s < 15; ++s) expected.push_back(s);
    if (!forward) std::reverse(expected.begin(), expected.end());
    for (int limit = 1; limit <= 12; ++limit) {
      auto request = AskQuery("p = :p AND s BETWEEN :a AND :b", ":p: 'p0', :a: 5, :b: 14");
      request.limit = limit;
      request.scan_index_forward = forward;
      EXPECT_EQ(AllPages(request, ask), expected) << limit;
    }
  }
}

TEST_F(PagesTest, TheLimitCountsBeforeTheFilterAndAlwaysLeavesAKey) {
  Fill(1, 10);
  auto request = AskQuery("p = :p", ":p: 'p0', :yes: true");
  request.filter_expression = "even = :yes";
  request.limit = 5;
  const auto page = engine_.Query(request);
  EXPECT_EQ(page->count, 3);
  EXPECT_EQ(page->scanned_count, 5);
  EXPECT_EQ(TestText(*page->last_evaluated_key), "p: 'p0', s: 4");
  request.limit = 10;
  const auto whole = engine_.Query(request);
  EXPECT_TRUE(whole->last_evaluated_key.has_value());  // as AWS: the limit was reached
  request.exclusive_start_key = whole->last_evaluated_key;
  const auto behind = engine_.Query(request);
  EXPECT_EQ(behind->scanned_count, 0);
  EXPECT_FALSE(behind->last_evaluated_key.has_value());
}

TEST_F(PagesTest, CountReturnsNoItemsAndProjectionOnlyItsPaths) {
  Fill(1, 4);
  auto request = AskQuery("p = :p", ":p: 'p0'");
  request.select = Select::kCount;
  const auto count = engine_.Query(request);
  EXPECT_EQ(count->count, 4);
  EXPECT_TRUE(count->items.empty());
  request.select = Select::kDefault;
  request.projection_expression = "s";
  request.limit = 2;
  EXPECT_EQ(Texts(engine_.Query(request)->items), "s: 0 | s: 1");
}

TEST_F(PagesTest, AScanMayFilterOnKeysAndAQueryMayNot) {
  Fill(3, 3);
  auto scan = AskScan();
  scan.filter_expression = "p = :p AND s = :s";
  scan.expression_attributes = TestAttributes(":p: 'p2', :s: 1");
  const auto page = engine_.Scan(scan);
  EXPECT_EQ(Texts(page->items), "even: false, p: 'p2', s: 1");
  EXPECT_EQ(page->scanned_count, 9);
  auto query = AskQuery("p = :p", ":p: 'p0', :s: 1");
  query.filter_expression = "s = :s";
  EXPECT_EQ(ErrorText(engine_.Query(query)),
            "ValidationException: Filter Expression can only contain non-primary key attributes: "
            "Primary key attribute: s");
}

TEST_F(PagesTest, SegmentsAreDisjointAndTogetherTheTable) {
  Fill(40, 3);
  for (const int total : {1, 2, 4, 7, 5'000}) {
    std::multiset<std::string> seen;
    for (int segment = 0; segment < total; ++segment) {
      auto request = AskScan();
      request.segment = segment;
      request.total_segments = total;
      request.limit = 2;
      do {
        const auto page = engine_.Scan(request);
        ASSERT_TRUE(page.ok()) << page.error().ToString();
        for (std::size_t i = 0; i < page->items.size(); ++i) {
          seen.insert(TestText(page->items[i]));
        }
        request.exclusive_start_key = page->last_evaluated_key;
      } while (request.exclusive_start_key);
    }
    EXPECT_EQ(seen.size(), 120U) << total;
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 120U) << total;
  }
}

TEST_F(PagesTest, APageEndsAtOneMebibyteOfItems) {
  engine_.MakeTable("big", "id N");
  for (int i = 0; i < 30; ++i) {
    engine_.Put("big", "id: " + std::to_string(i) + ", pad: '" + std::string(100'000, 'x') + "'");
  }
  ScanRequest request;
  request.table_name = "big";
  request.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  request.select = Select::kCount;
  std::int64_t count = 0;
  int pages = 0;
  do {
    const auto page = engine_.Scan(request);
    count += page->count;
    ++pages;
    if (page->last_evaluated_key) {
      EXPECT_EQ(page->count, 11);
      // 11 items of 100,007 bytes: rounded up together, half for eventual consistency.
      EXPECT_EQ(page->consumed_capacity->capacity_units, 134.5);
    }
    request.exclusive_start_key = page->last_evaluated_key;
  } while (request.exclusive_start_key);
  EXPECT_EQ(count, 30);
  EXPECT_EQ(pages, 3);
}

TEST_F(PagesTest, StartKeysAreChecked) {
  Fill(3, 3);
  engine_.MakeTable("single", "id S");
  const auto query = [&](std::string_view start, std::string_view condition = "p = :p") {
    auto request = AskQuery(condition, condition == "p = :p" ? ":p: 'p0'" : ":p: 'p0', :s: 1");
    request.exclusive_start_key = TestItem(start);
    return ErrorText(engine_.Query(request));
  };
  EXPECT_EQ(query("p: 'p0', s: 1"), "");
  EXPECT_EQ(query("p: 'p0', s: 1.5"), "");  // it need not exist
  EXPECT_EQ(query("p: 'p0'"), "ValidationException: The provided starting key is invalid");
  EXPECT_EQ(query("p: 'p0', s: 1, x: 1"),
            "ValidationException: The provided starting key is invalid");
  EXPECT_EQ(query("p: 'p0', s: '1'"),
            "ValidationException: The provided starting key is invalid: The provided key element "
            "does not match the schema");
  EXPECT_EQ(query("p: 'p1', s: 1"),
            "ValidationException: The provided starting key is outside query boundaries based on "
            "provided conditions");
  EXPECT_EQ(query("p: 'p0', s: 0", "p = :p AND s > :s"),
            "ValidationException: The provided starting key does not match the range key "
            "predicate");

  QueryRequest single;
  single.table_name = "single";
  single.key_condition_expression = "id = :p";
  single.expression_attributes = TestAttributes(":p: 'a'");
  single.exclusive_start_key = TestItem("id: 'a'");
  EXPECT_EQ(ErrorText(engine_.Query(single)),
            "ValidationException: The query can return at most one row and cannot be restarted");

  auto scan = AskScan();
  scan.total_segments = 4096;
  scan.segment = 0;
  scan.exclusive_start_key = TestItem("p: 'p0', s: 0");
  EXPECT_EQ(ErrorText(engine_.Scan(scan)),
            "ValidationException: The provided starting key is invalid: Invalid "
            "ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: "
            "4096 Segment: 0");
}

TEST_F(PagesTest, ParametersThatDoNotBelongTogetherAreRefused) {
  auto scan = AskScan();
  scan.segment = 1;
  EXPECT_EQ(ErrorText(engine_.Scan(scan)),
            "ValidationException: The TotalSegments parameter is required but was not present in "
            "the request when Segment parameter is present");
  scan.total_segments = 1;
  EXPECT_NE(ErrorText(engine_.Scan(scan)).find("Segment: 1 is not less than TotalSegments: 1"),
            std::string::npos);
  auto query = AskQuery("", ":p: 'p0'");
  EXPECT_NE(ErrorText(engine_.Query(query)).find("KeyConditionExpression parameter must be"),
            std::string::npos);
  query = AskQuery("p = :p", ":p: 'p0'");
  query.index_name = "by-time";
  EXPECT_EQ(ErrorText(engine_.Query(query)),
            "ValidationException: The table does not have the specified index: by-time");
  query.index_name = "";
  query.limit = 0;
  EXPECT_NE(ErrorText(engine_.Query(query)).find("greater than or equal to 1"), std::string::npos);
}

// Ten rows of one partition, and what the engine says that it read of them.
class PagesCounters : public ::testing::Test {
 protected:
  PagesCounters() {
    engine_.MakeTable("rows", "p S, s N");
    for (int s = 0; s < 10; ++s) engine_.Put("rows", "p: 'a', s: " + std::to_string(s));
  }
  static EngineOptions Counted(base::MetricsRegistry* metrics) {
    EngineOptions options = TestEngine::InMemory();
    options.metrics = metrics;
    return options;
  }
  std::uint64_t Read(const char* operation) {
    return metrics_
        .GetCounter("stator_engine_items_read_total", "",
                    {{"table", "rows"}, {"operation", operation}})
        ->value();
  }

  base::MetricsRegistry metrics_;
  TestEngine engine_{Counted(&metrics_)};
};

TEST_F(PagesCounters, APageCountsWhatItReadBeforeTheFilter) {
  QueryRequest request;
  request.table_name = "rows";
  request.key_condition_expression = "p = :p AND s < :s";
  request.expression_attributes = TestAttributes(":p: 'a', :s: 4");
  request.filter_expression = "attribute_exists(nothing)";
  EXPECT_EQ(engine_.Query(request)->count, 0);
  EXPECT_EQ(Read("Query"), 4U);
}

TEST_F(PagesCounters, ASamplingScanCountsApart) {
  dynamo::ScanRequest request;
  request.table_name = "rows";
  engine_.context.sampling = true;
  EXPECT_EQ(engine_.Scan(request)->count, 10);
  EXPECT_EQ(Read("Sample"), 10U);
  engine_.context.sampling = false;
  request.limit = 3;
  EXPECT_EQ(engine_.Scan(request)->count, 3);
  EXPECT_EQ(Read("Sample"), 10U);
  EXPECT_EQ(Read("Scan"), 3U);
}

}  // namespace
}  // namespace stator::engine
