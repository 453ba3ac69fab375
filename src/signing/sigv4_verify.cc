// The server's side of Signature Version 4.
#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>

#include "signing/canonical.h"
#include "signing/sigv4.h"

namespace stator::signing {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
// The longest that a presigned request may say it is good for. [AWS: seven days]
constexpr std::int64_t kExpiresSecondsMax = 604'800;

Error Denied(std::string_view code, std::string message) {
  return Error(ErrorKind::kDenied, code, std::move(message));
}

Error Incomplete(std::string_view part) {
  return Denied("IncompleteSignatureException",
                "Authorization requires '" + std::string(part) + "' parameter.");
}

std::optional<std::string_view> FindHeader(const CanonicalRequest& request, std::string_view name) {
  for (const auto& header : request.headers) {
    if (SameHeaderName(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::optional<std::string> FindParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && parameter.substr(0, equals) == name) {
      return PercentDecoded(parameter.substr(equals + 1));
    }
  }
  return std::nullopt;
}

// The value of `name` in "Credential=..., SignedHeaders=..., Signature=...".
std::optional<std::string> FindPart(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view part = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') {
      return std::string(part.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

// Takes "AKID/20260102/us-east-1/dynamodb/aws4_request" apart.
base::Status ReadCredential(const std::string& credential, Authorization& out) {
  std::vector<std::string> parts = Split(credential, '/');
  if (parts.size() != 5 || parts[0].empty() || parts[4] != "aws4_request") {
    return Denied("IncompleteSignatureException",
                  "Credential must have exactly 5 slash-delimited elements, e.g. "
                  "keyid/date/region/service/term, got '" +
                      credential + "'");
  }
  out.access_key_id = std::move(parts[0]);
  out.date = std::move(parts[1]);
  out.region = std::move(parts[2]);
  out.service = std::move(parts[3]);
  return base::OkStatus();
}

base::Result<Authorization> Presigned(std::string_view query) {
  Authorization out;
  out.presigned = true;
  const auto credential = FindParameter(query, "X-Amz-Credential");
  const auto headers = FindParameter(query, "X-Amz-SignedHeaders");
  const auto signature = FindParameter(query, "X-Amz-Signature");
  const auto date = FindParameter(query, "X-Amz-Date");
  const auto expires = FindParameter(query, "X-Amz-Expires");
  if (!credential) return Incomplete("X-Amz-Credential");
  if (!headers) return Incomplete("X-Amz-SignedHeaders");
  if (!signature) return Incomplete("X-Amz-Signature");
  if (!date) return Incomplete("X-Amz-Date");
  if (!expires) return Incomplete("X-Amz-Expires");
  STATOR_RETURN_IF_ERROR(ReadCredential(*credential, out));
  std::from_chars(expires->data(), expires->data() + expires->size(), out.expires_seconds);
  out.expires_seconds = std::clamp<std::int64_t>(out.expires_seconds, 0, kExpiresSecondsMax);
  out.signed_headers = Split(*headers, ';');
  out.signature = *signature;
  out.x_amz_date = *date;
  return out;
}

// What has to be covered for the signature to mean anything.
base::Status CheckScope(const CanonicalRequest& request, const Authorization& authorization) {
  if (authorization.service != "dynamodb") {
    return Denied("InvalidSignatureException",
                  "Credential should be scoped to correct service: 'dynamodb'.");
  }
  for (const std::string_view name : {"host", "x-amz-date", "x-amz-target"}) {
    const bool must = name == "host" || FindHeader(request, name).has_value();
    if (must && std::ranges::find(authorization.signed_headers, name) ==
                    authorization.signed_headers.end()) {
      return Denied("InvalidSignatureException", "'" + std::string(name) +
                                                     "' must be a 'SignedHeader' in the AWS "
                                                     "Authorization.");
    }
  }
  return base::OkStatus();
}

base::Status CheckTime(const Authorization& authorization, base::WallTime now) {
  const auto time = ParseAmzDate(authorization.x_amz_date);
  if (!time || !authorization.x_amz_date.starts_with(authorization.date)) {
    return Denied("IncompleteSignatureException",
                  "Date must be in ISO-8601 'basic format' and of the day in Credential. Got '" +
                      authorization.x_amz_date + "'");
  }
  const auto good_for = authorization.presigned
                            ? std::chrono::seconds(authorization.expires_seconds)
                            : std::chrono::seconds(kClockSkewMax);
  const std::string date = authorization.x_amz_date;
  if (*time + good_for < now) {
    return Denied("InvalidSignatureException",
                  "Signature expired: " + date + " is now earlier than " +
                      FormatAmzDate(now - good_for) + " (" + FormatAmzDate(now) + " - " +
                      std::to_string(good_for.count() / 60) + " min.)");
  }
  if (*time > now + kClockSkewMax) {
    return Denied("InvalidSignatureException", "Signature not yet current: " + date +
                                                   " is still later than " +
                                                   FormatAmzDate(now + kClockSkewMax) + " (" +
                                                   FormatAmzDate(now) + " + 5 min.)");
  }
  return base::OkStatus();
}

}  // namespace

base::Result<Authorization> ParseAuthorization(const CanonicalRequest& request) {
  const auto header = FindHeader(request, "authorization");
  const bool in_query = FindParameter(request.query, "X-Amz-Algorithm").has_value();
  if (header && in_query) {
    return Denied("InvalidSignatureException",
                  "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                  "HTTP header.");
  }
  if (in_query) return Presigned(request.query);
  if (!header || header->empty()) {
    return Denied("MissingAuthenticationToken", "Request is missing Authentication Token");
  }
  if (!header->starts_with(kAlgorithm)) {
    return Denied("IncompleteSignatureException",
                  "Unsupported Authorization header: it must start with AWS4-HMAC-SHA256");
  }
  const std::string_view parts = header->substr(kAlgorithm.size());
  const auto credential = FindPart(parts, "Credential");
  const auto headers = FindPart(parts, "SignedHeaders");
  const auto signature = FindPart(parts, "Signature");
  if (!credential) return Incomplete("Credential");
  if (!signature) return Incomplete("Signature");
  if (!headers) return Incomplete("SignedHeaders");
  const auto date = FindHeader(request, "x-amz-date");
  if (!date) {
    return Denied("IncompleteSignatureException",
                  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                  "header.");
  }
  Authorization out;
  STATOR_RETURN_IF_ERROR(ReadCredential(*credential, out));
  out.signed_headers = Split(*headers, ';');
  out.signature = *signature;
  out.x_amz_date = *date;
  return out;
}

base::Status VerifyV4(const CanonicalRequest& request, const Authorization& authorization,
                      std::string_view secret_access_key, base::WallTime now,
                      SigningKeyCache& keys) {
  STATOR_RETURN_IF_ERROR(CheckScope(request, authorization));
  STATOR_RETURN_IF_ERROR(CheckTime(authorization, now));
  std::vector<HeaderView> headers;
  for (const auto& header : request.headers) {
    const auto same = [&](const std::string& name) { return SameHeaderName(name, header.name); };
    if (std::ranges::any_of(authorization.signed_headers, same)) headers.push_back(header);
  }
  std::string signed_headers;
  const std::string text = CanonicalText(request, std::move(headers), signed_headers);
  const std::string scope =
      CredentialScope(authorization.date, authorization.region, authorization.service);
  const SigningKey key =
      keys.Get(secret_access_key, authorization.date, authorization.region, authorization.service);
  const std::string expected = SignatureOf(key, authorization.x_amz_date, scope, text);
  if (expected.size() == authorization.signature.size() &&
      CRYPTO_memcmp(expected.data(), authorization.signature.data(), expected.size()) == 0) {
    return base::OkStatus();
  }
  return Denied("InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. Consult the service "
                "documentation for details.");
}

}  // namespace stator::signing
