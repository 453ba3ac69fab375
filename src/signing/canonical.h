// The texts that Signature Version 4 is computed over, shared by signing and verifying.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "signing/sigv4.h"

namespace stator::signing {

// Lower-case hex of the SHA-256 of `bytes`.
std::string Sha256Hex(std::string_view bytes);
// HMAC-SHA256.
SigningKey HmacSha256(std::string_view key, std::string_view message);

// "20260102/us-east-1/dynamodb/aws4_request".
std::string CredentialScope(std::string_view date, std::string_view region,
                            std::string_view service);

// The canonical request over `headers`, which the function lower-cases, sorts and trims itself.
// Sets `signed_headers` to their names, joined by semicolons. X-Amz-Signature is left out of the
// query.
std::string CanonicalText(const CanonicalRequest& request, std::vector<HeaderView> headers,
                          std::string& signed_headers);

// The signature, in hex, of a canonical request.
std::string SignatureOf(const SigningKey& key, std::string_view x_amz_date, std::string_view scope,
                        std::string_view canonical_text);

// Whether two header names are the same.
bool SameHeaderName(std::string_view a, std::string_view b);

}  // namespace stator::signing
