#include "signing/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signing/canonical.h"

namespace stator::signing {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kBody = R"({"Limit":1})";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

const std::vector<HeaderView>& Headers() {
  static const std::vector<HeaderView> headers = {{"Host", "dynamodb.us-east-1.amazonaws.com"},
                                                  {"Content-Type", "application/x-amz-json-1.0"},
                                                  {"X-Amz-Target", "DynamoDB_20120810.ListTables"}};
  return headers;
}

Signer MakeSigner(std::string session_token = {}) {
  return Signer({"AKIDEXAMPLE", std::string(kSecret), std::move(session_token)}, "us-east-1");
}

base::WallTime Now() { return *ParseAmzDate("20260102T030405Z"); }

CanonicalRequest Request() {
  CanonicalRequest request;
  request.headers = Headers();
  request.body = kBody;
  return request;
}

std::string Hex(const SigningKey& key) {
  std::string out;
  for (const unsigned char byte : key) {
    out.push_back("0123456789abcdef"[byte >> 4]);
    out.push_back("0123456789abcdef"[byte & 15]);
  }
  return out;
}

TEST(SigV4, HashesAndKeysAreThoseOfTheGoldenVectors) {
  EXPECT_EQ(Sha256Hex(kBody), "55522f708dcfebccb7bd3e8d0001a53ecaf2beca9ca801f1e9161e24215faa99");
  EXPECT_EQ(Hex(DeriveSigningKey(kSecret, "20260102", "us-east-1", "dynamodb")),
            "eeb8fc37e23864c9823bc2ef552543821f27b09674f82435c43ac176dfba2996");
}

TEST(SigV4, CanonicalRequestIsThatOfTheGoldenVectors) {
  std::vector<HeaderView> headers = Headers();
  headers.push_back({"x-amz-date", "20260102T030405Z"});
  std::string names;
  EXPECT_EQ(Sha256Hex(CanonicalText(Request(), headers, names)),
            "ba7c01b45664df8faa8b60918bfc74d51d63f9551ba9fae88cdf622e9e4fe0a7");
  EXPECT_EQ(names, "content-type;host;x-amz-date;x-amz-target");
  headers.push_back({"X-Amz-Security-Token", "TOKENEXAMPLE"});
  EXPECT_EQ(Sha256Hex(CanonicalText(Request(), headers, names)),
            "aff51ddf39ace341ff53ceda77fb93c9df1f6d9bf752232a38d5909f9cf13d7d");
}

TEST(SigV4, SignaturesAreThoseOfTheGoldenVectors) {
  const auto plain = MakeSigner().Sign(Request(), Now());
  EXPECT_EQ(plain.x_amz_date, "20260102T030405Z");
  EXPECT_EQ(plain.authorization,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=ef154e38291419bea476b9f8dbab5437d9c3cc789db21e61cf5664ef4d10f7d3");
  EXPECT_THAT(MakeSigner("TOKENEXAMPLE").Sign(Request(), Now()).authorization,
              EndsWith("Signature="
                       "b6ff2d48db4ec8646baee50b94e61dbf884c1bd68cbdf72d5a59315dbce36d99"));
}

TEST(SigV4, SpacesAndRepeatedHeadersAreNormalised) {
  const std::vector<HeaderView> headers = {{"B", " two  words "}, {"A", "1"}, {"a", "2"}};
  std::string names;
  EXPECT_THAT(CanonicalText(Request(), headers, names), HasSubstr("\na:1,2\nb:two words\n"));
  EXPECT_EQ(names, "a;b");
}

// A signed request as a server sees it.
struct Signed {
  std::string date;
  std::string authorization;
  std::vector<HeaderView> headers;
  CanonicalRequest request;

  explicit Signed(std::string_view body = kBody) {
    CanonicalRequest unsigned_request = Request();
    unsigned_request.body = body;
    const auto signature = MakeSigner().Sign(unsigned_request, Now());
    date = signature.x_amz_date;
    authorization = signature.authorization;
    headers = Headers();
    headers.push_back({"User-Agent", "not signed"});
    headers.push_back({"X-Amz-Date", date});
    headers.push_back({"Authorization", authorization});
    request.headers = headers;
    request.body = body;
  }
};

std::string Verify(const CanonicalRequest& request, std::string_view secret, base::WallTime now) {
  SigningKeyCache keys;
  const auto authorization = ParseAuthorization(request);
  if (!authorization.ok()) return authorization.error().ToString();
  const auto verified = VerifyV4(request, *authorization, secret, now, keys);
  return verified.ok() ? "good" : verified.error().ToString();
}

TEST(SigV4, ASignedRequestVerifies) {
  const Signed it;
  EXPECT_EQ(Verify(it.request, kSecret, Now()), "good");
  EXPECT_EQ(Verify(it.request, kSecret, Now() + std::chrono::minutes(4)), "good");
}

TEST(SigV4, WrongSecretOtherBodyAndOtherHeaderAreRefused) {
  Signed it;
  EXPECT_THAT(Verify(it.request, "other", Now()), HasSubstr("InvalidSignatureException"));
  it.request.body = R"({"Limit":2})";
  EXPECT_THAT(Verify(it.request, kSecret, Now()), HasSubstr("signature we calculated"));
  it.request.body = kBody;
  it.headers[2].value = "DynamoDB_20120810.DeleteTable";
  EXPECT_THAT(Verify(it.request, kSecret, Now()), HasSubstr("signature we calculated"));
}

TEST(SigV4, RequestsFromAnotherTimeAreRefused) {
  const Signed it;
  EXPECT_THAT(Verify(it.request, kSecret, Now() + std::chrono::minutes(6)),
              HasSubstr("Signature expired: 20260102T030405Z is now earlier than"));
  EXPECT_THAT(Verify(it.request, kSecret, Now() - std::chrono::minutes(6)),
              HasSubstr("Signature not yet current"));
}

TEST(SigV4, HostAndTargetMustBeSigned) {
  const std::vector<HeaderView> few = {{"Host", "localhost"}};
  CanonicalRequest request = Request();
  request.headers = few;
  const auto signature = MakeSigner().Sign(request, Now());
  const std::vector<HeaderView> sent = {{"Host", "localhost"},
                                        {"X-Amz-Date", signature.x_amz_date},
                                        {"X-Amz-Target", "DynamoDB_20120810.DeleteTable"},
                                        {"Authorization", signature.authorization}};
  request.headers = sent;
  EXPECT_THAT(Verify(request, kSecret, Now()), HasSubstr("'x-amz-target' must be a"));
}

TEST(SigV4, AuthorizationTellsKeyAndRegionWithoutASecret) {
  const Signed it;
  const auto authorization = ParseAuthorization(it.request);
  ASSERT_TRUE(authorization.ok());
  EXPECT_EQ(authorization->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(authorization->region, "us-east-1");
  EXPECT_EQ(authorization->service, "dynamodb");
}

TEST(SigV4, MissingAndBrokenAuthorizationsGetTheErrorsOfAws) {
  CanonicalRequest request;
  EXPECT_THAT(Verify(request, kSecret, Now()), HasSubstr("MissingAuthenticationToken"));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Basic eDp5", "IncompleteSignatureException"},
      {"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", "requires 'Credential'"},
      {"AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00", "X-Amz-Date"},
  };
  for (const auto& [value, expected] : cases) {
    const std::vector<HeaderView> headers = {{"authorization", value}};
    request.headers = headers;
    EXPECT_THAT(Verify(request, kSecret, Now()), HasSubstr(expected));
  }
  const Signed it;
  request = it.request;
  request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256";
  EXPECT_THAT(Verify(request, kSecret, Now()), HasSubstr("Found both"));
}

TEST(SigV4, PresignedRequestsVerifyAndExpire) {
  const std::vector<HeaderView> headers = {{"host", "localhost:8000"}};
  CanonicalRequest request;
  request.method = "GET";
  request.headers = headers;
  std::string query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1"
      "%2Fdynamodb%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60"
      "&X-Amz-SignedHeaders=host";
  request.query = query;
  std::string names;
  const std::string text = CanonicalText(request, headers, names);
  const auto key = DeriveSigningKey(kSecret, "20260102", "us-east-1", "dynamodb");
  query +=
      "&X-Amz-Signature=" + SignatureOf(key, "20260102T030405Z",
                                        CredentialScope("20260102", "us-east-1", "dynamodb"), text);
  request.query = query;
  EXPECT_EQ(Verify(request, kSecret, Now() + std::chrono::seconds(59)), "good");
  EXPECT_THAT(Verify(request, kSecret, Now() + std::chrono::seconds(61)),
              HasSubstr("Signature expired"));
}

TEST(SigV4, DatesThatAreNoneAreNotParsed) {
  for (const char* text : {"", "20260102", "20260230T030405Z", "20260102T240000Z",
                           "2026010aT030405Z", "20260102 030405Z"}) {
    EXPECT_FALSE(ParseAmzDate(text)) << text;
  }
}

}  // namespace
}  // namespace stator::signing
