#include "wire/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/errors.h"
#include "wire/item_json.h"
#include "wire/test_json.h"

namespace stator::wire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <typename Request>
using Decoder = base::Result<Request> (*)(JsonReader&, std::string_view);

// Decodes and says what came out: "good", or the error.
template <typename Request>
std::string Outcome(Decoder<Request> decode, std::string_view body) {
  JsonReader reader;
  const auto request = decode(reader, PaddedBody(body).view());
  return request.ok() ? "good" : request.error().ToString();
}

template <typename Request>
Request Decode(Decoder<Request> decode, std::string_view body) {
  JsonReader reader;
  auto request = decode(reader, PaddedBody(body).view());
  EXPECT_TRUE(request.ok()) << (request.ok() ? "" : request.error().ToString());
  return request.ok() ? *std::move(request) : Request{};
}

// What a client sends for the request that a server read from `body`.
template <typename Request>
std::string RoundTrip(Decoder<Request> decode, void (*encode)(const Request&, std::string&),
                      std::string_view body) {
  std::string out;
  encode(Decode(decode, body), out);
  return out;
}

TEST(Requests, OfSingleItemsComeBackAsTheyWere) {
  const std::string_view get =
      R"({"TableName":"users","Key":{"id":{"S":"a"}},"ConsistentRead":true,)"
      R"("ProjectionExpression":"#n, b","ExpressionAttributeNames":{"#n":"name"},)"
      R"("ReturnConsumedCapacity":"TOTAL"})";
  EXPECT_EQ(RoundTrip(DecodeGetItemRequest, EncodeGetItemRequest, get), get);
  const std::string_view put =
      R"({"TableName":"users","Item":{"id":{"S":"a"},"n":{"N":"1"}},)"
      R"("ConditionExpression":"#n < :v","ExpressionAttributeNames":{"#n":"n"},)"
      R"("ExpressionAttributeValues":{":v":{"N":"5"}},"ReturnValues":"ALL_OLD",)"
      R"("ReturnValuesOnConditionCheckFailure":"ALL_OLD","ReturnConsumedCapacity":"INDEXES"})";
  EXPECT_EQ(RoundTrip(DecodePutItemRequest, EncodePutItemRequest, put), put);
  const std::string_view update =
      R"({"TableName":"users","Key":{"id":{"S":"a"}},"UpdateExpression":"SET n = :v",)"
      R"("ExpressionAttributeValues":{":v":{"N":"5"}},"ReturnValues":"UPDATED_NEW"})";
  EXPECT_EQ(RoundTrip(DecodeUpdateItemRequest, EncodeUpdateItemRequest, update), update);
  const std::string_view del = R"json({"TableName":"users","Key":{"id":{"S":"a"}},)json"
                               R"json("ConditionExpression":"attribute_exists(id)"})json";
  EXPECT_EQ(RoundTrip(DecodeDeleteItemRequest, EncodeDeleteItemRequest, del), del);
}

TEST(Requests, OfPagesComeBackAsTheyWere) {
  const std::string_view query =
      R"({"TableName":"t-1","KeyConditionExpression":"pk = :p","ScanIndexForward":false,)"
      R"("IndexName":"by.name","FilterExpression":"n > :n","ProjectionExpression":"a",)"
      R"("ExpressionAttributeValues":{":n":{"N":"1"},":p":{"S":"x"}},)"
      R"("ExclusiveStartKey":{"pk":{"S":"x"}},"Limit":7,"Select":"SPECIFIC_ATTRIBUTES",)"
      R"("ConsistentRead":true})";
  EXPECT_EQ(RoundTrip(DecodeQueryRequest, EncodeQueryRequest, query), query);
  const std::string_view scan =
      R"({"TableName":"t-1","Segment":0,"TotalSegments":4,"Limit":1,"Select":"COUNT"})";
  EXPECT_EQ(RoundTrip(DecodeScanRequest, EncodeScanRequest, scan), scan);
}

TEST(Requests, OfBatchesComeBackAsTheyWere) {
  const std::string_view get =
      R"({"RequestItems":{"one":{"Keys":[{"id":{"S":"a"}},{"id":{"S":"b"}}],"ConsistentRead":true,)"
      R"("ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":"x"}},)"
      R"("two":{"Keys":[{"id":{"N":"1"}}]}},"ReturnConsumedCapacity":"TOTAL"})";
  EXPECT_EQ(RoundTrip(DecodeBatchGetItemRequest, EncodeBatchGetItemRequest, get), get);
  const std::string_view write =
      R"({"RequestItems":{"one":[{"PutRequest":{"Item":{"id":{"S":"a"}}}},)"
      R"({"DeleteRequest":{"Key":{"id":{"S":"b"}}}}]}})";
  EXPECT_EQ(RoundTrip(DecodeBatchWriteItemRequest, EncodeBatchWriteItemRequest, write), write);
}

