#include "remote/endpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "dynamo/errors.h"

namespace stator::remote {
namespace {

struct Partition {
  std::string_view region_prefix;
  std::string_view dns_suffix;
};
// Longest prefix first; all other regions are in the partition `aws`.
constexpr Partition kPartitions[] = {
    {"us-isof-", "csp.hci.ic.gov"}, {"us-isob-", "sc2s.sgov.gov"}, {"eu-isoe-", "cloud.adc-e.uk"},
    {"us-iso-", "c2s.ic.gov"},      {"eusc-", "amazonaws.eu"},     {"cn-", "amazonaws.com.cn"},
};

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

base::Error BadUrl(std::string_view url) {
  return dynamo::ValidationError("Invalid endpoint: \"" + std::string(url) +
                                 "\". Expected http://HOST[:PORT] or https://HOST[:PORT]");
}

bool IsRegionCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::string Endpoint::HostHeader() const {
  std::string header = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? kHttpsPort : kHttpPort)) header += ":" + std::to_string(port);
  return header;
}

std::string Endpoint::Url() const {
  return (tls ? "https://" : "http://") + HostHeader() + (path == "/" ? "" : path);
}

base::Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    endpoint.tls = false;
    endpoint.port = kHttpPort;
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return BadUrl(url);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (slash < rest.size()) endpoint.path = rest.substr(slash);
  std::string_view authority = rest.substr(0, slash);
  const bool in_brackets = authority.starts_with('[');
  const std::size_t host_end = in_brackets ? authority.find(']') : authority.find(':');
  if (in_brackets && host_end == std::string_view::npos) return BadUrl(url);
  endpoint.host = authority.substr(in_brackets ? 1 : 0, host_end - (in_brackets ? 1 : 0));
  authority.remove_prefix(std::min(host_end + (in_brackets ? 1 : 0), authority.size()));
  if (host_end == std::string_view::npos) authority = {};
  if (!authority.empty()) {
    const char* end = authority.data() + authority.size();
    const auto parsed = std::from_chars(authority.data() + 1, end, endpoint.port);
    if (authority[0] != ':' || parsed.ec != std::errc() || parsed.ptr != end ||
        endpoint.port == 0) {
      return BadUrl(url);
    }
  }
  // What would end the Host line or belongs to no host.
  if (endpoint.host.empty() || endpoint.host.find_first_of(" \t\r\n@?#\"") != std::string::npos ||
      endpoint.path.find_first_of(" \t\r\n?#") != std::string::npos) {
    return BadUrl(url);
  }
  return endpoint;
}

base::Result<Endpoint> AwsEndpoint(std::string_view region) {
  if (region == "local") return ParseEndpoint("http://localhost:8000");
  if (region.empty() || region.find('-') == std::string_view::npos ||
      !std::ranges::all_of(region, IsRegionCharacter)) {
    return dynamo::ValidationError("Invalid AWS region: \"" + std::string(region) +
                                   "\". Expected a name like us-east-1");
  }
  std::string_view suffix = "amazonaws.com";
  for (const auto& partition : kPartitions) {
    if (region.starts_with(partition.region_prefix)) {
      suffix = partition.dns_suffix;
      break;
    }
  }
  Endpoint endpoint;
  endpoint.host = "dynamodb." + std::string(region) + "." + std::string(suffix);
  return endpoint;
}

std::optional<std::string> ReadEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

base::Result<Endpoint> ResolveEndpoint(std::string_view url, std::string_view region,
                                       const Environment& environment) {
  if (!url.empty()) return ParseEndpoint(url);
  if (environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true") {
    for (const char* name : {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"}) {
      if (const auto value = environment(name)) return ParseEndpoint(*value);
    }
  }
  return AwsEndpoint(region);
}

std::optional<std::string> ResolveRegion(std::string_view region, const Environment& environment) {
  if (!region.empty()) return std::string(region);
  if (auto value = environment("AWS_REGION")) return value;
  return environment("AWS_DEFAULT_REGION");
}

}  // namespace stator::remote
