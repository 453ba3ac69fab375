// GetMany and PutMany against an endpoint that answers as told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "remote/key_projection.h"
#include "remote/many_writes.h"
#include "remote/test_store.h"
#include "wire/json_reader.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::remote {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

template <typename Request>
Request Decode(base::Result<Request> (*decode)(wire::JsonReader&, std::string_view),
               const SeenRequest& seen) {
  wire::JsonReader reader;
  const std::string body = Padded(seen.body);
  auto request = decode(reader, body);
  EXPECT_TRUE(request.ok()) << request.error().ToString();
  return *std::move(request);
}

std::string IdOf(dynamo::ItemView item) { return std::string(item.Find("id")->bytes()); }

// {"id": id, "v": "value of id"}; without the id when `projected`.
dynamo::Item ItemOf(const std::string& id) {
  dynamo::ItemBuilder builder;
  builder.Name("id").String(id).Name("v").String("value of " + id);
  return builder.Build();
}

// Answers BatchGetItem: keys that begin with 'x' do not exist; of each table at most `most` keys
// are processed at once; the table "gone" does not exist; a key that begins with '!' is invalid.
struct Reads {
  std::size_t most = 100;
  std::atomic<std::size_t> largest{0};

  Reply operator()(const SeenRequest& seen) {
    const auto request = Decode(wire::DecodeBatchGetItemRequest, seen);
    dynamo::BatchGetItemResponse response;
    std::size_t keys = 0;
    for (const auto& table : request.tables) {
      if (table.table_name == "gone") return ErrorReply(400, "ResourceNotFoundException", "gone");
      auto& [name, items] = response.responses.emplace_back(table.table_name, dynamo::ItemBatch());
      dynamo::KeysAndAttributes left{table.table_name, {}};
      for (std::size_t i = 0; i < table.keys.size(); ++i) {
        const std::string id = IdOf(table.keys[i]);
        if (id[0] == '!') return ErrorReply(400, "ValidationException", "bad key");
        if (i >= most)
          left.keys.push_back(table.keys[i]);
        else if (id[0] != 'x')
          items.Append(ItemOf(id));
      }
      keys += table.keys.size();
      if (!left.keys.empty()) response.unprocessed_keys.push_back(std::move(left));
    }
    response.consumed_capacity.push_back({"t", static_cast<double>(keys) / 2});
    if (keys > largest) largest = keys;
    Reply reply;
    wire::EncodeBatchGetItemResponse(response, reply.body);
    return reply;
  }
};

base::Result<dynamo::ReadManyResponse> GetMany(RemoteDynamo& store,
                                               const dynamo::ReadManyRequest& request,
                                               const base::CallContext& context = {}) {
  return base::Wait<dynamo::ReadManyResponse>(
      [&](auto done) { store.GetMany(context, request, std::move(done)); });
}

TEST(GetMany, AnswersEveryReadInItsPlace) {
  Reads reads;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return reads(seen); });
  const auto store = OpenStore(OptionsFor(endpoint));
  dynamo::ReadManyRequest request;
  std::vector<std::string> ids;
  for (int i = 0; i < 450; ++i) {
    ids.push_back((i % 7 == 0 ? "x" : "k") + std::to_string(i % 300));
    request.reads.push_back({i % 2 == 0 ? "one" : "two", KeyOf(ids.back())});
  }
  const auto response = GetMany(*store, request);
  ASSERT_TRUE(response.ok()) << response.error().ToString();
  EXPECT_TRUE(response->failures.empty());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto item = response->items.Find(i);
    ASSERT_EQ(item.has_value(), ids[i][0] != 'x') << i;
    if (item) {
      EXPECT_EQ(item->bytes(), ItemOf(ids[i]).bytes());
    }
  }
  EXPECT_LE(reads.largest, 100u);
  EXPECT_EQ(response->calls, endpoint.requests());
  EXPECT_GT(response->consumed_read_units, 100);
}

