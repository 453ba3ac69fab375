// OpenSSL 3 looks its algorithms up by name at every call through the new interface, which costs
// more than hashing a small request does; the functions of the old one do not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/canonical.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace stator::signing {
namespace {

std::string Hex(const unsigned char* bytes, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(kDigits[bytes[i] >> 4]);
    out.push_back(kDigits[bytes[i] & 0xF]);
  }
  return out;
}

SigningKey Sha256(std::string_view first, std::string_view second = {}) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, first.data(), first.size());
  SHA256_Update(&context, second.data(), second.size());
  SigningKey digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

std::string_view AsText(const SigningKey& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string LowerCase(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), Lower);
  return out;
}

// Appends `value` without spaces around it and with single ones inside.
void AppendTrimmed(std::string_view value, std::string& out) {
  const std::size_t start = out.size();
  bool space = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      space = true;
      continue;
    }
    if (space && out.size() > start) out.push_back(' ');
    space = false;
    out.push_back(c);
  }
}

// The parameters in order, each with an equals sign.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::string> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    std::string parameter(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty() || parameter.starts_with("X-Amz-Signature=")) continue;
    if (parameter.find('=') == std::string::npos) parameter.push_back('=');
    parameters.push_back(std::move(parameter));
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& parameter : parameters) out.append(out.empty() ? "" : "&").append(parameter);
  return out;
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  const SigningKey digest = Sha256(bytes);
  return Hex(digest.data(), digest.size());
}

SigningKey HmacSha256(std::string_view key, std::string_view message) {
  constexpr std::size_t kBlockBytes = 64;
  unsigned char inner[kBlockBytes] = {};
  const SigningKey short_key = key.size() > kBlockBytes ? Sha256(key) : SigningKey{};
  if (key.size() > kBlockBytes) key = AsText(short_key);
  std::memcpy(inner, key.data(), key.size());
  unsigned char outer[kBlockBytes];
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    outer[i] = inner[i] ^ 0x5C;
    inner[i] ^= 0x36;
  }
  const auto text = [](const unsigned char* block) {
    return std::string_view(reinterpret_cast<const char*>(block), kBlockBytes);
  };
  const SigningKey digest = Sha256(text(inner), message);
  return Sha256(text(outer), AsText(digest));
}

SigningKey DeriveSigningKey(std::string_view secret_access_key, std::string_view date,
                            std::string_view region, std::string_view service) {
  SigningKey key = HmacSha256("AWS4" + std::string(secret_access_key), date);
  key = HmacSha256(AsText(key), region);
  key = HmacSha256(AsText(key), service);
  return HmacSha256(AsText(key), "aws4_request");
}

std::string CredentialScope(std::string_view date, std::string_view region,
                            std::string_view service) {
  std::string scope(date);
  scope.append("/").append(region).append("/").append(service).append("/aws4_request");
  return scope;
}

bool SameHeaderName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

std::string CanonicalText(const CanonicalRequest& request, std::vector<HeaderView> headers,
                          std::string& signed_headers) {
  std::vector<std::pair<std::string, std::string_view>> sorted;
  sorted.reserve(headers.size());
  for (const auto& header : headers) sorted.emplace_back(LowerCase(header.name), header.value);
  std::ranges::stable_sort(sorted, {},
                           [](const auto& each) { return std::string_view(each.first); });

  std::string text;
  text.reserve(512);
  text.append(request.method).append("\n").append(request.path).append("\n");
  text.append(CanonicalQuery(request.query)).append("\n");
  signed_headers.clear();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [name, value] = sorted[i];
    if (i > 0 && sorted[i - 1].first == name) {
      text.back() = ',';
    } else {
      text.append(name).append(":");
      signed_headers.append(signed_headers.empty() ? "" : ";").append(name);
    }
    AppendTrimmed(value, text);
    text.push_back('\n');
  }
  text.append("\n").append(signed_headers).append("\n").append(Sha256Hex(request.body));
  return text;
}

std::string SignatureOf(const SigningKey& key, std::string_view x_amz_date, std::string_view scope,
                        std::string_view canonical_text) {
  std::string to_sign = "AWS4-HMAC-SHA256\n";
  to_sign.append(x_amz_date).append("\n").append(scope).append("\n");
  to_sign.append(Sha256Hex(canonical_text));
  const SigningKey signature = HmacSha256(AsText(key), to_sign);
  return Hex(signature.data(), signature.size());
}

}  // namespace stator::signing
