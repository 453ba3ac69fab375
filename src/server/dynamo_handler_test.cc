#include "server/dynamo_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "engine/local_dynamo.h"
#include "wire/crc32.h"

namespace stator::server {
namespace {

using ::testing::HasSubstr;

class DynamoHandlerTest : public ::testing::Test {
 protected:
  DynamoHandlerTest() {
    engine::EngineOptions options;
    options.in_memory = true;
    auto store = engine::LocalDynamo::Open(options);
    EXPECT_TRUE(store.ok());
    store_ = std::move(*store);
    handler_ = std::make_unique<DynamoHandler>(*store_, metrics_);
  }

  HttpResponse Send(HttpRequest request, std::string body = "") {
    const std::size_t length = body.size();
    body.resize(length + kHttpBodyPaddingBytes);
    request.body = std::string_view(body).substr(0, length);
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<HttpResponse> response;
    handler_->Handle(request, [&](HttpResponse answer) {
      std::lock_guard lock(mutex);
      response = std::move(answer);
      ready.notify_one();
    });
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return response.has_value(); });
    return std::move(*response);
  }
  HttpResponse Call(std::string_view operation, std::string body) {
    const std::string target = "DynamoDB_20120810." + std::string(operation);
    return Send({.method = "POST",
                 .path = "/",
                 .query = "",
                 .headers = {{"X-Amz-Target", target}},
                 .body = ""},
                std::move(body));
  }
  void MakeTable() {
    const HttpResponse made = Call(
        "CreateTable",
        R"({"TableName":"cats","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"})");
    ASSERT_EQ(made.status, 200) << made.body;
  }

  base::MetricsRegistry metrics_;
  std::unique_ptr<engine::LocalDynamo> store_;
  std::unique_ptr<DynamoHandler> handler_;
};

TEST_F(DynamoHandlerTest, AnItemGoesInAndComesOut) {
  MakeTable();
  EXPECT_EQ(Call("PutItem", R"({"TableName":"cats","Item":{"id":{"S":"a"},"n":{"N":"9"}}})").body,
            "{}");
  const HttpResponse read = Call("GetItem", R"({"TableName":"cats","Key":{"id":{"S":"a"}}})");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, R"({"Item":{"id":{"S":"a"},"n":{"N":"9"}}})");
  EXPECT_EQ(read.content_type, "application/x-amz-json-1.0");
  EXPECT_THAT(read.headers,
              HasSubstr("x-amz-crc32: " + std::to_string(wire::Crc32(read.body)) + "\r\n"));
}

TEST_F(DynamoHandlerTest, EveryOperationOfTheApiReachesTheStore) {
  MakeTable();
  const std::string arn = "arn:aws:dynamodb:us-east-1:000000000000:table/cats";
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"UpdateItem", R"({"TableName":"cats","Key":{"id":{"S":"a"}}})"},
      {"Query", R"({"TableName":"cats","KeyConditionExpression":"id = :a",)"
                R"("ExpressionAttributeValues":{":a":{"S":"a"}}})"},
      {"Scan", R"({"TableName":"cats"})"},
      {"BatchGetItem", R"({"RequestItems":{"cats":{"Keys":[{"id":{"S":"a"}}]}}})"},
      {"BatchWriteItem", R"({"RequestItems":{"cats":[{"PutRequest":{"Item":{"id":{"S":"b"}}}}]}})"},
      {"DeleteItem", R"({"TableName":"cats","Key":{"id":{"S":"a"}}})"},
      {"DescribeTable", R"({"TableName":"cats"})"},
      {"ListTables", "{}"},
      {"TagResource", R"({"ResourceArn":")" + arn + R"(","Tags":[{"Key":"k","Value":"v"}]})"},
      {"ListTagsOfResource", R"({"ResourceArn":")" + arn + R"("})"},
      {"UntagResource", R"({"ResourceArn":")" + arn + R"(","TagKeys":["k"]})"},
      {"DescribeTimeToLive", R"({"TableName":"cats"})"},
      {"DescribeContinuousBackups", R"({"TableName":"cats"})"},
      {"DescribeLimits", "{}"},
      {"DeleteTable", R"({"TableName":"cats"})"}};
  for (const auto& [operation, body] : calls) {
    const HttpResponse answer = Call(operation, body);
    EXPECT_EQ(answer.status, 200) << operation << ": " << answer.body;
    EXPECT_THAT(metrics_.RenderPrometheus(),
                HasSubstr("stator_dynamodb_requests_total{operation=\"" + operation + "\"} 1"));
  }
}

TEST_F(DynamoHandlerTest, ErrorsAreCounted) {
  EXPECT_EQ(Call("GetItem", "{").status, 400);
  EXPECT_THAT(metrics_.RenderPrometheus(),
              HasSubstr("stator_dynamodb_errors_total{operation=\"GetItem\"} 1"));
  EXPECT_EQ(Call("Nonsense", "{}").status, 400);
  EXPECT_THAT(metrics_.RenderPrometheus(), HasSubstr("stator_dynamodb_unknown_operations_total 1"));
}

TEST_F(DynamoHandlerTest, HealthNamesTheHost) {
  const HttpResponse answer =
      Send({.method = "GET", .path = "/", .query = "", .headers = {{"Host", "h:1"}}, .body = ""});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "healthy: h:1");
}

}  // namespace
}  // namespace stator::server
