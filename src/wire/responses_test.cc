#include "wire/responses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/errors.h"
#include "wire/error_body.h"
#include "wire/item_json.h"
#include "wire/test_json.h"

namespace stator::wire {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

dynamo::Item MakeItem(std::string_view json) {
  JsonReader reader;
  return *ItemFromJson(reader, PaddedBody(json).view());
}

template <typename Response>
Response Decode(base::Result<Response> (*decode)(JsonReader&, std::string_view),
                std::string_view body) {
  JsonReader reader;
  auto response = decode(reader, PaddedBody(body).view());
  EXPECT_TRUE(response.ok()) << (response.ok() ? "" : response.error().ToString());
  return response.ok() ? *std::move(response) : Response{};
}

TEST(Responses, OfSingleItemsComeBackAsTheyWere) {
  for (const char* body :
       {R"({})", R"({"Item":{}})",
        R"({"Item":{"a":{"S":"x"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}})"}) {
    std::string out;
    EncodeGetItemResponse(Decode(DecodeGetItemResponse, body), out);
    EXPECT_EQ(out, body);
  }
  for (const char* body :
       {R"({})", R"({"Attributes":{"a":{"N":"1"}},"ConsumedCapacity":{"TableName":"t",)"
                 R"("CapacityUnits":2.0,"Table":{"CapacityUnits":2.0}}})"}) {
    std::string out;
    EncodeWriteItemResponse(Decode(DecodeWriteItemResponse, body), out);
    EXPECT_EQ(out, body);
  }
}

TEST(Responses, OfPagesComeBackAsTheyWere) {
  const std::string_view body =
      R"({"Items":[{"a":{"S":"x"}},{"a":{"S":"y"}}],"Count":2,"ScannedCount":5,)"
      R"("LastEvaluatedKey":{"a":{"S":"y"}},"ConsumedCapacity":{"TableName":"t",)"
      R"("CapacityUnits":12.5}})";
  const auto page = Decode(DecodeReadPageResponse, body);
  EXPECT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[1].Find("a")->bytes(), "y");
  std::string out;
  EncodeReadPageResponse(page, dynamo::Select::kDefault, out);
  EXPECT_EQ(out, body);
}

TEST(Responses, ACountHasNoItems) {
  dynamo::ReadPageResponse page;
  page.count = 3;
  page.scanned_count = 4;
  std::string out;
  EncodeReadPageResponse(page, dynamo::Select::kCount, out);
  EXPECT_EQ(out, R"({"Count":3,"ScannedCount":4})");
  out.clear();
  EncodeReadPageResponse({}, dynamo::Select::kDefault, out);
  EXPECT_EQ(out, R"({"Items":[],"Count":0,"ScannedCount":0})");
}

TEST(Responses, OfBatchesComeBackAsTheyWere) {
  const std::string_view get =
      R"({"Responses":{"one":[{"a":{"S":"x"}}],"two":[]},"UnprocessedKeys":{"one":{"Keys":)"
      R"([{"a":{"S":"z"}}],"ConsistentRead":true,"ProjectionExpression":"#a",)"
      R"("ExpressionAttributeNames":{"#a":"a"}}},"ConsumedCapacity":[{"TableName":"one",)"
      R"("CapacityUnits":1.0}]})";
  std::string out;
  EncodeBatchGetItemResponse(Decode(DecodeBatchGetItemResponse, get), out);
  EXPECT_EQ(out, get);
  const std::string_view write =
      R"({"UnprocessedItems":{"one":[{"PutRequest":{"Item":{"a":{"S":"x"}}}},)"
      R"({"DeleteRequest":{"Key":{"a":{"S":"y"}}}}]}})";
  out.clear();
  EncodeBatchWriteItemResponse(Decode(DecodeBatchWriteItemResponse, write), out);
  EXPECT_EQ(out, write);
}

