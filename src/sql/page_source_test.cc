#include "sql/page_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/thread_pool.h"
#include "dynamo/errors.h"
#include "sql/test_bed.h"

namespace stator::sql {
namespace {

using base::CallContext;
using dynamo::AttributeType;
using dynamo::ItemBuilder;

bool Never() { return false; }

// The real engine, completing reads on a thread of its own after a pause, as a store behind a
// network does. Counts what is under way, and fails the n-th call when asked to.
class SlowStore final : public dynamo::Dynamo {
 public:
  explicit SlowStore(dynamo::Dynamo& store) : store_(store) {}

  void Query(const CallContext& context, const dynamo::QueryRequest& request,
             base::Completion<dynamo::QueryResponse> done) override {
    Later<dynamo::QueryResponse>(std::move(done), [this, context, request](auto finish) {
      store_.Query(context, request, std::move(finish));
    });
  }
  void Scan(const CallContext& context, const dynamo::ScanRequest& request,
            base::Completion<dynamo::ScanResponse> done) override {
    Later<dynamo::ScanResponse>(std::move(done), [this, context, request](auto finish) {
      store_.Scan(context, request, std::move(finish));
    });
  }
  void GetMany(const CallContext& context, const dynamo::ReadManyRequest& request,
               base::Completion<dynamo::ReadManyResponse> done) override {
    Later<dynamo::ReadManyResponse>(std::move(done), [this, context, request](auto finish) {
      store_.GetMany(context, request, std::move(finish));
    });
  }
  void GetItem(const CallContext& context, const dynamo::GetItemRequest& request,
               base::Completion<dynamo::GetItemResponse> done) override {
    store_.GetItem(context, request, std::move(done));
  }
  void PutItem(const CallContext& context, const dynamo::PutItemRequest& request,
               base::Completion<dynamo::PutItemResponse> done) override {
    store_.PutItem(context, request, std::move(done));
  }
  void UpdateItem(const CallContext& context, const dynamo::UpdateItemRequest& request,
                  base::Completion<dynamo::UpdateItemResponse> done) override {
    store_.UpdateItem(context, request, std::move(done));
  }
  void DeleteItem(const CallContext& context, const dynamo::DeleteItemRequest& request,
                  base::Completion<dynamo::DeleteItemResponse> done) override {
    store_.DeleteItem(context, request, std::move(done));
  }
  void BatchGetItem(const CallContext& context, const dynamo::BatchGetItemRequest& request,
                    base::Completion<dynamo::BatchGetItemResponse> done) override {
    store_.BatchGetItem(context, request, std::move(done));
  }
  void BatchWriteItem(const CallContext& context, const dynamo::BatchWriteItemRequest& request,
                      base::Completion<dynamo::BatchWriteItemResponse> done) override {
    store_.BatchWriteItem(context, request, std::move(done));
  }
  void PutMany(const CallContext& context, const dynamo::WriteManyRequest& request,
               base::Completion<dynamo::WriteManyResponse> done) override {
    store_.PutMany(context, request, std::move(done));
  }

  std::atomic<int> calls{0};
  std::atomic<int> most_at_once{0};
  int fail_at = -1;  // the number of the call that fails

 private:
  template <typename Response, typename Start>
  void Later(base::Completion<Response> done, Start start) {
    const int call = calls++;
    const int now = ++running_;
    for (int most = most_at_once; now > most && !most_at_once.compare_exchange_weak(most, now);) {
    }
    threads_.Run([this, call, start = std::move(start), done = std::move(done)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      --running_;
      if (call == fail_at) return done(dynamo::ValidationError("broken on purpose"));
      start(std::move(done));
    });
  }

  dynamo::Dynamo& store_;
  std::atomic<int> running_{0};
  base::ThreadPool threads_{4, 1'000};
};

class PageSourceTest : public ::testing::Test {
 protected:
  PageSourceTest() {
    bed.CreateTable("things", {"id", AttributeType::kNumber},
                    dynamo::KeyAttribute{"n", AttributeType::kNumber});
    for (int i = 0; i < 400; ++i) {
      bed.Put("things", [&](ItemBuilder& item) {
        item.Name("id").Add(dynamo::Number::FromInt64(i % 20));
        item.Name("n").Add(dynamo::Number::FromInt64(i));
      });
    }
    table.name = "things";
    table.key = {{"id", AttributeType::kNumber}, dynamo::KeyAttribute{"n", AttributeType::kNumber}};
    table.item_count = 400;
    table.size_bytes = 20e6;  // so that the plan has segments
  }