TEST(GetMany, NothingToReadIsAnsweredAtOnce) {
  TestEndpoint endpoint([](const SeenRequest&) { return Reply{}; });
  const auto response = GetMany(*OpenStore(OptionsFor(endpoint)), {});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(endpoint.requests(), 0);
}

TEST(GetMany, UnprocessedKeysAreAskedForAgain) {
  Reads reads;
  reads.most = 30;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return reads(seen); });
  dynamo::ReadManyRequest request;
  for (int i = 0; i < 100; ++i) request.reads.push_back({"one", KeyOf("k" + std::to_string(i))});
  const auto response = GetMany(*OpenStore(OptionsFor(endpoint)), request);
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->failures.empty());
  for (std::size_t i = 0; i < 100; ++i) EXPECT_TRUE(response->items.Find(i)) << i;
  EXPECT_EQ(response->calls, 4);
  EXPECT_EQ(response->retries, 3);
}

TEST(GetMany, KeysUnprocessedUntilTheDeadlineAreErrorsAndNotAbsent) {
  Reads reads;
  reads.most = 1;
  TestEndpoint endpoint([&](const SeenRequest& seen) {
    reads.most = endpoint.requests() == 1 ? 1 : 0;
    return reads(seen);
  });
  dynamo::ReadManyRequest request;
  for (const char* id : {"a", "b", "c"}) request.reads.push_back({"one", KeyOf(id)});
  const auto response = GetMany(*OpenStore(OptionsFor(endpoint)), request, Within(300));
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->items.Find(0));
  ASSERT_EQ(response->failures.size(), 2u);
  EXPECT_EQ(response->failures[0].index, 1u);
  // Throttled, unless the deadline passed in the middle of one more try.
  EXPECT_THAT(response->failures[0].error.kind(),
              testing::AnyOf(ErrorKind::kThrottled, ErrorKind::kDeadline));
  EXPECT_THAT(response->failures[0].error.message(), HasSubstr(" one "));
}

TEST(GetMany, AMissingTableOrABadKeyFailsOnlyItself) {
  Reads reads;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return reads(seen); });
  const auto store = OpenStore(OptionsFor(endpoint));
  dynamo::ReadManyRequest request;
  for (int i = 0; i < 9; ++i) request.reads.push_back({"one", KeyOf("k" + std::to_string(i))});
  request.reads[4].key = KeyOf("!");
  request.reads[7].table_name = "gone";
  const auto response = GetMany(*store, request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->failures.size(), 2u);
  EXPECT_EQ(response->failures[0].index, 4u);
  EXPECT_EQ(response->failures[0].error.code(), dynamo::kValidationException);
  EXPECT_EQ(response->failures[1].index, 7u);
  EXPECT_EQ(response->failures[1].error.code(), dynamo::kResourceNotFoundException);
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u})
    EXPECT_TRUE(response->items.Find(i)) << i;
  request.reads = {request.reads[7]};
  EXPECT_EQ(GetMany(*store, request).error().code(), dynamo::kResourceNotFoundException);
}

TEST(GetMany, ProjectionsBringTheKeyAndLeaveItOutAgain) {
  std::set<std::string> projections;
  std::mutex mutex;
  Reads reads;
  TestEndpoint endpoint([&](const SeenRequest& seen) {
    for (const auto& table : Decode(wire::DecodeBatchGetItemRequest, seen).tables) {
      std::lock_guard lock(mutex);
      projections.insert(table.projection_expression);
    }
    return reads(seen);
  });
  dynamo::ReadManyRequest request;
  request.projections = {{"v", {}}, {"#i, v", {{{"#i", "id"}}, {}}}};
  request.reads = {{"one", KeyOf("a"), 0}, {"one", KeyOf("a"), 1}, {"one", KeyOf("a"), -1}};
  const auto response = GetMany(*OpenStore(OptionsFor(endpoint)), request);
  ASSERT_TRUE(response.ok());
  EXPECT_FALSE(response->items[0].Find("id"));
  EXPECT_TRUE(response->items[0].Find("v"));
  EXPECT_TRUE(response->items[1].Find("id"));
  EXPECT_TRUE(response->items[2].Find("id"));
  EXPECT_EQ(projections, (std::set<std::string>{"", "v, #stator_key_0", "#i, v"}));
}

