// Small parts: checksums, base64, request ids, operations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <set>

#include "dynamo/errors.h"
#include "wire/base64.h"
#include "wire/crc32.h"
#include "wire/operation.h"
#include "wire/request_id.h"

namespace stator::wire {
namespace {

TEST(Crc32, IsWhatDynamoDbSends) {
  EXPECT_EQ(Crc32(R"({"TableNames":[]})"), 1315925753u);
  EXPECT_EQ(Crc32(""), 0u);
  EXPECT_EQ(Crc32("123456789"), 0xCBF43926u);
}

TEST(Crc32, AgreesWithZlibAtEveryLengthAndAlignment) {
  std::mt19937 random(7);
  std::string bytes(1500, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (std::size_t start = 0; start < 17; ++start) {
    for (std::size_t size = 0; size < 600; ++size) {
      const std::string_view part = std::string_view(bytes).substr(start, size);
      ASSERT_EQ(Crc32(part), crc32_z(0, reinterpret_cast<const Bytef*>(part.data()), size));
    }
  }
}

std::string Encode(std::string_view bytes) {
  std::string text(Base64Size(bytes.size()), ' ');
  EXPECT_EQ(WriteBase64(bytes, text.data()), text.data() + text.size());
  return text;
}

TEST(Base64, VectorsOfRfc4648) {
  EXPECT_EQ(Encode(""), "");
  EXPECT_EQ(Encode("f"), "Zg==");
  EXPECT_EQ(Encode("fo"), "Zm8=");
  EXPECT_EQ(Encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, EveryLengthComesBack) {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string back = "x";
    ASSERT_TRUE(DecodeBase64(Encode(bytes), back));
    ASSERT_EQ(back, "x" + bytes);
  }
}

TEST(Base64, WhatIsNotStrictLeavesTheOutputAsItWas) {
  for (const char* text : {"A", "AA", "AAA", "A===", "AA=A", "AAAA=AAA", "AA\n=", "Zg=a", "Zh=="}) {
    std::string out = "x";
    EXPECT_FALSE(DecodeBase64(text, out)) << text;
    EXPECT_EQ(out, "x");
  }
}

TEST(RequestId, IsOf52CharactersAndNeverRepeats) {
  RequestIdSource first(1);
  RequestIdSource second(2);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    for (auto* source : {&first, &second}) {
      const std::string id(View(source->Next()));
      ASSERT_EQ(id.size(), kRequestIdLength);
      ASSERT_EQ(id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUV"), std::string::npos);
      ASSERT_TRUE(seen.insert(id).second);
    }
  }
}

TEST(ParseTarget, KnowsEveryOperationByName) {
  for (int i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<Operation>(i);
    const auto parsed = ParseTarget(OperationTarget(operation));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, operation);
    EXPECT_EQ(OperationTarget(operation),
              std::string(kTargetPrefix) + "." + std::string(OperationName(operation)));
  }
  EXPECT_EQ(OperationName(Operation::kDescribeLimits), "DescribeLimits");
}

TEST(ParseTarget, UnknownOnesAreUnknownAndMissingOnesAreNamed) {
  const auto unknown = ParseTarget("DynamoDB_20120810.Frobnicate");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), dynamo::kUnknownOperationException);
  EXPECT_EQ(unknown.error().message(), "");
  const auto missing = ParseTarget("DynamoDB_20120810.TransactWriteItems");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), dynamo::kUnknownOperationException);
  EXPECT_THAT(missing.error().message(), testing::HasSubstr("TransactWriteItems"));
  EXPECT_FALSE(ParseTarget("GetItem").ok());
  EXPECT_FALSE(ParseTarget("").ok());
}

}  // namespace
}  // namespace stator::wire
