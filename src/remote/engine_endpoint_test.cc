// The whole way: RemoteDynamo -> HTTP -> JSON -> the real engine, and back. What the engine answers
// in process, it must answer to a remote caller too; and with an engine that throttles, fails and
// leaves keys unprocessed, GetMany and PutMany must still be right about every element.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "engine/local_dynamo.h"
#include "remote/test_store.h"
#include "testing/faulty_dynamo.h"
#include "wire/error_body.h"
#include "wire/json_reader.h"
#include "wire/requests.h"
#include "wire/responses.h"

namespace stator::remote {
namespace {

// Serves a store as `stator dynamodb` does, without its HTTP front.
class StoreServer {
 public:
  explicit StoreServer(dynamo::Store& store) : store_(store) {
    Serve("GetItem", wire::DecodeGetItemRequest, &dynamo::Dynamo::GetItem,
          wire::EncodeGetItemResponse);
    Serve("PutItem", wire::DecodePutItemRequest, &dynamo::Dynamo::PutItem,
          wire::EncodeWriteItemResponse);
    Serve("UpdateItem", wire::DecodeUpdateItemRequest, &dynamo::Dynamo::UpdateItem,
          wire::EncodeWriteItemResponse);
    Serve("DeleteItem", wire::DecodeDeleteItemRequest, &dynamo::Dynamo::DeleteItem,
          wire::EncodeWriteItemResponse);
    Serve("Query", wire::DecodeQueryRequest, &dynamo::Dynamo::Query, EncodePage);
    Serve("Scan", wire::DecodeScanRequest, &dynamo::Dynamo::Scan, EncodePage);
    Serve("BatchGetItem", wire::DecodeBatchGetItemRequest, &dynamo::Dynamo::BatchGetItem,
          wire::EncodeBatchGetItemResponse);
    Serve("BatchWriteItem", wire::DecodeBatchWriteItemRequest, &dynamo::Dynamo::BatchWriteItem,
          wire::EncodeBatchWriteItemResponse);
    Serve("CreateTable", wire::DecodeCreateTableRequest, &dynamo::DynamoTables::CreateTable,
          wire::EncodeTableDescriptionResponse);
    Serve("DescribeTable", wire::DecodeTableNameRequest, &dynamo::DynamoTables::DescribeTable,
          wire::EncodeDescribeTableResponse);
    Serve("DeleteTable", wire::DecodeTableNameRequest, &dynamo::DynamoTables::DeleteTable,
          wire::EncodeTableDescriptionResponse);
    Serve("ListTables", wire::DecodeListTablesRequest, &dynamo::DynamoTables::ListTables,
          wire::EncodeListTablesResponse);
    Serve("TagResource", wire::DecodeTagResourceRequest, &dynamo::DynamoTables::TagResource,
          EncodeNothing);
    Serve("UntagResource", wire::DecodeUntagResourceRequest, &dynamo::DynamoTables::UntagResource,
          EncodeNothing);
    Serve("ListTagsOfResource", wire::DecodeListTagsOfResourceRequest,
          &dynamo::DynamoTables::ListTagsOfResource, wire::EncodeListTagsOfResourceResponse);
    Serve("DescribeTimeToLive", wire::DecodeTableNameRequest,
          &dynamo::DynamoTables::DescribeTimeToLive, wire::EncodeDescribeTimeToLiveResponse);
    Serve("DescribeContinuousBackups", wire::DecodeTableNameRequest,
          &dynamo::DynamoTables::DescribeContinuousBackups,
          wire::EncodeDescribeContinuousBackupsResponse);
  }

  Reply operator()(const SeenRequest& seen) const { return serve_.at(seen.Operation())(seen); }

 private:
  static void EncodePage(const dynamo::ReadPageResponse& page, std::string& out) {
    wire::EncodeReadPageResponse(page, dynamo::Select::kDefault, out);
  }
  static void EncodeNothing(const base::Unit&, std::string&) {}