// Answers writes and keeps, in order of arrival, what was done: "put a", "delete b".
struct Writes {
  std::mutex mutex;
  std::vector<std::string> done;
  std::size_t most = 25;
  bool describe = true;

  Reply Describe() const {
    if (!describe) return ErrorReply(400, "AccessDeniedException");
    dynamo::TableDescription table;
    table.name = "one";
    table.key_schema.partition = {"id", dynamo::AttributeType::kString};
    Reply reply;
    wire::EncodeDescribeTableResponse(table, reply.body);
    return reply;
  }

  Reply Batch(const SeenRequest& seen) {
    const auto request = Decode(wire::DecodeBatchWriteItemRequest, seen);
    dynamo::BatchWriteItemResponse response;
    std::set<std::string> ids;
    std::vector<std::string> now;
    for (const auto& table : request.tables) {
      dynamo::TableWriteRequests left{table.table_name, {}};
      for (std::size_t i = 0; i < table.requests.size(); ++i) {
        const auto& [is_delete, item] = table.requests[i];
        const std::string id = IdOf(item);
        if (id[0] == '!') return ErrorReply(400, "ValidationException", "bad item");
        if (!ids.insert(id).second) return ErrorReply(400, "ValidationException", "duplicates");
        if (i >= most)
          left.requests.push_back(table.requests[i]);
        else
          now.push_back((is_delete ? "delete " : "put ") + id);
      }
      if (!left.requests.empty()) response.unprocessed_items.push_back(std::move(left));
    }
    std::lock_guard lock(mutex);
    done.insert(done.end(), now.begin(), now.end());
    Reply reply;
    wire::EncodeBatchWriteItemResponse(response, reply.body);
    return reply;
  }

  Reply operator()(const SeenRequest& seen) {
    if (seen.Operation() == "DescribeTable") return Describe();
    if (seen.Operation() == "BatchWriteItem") return Batch(seen);
    const bool is_delete = seen.Operation() == "DeleteItem";
    std::lock_guard lock(mutex);
    done.push_back(is_delete ? "conditional delete" : "conditional put");
    if (is_delete) return ErrorReply(400, "ConditionalCheckFailedException");
    return Reply{200, "{}"};
  }
};

dynamo::ItemWrite PutOf(const std::string& id) { return {"one", {false, ItemOf(id)}, "", {}}; }
dynamo::ItemWrite DeleteOf(const std::string& id) { return {"one", {true, KeyOf(id)}, "", {}}; }

base::Result<dynamo::WriteManyResponse> PutMany(RemoteDynamo& store,
                                                const dynamo::WriteManyRequest& request,
                                                const base::CallContext& context = {}) {
  return base::Wait<dynamo::WriteManyResponse>(
      [&](auto done) { store.PutMany(context, request, std::move(done)); });
}

TEST(PutMany, WritesEverythingOnceInBatchesOf25) {
  Writes writes;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return writes(seen); });
  const auto store = OpenStore(OptionsFor(endpoint));
  dynamo::WriteManyRequest request;
  for (int i = 0; i < 110; ++i) request.writes.push_back(PutOf("k" + std::to_string(i)));
  const auto response = PutMany(*store, request);
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->failures.empty());
  EXPECT_EQ(std::set(writes.done.begin(), writes.done.end()).size(), 110u);
  EXPECT_EQ(writes.done.size(), 110u);
  EXPECT_EQ(response->calls, 6);  // five batches and one DescribeTable
  ASSERT_TRUE(PutMany(*store, request).ok());
  EXPECT_EQ(endpoint.requests(), 11);
}

