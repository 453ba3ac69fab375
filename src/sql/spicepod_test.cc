#include "sql/spicepod.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stator::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::optional<std::string> Secrets(const std::string& name) {
  if (name == "KEY") return "AKIA";
  if (name == "SECRET") return "shh";
  return std::nullopt;
}

TEST(Spicepod, ReadsTheDynamoDbDatasetsOfSpicesDocumentation) {
  const auto pod = ParseSpicepod(R"(
version: v1
kind: Spicepod
name: shop
datasets:
  - from: dynamodb:Orders
    name: orders
    params:
      dynamodb_aws_region: us-west-2
      dynamodb_aws_access_key_id: ${secrets:key}
      dynamodb_aws_secret_access_key: "${ env:SECRET }"
      schema_infer_max_records: 5000
  - from: dynamodb:users
    params:
      endpoint_url: http://127.0.0.1:${secrets:key}
)",
                                 Secrets);
  ASSERT_TRUE(pod.ok()) << pod.error().ToString();
  ASSERT_EQ(pod->datasets.size(), 2U);
  EXPECT_EQ(pod->datasets[0].name, "orders");
  EXPECT_EQ(pod->datasets[0].table_name, "Orders");
  EXPECT_EQ(pod->datasets[0].region, "us-west-2");
  EXPECT_EQ(pod->datasets[0].access_key_id, "AKIA");
  EXPECT_EQ(pod->datasets[0].secret_access_key, "shh");
  EXPECT_EQ(pod->datasets[0].sample_items, 5000);
  EXPECT_EQ(pod->datasets[1].name, "users");
  EXPECT_EQ(pod->datasets[1].endpoint_url, "http://127.0.0.1:AKIA");
  EXPECT_THAT(pod->warnings, ElementsAre());
}

TEST(Spicepod, WhatHasNoEffectYetIsAWarningByName) {
  const auto pod = ParseSpicepod(R"(
version: v1
kind: Spicepod
name: shop
runtime: {caching: {}}
datasets:
  - from: s3://bucket/file.parquet
    name: files
  - from: dynamodb:orders
    name: sales.orders
    acceleration: {enabled: true}
    params: {unnest_depth: 2}
)",
                                 Secrets);
  ASSERT_TRUE(pod.ok());
  EXPECT_EQ(pod->datasets[0].name, "orders");
  EXPECT_THAT(pod->warnings,
              ElementsAre(HasSubstr("`runtime`"), HasSubstr("s3://bucket"),
                          HasSubstr("sales.orders"), HasSubstr("`acceleration` of dataset orders"),
                          HasSubstr("`unnest_depth` of dataset orders")));
}

TEST(Spicepod, FaultsSayWhatIsWrong) {
  const auto fault = [](const char* text) {
    const auto pod = ParseSpicepod(text, Secrets);
    return pod.ok() ? std::string("none") : pod.error().message();
  };
  EXPECT_THAT(fault("a: [1"), HasSubstr("line"));
  EXPECT_THAT(fault("- a"), HasSubstr("YAML map"));
  EXPECT_THAT(fault("datasets: [{name: a}]"), HasSubstr("no `from`"));
  EXPECT_THAT(fault("datasets: [{from: 'dynamodb:a'}, {from: 'dynamodb:a'}]"),
              HasSubstr("two datasets are named a"));
  EXPECT_THAT(
      fault("datasets: [{from: 'dynamodb:a', params: {dynamodb_aws_region: '${secrets:nope}'}}]"),
      HasSubstr("dataset a, `dynamodb_aws_region`: the secret NOPE is neither"));
  EXPECT_THAT(
      fault("datasets: [{from: 'dynamodb:a', params: {dynamodb_aws_region: '${vault:x}'}}]"),
      HasSubstr("vault"));
  EXPECT_THAT(fault("datasets: [{from: 'dynamodb:a', params: {schema_infer_max_records: x}}]"),
              HasSubstr("is a number"));
}

}  // namespace
}  // namespace stator::sql
