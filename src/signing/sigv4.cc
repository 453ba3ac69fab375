#include "signing/sigv4.h"

#include <algorithm>
#include <cstdio>

#include "signing/canonical.h"

namespace stator::signing {

std::string FormatAmzDate(base::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[32];
  const int length = std::snprintf(
      text, sizeof text, "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return std::string(text, static_cast<std::size_t>(length));
}

std::optional<base::WallTime> ParseAmzDate(std::string_view text) {
  constexpr std::size_t kLength = 16;
  if (text.size() != kLength || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  bool digits_only = true;
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count)) {
      digits_only = digits_only && c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(6, 2)))};
  const int hours = number(9, 2);
  const int minutes = number(11, 2);
  const int seconds = number(13, 2);
  if (!digits_only || !date.ok() || hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds);
}

SigningKey SigningKeyCache::Get(std::string_view secret_access_key, std::string_view date,
                                std::string_view region, std::string_view service) {
  std::string name = CredentialScope(date, region, service);
  name.append("/").append(secret_access_key);
  std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry.name == name) return entry.key;
  }
  if (entries_.size() >= kKeysMax) entries_.clear();
  entries_.push_back({std::move(name), DeriveSigningKey(secret_access_key, date, region, service)});
  return entries_.back().key;
}

Signer::Signer(Credentials credentials, std::string region, std::string service)
    : credentials_(std::move(credentials)),
      region_(std::move(region)),
      service_(std::move(service)) {}

Signer::Signature Signer::Sign(const CanonicalRequest& request, base::WallTime now) const {
  Signature signature;
  signature.x_amz_date = FormatAmzDate(now);
  const std::string_view date = std::string_view(signature.x_amz_date).substr(0, 8);
  std::vector<HeaderView> headers(request.headers.begin(), request.headers.end());
  headers.push_back({"x-amz-date", signature.x_amz_date});
  if (!credentials_.session_token.empty()) {
    headers.push_back({"x-amz-security-token", credentials_.session_token});
  }
  std::string signed_headers;
  const std::string text = CanonicalText(request, std::move(headers), signed_headers);
  const std::string scope = CredentialScope(date, region_, service_);
  const SigningKey key = keys_.Get(credentials_.secret_access_key, date, region_, service_);
  std::string& out = signature.authorization;
  out = "AWS4-HMAC-SHA256 Credential=" + credentials_.access_key_id;
  out.append("/").append(scope).append(", SignedHeaders=").append(signed_headers);
  out.append(", Signature=").append(SignatureOf(key, signature.x_amz_date, scope, text));
  return signature;
}

}  // namespace stator::signing