  ScanPlan PlanOf(std::vector<Predicate> conjuncts) {
    ScanWish wish;
    wish.conjuncts = std::move(conjuncts);
    wish.all_attributes = true;
    ScanPlan plan = PlanScan(table, wish);
    plan.page_limit = 5;  // many pages
    return plan;
  }

  static Predicate Ids(std::initializer_list<int> ids) {
    std::vector<Literal> values;
    for (const int id : ids) values.push_back(Literal::Of(dynamo::Number::FromInt64(id)));
    return Predicate::In({{"id"}, TypeKind::kBigint, true}, std::move(values));
  }

  // Items that `threads` readers get together.
  static std::int64_t Drain(PageSource& source, int threads) {
    std::atomic<std::int64_t> items{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < threads; ++i) {
      readers.emplace_back([&] {
        while (true) {
          const auto page = source.Next(Never);
          ASSERT_TRUE(page.ok()) << page.error().ToString();
          if (!*page) return;
          items += (*page)->count;
        }
      });
    }
    for (std::thread& reader : readers) reader.join();
    return items;
  }

  TestBed bed;
  TableFacts table;
};

TEST_F(PageSourceTest, EveryItemComesOnceWhateverTheThreadsAndTheStore) {
  const ScanPlan plan = PlanOf({});
  ASSERT_GT(plan.segments, 4);
  SlowStore slow(bed.store());
  for (dynamo::Dynamo* store :
       {static_cast<dynamo::Dynamo*>(&bed.store()), static_cast<dynamo::Dynamo*>(&slow)}) {
    for (const int threads : {1, 3}) {
      PageSource source(*store, table, plan, {});
      EXPECT_EQ(Drain(source, threads), 400);
      EXPECT_EQ(source.statistics().items_evaluated, 400);
    }
  }
}

TEST_F(PageSourceTest, ASlowStoreIsAskedForSeveralPagesAtOnceButNotForTooMany) {
  SlowStore slow(bed.store());
  PageSource source(slow, table, PlanOf({}), {});
  EXPECT_EQ(Drain(source, 1), 400);
  EXPECT_GT(slow.most_at_once, 1);
  EXPECT_LE(slow.most_at_once, PageSource::kPagesOutstandingMax);
}

TEST_F(PageSourceTest, QueriesOfManyPartitionsAndKeysReadWhatTheyName) {
  SlowStore slow(bed.store());
  PageSource queries(slow, table, PlanOf({Ids({1, 2, 3, 99})}), {});
  EXPECT_EQ(Drain(queries, 2), 60);
  std::vector<Literal> numbers;
  for (int i = 0; i < 100; ++i) numbers.push_back(Literal::Of(dynamo::Number::FromInt64(i)));
  const ScanPlan keys =
      PlanOf({Ids({1, 2, 3}), Predicate::In({{"n"}, TypeKind::kBigint, true}, numbers)});
  ASSERT_EQ(keys.access, AccessPath::kGetMany);
  PageSource many(slow, table, keys, {});
  EXPECT_EQ(Drain(many, 2), 15);
}

TEST_F(PageSourceTest, TheFirstErrorEndsIt) {
  SlowStore slow(bed.store());
  slow.fail_at = 7;
  PageSource source(slow, table, PlanOf({}), {});
  while (true) {
    const auto page = source.Next(Never);
    if (page.ok()) {
      ASSERT_TRUE(page->has_value()) << "the error must not be lost";
      continue;
    }
    EXPECT_EQ(page.error().message(), "broken on purpose");
    break;
  }
  EXPECT_FALSE(source.Next(Never).ok());
}

TEST_F(PageSourceTest, StoppingEndsItEarlyAndAReaderThatWaitsSeesItsOwnStop) {
  SlowStore slow(bed.store());
  PageSource source(slow, table, PlanOf({}), {});
  ASSERT_TRUE(source.Next(Never).ok());
  source.Stop();
  const auto page = source.Next(Never);
  ASSERT_TRUE(page.ok());
  EXPECT_FALSE(page->has_value());
  PageSource other(slow, table, PlanOf({}), {});
  EXPECT_EQ(other.Next([] { return true; }).error().kind(), base::ErrorKind::kDeadline);
}

TEST_F(PageSourceTest, ItMayGoWhileRequestsAreUnderWay) {
  SlowStore slow(bed.store());
  {
    PageSource source(slow, table, PlanOf({}), {});
    ASSERT_TRUE(source.Next(Never).ok());
  }
  EXPECT_GT(slow.calls, 1);
}

}  // namespace
}  // namespace stator::sql