TEST(Requests, OfTablesComeBackAsTheyWere) {
  const std::string_view create =
      R"({"TableName":"orders","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},)"
      R"({"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"B"}],)"
      R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},)"
      R"({"AttributeName":"sk","KeyType":"RANGE"}],)"
      R"("LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[)"
      R"({"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],)"
      R"("Projection":{"ProjectionType":"KEYS_ONLY"}}],)"
      R"("GlobalSecondaryIndexes":[{"IndexName":"global","KeySchema":[)"
      R"({"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE",)"
      R"("NonKeyAttributes":["a","b"]}}],"BillingMode":"PAY_PER_REQUEST",)"
      R"("Tags":[{"Key":"team","Value":"ml"}],"DeletionProtectionEnabled":true,)"
      R"("TableClass":"STANDARD","StreamSpecification":{"StreamEnabled":true,)"
      R"("StreamViewType":"NEW_IMAGE"}})";
  EXPECT_EQ(RoundTrip(DecodeCreateTableRequest, EncodeCreateTableRequest, create), create);
  const std::string_view list = R"({"ExclusiveStartTableName":"abc","Limit":5})";
  EXPECT_EQ(RoundTrip(DecodeListTablesRequest, EncodeListTablesRequest, list), list);
  const std::string_view tag = R"({"ResourceArn":"arn:x","Tags":[{"Key":"k","Value":""}]})";
  EXPECT_EQ(RoundTrip(DecodeTagResourceRequest, EncodeTagResourceRequest, tag), tag);
  const std::string_view untag = R"({"ResourceArn":"arn:x","TagKeys":["k","l"]})";
  EXPECT_EQ(RoundTrip(DecodeUntagResourceRequest, EncodeUntagResourceRequest, untag), untag);
}

TEST(Requests, AnArnStandsForItsTable) {
  EXPECT_EQ(Decode(DecodeTableNameRequest,
                   R"({"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/users"})"),
            "users");
}

TEST(Requests, EmptyOnesAreObjects) {
  JsonReader reader;
  EXPECT_TRUE(DecodeEmptyRequest(reader, PaddedBody("{}").view()).ok());
  EXPECT_FALSE(DecodeEmptyRequest(reader, PaddedBody("").view()).ok());
}

TEST(Requests, MissingMembersAreNamed) {
  EXPECT_EQ(Outcome(DecodeGetItemRequest, "{}"),
            "ValidationException: 1 validation error detected: Value at 'TableName' failed to "
            "satisfy constraint: Member must not be null");
  EXPECT_THAT(Outcome(DecodeGetItemRequest, R"({"TableName":"abc","Key":null})"),
              HasSubstr("Value at 'Key' failed to satisfy constraint: Member must not be null"));
  EXPECT_THAT(Outcome(DecodePutItemRequest, R"({"TableName":"abc"})"), HasSubstr("'Item'"));
  EXPECT_THAT(Outcome(DecodeBatchGetItemRequest, "{}"), HasSubstr("'RequestItems'"));
  EXPECT_THAT(Outcome(DecodeBatchGetItemRequest, R"({"RequestItems":{"abc":{}}})"),
              HasSubstr("'RequestItems.abc.member.Keys'"));
  EXPECT_THAT(Outcome(DecodeQueryRequest, R"({"TableName":"abc"})"),
              HasSubstr("Either the KeyConditions or KeyConditionExpression parameter"));
}