TEST(Responses, OfTablesComeBackAsTheyWere) {
  const std::string_view body =
      R"({"Table":{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},)"
      R"({"AttributeName":"sk","AttributeType":"N"}],"TableName":"orders","KeySchema":[)"
      R"({"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],)"
      R"("TableStatus":"ACTIVE","CreationDateTime":1767323045.123,"ProvisionedThroughput":)"
      R"({"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"WriteCapacityUnits":0},)"
      R"("TableSizeBytes":1024,"ItemCount":7,"TableArn":"arn:aws:dynamodb:x:1:table/orders",)"
      R"("TableId":"0b8a","BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST",)"
      R"("LastUpdateToPayPerRequestDateTime":1767323045.123},"GlobalSecondaryIndexes":[)"
      R"({"IndexName":"g","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],"Projection":)"
      R"({"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]},"IndexStatus":"ACTIVE",)"
      R"("ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,)"
      R"("WriteCapacityUnits":0},"IndexSizeBytes":1,"ItemCount":2,)"
      R"("IndexArn":"arn:aws:dynamodb:x:1:table/orders/index/g"}],"StreamSpecification":)"
      R"({"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"TableClassSummary":)"
      R"({"TableClass":"STANDARD"},"DeletionProtectionEnabled":true}})";
  const auto table = Decode(DecodeTableDescriptionResponse, body);
  EXPECT_EQ(table.key_schema.sort->type, dynamo::AttributeType::kNumber);
  EXPECT_EQ(table.indexes[0].key_schema.partition.type, dynamo::AttributeType::kNumber);
  std::string out;
  EncodeDescribeTableResponse(table, out);
  EXPECT_EQ(out, body);
}

TEST(Responses, OfSettingsComeBackAsTheyWere) {
  std::string out;
  EncodeListTablesResponse(
      Decode(DecodeListTablesResponse, R"({"TableNames":["a","b"],"LastEvaluatedTableName":"b"})"),
      out);
  EXPECT_EQ(out, R"({"TableNames":["a","b"],"LastEvaluatedTableName":"b"})");
  const auto tags = Decode(DecodeListTagsOfResourceResponse,
                           R"({"Tags":[{"Key":"k","Value":"v"}],"NextToken":"more"})");
  EXPECT_EQ(tags.next_token, "more");
  out.clear();
  EncodeListTagsOfResourceResponse({tags.tags}, out);
  EXPECT_EQ(out, R"({"Tags":[{"Key":"k","Value":"v"}]})");
  const std::string_view ttl =
      R"({"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"t"}})";
  out.clear();
  EncodeDescribeTimeToLiveResponse(Decode(DecodeDescribeTimeToLiveResponse, ttl), out);
  EXPECT_EQ(out, ttl);
  const std::string_view backups =
      R"({"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED",)"
      R"("PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}})";
  out.clear();
  EncodeDescribeContinuousBackupsResponse(Decode(DecodeDescribeContinuousBackupsResponse, backups),
                                          out);
  EXPECT_EQ(out, backups);
  const std::string_view limits =
      R"({"AccountMaxReadCapacityUnits":1,"AccountMaxWriteCapacityUnits":2,)"
      R"("TableMaxReadCapacityUnits":3,"TableMaxWriteCapacityUnits":4})";
  out.clear();
  EncodeDescribeLimitsResponse(Decode(DecodeDescribeLimitsResponse, limits), out);
  EXPECT_EQ(out, limits);
}

TEST(Responses, AnswersThatAreNoJsonMayBeAskedForAgain) {
  JsonReader reader;
  const auto answer = DecodeGetItemResponse(reader, PaddedBody("<html>").view());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(answer.error().message(), HasSubstr("no DynamoDB JSON"));
}

std::string Body(const base::Error& error, int expected_status) {
  std::string out;
  EXPECT_EQ(EncodeError(error, out), expected_status);
  return out;
}

