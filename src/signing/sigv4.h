// AWS Signature Version 4: signs requests for `remote`, verifies them for `server`. Reads no clock:
// callers pass the time.
//
// What is signed: method, path, query, the signed headers and the SHA-256 of the body. A signature
// is bound to a day, a region and a service by its key, which is derived once and cached.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace stator::signing {

// What signs: long-lived keys, or temporary ones with their session token.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  // Empty: none.
  std::string session_token;
};

// One header of a request. Names compare without regard to case.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

// The parts of an HTTP request that a signature covers. All views.
struct CanonicalRequest {
  std::string_view method = "POST";
  std::string_view path = "/";  // as sent, percent-encoded
  // As sent, without '?'.
  std::string_view query;
  // Sign() signs all; VerifyV4() takes the signed ones.
  std::span<const HeaderView> headers;
  std::string_view body;
};

// A derived key: good for one secret, day, region and service.
using SigningKey = std::array<unsigned char, 32>;
// HMAC-SHA256 over date, region, service and "aws4_request", starting from "AWS4" + secret. `date`
// is YYYYMMDD.
SigningKey DeriveSigningKey(std::string_view secret_access_key, std::string_view date,
                            std::string_view region, std::string_view service);

// "20260102T030405Z".
std::string FormatAmzDate(base::WallTime time);
// The time that such a text names; nullopt when it is not one.
std::optional<base::WallTime> ParseAmzDate(std::string_view text);

// Derives signing keys and keeps the latest, so that they are derived once a day for each secret.
// Thread-safe; bounded to kKeysMax.
class SigningKeyCache {
 public:
  // More than one server ever sees in use at once; when it is full, it starts anew.
  static constexpr std::size_t kKeysMax = 64;
  // DeriveSigningKey(), cached.
  SigningKey Get(std::string_view secret_access_key, std::string_view date, std::string_view region,
                 std::string_view service);

 private:
  struct Entry {
    // Secret, date, region and service.
    std::string name;
    SigningKey key;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

// Signs requests with one set of credentials. Thread-safe.
class Signer {
 public:
  // `service` is "dynamodb" for both planes.
  Signer(Credentials credentials, std::string region, std::string service = "dynamodb");
  // What a request has to send beside the headers that were signed.
  struct Signature {
    std::string x_amz_date;
    std::string authorization;
  };
  // Signs `request`, whose headers must hold `host`; the signer itself adds x-amz-date and, when
  // the credentials have one, x-amz-security-token to what is signed (the caller sends both).
  Signature Sign(const CanonicalRequest& request, base::WallTime now) const;
  // The credentials it signs with.
  const Credentials& credentials() const { return credentials_; }
  // The region it signs for.
  const std::string& region() const { return region_; }

 private:
  const Credentials credentials_;
  const std::string region_;
  const std::string service_;
  mutable SigningKeyCache keys_;
};

// Who signed a request, by what: read from the Authorization header or, for presigned requests,
// from the query.
struct Authorization {
  std::string access_key_id;
  // YYYYMMDD.
  std::string date;
  std::string region;
  std::string service;
  // Lower case, in the order given.
  std::vector<std::string> signed_headers;
  // Hex.
  std::string signature;
  std::string x_amz_date;
  // Presigned: how long it is good; else 0.
  std::int64_t expires_seconds = 0;
  bool presigned = false;
};

// Takes a request's authorization apart, without checking the signature: local mode learns region
// and access key from it.
// ERRORS: InvalidSignatureException when header and query both sign; MissingAuthenticationToken
// when neither does; IncompleteSignatureException naming the missing part.
base::Result<Authorization> ParseAuthorization(const CanonicalRequest& request);

// Largest difference between a request's date and the server's clock, as on AWS.
inline constexpr std::chrono::minutes kClockSkewMax{5};

// Checks the signature of `request`. `authorization` comes from ParseAuthorization, `secret` is the
// one of its access key. Compares in constant time.
// ERRORS: InvalidSignatureException for another service than dynamodb, when host, x-amz-date or
// x-amz-target is there without being signed, "Signature expired: ..." or "Signature not yet
// current: ..." for a date too far from `now`, and AWS's long message for a signature that does not
// match.
base::Status VerifyV4(const CanonicalRequest& request, const Authorization& authorization,
                      std::string_view secret_access_key, base::WallTime now,
                      SigningKeyCache& keys);

}  // namespace stator::signing