  template <typename Request, typename Argument, typename Response, typename Plane>
  void Serve(const char* operation,
             base::Result<Request> (*decode)(wire::JsonReader&, std::string_view),
             void (Plane::*method)(const base::CallContext&, const Argument&,
                                   base::Completion<Response>),
             void (*encode)(const Response&, std::string&)) {
    serve_[operation] = [this, decode, method, encode](const SeenRequest& seen) {
      wire::JsonReader reader;
      std::string body = seen.body;
      body.reserve(body.size() + wire::kBodyPaddingBytes);
      const auto request = decode(reader, body);
      Reply reply;
      const auto fail = [&](const base::Error& error) {
        reply.status = wire::EncodeError(error, reply.body);
        return reply;
      };
      if (!request.ok()) return fail(request.error());
      const auto response =
          base::Wait<Response>([&](auto done) { (store_.*method)({}, *request, std::move(done)); });
      if (!response.ok()) return fail(response.error());
      encode(*response, reply.body);
      return reply;
    };
  }

  dynamo::Store& store_;
  std::map<std::string, std::function<Reply(const SeenRequest&)>> serve_;
};

dynamo::Item ItemOf(int partition, int sort, const std::string& text = "x") {
  dynamo::ItemBuilder builder;
  builder.Name("pk").String("p" + std::to_string(partition));
  builder.Name("sk").Add(dynamo::Number::FromInt64(sort));
  if (!text.empty()) builder.Name("text").String(text);
  return builder.Build();
}
dynamo::Item KeyOfItem(int partition, int sort) { return ItemOf(partition, sort, ""); }

class EngineEndpointTest : public ::testing::Test {
 protected:
  EngineEndpointTest() {
    engine::EngineOptions options;
    options.in_memory = true;
    engine_ = *engine::LocalDynamo::Open(options);
    faulty_ = std::make_unique<testing::FaultyDynamo>(*engine_, testing::FaultPlan{}, 11);
    server_ = std::make_unique<StoreServer>(*faulty_);
    endpoint_ = std::make_unique<TestEndpoint>(
        [this](const SeenRequest& seen) { return (*server_)(seen); });
    auto remote_options = OptionsFor(*endpoint_);
    remote_options.calls.attempts_max = 12;
    remote_ = OpenStore(remote_options);
    dynamo::CreateTableRequest create;
    create.table_name = "things";
    create.key_schema = {{"pk", dynamo::AttributeType::kString},
                         dynamo::KeyAttribute{"sk", dynamo::AttributeType::kNumber}};
    create.billing_mode = dynamo::BillingMode::kPayPerRequest;
    create.tags = {{"team", "ml"}};
    const auto created = base::Wait<dynamo::TableDescription>(
        [&](auto done) { remote_->CreateTable({}, create, std::move(done)); });
    CHECK(created.ok());
    arn_ = created->arn;
  }

  dynamo::WriteManyResponse PutMany(const dynamo::WriteManyRequest& request) {
    auto response = base::Wait<dynamo::WriteManyResponse>(
        [&](auto done) { remote_->PutMany({}, request, std::move(done)); });
    EXPECT_TRUE(response.ok());
    return *std::move(response);
  }

  // Items (p, 0..count-1) of partitions 0 to 2.
  void Fill(int count) {
    dynamo::WriteManyRequest request;
    for (int p = 0; p < 3; ++p) {
      for (int s = 0; s < count; ++s) {
        request.writes.push_back({"things", {false, ItemOf(p, s)}, "", {}});
      }
    }
    EXPECT_TRUE(PutMany(request).failures.empty());
  }

  std::unique_ptr<engine::LocalDynamo> engine_;
  std::unique_ptr<testing::FaultyDynamo> faulty_;
  std::unique_ptr<StoreServer> server_;
  std::unique_ptr<TestEndpoint> endpoint_;
  std::unique_ptr<RemoteDynamo> remote_;
  std::string arn_;
};

TEST_F(EngineEndpointTest, ItemsAreWrittenReadChangedAndDeleted) {
  dynamo::PutItemRequest put;
  put.table_name = "things";
  put.item = ItemOf(1, 1, "first \"text\"");
  put.return_values = dynamo::ReturnValues::kAllOld;
  const auto wait_put = [&] {
    return base::Wait<dynamo::PutItemResponse>(
        [&](auto done) { remote_->PutItem({}, put, std::move(done)); });
  };
  EXPECT_FALSE(wait_put()->attributes);
  EXPECT_EQ(wait_put()->attributes->bytes(), put.item.bytes());

  put.condition_expression = "attribute_not_exists(pk)";
  put.return_old_on_condition_failure = true;
  const auto failed = wait_put();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), dynamo::kConditionalCheckFailedException);
  const auto* detail =
      dynamic_cast<const dynamo::ConditionCheckFailedDetail*>(failed.error().detail());
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(detail->item().bytes(), put.item.bytes());