TEST(ErrorBody, HasThePrefixesOfAws) {
  EXPECT_EQ(Body(dynamo::TableNotFoundForItems(), 400),
            R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",)"
            R"("message":"Requested resource not found"})");
  EXPECT_EQ(Body(dynamo::ValidationError("bad \"x\""), 400),
            R"({"__type":"com.amazon.coral.validate#ValidationException",)"
            R"("message":"bad \"x\""})");
  EXPECT_EQ(Body(base::Error(ErrorKind::kInvalid, dynamo::kSerializationException, "oops"), 400),
            R"({"__type":"com.amazon.coral.service#SerializationException","Message":"oops"})");
  EXPECT_EQ(Body(base::Error(ErrorKind::kInvalid, dynamo::kUnknownOperationException, ""), 400),
            R"({"__type":"com.amazon.coral.service#UnknownOperationException"})");
  EXPECT_EQ(Body(base::Error(ErrorKind::kInternal, dynamo::kInternalServerError, "x"), 500),
            R"({"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"x"})");
}

TEST(ErrorBody, StatusFollowsTheKind) {
  Body(base::Error(ErrorKind::kThrottled, dynamo::kThrottlingException, "x"), 400);
  Body(base::Error(ErrorKind::kUnavailable, "ServiceUnavailable", "x"), 503);
  Body(base::Error(ErrorKind::kDeadline, dynamo::kDeadlineExceeded, "x"), 503);
  Body(base::Error(ErrorKind::kUnknownOutcome, dynamo::kUnknownOutcome, "x"), 500);
}

TEST(ErrorBody, AFailedConditionBringsItsItem) {
  const dynamo::Item item = MakeItem(R"({"a":{"S":"x"}})");
  const std::string body = Body(
      dynamo::ConditionalCheckFailed(std::make_shared<dynamo::ConditionCheckFailedDetail>(item)),
      400);
  EXPECT_THAT(body, HasSubstr(R"(,"Item":{"a":{"S":"x"}}})"));
  JsonReader reader;
  const auto error = DecodeError(reader, 400, PaddedBody(body).view());
  EXPECT_EQ(error.code(), dynamo::kConditionalCheckFailedException);
  EXPECT_EQ(error.kind(), ErrorKind::kConflict);
  const auto* detail = dynamic_cast<const dynamo::ConditionCheckFailedDetail*>(error.detail());
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(detail->item().bytes(), item.bytes());
}

TEST(ErrorBody, KindsFollowFromCodesAndStatus) {
  JsonReader reader;
  const auto decode = [&](int status, std::string_view body) {
    return DecodeError(reader, status, PaddedBody(body).view());
  };
  const auto throttled = decode(400, R"({"__type":"x#ProvisionedThroughputExceededException",)"
                                     R"("message":"slow","ThrottlingReasons":[{"reason":"R",)"
                                     R"("resource":"arn"}]})");
  EXPECT_EQ(throttled.kind(), ErrorKind::kThrottled);
  EXPECT_EQ(throttled.message(), "slow (R arn)");
  EXPECT_EQ(decode(400, R"({"__type":"x#ResourceNotFoundException"})").kind(),
            ErrorKind::kNotFound);
  EXPECT_EQ(decode(400, R"({"__type":"AccessDeniedException:http://x","Message":"no"})").code(),
            "AccessDeniedException");
  EXPECT_EQ(decode(500, R"({"__type":"x#InternalServerError"})").kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(decode(400, R"({"__type":"x#SomethingNew"})").kind(), ErrorKind::kInvalid);
}

TEST(ErrorBody, BodiesOfProxiesGoByStatus) {
  JsonReader reader;
  const auto error = DecodeError(reader, 502, PaddedBody("<html>bad gateway").view());
  EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(error.message(), HasSubstr("HTTP status 502"));
  EXPECT_THAT(error.message(), HasSubstr("bad gateway"));
  EXPECT_EQ(DecodeError(reader, 403, PaddedBody("").view()).kind(), ErrorKind::kDenied);
}

}  // namespace
}  // namespace stator::wire