TEST(Requests, ConstraintsOfTheModelHold) {
  EXPECT_THAT(Outcome(DecodeTableNameRequest, R"({"TableName":"ab"})"),
              HasSubstr("Value at 'TableName' failed to satisfy constraint: Member must have "
                        "length greater than or equal to 3"));
  EXPECT_THAT(Outcome(DecodeTableNameRequest, R"({"TableName":"a b c"})"),
              HasSubstr("regular expression pattern: [a-zA-Z0-9_.-]+"));
  EXPECT_THAT(Outcome(DecodeScanRequest, R"({"TableName":"abc","Limit":0})"),
              HasSubstr("'Limit' failed to satisfy constraint: Member must have value greater than "
                        "or equal to 1"));
  EXPECT_THAT(Outcome(DecodeScanRequest, R"({"TableName":"abc","Segment":1000000})"),
              HasSubstr("Member must have value less than or equal to 999999"));
  EXPECT_THAT(Outcome(DecodeScanRequest, R"({"TableName":"abc","Select":"SOME"})"),
              HasSubstr("Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, "));
  EXPECT_THAT(Outcome(DecodeListTablesRequest, R"({"Limit":101})"), HasSubstr("equal to 100"));
  EXPECT_THAT(Outcome(DecodeBatchGetItemRequest, R"({"RequestItems":{}})"),
              HasSubstr("'RequestItems' failed to satisfy constraint: Member must have length "
                        "greater than or equal to 1"));
}

TEST(Requests, BatchesAreCountedOverAllTables) {
  const auto batch = [](std::string_view element, int count, std::string_view before,
                        std::string_view after) {
    std::string body = R"({"RequestItems":{)";
    for (const char* table : {"one", "two"}) {
      body.append(body.back() == '{' ? "\"" : ",\"").append(table).append("\":").append(before);
      for (int i = 0; i < count; ++i) body.append(i > 0 ? "," : "").append(element);
      body.append(after);
    }
    return body + "}}";
  };
  const std::string_view key = R"({"id":{"S":"a"}})";
  const std::string_view put = R"({"PutRequest":{"Item":{"id":{"S":"a"}}}})";
  EXPECT_EQ(Outcome(DecodeBatchGetItemRequest, batch(key, 50, R"({"Keys":[)", "]}")), "good");
  EXPECT_THAT(Outcome(DecodeBatchGetItemRequest, batch(key, 51, R"({"Keys":[)", "]}")),
              HasSubstr("Too many items requested for the BatchGetItem call"));
  EXPECT_THAT(Outcome(DecodeBatchGetItemRequest, batch(key, 101, R"({"Keys":[)", "]}")),
              HasSubstr("Member must have length less than or equal to 100"));
  EXPECT_EQ(Outcome(DecodeBatchWriteItemRequest, batch(put, 12, "[", "]")), "good");
  EXPECT_THAT(Outcome(DecodeBatchWriteItemRequest, batch(put, 13, "[", "]")),
              HasSubstr("Too many items requested for the BatchWriteItem call"));
  EXPECT_THAT(Outcome(DecodeBatchWriteItemRequest, R"({"RequestItems":{"one":[{}]}})"),
              HasSubstr("must contain exactly one of the supported datatypes"));
}

TEST(Requests, LegacyParametersAreRefusedByName) {
  EXPECT_THAT(Outcome(DecodeGetItemRequest,
                      R"({"TableName":"abc","Key":{"a":{"S":"x"}},"AttributesToGet":["a"]})"),
              StartsWith("NotSupportedYet: Stator does not support the parameter AttributesToGet"));
  for (const char* name : {"Expected", "ConditionalOperator", "AttributeUpdates"}) {
    const std::string body =
        R"({"TableName":"abc","Key":{"a":{"S":"x"}},")" + std::string(name) + R"(":{}})";
    EXPECT_THAT(Outcome(DecodeUpdateItemRequest, body), HasSubstr(name));
  }
  for (const char* name : {"KeyConditions", "QueryFilter", "ScanFilter"}) {
    const std::string body = R"({"TableName":"abc",")" + std::string(name) + R"(":{}})";
    EXPECT_THAT(Outcome(DecodeQueryRequest, body), HasSubstr(name));
    EXPECT_THAT(Outcome(DecodeScanRequest, body), StartsWith("NotSupportedYet"));
  }
}