  dynamo::UpdateItemRequest update;
  update.table_name = "things";
  update.key = KeyOfItem(1, 1);
  update.update_expression = "SET n = :one";
  dynamo::ItemBuilder values;
  values.Name(":one").Add(dynamo::Number::FromInt64(1));
  update.expression_attributes.values = values.Build();
  update.return_values = dynamo::ReturnValues::kUpdatedNew;
  const auto updated = base::Wait<dynamo::UpdateItemResponse>(
      [&](auto done) { remote_->UpdateItem({}, update, std::move(done)); });
  ASSERT_TRUE(updated.ok()) << updated.error().ToString();
  EXPECT_EQ(updated->attributes->Find("n")->number().ToText(), "1");

  dynamo::DeleteItemRequest del;
  del.table_name = "things";
  del.key = KeyOfItem(1, 1);
  EXPECT_TRUE(base::Wait<dynamo::DeleteItemResponse>([&](auto done) {
                remote_->DeleteItem({}, del, std::move(done));
              }).ok());
  dynamo::GetItemRequest get;
  get.table_name = "things";
  get.key = KeyOfItem(1, 1);
  const auto got = base::Wait<dynamo::GetItemResponse>(
      [&](auto done) { remote_->GetItem({}, get, std::move(done)); });
  ASSERT_TRUE(got.ok());
  EXPECT_FALSE(got->item);
}

TEST_F(EngineEndpointTest, PagesAreThoseOfTheEngine) {
  Fill(40);
  dynamo::QueryRequest query;
  query.table_name = "things";
  query.key_condition_expression = "pk = :p AND sk >= :s";
  dynamo::ItemBuilder values;
  values.Name(":p").String("p1").Name(":s").Add(dynamo::Number::FromInt64(5));
  query.expression_attributes.values = values.Build();
  query.scan_index_forward = false;
  query.limit = 10;
  query.return_consumed_capacity = dynamo::ReturnConsumedCapacity::kTotal;
  const auto ask = [&](dynamo::Dynamo& store) {
    return *base::Wait<dynamo::QueryResponse>(
        [&](auto done) { store.Query({}, query, std::move(done)); });
  };
  for (int page = 0; page < 5; ++page) {
    const auto ours = ask(*remote_);
    const auto theirs = ask(*engine_);
    ASSERT_EQ(ours.items.size(), theirs.items.size());
    for (std::size_t i = 0; i < ours.items.size(); ++i) {
      EXPECT_EQ(ours.items[i].bytes(), theirs.items[i].bytes());
    }
    EXPECT_EQ(ours.scanned_count, theirs.scanned_count);
    EXPECT_EQ(ours.consumed_capacity->capacity_units, theirs.consumed_capacity->capacity_units);
    ASSERT_EQ(ours.last_evaluated_key.has_value(), theirs.last_evaluated_key.has_value());
    if (!ours.last_evaluated_key) break;
    EXPECT_EQ(ours.last_evaluated_key->bytes(), theirs.last_evaluated_key->bytes());
    query.exclusive_start_key = ours.last_evaluated_key;
  }
}

TEST_F(EngineEndpointTest, SegmentsTogetherHoldEveryItemOnce) {
  Fill(30);
  std::set<std::string> seen;
  for (int segment = 0; segment < 4; ++segment) {
    dynamo::ScanRequest scan;
    scan.table_name = "things";
    scan.segment = segment;
    scan.total_segments = 4;
    const auto page = base::Wait<dynamo::ScanResponse>(
        [&](auto done) { remote_->Scan({}, scan, std::move(done)); });
    ASSERT_TRUE(page.ok()) << page.error().ToString();
    for (std::size_t i = 0; i < page->items.size(); ++i) {
      EXPECT_TRUE(seen.insert(std::string(page->items[i].bytes())).second);
    }
  }
  EXPECT_EQ(seen.size(), 90u);
}