TEST(PutMany, WritesOfOneItemKeepTheirOrder) {
  for (const bool describe : {true, false}) {
    Writes writes;
    writes.describe = describe;
    TestEndpoint endpoint([&](const SeenRequest& seen) { return writes(seen); });
    dynamo::WriteManyRequest request;
    request.writes = {PutOf("a"), PutOf("b"), DeleteOf("a"), PutOf("c"), PutOf("a")};
    const auto response = PutMany(*OpenStore(OptionsFor(endpoint)), request);
    ASSERT_TRUE(response.ok());
    EXPECT_TRUE(response->failures.empty());
    std::vector<std::string> of_a;
    for (const auto& each : writes.done) {
      if (each.ends_with(" a")) of_a.push_back(each);
    }
    EXPECT_THAT(of_a, testing::ElementsAre("put a", "delete a", "put a"));
    EXPECT_EQ(writes.done.size(), 5u);
  }
}

TEST(PutMany, UnprocessedWritesAreSentAgainUntilTheDeadline) {
  Writes writes;
  writes.most = 10;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return writes(seen); });
  const auto store = OpenStore(OptionsFor(endpoint));
  dynamo::WriteManyRequest request;
  for (int i = 0; i < 25; ++i) request.writes.push_back(PutOf("k" + std::to_string(i)));
  const auto response = PutMany(*store, request);
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->failures.empty());
  EXPECT_EQ(writes.done.size(), 25u);
  writes.most = 0;
  const auto late = PutMany(*store, request, Within(200));
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late->failures.size(), 25u);
  EXPECT_THAT(
      late->failures[0].error.kind(),
      testing::AnyOf(ErrorKind::kThrottled, ErrorKind::kDeadline, ErrorKind::kUnknownOutcome));
}

TEST(PutMany, AnInvalidItemFailsAlone) {
  Writes writes;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return writes(seen); });
  dynamo::WriteManyRequest request;
  for (int i = 0; i < 20; ++i) request.writes.push_back(PutOf("k" + std::to_string(i)));
  request.writes[13] = PutOf("!");
  const auto response = PutMany(*OpenStore(OptionsFor(endpoint)), request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->failures.size(), 1u);
  EXPECT_EQ(response->failures[0].index, 13u);
  EXPECT_EQ(writes.done.size(), 19u);
}

TEST(PutMany, ConditionalWritesGoAlone) {
  Writes writes;
  TestEndpoint endpoint([&](const SeenRequest& seen) { return writes(seen); });
  dynamo::WriteManyRequest request;
  request.writes = {PutOf("a"), PutOf("b"), DeleteOf("c")};
  request.writes[1].condition_expression = "attribute_not_exists(id)";
  request.writes[2].condition_expression = "attribute_exists(id)";
  const auto response = PutMany(*OpenStore(OptionsFor(endpoint)), request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->failures.size(), 1u);
  EXPECT_EQ(response->failures[0].index, 2u);
  EXPECT_EQ(response->failures[0].error.code(), dynamo::kConditionalCheckFailedException);
  EXPECT_THAT(writes.done,
              testing::UnorderedElementsAre("put a", "conditional put", "conditional delete"));
}

TEST(PutMany, LargeItemsTravelInSmallerBatches) {
  Writes writes;
  std::atomic<std::size_t> largest{0};
  TestEndpoint endpoint([&](const SeenRequest& seen) {
    if (seen.body.size() > largest) largest = seen.body.size();
    return writes(seen);
  });
  dynamo::WriteManyRequest request;
  for (int i = 0; i < 20; ++i) {
    dynamo::ItemBuilder builder;
    builder.Name("id").String(std::to_string(i)).Name("v").String(std::string(390'000, '\x01'));
    request.writes.push_back({"one", {false, builder.Build()}, "", {}});
  }
  const auto response = PutMany(*OpenStore(OptionsFor(endpoint)), request);
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->failures.empty());
  EXPECT_LE(largest, 16u << 20);
}

}  // namespace
}  // namespace stator::remote
