// Where a DynamoDB is: parts of an endpoint URL, and AWS's own endpoints by region.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stator::remote {

// The address that requests go to.
struct Endpoint {
  bool tls = true;
  // Without brackets, for an IPv6 address.
  std::string host;
  std::uint16_t port = 443;
  std::string path = "/";

  // The Host header: the port only where it is not the scheme's own.
  std::string HostHeader() const;
  // "https://dynamodb.us-east-1.amazonaws.com", for messages.
  std::string Url() const;
};

// Takes "http://127.0.0.1:8000" or "https://host[:port][/path]" apart.
// ERRORS: ValidationException that shows the text and says what is expected.
base::Result<Endpoint> ParseEndpoint(std::string_view url);

// AWS's regional endpoint: https://dynamodb.REGION.SUFFIX, the suffix by partition (amazonaws.com,
// amazonaws.com.cn for cn-*, amazonaws.eu for eusc-*, ...). Region "local" is
// http://localhost:8000, as botocore has it.
// ERRORS: ValidationException for text that is no region name.
base::Result<Endpoint> AwsEndpoint(std::string_view region);

// The value of an environment variable; nullopt when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
// The process's environment.
std::optional<std::string> ReadEnvironment(const char* name);

// The endpoint to use: `url` when given, else AWS_ENDPOINT_URL_DYNAMODB, else AWS_ENDPOINT_URL
// (neither when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "true"), else AWS's own of `region`.
base::Result<Endpoint> ResolveEndpoint(std::string_view url, std::string_view region,
                                       const Environment& environment);
// The region to sign for: `region` when given, else AWS_REGION, else AWS_DEFAULT_REGION; nullopt
// when none is set.
std::optional<std::string> ResolveRegion(std::string_view region, const Environment& environment);

}  // namespace stator::remote