TEST_F(EngineEndpointTest, TablesAndTheirSettingsAreThoseOfTheEngine) {
  const auto described = base::Wait<dynamo::TableDescription>(
      [&](auto done) { remote_->DescribeTable({}, "things", std::move(done)); });
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->key_schema.sort->type, dynamo::AttributeType::kNumber);
  EXPECT_EQ(described->billing_mode, dynamo::BillingMode::kPayPerRequest);
  EXPECT_EQ(described->status, dynamo::TableStatus::kActive);

  EXPECT_TRUE(base::Wait<base::Unit>([&](auto done) {
                remote_->TagResource({}, {arn_, {{"env", "test"}}}, std::move(done));
              }).ok());
  EXPECT_TRUE(base::Wait<base::Unit>([&](auto done) {
                remote_->UntagResource({}, {arn_, {"team"}}, std::move(done));
              }).ok());
  const auto tags = base::Wait<dynamo::ListTagsOfResourceResponse>(
      [&](auto done) { remote_->ListTagsOfResource({}, arn_, std::move(done)); });
  ASSERT_TRUE(tags.ok());
  ASSERT_EQ(tags->tags.size(), 1u);
  EXPECT_EQ(tags->tags[0].key, "env");
  EXPECT_EQ(base::Wait<dynamo::TimeToLiveDescription>([&](auto done) {
              remote_->DescribeTimeToLive({}, "things", std::move(done));
            })->status,
            "DISABLED");
  EXPECT_TRUE(base::Wait<dynamo::ContinuousBackupsDescription>([&](auto done) {
                remote_->DescribeContinuousBackups({}, "things", std::move(done));
              }).ok());
  EXPECT_TRUE(base::Wait<dynamo::TableDescription>([&](auto done) {
                remote_->DeleteTable({}, "things", std::move(done));
              }).ok());
  EXPECT_TRUE(base::Wait<dynamo::ListTablesResponse>([&](auto done) {
                remote_->ListTables({}, {}, std::move(done));
              })->table_names.empty());
  const auto gone = base::Wait<dynamo::TableDescription>(
      [&](auto done) { remote_->DescribeTable({}, "things", std::move(done)); });
  EXPECT_EQ(gone.error().code(), dynamo::kResourceNotFoundException);
}

TEST_F(EngineEndpointTest, ManyElementsSurviveAStoreInTrouble) {
  faulty_->SetPlan({.unavailable = 0.1,
                    .unprocessed = 0.2,
                    .delayed = 0.2,
                    .delay_max = std::chrono::milliseconds(3)});
  dynamo::WriteManyRequest writes;
  for (int round = 0; round < 3; ++round) {
    for (int s = 0; s < 120; ++s) {
      writes.writes.push_back(
          {"things", {false, ItemOf(s % 3, s, "round " + std::to_string(round))}, "", {}});
    }
  }
  const auto written = PutMany(writes);
  EXPECT_TRUE(written.failures.empty());
  EXPECT_GT(written.retries, 0);

  dynamo::ReadManyRequest reads;
  for (int s = 0; s < 300; ++s) reads.reads.push_back({"things", KeyOfItem(s % 3, s % 150), -1});
  const auto answer = base::Wait<dynamo::ReadManyResponse>(
      [&](auto done) { remote_->GetMany({}, reads, std::move(done)); });
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_TRUE(answer->failures.empty());
  for (int s = 0; s < 300; ++s) {
    const auto item = answer->items.Find(static_cast<std::size_t>(s));
    ASSERT_EQ(item.has_value(), s % 150 < 120) << s;
    if (item) {
      EXPECT_EQ(item->Find("text")->bytes(), "round 2");
    }
  }
  EXPECT_GT(faulty_->faults(), 20u);
}

}  // namespace
}  // namespace stator::remote