TEST(Requests, PlaceholdersNeedAnExpression) {
  const std::string start = R"({"TableName":"abc","Item":{"a":{"S":"x"}},)";
  EXPECT_THAT(Outcome(DecodePutItemRequest, start + R"("ExpressionAttributeNames":{"#a":"b"}})"),
              HasSubstr("ExpressionAttributeNames can only be specified when using expressions"));
  EXPECT_THAT(
      Outcome(DecodePutItemRequest, start + R"("ExpressionAttributeValues":{":a":{"S":"b"}}})"),
      HasSubstr("ExpressionAttributeValues can only be specified when using expressions: "
                "ConditionExpression is null"));
  EXPECT_THAT(Outcome(DecodePutItemRequest, start + R"("ExpressionAttributeValues":{}})"),
              HasSubstr("ExpressionAttributeValues must not be empty"));
  EXPECT_THAT(Outcome(DecodePutItemRequest, start + R"("ConditionExpression":""})"),
              HasSubstr("Invalid ConditionExpression: The expression can not be empty;"));
  EXPECT_THAT(Outcome(DecodePutItemRequest, start + R"("ReturnValues":"ALL_NEW"})"),
              HasSubstr("ReturnValues can only be ALL_OLD or NONE"));
}

TEST(Requests, FaultyValuesAreWordedForTheOperation) {
  const std::string_view empty =
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
  EXPECT_EQ(Outcome(DecodePutItemRequest, R"({"TableName":"abc","Item":{"a":{}}})"),
            "ValidationException: 1 validation error detected: " + std::string(empty));
  EXPECT_EQ(Outcome(DecodeGetItemRequest, R"({"TableName":"abc","Key":{"a":{}}})"),
            "ValidationException: " + std::string(empty));
  EXPECT_EQ(Outcome(DecodeScanRequest, R"({"TableName":"abc","FilterExpression":"a = :v",)"
                                       R"("ExpressionAttributeValues":{":u":{"S":""},":v":{}}})"),
            "ValidationException: ExpressionAttributeValues contains invalid value: " +
                std::string(empty) + " for key :v");
}

TEST(Requests, TheEarliestStageIsReported) {
  EXPECT_THAT(Outcome(DecodePutItemRequest, R"({"Item":{"a":{}},"ReturnValues":"X"})"),
              HasSubstr("Value at 'TableName'"));
  EXPECT_THAT(Outcome(DecodePutItemRequest, R"({"Item":{"a":{}},"TableName":1})"),
              HasSubstr("SerializationException: NUMBER_VALUE cannot be converted to String"));
  EXPECT_THAT(
      Outcome(DecodePutItemRequest, R"({"Item":{"a":{}},"ReturnValues":"X","TableName":"abc"})"),
      HasSubstr("enum value set"));
}

std::string CreateWith(std::string_view rest) {
  return R"({"TableName":"abc","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],)" +
         std::string(rest) + "}";
}
constexpr char kDefinition[] =
    R"("AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}])";

TEST(Requests, CreateTableChecksKeysAgainstDefinitions) {
  const auto outcome = [](std::string_view rest) {
    return Outcome(DecodeCreateTableRequest, CreateWith(rest));
  };
  const std::string billing = R"("BillingMode":"PAY_PER_REQUEST")";
  EXPECT_EQ(outcome(kDefinition + ("," + billing)), "good");
  EXPECT_THAT(outcome(R"("AttributeDefinitions":[],)" + billing),
              HasSubstr("not defined in AttributeDefinitions. Keys: [id]"));
  EXPECT_THAT(outcome(R"("AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},)"
                      R"({"AttributeName":"x","AttributeType":"S"}],)" +
                      billing),
              HasSubstr("does not exactly match number of attributes"));
  EXPECT_THAT(outcome(R"("AttributeDefinitions":[{"AttributeName":"id","AttributeType":"BOOL"}],)" +
                      billing),
              HasSubstr("'AttributeDefinitions.1.member.AttributeType' failed to satisfy "
                        "constraint: Member must satisfy enum value set: [B, N, S]"));
}

TEST(Requests, CreateTableChecksBillingAndRefusesWhatItCannotDo) {
  const auto outcome = [](std::string_view rest) {
    return Outcome(DecodeCreateTableRequest, CreateWith(kDefinition + ("," + std::string(rest))));
  };
  EXPECT_THAT(outcome(R"("BillingMode":"PROVISIONED")"),
              HasSubstr("must both be specified when BillingMode is PROVISIONED"));
  EXPECT_THAT(outcome(R"("ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":1})"),
              HasSubstr("'ProvisionedThroughput.ReadCapacityUnits'"));
  EXPECT_EQ(outcome(R"("ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},)"
                    R"("SSESpecification":{"Enabled":false})"),
            "good");
  const std::string pay = R"("BillingMode":"PAY_PER_REQUEST",)";
  EXPECT_THAT(outcome(pay + R"("SSESpecification":{"Enabled":true})"),
              StartsWith("NotSupportedYet: Stator does not support the parameter SSESpec"));
  EXPECT_THAT(outcome(pay + R"("OnDemandThroughput":{"MaxReadRequestUnits":5})"),
              HasSubstr("OnDemandThroughput"));
}

}  // namespace
}  // namespace stator::wire
